"""The home page: three doors, and examples of what the first one answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fastapi import Request, Response

from skillgap.api.page.address import Address
from skillgap.api.page.choice import Choice
from skillgap.api.page.frame import render
from skillgap.http.reader import ReaderDep
from skillgap.occupations.charts.rows import Row, rows_of, whole_comparison
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.onet.catalogue import Catalogue

EXAMPLES = (
    ("31-1131.00", "29-1141.00"),
    ("41-2031.00", "43-4051.00"),
    ("49-3023.00", "47-2111.00"),
    ("25-2021.00", "15-1254.00"),
)
MOST_ROWS = 4  # of an example's picture


class Example(NamedTuple):
    """A comparison that the home page shows in small."""

    answer: SkillGapOut
    rows: list[Row]  # the widest certain gaps
    says: str
    address: str


async def home_page(request: Request, reader: ReaderDep) -> Response:
    """The doors to a comparison, to what fits a person, and to a plan for a team."""
    address = Address.of(request.query_params)
    catalogue = await reader.open(address.release)
    values = {
        "address": address,
        "section": "compare",
        "source": Choice(""),
        "target": Choice(""),
        "examples": list(_examples(catalogue, address)),
    }
    return render(request, "home.html", values, catalogue=catalogue)


def _examples(catalogue: Catalogue, address: Address) -> Iterator[Example]:
    for source, target in EXAMPLES:
        if all(code in catalogue.profiles["skills"] for code in (source, target)):
            answer = whole_comparison(catalogue, source, target, "skills", "published")
            rows = [row for row in rows_of(answer, address) if row.kind in ("gap", "unjudged")]
            yield Example(answer, rows[:MOST_ROWS], _says(answer), address.to(source=source, target=target))


def _says(answer: SkillGapOut) -> str:
    """What a comparison says in a line: by its certain gaps, where errors are published."""
    summary = answer.summary
    if not summary.certain + summary.possible + summary.negligible:
        return f"{summary.gaps} skills to raise; how certain, the sample does not say."
    return f"{summary.certain} of {summary.compared} skills to raise for certain."
