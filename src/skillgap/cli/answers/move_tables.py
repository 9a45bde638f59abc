"""The tables of moves, paths and door openers; a narrow terminal gets the columns that it has room for."""

from __future__ import annotations

from skillgap.cli.answers.output import is_wide, new_table, print_table
from skillgap.occupations.moves.schemas import ClosenessOut, MovesOut, OpenersOut, PathOut, StepOut, WidestGapOut
from skillgap.occupations.schemas import percent_of


def show_moves(answer: MovesOut) -> None:
    """Print a row for each move."""
    heading = (
        f"Moves {answer.direction} {answer.occupation.title} (O*NET {answer.release}): "
        f"{answer.total} of {answer.rated} rated occupations by {answer.measure}"
    )
    columns = {"rank": False, "code": False, "title": True, "distance": False, "gap": False, "coverage": False}
    more = {"zone": False, "related": True, "largest gaps": True}
    table = new_table(columns | more if is_wide() else columns)
    for move in answer.moves:
        cells = (
            str(move.rank),
            move.occupation.onetsoc_code,
            move.occupation.title,
            f"{move.distance:.3f}" + (" *" if move.close else ""),
            f"{move.weighted_gap:.2f}",
            f"{percent_of(move.coverage)}%",
            str(move.job_zone or ""),
            move.related.relatedness_tier if move.related else "",
            _in_words(move.largest_gaps),
        )
        table.add_row(*cells[: len(table.columns)])
    removed = [f"{filter_.name} {filter_.value} left out {filter_.removed}." for filter_ in answer.filters]
    narrowed = "job zone, O*NET's relatedness and the largest gaps"
    print_table(heading, table, *removed, _closeness(answer.closeness), *answer.notes, narrowed=narrowed)


def show_path(answer: PathOut) -> None:
    """Print a row for each step, and one for the direct move."""
    heading = (
        f"{answer.from_occupation.title} -> {answer.to_occupation.title} (O*NET {answer.release}): "
        f"widest step {answer.widest_step:.2f} levels, directly {answer.direct.weighted_gap:.2f}"
    )
    columns = {"step": False, "code": False, "to": True, "gap": False, "coverage": False}
    table = new_table(columns | {"largest gaps": True} if is_wide() else columns)
    for number, step in enumerate(answer.steps, start=1):
        table.add_row(*_step_cells(str(number), step)[: len(table.columns)])
    table.add_section()
    table.add_row(*_step_cells("directly", answer.direct)[: len(table.columns)])
    print_table(heading, table, _closeness(answer.closeness), *answer.notes, narrowed="the largest gaps")


def show_openers(answer: OpenersOut) -> None:
    """Print a row for each skill, those that open most doors first."""
    heading = (
        f"Skills that open doors from {answer.occupation.title} (O*NET {answer.release}): {answer.within_reach} of "
        f"{answer.rated} rated occupations are within reach, up to a gap of {answer.within:.2f} levels"
    )
    columns = {"skill": True, "from": False, "raised to": False, "opens": False}
    table = new_table(columns | {"occupations": True} if is_wide() else columns)
    for opener in answer.openers:
        cells = (
            opener.element_name,
            f"{opener.from_level:.2f}",
            f"{opener.raised_to:.2f}",
            str(opener.opens),
            ", ".join(occupation.title for occupation in opener.occupations),
        )
        table.add_row(*cells[: len(table.columns)])
    print_table(heading, table, *answer.notes, narrowed="the first occupations that each skill opens")


def _step_cells(number: str, step: StepOut) -> tuple[str, ...]:
    return (
        number,
        step.to_occupation.onetsoc_code,
        step.to_occupation.title,
        f"{step.weighted_gap:.2f}" + (" *" if step.close else ""),
        f"{percent_of(step.coverage)}%",
        _in_words(step.largest_gaps),
    )


def _in_words(gaps: list[WidestGapOut]) -> str:
    return ", ".join(f"{gap.element_name} {gap.difference:.2f}" for gap in gaps)


def _closeness(closeness: ClosenessOut) -> str:
    return (
        f"* close: {closeness.measure} of {' and '.join(closeness.domains)} up to "
        f"{closeness.threshold:.3f}, calibrated on {closeness.pairs} pairs."
    )
