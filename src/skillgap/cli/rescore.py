"""``skillgap rescore``, ``rescore report`` and ``rescore calibrate``."""

from __future__ import annotations

import asyncio
import sys
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from skillgap.cli.rescore_job import (
    calibrate,
    configured_rater,
    open_chat,
    open_database,
    read_current,
    require_no_fault,
    run_rescoring,
)
from skillgap.cli.rescore_tables import report_json, show_report
from skillgap.database.transactions import reading
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.codes import parse_code
from skillgap.onet.rescoring import call_log
from skillgap.onet.rescoring.calibrate import report
from skillgap.onet.rescoring.plan import plan, sample_occupations, unrated_occupations
from skillgap.settings import LlmSettings

app = typer.Typer(invoke_without_command=True, add_completion=False)

OFF = "Rescoring is off: LLM_MODEL is not set. No model was called, nothing has changed."
WIDTH = 120  # characters of a report that is not on a terminal

SeedOption = Annotated[int, typer.Option(help="Of the sample and of its halves.")]


@app.callback()
def rescore_command(
    context: typer.Context,
    *,
    occupations: Annotated[str | None, typer.Option(help="O*NET-SOC codes, with commas between them.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="So many rated ones, over job families and zones.")] = None,
    unrated: Annotated[bool, typer.Option(help="Those that O*NET has not rated.")] = False,
    seed: SeedOption = 1,
    dry_run: Annotated[bool, typer.Option(help="Only say what it would cost.")] = False,
) -> None:
    """Let a language model (LLM_MODEL) judge levels, beside O*NET's and never over them.

    Without a choice: every occupation, the unrated ones first. Levels that are stored are not
    requested again, so it can be stopped at any moment and resumes where it was.
    """
    if context.invoked_subcommand is not None:
        return
    settings = LlmSettings()
    if settings.llm_model is None:
        Console(stderr=True).print(OFF)
        return
    engine = open_database()
    catalogue = read_current(engine)
    codes = _codes(catalogue, occupations, sample, unrated=unrated, seed=seed)
    if dry_run:
        asyncio.run(_show_cost(engine, settings, catalogue, codes))
        return
    require_no_fault(run_rescoring(engine, settings, catalogue, codes))


@app.command("report")
def report_command(
    seed: SeedOption = 1,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as JSON.")] = False,
    chart: Annotated[Path | None, typer.Option(help="Write the table with its bars to this SVG file.")] = None,
) -> None:
    """Show how far the model's levels are from O*NET's, where both are there."""
    catalogue = read_current(open_database())
    result = report(catalogue, configured_rater(catalogue), seed)
    if as_json:
        sys.stdout.write(report_json(result) + "\n")
    else:
        show_report(result, Console(width=None if sys.stdout.isatty() else WIDTH))
    if chart is not None:
        console = Console(record=True, width=WIDTH, file=StringIO())
        show_report(result, console)
        console.save_svg(str(chart), title=f"{result.rater.model} and O*NET {result.release}")


@app.command("calibrate")
def calibrate_command(seed: SeedOption = 1) -> None:
    """Fit the model's levels to O*NET's on half of the occupations, and test it on the others."""
    engine = open_database()
    calibrate(engine, read_current(engine), seed)


def _codes(catalogue: Catalogue, occupations: str | None, sample: int | None, *, unrated: bool, seed: int) -> list[str]:
    named = [text for text in (occupations or "").split(",") if text.strip()]
    codes = [catalogue.occupation(parse_code(text)).onetsoc_code for text in named]
    if sample is not None:
        codes += sample_occupations(catalogue, sample, seed)
    if unrated:
        codes += unrated_occupations(catalogue)
    if occupations is None and sample is None and not unrated:
        codes = [*unrated_occupations(catalogue), *catalogue.profiles["skills"]]
    return list(dict.fromkeys(codes))


async def _show_cost(engine: Engine, settings: LlmSettings, catalogue: Catalogue, codes: list[str]) -> None:
    async with open_chat(settings) as chat:
        with reading(engine) as connection:
            known = call_log.run_progress(connection, catalogue.info.release)
            pending = plan(catalogue, codes, chat, settings.llm_runs, known)
            mean = call_log.mean_tokens(connection, chat.model)
            spent = call_log.tokens_spent(connection)
    table = Table("", "", title=f"What rescoring with {chat.model} would cost", show_header=False)
    figures = {
        "occupations": len({run_over.occupation.onetsoc_code for run_over in pending}),
        "calls": len(pending),
        "tokens, at most": sum(run_over.most_tokens for run_over in pending),
        "tokens, by earlier calls": round(mean * len(pending)) if mean else "no call yet",
        "left of the budget": max(0, settings.llm_token_budget - spent),
    }
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,}" if isinstance(figure, int) else figure)
    Console().print(table)
