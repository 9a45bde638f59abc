"""``skillgap rescore``, ``rescore report`` and ``rescore calibrate``."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine

from skillgap.database.engine import connect
from skillgap.database.locks import rescoring_lock
from skillgap.database.transactions import reading, writing
from skillgap.errors import NotEnoughRatings, RescoringError, SkillgapError
from skillgap.llm.client import Chat
from skillgap.logs import for_programs, one_run
from skillgap.migrations import migrate
from skillgap.onet.catalogue import Catalogue, read_catalogue
from skillgap.onet.codes import parse_code
from skillgap.onet.queries import current_release
from skillgap.onet.rescored.levels import Rater
from skillgap.onet.rescoring import call_log
from skillgap.onet.rescoring.agreement import (
    AgreementReport,
    Bias,
    RaterReport,
    rated_twice,
    report,
    store_calibration,
)
from skillgap.onet.rescoring.rater import OpenAiRater
from skillgap.onet.rescoring.rescore import (
    RescoringProgress,
    estimate_pending,
    plan,
    rescore,
    sample_occupations,
    unrated_occupations,
)
from skillgap.settings import DatabaseSettings, LlmSettings

logger = logging.getLogger(__name__)

app = typer.Typer(invoke_without_command=True, add_completion=False)

OFF = "Rescoring is off: LLM_MODEL is not set. Nothing was asked, nothing has changed."
SECONDS_AFTER_LOAD = 900.0  # then no new call: a service may be waiting for the load to end
SAMPLE_AFTER_LOAD = 40  # rated occupations: enough to measure agreement and to calibrate
LOG_EVERY = 25  # calls, where nobody watches a bar
WIDTH = 120  # characters of a report that is not on a terminal
WIDEST_BAR = 20  # characters, for a mean error of:
WIDEST_ERROR = 2.0  # levels

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

    Without a choice: every occupation, the unrated ones first. What was answered before is not
    asked again, so it can be stopped at any moment and goes on where it was.
    """
    if context.invoked_subcommand is not None:
        return
    settings = LlmSettings()
    if settings.llm_model is None:
        Console(stderr=True).print(OFF)
        return
    engine = _database()
    catalogue = _current(engine)
    codes = _codes(catalogue, occupations, sample, unrated=unrated, seed=seed)
    if dry_run:
        asyncio.run(_show_cost(engine, settings, catalogue, codes))
        return
    tally = _rescore(engine, settings, catalogue, codes)
    if tally.broken:
        raise RescoringError(f"Rescoring stopped: {tally.stopped}")


@app.command("report")
def report_command(
    seed: SeedOption = 1,
    as_json: Annotated[bool, typer.Option("--json", help="All figures as JSON.")] = False,
    chart: Annotated[Path | None, typer.Option(help="Write the table with its bars to this SVG file.")] = None,
) -> None:
    """Show how far the model's levels are from O*NET's, where both are there."""
    catalogue = _current(_database())
    found = report(catalogue, _rater(catalogue), seed)
    if as_json:
        sys.stdout.write(json.dumps(_as_json(asdict(found)), indent=2) + "\n")
    else:
        _show_report(found, Console(width=None if sys.stdout.isatty() else WIDTH))
    if chart is not None:
        console = Console(record=True, width=WIDTH, file=StringIO())
        _show_report(found, console)
        console.save_svg(str(chart), title=f"{found.rater.model} and O*NET {found.release}")


@app.command("calibrate")
def calibrate_command(seed: SeedOption = 1) -> None:
    """Fit the model's levels to O*NET's on half of the occupations, and test it on the others."""
    engine = _database()
    catalogue = _current(engine)
    _calibrate(engine, catalogue, _rater(catalogue), seed)


def rescore_after_load(seed: int = 1) -> None:
    """What the loading service does where a model is set: a sample to measure it by, the unrated.

    Levels of a model are an extra: whatever goes wrong here, the load has succeeded.
    """
    settings = LlmSettings()
    if settings.llm_model is None:
        return
    engine = _database()
    try:
        catalogue = _current(engine)
        codes = sample_occupations(catalogue, SAMPLE_AFTER_LOAD, seed)
        codes += unrated_occupations(catalogue)
        tally = _rescore(engine, settings, catalogue, codes, SECONDS_AFTER_LOAD)
        if tally.levels:
            catalogue = _current(engine)
            _calibrate(engine, catalogue, _rater(catalogue), seed)
    except SkillgapError as error:
        logger.warning("rescoring: %s", error)


