"""The page's picture: which elements it shows, in which order, and the headline above it.

``static/answer.js`` does the same when a filter is moved; a test holds the two together.
"""

from typing import Literal, NamedTuple

from pydantic import BaseModel, Field

from skillgap.http.parameters import DOMAIN_DESCRIPTION, LEVELS_DESCRIPTION
from skillgap.occupations.pair.query import GapQuery, PairQuery
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
from skillgap.occupations.pair.service import compare
from skillgap.occupations.schemas import percent_of
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import Levels

RatedDomain = Literal["skills", "knowledge", "abilities", "work_activities"]


class View(BaseModel):
    """What is shown of a comparison; filters never change the figures themselves."""

    domain: RatedDomain = Field(default="skills", description=DOMAIN_DESCRIPTION)
    show: Literal["gaps", "all", "surplus"] = Field(default="gaps", description="What is drawn.")
    min_gap: float = Field(default=0, ge=0, le=7, allow_inf_nan=False, description="The smallest gap that counts.")
    certain: bool = Field(default=False, description="Only gaps of class `gap` count.")
    levels: Levels | None = Field(default=None, description=LEVELS_DESCRIPTION)


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


class Headline(NamedTuple):
    """The answer in words, and what the filters leave out of it."""

    sentence: str
    filters: str


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


def rows_of(answer: SkillGapOut, view: View) -> list[Row]:
    """The elements that an answer lists, the widest gap first."""
    certain = view.certain and is_judged(answer)
    return [
        Row(element, kind_of(element), _is_shown(element, view) and _counts(element, view.min_gap, certain))
        for element in answer.elements()
    ]


def is_judged(answer: SkillGapOut) -> bool:
    """Whether any gap has a published standard error, so that some can be called certain."""
    return any(element.certainty for element in answer.skill_gaps)


def in_order(rows: list[Row], sort: str) -> list[Row]:
    """The rows in the table's order: names from A, figures from the largest; ``-`` turns it."""
    column = sort.removeprefix("-")
    ordered = sorted(rows, key=lambda row: _sort_key(row, column))
    return ordered[::-1] if sort.startswith("-") else ordered


def headline(answer: SkillGapOut, view: View) -> Headline:
    """The answer in words."""
    certain = view.certain and is_judged(answer)
    counted = [element for element in answer.skill_gaps if _counts(element, view.min_gap, certain)]
    new = sum(element.status == "missing" for element in counted)
    percent = percent_of(answer.summary.coverage)
    return Headline(
        f"{answer.source_title} bring {percent}\u00a0% of what "
        f"{answer.to_occupation.title} need; {_to_raise(len(counted), new, view.domain)}.",
        _filters(view.min_gap, certain=certain),
    )


def _counts(element: ElementGapOut, min_gap: float, certain: bool) -> bool:
    if element.difference <= 0:
        return True
    return element.difference >= min_gap and (not certain or element.certainty == "gap")


def _is_shown(element: ElementGapOut, view: View) -> bool:
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
    parts = [f"gaps of {min_gap:g} levels or more"] if min_gap else []
    if certain:
        parts.append("only certain gaps")
    return f"Counted: {', '.join(parts)}." if parts else ""
