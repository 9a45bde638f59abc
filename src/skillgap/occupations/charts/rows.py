"""What a picture of a comparison shows: which elements, in which order, and the counts above it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from skillgap.http.parameters import DOMAIN_DESCRIPTION, LEVELS_DESCRIPTION
from skillgap.occupations.pair.query import GapQuery, PairQuery
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut, SummaryOut
from skillgap.occupations.pair.service import compare
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import Levels

RatedDomain = Literal["skills", "knowledge", "abilities", "work_activities"]


class Filters(BaseModel):
    """What is shown of a comparison; filters never change the figures themselves."""

    show: Literal["gaps", "all", "surplus"] = Field(default="gaps", description="What is drawn.")
    min_gap: float = Field(default=0, ge=0, le=7, allow_inf_nan=False, description="The smallest gap that is shown.")
    certain: bool = Field(default=False, description="Of the gaps, only those of class `gap` are shown.")
    levels: Levels | None = Field(default=None, description=LEVELS_DESCRIPTION)


class View(Filters):
    """What is drawn of a comparison in one domain."""

    domain: RatedDomain = Field(default="skills", description=DOMAIN_DESCRIPTION)


class ChartQuery(View, PairQuery):
    """The parameters of a chart."""


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


class Row(NamedTuple):
    """An element as the picture and the table show it."""

    element: ElementGapOut
    kind: str  # one of KINDS
    shown: bool


def whole_comparison(catalogue: Catalogue, source: str, target: str, domain: str, levels: Levels) -> SkillGapOut:
    """Two occupations compared without filters, with examples of what levels mean.

    Raises what ``compare`` raises.
    """
    query = {"from": source, "to": target, "domain": domain, "levels": levels, "include": "all", "explain": "anchors"}
    return compare(catalogue, GapQuery.model_validate(query))


def kind_of(element: ElementGapOut) -> str:
    """The class that gives an element its colour."""
    if element.difference > 0:
        return element.certainty or "unjudged"
    return "met" if element.difference == 0 else "surplus"


def rows_of(answer: SkillGapOut, view: Filters) -> list[Row]:
    """The elements that an answer lists, the widest gap first; where surplus alone is shown, the widest of that."""
    certain = view.certain and is_judged(answer)
    rows = [
        Row(element, kind_of(element), _is_shown(element, view) and _counts(element, view.min_gap, certain))
        for element in answer.elements()
    ]
    return sorted(rows, key=lambda row: row.element.difference) if view.show == "surplus" else rows


def is_judged(answer: SkillGapOut) -> bool:
    """Whether any gap has a published standard error, so that some can be called certain."""
    return any(element.certainty for element in answer.skill_gaps)


def in_order(rows: list[Row], sort: str) -> list[Row]:
    """The rows in the table's order: names from A, figures from the largest; ``-`` turns it."""
    column = sort.removeprefix("-")
    ordered = sorted(rows, key=lambda row: _sort_key(row, column))
    return ordered[::-1] if sort.startswith("-") else ordered


def counted(summary: SummaryOut, domain: str) -> str:
    """The gaps in figures, certain ones first; no filter changes them."""
    compared = f"{summary.compared} {NOUNS[domain][summary.compared != 1]}"
    if not summary.gaps:
        return f"No gap in {compared}"
    if not summary.certain + summary.possible + summary.negligible:
        return f"{_gaps(summary.gaps)} in {compared}; no standard errors tell how certain"
    return (
        f"{_gaps(summary.certain, 'certain ')}, {summary.possible} possible, {summary.negligible} negligible "
        f"in {compared}"
    )


def hidden_by_filters(rows: Sequence[Row]) -> str:
    """What the filters leave out; empty where they leave out nothing."""
    gaps = [row for row in rows if row.element.difference > 0]
    hidden = sum(not row.shown for row in gaps)
    return f"Hidden by the filters: {hidden} of {_gaps(len(gaps))}." if hidden else ""


def _gaps(number: int, kind: str = "") -> str:
    return f"{number} {kind}gap{'' if number == 1 else 's'}"


def _counts(element: ElementGapOut, min_gap: float, certain: bool) -> bool:
    if element.difference <= 0:
        return True
    return element.difference >= min_gap and (not certain or element.certainty == "gap")


def _is_shown(element: ElementGapOut, view: Filters) -> bool:
    return {"all": True, "gaps": element.difference > 0, "surplus": element.difference < 0}[view.show]


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
        "certainty": list(KINDS).index(row.kind),
    }
    return first[column], -importance, element.element_id
