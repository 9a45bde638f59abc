"""``/releases``: which are loaded, and what changed between two of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response

from skillgap.api.documents import problems
from skillgap.api.parameters import current_catalogue, served_now
from skillgap.api.questions import parameters_of
from skillgap.api.release_questions import DiffQuery, Releases, diff_asked_for
from skillgap.api.release_schemas import ReleaseDiffOut
from skillgap.api.routing import Routes
from skillgap.api.schemas import ReleaseOut, ReleasesOut
from skillgap.api.tables import CSV_TOO, FormatParameter, csv_answer
from skillgap.catalogue import Catalogue, CatalogueWatch
from skillgap.errors import RequestError, SeveralFaults

router = Routes(prefix="/releases", tags=["releases"])

ReleaseInPath = Annotated[str, Path(max_length=20, description="A loaded release, such as 29.2.")]


@router.get(
    "",
    summary="The releases that are loaded",
    response_model=ReleasesOut,
    responses=CSV_TOO,
)
async def list_releases(
    request: Request, response: Response, format_: FormatParameter = "json"
) -> ReleasesOut | Response:
    """Every loaded release, and the one that answers."""
    response.headers["Cache-Control"] = "no-cache"
    releases = [ReleaseOut.of(info) for info in served_now(request).releases]
    current = next((one.release for one in releases if one.current), None)
    if format_ == "csv":
        table = csv_answer(releases, ReleaseOut, names=("releases",))
        table.headers["Cache-Control"] = "no-cache"
        return table
    return ReleasesOut(current=current, releases=releases)


@router.get(
    "/{a}/diff/{b}",
    summary="What changed between two releases?",
    response_model=ReleaseDiffOut,
    responses=problems(
        "several-occupations",
        "invalid-parameter",
        "occupation-not-found",
        "code-of-older-taxonomy",
        "occupation-not-rated",
        "domain-not-loaded",
        "release-not-found",
        "nothing-loaded",
        "release-out-of-reach",
    ),
    openapi_extra={"parameters": parameters_of(DiffQuery)},
)
def get_diff(request: Request, a: ReleaseInPath, b: ReleaseInPath) -> Response:
    """From release `a` to release `b`: the gap of a pair, an occupation, or all in short.

    A rating with the same date and domain source in both was carried over; any other was surveyed
    anew. So a change in a gap tells whether it comes from a new survey, and of which side.
    """
    releases = _releases_asked_for(request, a, b)
    options, found = diff_asked_for(request, releases)
    answer = ReleaseDiffOut.of(releases, options, found)
    return Response(answer.model_dump_json(), media_type="application/json")


def _releases_asked_for(request: Request, a: str, b: str) -> Releases:
    """Both releases as published, read where they are not held.

    Raises NothingLoaded or SeveralFaults.
    """
    current_catalogue(request)
    watch: CatalogueWatch = request.app.state.watch
    found: list[Catalogue] = []
    faults: list[RequestError] = []
    for parameter, release in (("a", a), ("b", b)):
        try:
            found.append(watch.catalogue_of(release, parameter))
        except RequestError as fault:
            faults.append(fault)
    if faults:
        raise SeveralFaults(faults)
    return Releases(*(one.supplemented({}) for one in found))  # no part of a release
