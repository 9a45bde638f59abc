"""``skillgap gap``: two occupations compared."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from skillgap.cli.answers.occupation import BY_CODE_OR_TITLE, name_occupations, read_current
from skillgap.cli.answers.output import (
    CsvOption,
    JsonOption,
    choose_form,
    new_table,
    print_table,
    read_query,
    write_answer,
)
from skillgap.http.parameters import Domain
from skillgap.occupations.pair.query import GapQuery
from skillgap.occupations.pair.routes import gap_csv
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.pair.service import compare
from skillgap.occupations.pair.standing import VerdictOut, VerdictQuery
from skillgap.occupations.pair.verdict import judge
from skillgap.occupations.schemas import percent_of
from skillgap.settings import LlmSettings

FromArgument = Annotated[str, typer.Argument(metavar="FROM", help=BY_CODE_OR_TITLE)]
ToArgument = Annotated[str, typer.Argument(metavar="TO", help=BY_CODE_OR_TITLE)]
DomainOption = Annotated[Domain, typer.Option(help="What to compare.")]


def gap(
    source: FromArgument,
    target: ToArgument,
    *,
    domain: DomainOption = "skills",
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show what TO requires above FROM's levels.

    Example: skillgap gap "nursing assistants" 29-1141
    """
    form = choose_form(as_json=as_json, as_csv=as_csv)
    catalogue = read_current()
    source_code, target_code = name_occupations(catalogue, {"FROM": source, "TO": target})
    query = read_query(GapQuery, from_=source_code, to_=target_code, domain=domain)
    levels = LlmSettings().levels
    answer = compare(catalogue, query.with_levels(levels))
    judged = judge(catalogue, read_query(VerdictQuery, from_=source_code, to_=target_code), levels)
    write_answer(answer, form, partial(_show_gap, judged), gap_csv)


def _show_gap(judged: VerdictOut, answer: SkillGapOut) -> None:
    summary = answer.summary
    heading = (
        f"{answer.source_title} -> {answer.to_occupation.title} (O*NET {answer.release}): "
        f"{summary.gaps} gaps, {summary.missing} missing, coverage {percent_of(summary.coverage)}%"
    )
    wraps = {"skill" if answer.domain == "skills" else "element": True}
    fixed = dict.fromkeys(("status", "from", "to", "difference", "importance"), False)
    table = new_table(wraps | fixed)
    for gap in answer.skill_gaps:
        table.add_row(
            gap.element_name,
            gap.status + (" *" if gap.low_precision else ""),
            f"{gap.from_level:.2f}",
            f"{gap.to_level:.2f}",
            f"{gap.difference:.2f}",
            f"{gap.to_importance:.2f}" if gap.to_importance is not None else "",
        )
    imprecise = "* O*NET recommends suppressing one of the levels: the estimate is imprecise."
    marked = any(gap.low_precision for gap in answer.skill_gaps)
    print_table(f"{_verdict_line(judged)}\n{heading}", table, *([imprecise] if marked else []), *answer.notes)


def _verdict_line(judged: VerdictOut) -> str:
    """The verdict and where the target stands, or why there is none."""
    if judged.closer_than is None:
        return f"No verdict. {judged.sentence}"
    return (
        f"{judged.sentence} Closer than {percent_of(judged.closer_than)}% of the occupations: "
        f"number {judged.rank} of {judged.ranked}."
    )
