"""The page's picture: which elements it shows, in which order, and the headline above it.

``static/answer.js`` does the same when a filter is moved; a test holds the two together.
"""

from __future__ import annotations

from typing import NamedTuple

from skillgap.occupations.charts.view import Address
from skillgap.occupations.pair.query import GapOptions, Side
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
from skillgap.onet.catalogue import Catalogue

NOUNS = {
    "skills": ("skill", "skills"),
    "knowledge": ("field of knowledge", "fields of knowledge"),
    "abilities": ("ability", "abilities"),
    "work_activities": ("work activity", "work activities"),
}
KINDS = {
    "gap": "Certain gap: the interval is above 0",
    "possible_gap": "Possible gap: the interval holds 0",
    "negligible": "Negligible: less than half a level",
    "unjudged": "Gap: no standard errors tell how certain",
    "met": "Met: the same level",
    "surplus": "Surplus: more than is needed",
}
CERTAINTY_ORDER = list(KINDS)


class Row(NamedTuple):
    """An element as the picture and the table show it."""

    element: ElementGapOut
    kind: str  # one of KINDS
    shown: bool


class Headline(NamedTuple):
    """The answer in words, and what the filters leave out of it."""

    sentence: str
    filters: str


def whole_comparison(catalogue: Catalogue, address: Address) -> SkillGapOut:
    """Everything the page tells of two codes: unfiltered, with examples of what levels mean.

    Raises what ``Catalogue.profile`` raises.
    """
    asked = GapOptions(domain=address.domain, include="all", explain="anchors")
    sides = (
        Side(code, catalogue.profile(code, side, address.domain))
        for side, code in (("from", address.source), ("to", address.target))
    )
    return SkillGapOut.of(catalogue, asked, *sides)


def kind_of(element: ElementGapOut) -> str:
    """The class that gives an element its colour."""
    if element.difference > 0:
        return element.certainty or "unjudged"
    return "met" if element.difference == 0 else "surplus"


def rows_of(answer: SkillGapOut, address: Address) -> list[Row]:
    """Every element of an answer with met and surplus, the widest gap first."""
    elements = [*answer.skill_gaps, *(answer.met or ()), *(answer.surplus or ())]
    certain = address.certain and is_judged(answer)
    return [
        Row(one, kind_of(one), _asked_for(one, address) and _counts(one, address.min_gap, certain)) for one in elements
    ]


def is_judged(answer: SkillGapOut) -> bool:
    """Whether any gap has a published standard error, so that some can be called certain."""
    return any(one.certainty for one in answer.skill_gaps)


def in_order(rows: list[Row], sort: str) -> list[Row]:
    """The rows in the table's order: names from A, figures from the largest; ``-`` turns it."""
    column = sort.removeprefix("-")
    ordered = sorted(rows, key=lambda row: _sort_key(row, column))
    return ordered[::-1] if sort.startswith("-") else ordered


def headline(answer: SkillGapOut, address: Address) -> Headline:
    """The answer in words."""
    certain = address.certain and is_judged(answer)
    counted = [one for one in answer.skill_gaps if _counts(one, address.min_gap, certain)]
    new = sum(one.status == "missing" for one in counted)
    percent = percent_of(answer.summary.coverage)
    return Headline(
        f"{source_title(answer)} bring {percent}\u00a0% of what "
        f"{answer.to_occupation.title} need; {_to_raise(len(counted), new, address.domain)}.",
        _filters(address.min_gap, certain=certain),
    )


def source_title(answer: SkillGapOut) -> str:
    """Who is compared with the target."""
    return answer.from_occupation.title if answer.from_occupation else "You"


def percent_of(coverage: float) -> int:
    """A coverage in whole per cent; 100 only when nothing lacks."""
    return 100 if coverage == 1 else min(99, round(coverage * 100))


def _counts(element: ElementGapOut, min_gap: float, certain: bool) -> bool:
    if element.difference <= 0:
        return True
    return element.difference >= min_gap and (not certain or element.certainty == "gap")


def _asked_for(element: ElementGapOut, address: Address) -> bool:
    return {
        "all": True,
        "gaps": element.difference > 0,
        "surplus": element.difference < 0,
    }[address.show]


def signed(difference: float) -> str:
    """A difference with its sign: a real minus, and none for 0."""
    return f"{difference:+.2f}".replace("-", "\u2212") if difference else "0.00"


def _sort_key(row: Row, column: str) -> tuple[float | str, float, str]:
    element, importance = row.element, row.element.to_importance or 0
    first: dict[str, float | str] = {
        "name": element.element_name,
        "from": -element.from_level,
        "to": -element.to_level,
        "gap": -element.difference,
        "importance": -importance,
        "certainty": CERTAINTY_ORDER.index(row.kind),
    }
    return first[column], -importance, element.element_id


def _to_raise(gaps: int, new: int, domain: str) -> str:
    if not gaps:
        return "nothing to raise"
    text = f"{gaps} {NOUNS[domain][gaps > 1]} to raise"
    if not new:
        return text
    if new == gaps:
        return f"{text}, {'a new one' if gaps == 1 else 'all of them new'}"
    return f"{text}, {new} of them new"


def _filters(min_gap: float, *, certain: bool) -> str:
    parts = []
    if min_gap:
        parts.append(f"gaps of {min_gap:g} levels or more")
    if certain:
        parts.append("only certain gaps")
    return f"Counted: {', '.join(parts)}." if parts else ""
