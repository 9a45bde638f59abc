"""The commands that answer from the release loaded: ``gap``, ``moves``, ``path``, ``search``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from skillgap.database.engine import connect
from skillgap.gap.distances import DEFAULT_MEASURE, Measure
from skillgap.gap.transitions import Direction
from skillgap.http.parameters import LARGEST_PAGE
from skillgap.occupations.moves.query import MOST_STEPS, MovesQuery, PathQuery
from skillgap.occupations.moves.schemas import MovesOut, PathOut, StepOut, WidestGapOut
from skillgap.occupations.moves.service import find_path, rank_moves
from skillgap.occupations.pair.query import GapQuery
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.pair.service import compare
from skillgap.onet.catalogue import Catalogue, current_catalogue
from skillgap.settings import DatabaseSettings

FromArgument = Annotated[str, typer.Argument(metavar="FROM", help="O*NET-SOC code.")]
ToArgument = Annotated[str, typer.Argument(metavar="TO", help="O*NET-SOC code.")]
JsonOption = Annotated[bool, typer.Option("--json", help="The API's answer instead of a table.")]


def gap(source: FromArgument, target: ToArgument, as_json: JsonOption = False) -> None:
    """Show what TO requires above FROM's levels."""
    answer = compare(read_current(), GapQuery.model_validate({"from": source, "to": target}))
    _show(answer, _show_gap, as_json=as_json)


def moves(
    occupation: Annotated[str, typer.Argument(metavar="CODE", help="O*NET-SOC code.")],
    *,
    direction: Annotated[Direction, typer.Option(help="Moves from CODE, or moves to it.")] = Direction.FROM,
    measure: Annotated[Measure, typer.Option(help="What is near.")] = DEFAULT_MEASURE,
    min_coverage: Annotated[
        float | None, typer.Option(min=0, max=1, help="Leave out moves with a smaller coverage.")
    ] = None,
    max_job_zone_difference: Annotated[
        int | None, typer.Option(min=0, max=4, help="Leave out what is more job zones away.")
    ] = None,
    other_major_group: Annotated[
        bool, typer.Option("--other-major-group", help="Leave out CODE's own SOC major group.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=LARGEST_PAGE, help="How many to show.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the occupations nearest to CODE, and what each move takes."""
    query = MovesQuery(
        direction=direction,
        measure=measure,
        min_coverage=min_coverage,
        max_job_zone_difference=max_job_zone_difference,
        other_major_group=other_major_group,
        limit=limit,
    )
    _show(rank_moves(read_current(), occupation, query, "CODE"), _show_moves, as_json=as_json)


def path(
    source: FromArgument,
    target: ToArgument,
    max_steps: Annotated[int, typer.Option(min=1, max=MOST_STEPS, help="Steps, at most.")] = 3,
    as_json: JsonOption = False,
) -> None:
    """Show by which stepping stones TO can be reached from FROM."""
    query = PathQuery.model_validate({"from": source, "to": target, "max_steps": max_steps})
    _show(find_path(read_current(), query), _show_path, as_json=as_json)


def search(text: Annotated[str, typer.Argument(help="Code, title or lay title.")]) -> None:
    """Find occupations."""
    catalogue = read_current()
    table = Table("code", "title", "rated", "matched")
    for match in catalogue.search().find(text)[:20]:
        title = catalogue.occupations[match.onetsoc_code].title
        rated = "yes" if catalogue.is_rated(match.onetsoc_code) else "no"
        table.add_row(match.onetsoc_code, title, rated, match.matched_text)
    Console().print(table if table.row_count else f"Nothing found for {text!r}.")


def read_current() -> Catalogue:
    """The current release of the database that the settings name; raises NothingLoaded."""
    return current_catalogue(connect(DatabaseSettings().url()))


def _show(answer: BaseModel, show: Callable[[Any], None], *, as_json: bool) -> None:
    """Write an answer as JSON, which is also for what is not a terminal, or show it as a table."""
    if as_json or not sys.stdout.isatty():
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
    else:
        show(answer)


def _show_gap(answer: SkillGapOut) -> None:
    summary = answer.summary
    title = (
        f"{answer.source_title} -> {answer.to_occupation.title} (O*NET {answer.release}): "
        f"{summary.gaps} gaps, {summary.missing} missing, coverage {summary.coverage:.0%}"
    )
    table = Table("skill", "status", "from", "to", "difference", "importance", title=title)
    for gap in answer.skill_gaps:
        table.add_row(
            gap.element_name,
            gap.status + (" *" if gap.low_precision else ""),
            f"{gap.from_level:.2f}",
            f"{gap.to_level:.2f}",
            f"{gap.difference:.2f}",
            f"{gap.to_importance:.2f}" if gap.to_importance is not None else "",
        )
    Console().print(table)
    if any(gap.low_precision for gap in answer.skill_gaps):
        Console().print("* O*NET recommends suppressing one of the levels: the estimate is imprecise.")


def _show_moves(answer: MovesOut) -> None:
    title = (
        f"Moves {answer.direction} {answer.occupation.title} (O*NET {answer.release}): "
        f"{answer.total} of {answer.rated} rated occupations by {answer.measure}"
    )
    columns = ("rank", "code", "title", answer.measure, "gap", "coverage", "zone", "related")
    table = Table(*columns, "largest gaps", title=title)
    for move in answer.moves:
        table.add_row(
            str(move.rank),
            move.occupation.onetsoc_code,
            move.occupation.title,
            f"{move.distance:.3f}" + (" *" if move.close else ""),
            f"{move.weighted_gap:.2f}",
            f"{move.coverage:.0%}",
            str(move.job_zone or ""),
            move.related.relatedness_tier if move.related else "",
            _in_words(move.largest_gaps),
        )
    removed = [f"{filter_.name} {filter_.value} left out {filter_.removed}." for filter_ in answer.filters]
    _print(table, removed, answer)


def _show_path(answer: PathOut) -> None:
    title = (
        f"{answer.from_occupation.title} -> {answer.to_occupation.title} (O*NET {answer.release}): "
        f"widest step {answer.widest_step:.2f} levels, directly {answer.direct.weighted_gap:.2f}"
    )
    table = Table("step", "code", "to", "gap", "coverage", "largest gaps", title=title)
    for number, step in enumerate(answer.steps, start=1):
        table.add_row(str(number), *_step_cells(step))
    table.add_section()
    table.add_row("directly", *_step_cells(answer.direct))
    _print(table, [], answer)


def _step_cells(step: StepOut) -> tuple[str, ...]:
    return (
        step.to_occupation.onetsoc_code,
        step.to_occupation.title,
        f"{step.weighted_gap:.2f}" + (" *" if step.close else ""),
        f"{step.coverage:.0%}",
        _in_words(step.largest_gaps),
    )


def _in_words(gaps: list[WidestGapOut]) -> str:
    return ", ".join(f"{gap.element_name} {gap.difference:.2f}" for gap in gaps)


def _print(table: Table, removed: list[str], answer: MovesOut | PathOut) -> None:
    closeness = answer.closeness
    close = (
        f"* close: {closeness.measure} of {' and '.join(closeness.domains)} up to "
        f"{closeness.threshold:.3f}, calibrated on {closeness.pairs} pairs."
    )
    for text in (table, *removed, close, *answer.notes):
        Console().print(text)
