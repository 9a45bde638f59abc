"""``/releases``: which are loaded, and what changed between two of them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import BaseModel

from skillgap.http.csv_response import CSV_TOO, Formatted, csv_answer
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.releases.query import DiffQuery, read_pair
from skillgap.occupations.releases.schemas import (
    ChangedGapOut,
    ChangedOccupationRatingOut,
    ChangedRatingOut,
    OccupationSummaryOut,
    ReleaseDiffOut,
    ReleaseOut,
    ReleasesOut,
)
from skillgap.occupations.releases.service import compare_releases

router = StrictRouter(prefix="/releases", tags=["releases"])

ReleaseInPath = Annotated[str, Path(max_length=20, description="A loaded release.", examples=["29.2"])]


@router.get("", summary="The releases that are loaded", response_model=ReleasesOut, responses=CSV_TOO)
async def list_releases(
    query: Annotated[Formatted, Query()], reader: ReaderDep, response: Response
) -> ReleasesOut | Response:
    """Every loaded release, and the current one."""
    answer = ReleasesOut.of(reader.releases())
    csv = releases_csv(answer) if query.format == "csv" else None
    (csv or response).headers["Cache-Control"] = "no-cache"
    return csv or answer


def releases_csv(answer: ReleasesOut) -> Response:
    """The releases as CSV."""
    return csv_answer(answer.releases, ReleaseOut, names=("releases",))


@router.get(
    "/{a}/diff/{b}", summary="What changed between two releases?", response_model=ReleaseDiffOut, responses=CSV_TOO
)
def get_release_diff(
    a: ReleaseInPath, b: ReleaseInPath, query: Annotated[DiffQuery, Query()], reader: ReaderDep
) -> ReleaseDiffOut | Response:
    """From release `a` to release `b`: the gap of a pair, an occupation, an element, or all in short.

    A rating with the same date and domain source in both was carried over; any other was surveyed anew. So a change in
    a gap tells whether it comes from a new survey, and of which side.
    """
    answer = compare_releases(read_pair(reader.catalogue, a, b), query)
    return answer if query.format == "json" else difference_csv(answer)


def difference_csv(answer: ReleaseDiffOut) -> Response:
    """What changed as CSV: the list of what was requested."""
    rows: Sequence[BaseModel] = ()
    row: type[BaseModel] = OccupationSummaryOut
    named: list[str] = []
    if answer.gap:
        rows, row = answer.gap.changed or (), ChangedGapOut
        named = [answer.gap.from_occupation.onetsoc_code, answer.gap.to_occupation.onetsoc_code]
    elif answer.occupation:
        rows, row = answer.occupation.changed, ChangedRatingOut
        named = [answer.occupation.occupation.onetsoc_code]
    elif answer.element:
        rows, row, named = answer.element.changed, ChangedOccupationRatingOut, [answer.element.element_id]
    elif answer.occupations:
        rows = answer.occupations.changed
    first = {"from_release": answer.before, "to_release": answer.after}
    return csv_answer(rows, row, names=("diff", answer.before, answer.after, *named), first=first)
