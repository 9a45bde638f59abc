"""``/releases``: which are loaded, and what changed between two of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response

from skillgap.errors import RequestError, SeveralFaults
from skillgap.http.csv_response import CSV_TOO, FormatParameter, csv_answer
from skillgap.http.dependencies import current_catalogue, current_snapshot
from skillgap.http.routing import StrictRouter
from skillgap.occupations.pair.query import parameters_of
from skillgap.occupations.releases.listing import ReleaseOut, ReleasesOut
from skillgap.occupations.releases.query import DiffQuery, ReleasePair, diff_asked_for
from skillgap.occupations.releases.schemas import ReleaseDiffOut
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import LiveCatalogue

router = StrictRouter(prefix="/releases", tags=["releases"])

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
    releases = [ReleaseOut.of(info) for info in current_snapshot(request).releases]
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


def _releases_asked_for(request: Request, a: str, b: str) -> ReleasePair:
    """Both releases as published, read where they are not held.

    Raises NothingLoaded or SeveralFaults.
    """
    current_catalogue(request)
    live: LiveCatalogue = request.app.state.live
    found: list[Catalogue] = []
    faults: list[RequestError] = []
    for parameter, release in (("a", a), ("b", b)):
        try:
            found.append(live.catalogue_of(release, parameter))
        except RequestError as fault:
            faults.append(fault)
    if faults:
        raise SeveralFaults(faults)
    return ReleasePair(*(one.supplemented({}) for one in found))  # no part of a release
