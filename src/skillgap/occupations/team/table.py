"""A plan as one table: a line a person, the figures of the move and every skill, those left out at the end."""

from __future__ import annotations

from collections.abc import Iterator

from skillgap.http.csv_response import cells, columns, csv_text
from skillgap.occupations.team.plan import NOT_FOR, TeamPlan
from skillgap.occupations.team.schemas import PersonPlan

WRITTEN = ("line", "person", "present_title", "target_title", "problem")
PARTS = 500  # lines of text made together


def plan_csv(plan: TeamPlan) -> Iterator[str]:
    """The plan as CSV, some lines at a time: sorted by what the moves take; differences are target minus source."""
    figures, skills = columns(PersonPlan), [name for _, name in plan.elements]
    yield csv_text([["release", "made_on", "use", *WRITTEN, *figures, *skills]])
    about = [plan.catalogue.info.release, plan.made_on.isoformat(), NOT_FOR]
    for first in range(0, len(plan.order), PARTS):
        yield csv_text([*about, *row] for row in planned_rows(plan, plan.order[first : first + PARTS]))
    empty = [None] * (len(figures) + len(skills))
    yield csv_text([*about, *row, *empty] for row in left_out_rows(plan))


def planned_rows(plan: TeamPlan, order: list[int]) -> Iterator[list[object]]:
    """The cells of these moves: what was written, no problem, the figures, the differences."""
    for i in order:
        person = plan.moves[i].person
        yield [*person, None, *cells(plan.person_plan(i)), *plan.differences(i)]


def left_out_rows(plan: TeamPlan) -> Iterator[list[object]]:
    """The rows of the file that are not in the plan: what was written, and why."""
    for left in plan.not_coded:
        yield [*left.person, f"{left.column}: {left.reason}"]
    for fault in plan.faults:
        yield [fault.line, None, None, None, fault.text]