def _database() -> Engine:
    engine = connect(DatabaseSettings().url(), to_write=True)
    migrate(engine)
    return engine


def _current(engine: Engine) -> Catalogue:
    with reading(engine) as connection:
        return read_catalogue(connection, current_release(connection))


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


def _chat(settings: LlmSettings) -> Chat:
    if settings.llm_base_url is None and settings.llm_api_key is None:
        raise RescoringError(
            "LLM_MODEL is set, but neither LLM_API_KEY nor the LLM_BASE_URL of a server that needs none."
        )
    return Chat(
        settings.llm_model or "",
        base_url=str(settings.llm_base_url) if settings.llm_base_url else None,
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else None,
        timeout_seconds=settings.llm_timeout_seconds,
        temperature=settings.llm_temperature,
    )


def _rescore(
    engine: Engine,
    settings: LlmSettings,
    catalogue: Catalogue,
    codes: list[str],
    max_seconds: float | None = None,
) -> RescoringProgress:
    async def run(show: Callable[[RescoringProgress], None]) -> RescoringProgress:
        async with _chat(settings) as chat:
            return await rescore(
                engine,
                OpenAiRater(chat),
                catalogue,
                codes,
                runs=settings.llm_runs,
                max_concurrency=settings.llm_max_concurrency,
                token_budget=settings.llm_token_budget,
                report=show,
                max_seconds=max_seconds,
                job_id=job_id,
            )

    job_id = uuid4().hex
    with one_run(job_id), rescoring_lock(engine), _progress() as show:
        tally = asyncio.run(run(show))
        _tell_end(catalogue, settings, tally)
    return tally


def _tell_end(catalogue: Catalogue, settings: LlmSettings, tally: RescoringProgress) -> None:
    logger.info(
        "rescored release %s with %s: %d of %d runs over occupations complete, %d calls, "
        "%d levels, %d tokens; %d tokens are left of the 24 hours",
        catalogue.info.release,
        settings.llm_model,
        tally.done,
        tally.runs,
        tally.calls,
        tally.levels,
        tally.tokens,
        max(0, tally.budget - tally.spent),
    )
    if tally.stopped:
        logger.warning("stopped: %s; what was answered is kept", tally.stopped)


async def _show_cost(engine: Engine, settings: LlmSettings, catalogue: Catalogue, codes: list[str]) -> None:
    async with _chat(settings) as chat:
        rater = OpenAiRater(chat)
        with reading(engine) as connection:
            known = call_log.answered(connection, catalogue.info.release)
            pending = plan(catalogue, codes, rater, settings.llm_runs, known)
            mean = call_log.mean_tokens(connection, rater.model)
            spent = call_log.tokens_spent(connection)
    table = Table("", "", title=f"What rescoring with {rater.model} would cost", show_header=False)
    most = sum(map(estimate_pending, pending))
    left = max(0, settings.llm_token_budget - spent)
    lines = {
        "occupations": len({one.occupation.onetsoc_code for one in pending}),
        "calls": len(pending),
        "tokens, at most": most,
        "tokens, by earlier calls": round(mean * len(pending)) if mean else "no call yet",
        "left of the budget": left,
    }
    for name, value in lines.items():
        table.add_row(name, f"{value:,}" if isinstance(value, int) else value)
    Console().print(table)


def _rater(catalogue: Catalogue) -> Rater:
    """The configured model where it has rated something, else the one that has rated the most."""
    raters = list(rated_twice(catalogue))
    if not raters:
        raise NotEnoughRatings(
            "No occupation has both O*NET's levels and a model's. "
            "Rescore some that are rated: skillgap rescore --sample 40."
        )
    configured = LlmSettings().llm_model
    return next((one for one in raters if one.model == configured), raters[0])


