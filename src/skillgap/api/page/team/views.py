"""What ``/team`` shows of a review and of a plan: parts of both, for a page that a person reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from skillgap.api.page.team.form import OUT, Unclear
from skillgap.gap.verdict import ORDER
from skillgap.occupations.schemas import percent_of
from skillgap.occupations.team.people_file import Person
from skillgap.occupations.team.plan import NOT_FOR, WHY_NOT, TeamPlan
from skillgap.occupations.team.review import Review
from skillgap.occupations.team.schemas import PersonPlan, SkillNeed
from skillgap.occupations.team.titles import Candidate, candidates_of
from skillgap.onet.catalogue import Catalogue

MOST_TITLES = 100  # of a list in the review
MOST_LEFT_OUT = 100
MOST_PEOPLE_SHOWN = 100
MATRIX_PEOPLE, MATRIX_SKILLS = 40, 10
NEEDS = 10


class TitleRow(NamedTuple):
    """A title in the review, what it is coded as or may be, and what was chosen for it."""

    title: str
    rows: int
    reason: str | None
    candidates: Sequence[Candidate]
    chosen: str  # a code, OUT, or nothing
    unclear: Unclear | None


class PersonRow(NamedTuple):
    """A person in the plan: the figures, and the difference of the skills in the matrix."""

    person: Person
    plan: PersonPlan
    differences: Sequence[float]
    lacks: Sequence[bool]


def review_values(catalogue: Catalogue, review: Review, unclear: Mapping[str, Unclear]) -> dict[str, object]:
    """The titles to choose for, those that are sure, and how far the coding is."""
    to_choose = sorted(review.unsure, key=lambda title: (title not in unclear, title in review.choices))
    changed = sorted(review.sure, key=lambda title: (title not in unclear, title not in review.choices))
    return {
        "step": "coding" if review.waiting else "review",
        "titles_of": catalogue.occupations,
        "to_choose": _title_rows(catalogue, review, to_choose[:MOST_TITLES], unclear),
        "sure": _title_rows(catalogue, review, changed[:MOST_TITLES], unclear),
        "unclear": unclear,
        "most_titles": MOST_TITLES,
        "most_left_out": MOST_LEFT_OUT,
        "out": OUT,
        "percent_of": percent_of,
    }


def _title_rows(
    catalogue: Catalogue, review: Review, titles: Sequence[str], unclear: Mapping[str, Unclear]
) -> list[TitleRow]:
    """The titles with their candidates, which are found again: the form carries none."""
    if review.waiting:
        return []
    found = candidates_of(catalogue, titles)
    return [
        TitleRow(
            title=title,
            rows=review.rows[title],
            reason=review.titles[title].reason,
            candidates=_with_choice(found[title], review.choices.get(title)),
            chosen=(review.choices[title] or OUT) if title in review.choices else "",
            unclear=unclear.get(title),
        )
        for title in titles
    ]


def _with_choice(candidates: Sequence[Candidate], chosen: str | None) -> Sequence[Candidate]:
    """The candidates, and at the end what was chosen beside them."""
    if chosen is None or chosen in [candidate.code for candidate in candidates]:
        return candidates
    return [*candidates, Candidate(chosen, None, "chosen by you")]


def plan_values(plan: TeamPlan) -> dict[str, object]:
    """The summary by skill, the people by what their moves take, and the matrix of the first of them."""
    needs = plan.skill_needs()
    columns = [need for need in needs[:MATRIX_SKILLS] if need.lack]
    shown = plan.order[:MOST_PEOPLE_SHOWN]
    people = [_person_row(plan, i, columns) for i in shown]
    codes = plan.targets
    return {
        "step": "plan",
        "plan": plan,
        "needs": [need for need in needs[:NEEDS] if need.lack],
        "lacking_skills": sum(need.lack > 0 for need in needs),
        "columns": columns,
        "people": people,
        "matrix_people": people[:MATRIX_PEOPLE],
        "verdicts": _verdict_counts(plan),
        "one_target": plan.catalogue.occupations[next(iter(codes))].title if len(codes) == 1 else None,
        "most_left_out": MOST_LEFT_OUT,
        "not_for": NOT_FOR,
        "why_not": WHY_NOT,
        "percent_of": percent_of,
    }


def _person_row(plan: TeamPlan, i: int, columns: Sequence[SkillNeed]) -> PersonRow:
    places = {element_id: k for k, (element_id, _) in enumerate(plan.elements)}
    shown = [places[need.element_id] for need in columns]
    differences, lacks = plan.differences(i), plan.lacks[i].tolist()
    return PersonRow(
        plan.moves[i].person, plan.person_plan(i), [differences[k] for k in shown], [lacks[k] for k in shown]
    )


def _verdict_counts(plan: TeamPlan) -> list[tuple[str, int]]:
    counts = Counter(plan.verdicts)
    return [(verdict.value, counts[verdict]) for verdict in ORDER]
