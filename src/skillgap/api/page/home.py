"""The home page: three doors, and examples of what the first one answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from skillgap.api.page.address import Address
from skillgap.api.page.choice import Choice
from skillgap.api.page.frame import render
from skillgap.api.page.query import kept
from skillgap.gap.verdict import Verdict
from skillgap.http.reader import ReaderDep
from skillgap.occupations.charts.rows import NOUNS, kind_of
from skillgap.occupations.pair.query import GapQuery
from skillgap.occupations.pair.schemas import ElementGapOut
from skillgap.occupations.pair.service import compare
from skillgap.occupations.pair.standing import DomainFiguresOut, VerdictOut, VerdictQuery
from skillgap.occupations.pair.verdict import judge
from skillgap.onet.catalogue import Catalogue

EXAMPLES = (
    ("31-1131.00", "29-1141.00"),
    ("41-2031.00", "43-4051.00"),
    ("27-1024.00", "15-1254.00"),
    ("53-3032.00", "49-3023.00"),
)
MOST_GAPS = 4  # of an example's picture
WORDS = {Verdict.CLOSE: "Close", Verdict.STRETCH: "A stretch", Verdict.FAR: "Far"}


class Example(NamedTuple):
    """A comparison that the home page shows in small."""

    verdict: VerdictOut
    word: str  # the verdict, empty where there is none
    says: str
    gaps: list[ElementGapOut]  # the widest certain ones
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
        "examples": await run_in_threadpool(lambda: list(_examples(catalogue, address))),
        "kind_of": kind_of,
        "kept": kept(address.release),
    }
    return render(request, "home.html", values, catalogue=catalogue)


def _examples(catalogue: Catalogue, address: Address) -> Iterator[Example]:
    for source, target in EXAMPLES:
        if all(code in catalogue.profiles["skills"] for code in (source, target)):
            verdict = judge(catalogue, VerdictQuery.model_validate({"from": source, "to": target}))
            gaps = compare(catalogue, GapQuery.model_validate({"from": source, "to": target})).skill_gaps
            yield Example(
                verdict,
                WORDS[verdict.verdict] if verdict.verdict else "",
                _says(verdict.domains),
                [gap for gap in gaps if gap.certainty in ("gap", None)][:MOST_GAPS],
                address.to(source=source, target=target),
            )


def _says(domains: Sequence[DomainFiguresOut]) -> str:
    """What a comparison says in a line: its certain gaps, of the domains whose standard errors tell of any."""
    judged = [figures for figures in domains if figures.certain + figures.possible + figures.negligible]
    if judged:
        named = " and ".join(_number(figures.certain, figures.domain) for figures in judged)
        return f"{named} to raise for certain"
    named = " and ".join(_number(figures.gaps, figures.domain) for figures in domains)
    return f"{named} to raise, how certain is not known"


def _number(count: int, domain: str) -> str:
    return f"{count} {NOUNS[domain][count != 1]}"