def _calibrate(engine: Engine, catalogue: Catalogue, rater: Rater, seed: int) -> None:
    with writing(engine) as connection:
        found = store_calibration(connection, catalogue, rater, seed)
    before, after = found.held_out, found.held_out_calibrated
    if before and after:
        logger.info(
            "calibrated %s (%s) to O*NET %s: on the %d occupations held out the bias goes from "
            "%+.2f to %+.2f levels, the mean absolute error from %.2f to %.2f",
            rater.model,
            rater.prompt_version,
            found.release,
            after.occupations,
            before.bias.mean,
            after.bias.mean,
            before.mean_absolute_error,
            after.mean_absolute_error,
        )


@contextmanager
def _progress() -> Iterator[Callable[[RescoringProgress], None]]:
    """A bar with tokens spent and left on a terminal, a log line now and then elsewhere."""
    if for_programs() or not sys.stderr.isatty():
        logged = 0

        def log_now_and_then(tally: RescoringProgress) -> None:
            nonlocal logged
            if tally.calls >= logged + LOG_EVERY:
                logged = tally.calls
                left = max(0, tally.budget - tally.spent)
                done = f"{tally.done} of {tally.runs} runs"
                logger.info("%s, %d tokens spent, %d left", done, tally.tokens, left)

        yield log_now_and_then
        return
    columns = (
        TextColumn("rescoring"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("")

        def move_bar(tally: RescoringProgress) -> None:
            left = max(0, tally.budget - tally.spent)
            spent = f"{tally.tokens:,} tokens spent, {left:,} left"
            done = tally.done + tally.given_up
            bars.update(bar, completed=done, total=tally.runs, description=spent)

        yield move_bar


def _show_report(found: RaterReport, console: Console) -> None:
    overall = Table(
        "",
        "all",
        "held out",
        "held out, calibrated",
        title=f"{found.rater.model} ({found.rater.prompt_version}, runs: {found.runs}) and "
        f"O*NET {found.release}: model minus O*NET, in levels (0-7)",
    )
    reports = [found.everything, found.held_out, found.held_out_calibrated]
    for name, figure in _FIGURES.items():
        overall.add_row(name, *(figure(one) if one else "" for one in reports))
    skills = Table("skill", "n", "bias", "95 % interval", "mean error", "in SE", "rho", "")
    for one in sorted(found.everything.by_skill, key=lambda skill: -skill.mean_absolute_error):
        width = round(min(one.mean_absolute_error / WIDEST_ERROR, 1) * WIDEST_BAR)
        skills.add_row(
            one.element_name,
            str(one.n),
            f"{one.bias.mean:+.2f}",
            f"{one.bias.lower:+.2f} to {one.bias.upper:+.2f}",
            f"{one.mean_absolute_error:.2f}",
            _number(one.in_standard_errors),
            _number(one.rank_correlation),
            "█" * width,
        )
    console.print(overall)
    console.print(skills)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _bias(value: Bias) -> str:
    return f"{value.mean:+.2f} ({value.lower:+.2f} to {value.upper:+.2f})"


_FIGURES: dict[str, Callable[[AgreementReport], str]] = {
    "occupations": lambda one: f"{one.occupations:,}",
    "levels": lambda one: f"{one.levels:,}",
    "bias (95 % interval)": lambda one: _bias(one.bias),
    "mean absolute error": lambda one: _number(one.mean_absolute_error),
    "the same in O*NET's standard errors": lambda one: _number(one.in_standard_errors),
    "levels within 1.96 standard errors": lambda one: _share(one.within_1_96_standard_errors),
    "rank correlation, a skill over occupations": lambda one: _number(one.rank_correlation_over_occupations),
    "rank correlation, an occupation over skills": lambda one: _number(one.rank_correlation_over_skills),
    "skills whose status changes": lambda one: _share(one.gaps.status_changed if one.gaps else None),
    "skills where a gap appears or goes": lambda one: _share(one.gaps.gap_appears_or_goes if one.gaps else None),
    "of the first five gaps, the same": lambda one: _share(one.gaps.first_gaps_shared if one.gaps else None),
}


def _as_json(value: Any) -> Any:
    """The same with null for what has no end: JSON has no infinity."""
    if isinstance(value, dict):
        return {name: _as_json(one) for name, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _as_json(value._asdict())
    if isinstance(value, list | tuple):
        return [_as_json(one) for one in value]
    if isinstance(value, float) and abs(value) == float("inf"):
        return None
    return value
