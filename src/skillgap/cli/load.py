"""The commands that change what is loaded: ``load``, ``supplement``, ``releases``."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from skillgap.cli.rescore_job import rescore_after_load
from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.errors import WebServicesError
from skillgap.logs import for_programs, one_run
from skillgap.onet.codes import parse_code
from skillgap.onet.load.activate import roll_back, use_release
from skillgap.onet.load.read import ProgressCallback
from skillgap.onet.load.run import LoadRequest, LoadResult, load_release
from skillgap.onet.queries import releases as read_releases
from skillgap.onet.web_services.backfill import FAILED, BackfillResult, supplement_release
from skillgap.onet.web_services.client import KEY_PAGE, Pace, WebServices
from skillgap.settings import DatabaseSettings, LlmSettings, OnetSettings, WebServicesSettings

logger = logging.getLogger(__name__)

FromOption = Annotated[Path | None, typer.Option("--from", help="A folder or zip of a release.", show_default=False)]
ReleaseOption = Annotated[
    str | None,
    typer.Option(help="Name of the release, where it does not say itself, or which to download."),
]


def load(
    path: FromOption = None,
    release: ReleaseOption = None,
    again: Annotated[bool, typer.Option(help="Load also what is loaded already.")] = False,
) -> None:
    """Load an O*NET release and let it answer from now on.

    Looks at --from, ONET_DATA and data/ in this order, then downloads ONET_RELEASE. Where LLM_MODEL
    is set, levels are rescored afterwards.
    """
    load_and_show(path, release, again=again)
    if LlmSettings().llm_model is not None:
        rescore_after_load()


def supplement(
    occupations: Annotated[
        str,
        typer.Option(help="O*NET-SOC codes, separated by commas; else all that are not rated."),
    ] = "",
) -> None:
    """Ask O*NET Web Services for occupations that the current release does not rate.

    Needs a key in ONET_API_KEY, and is off without one.
    """
    settings = WebServicesSettings()
    codes = [parse_code(code, "--occupations") for code in occupations.split(",") if code.strip()]
    if settings.onet_api_key is None:
        logger.info("nothing is asked for: ONET_API_KEY is not set. Keys are made at %s", KEY_PAGE)
        return
    services = WebServices(
        str(settings.onet_web_services_url),
        settings.onet_api_key.get_secret_value(),
        Pace(spacing=settings.onet_web_services_spacing),
    )
    engine = connect(DatabaseSettings().url(), to_write=True)
    with one_run(uuid4().hex):
        with _progress() as report:
            asked = supplement_release(engine, services, codes, report)
        _show_supplement(asked)


releases_app = typer.Typer(add_completion=False)


@releases_app.callback(invoke_without_command=True)
def releases(context: typer.Context) -> None:
    """List the releases that are loaded, or let another one answer."""
    if context.invoked_subcommand is not None:
        return
    with reading(connect(DatabaseSettings().url())) as connection:
        found = read_releases(connection)
    table = Table("release", "released", "loaded (UTC)", "source", "current")
    for one in found:
        released = f"{one.released:%B %Y}" if one.released else ""
        loaded_at = f"{one.loaded_at:%Y-%m-%d %H:%M}"
        table.add_row(one.release, released, loaded_at, one.source, "*" if one.current else "")
    Console().print(table if found else "No release is loaded.")


@releases_app.command("use")
def use(
    release: Annotated[str, typer.Argument(help="A loaded release, such as 29.2.")],
) -> None:
    """Let RELEASE answer from now on; a running service notices within seconds."""
    use_release(connect(DatabaseSettings().url(), to_write=True), release)
    logger.info("release %s answers from now on", release)


@releases_app.command("rollback")
def rollback() -> None:
    """Let the release that answered before the current one answer again."""
    release = roll_back(connect(DatabaseSettings().url(), to_write=True))
    logger.info("release %s answers again", release)


def load_and_show(path: Path | None = None, release: str | None = None, *, again: bool = False) -> None:
    """Load a release, and show what was read and what was not."""
    onet = OnetSettings()
    request = LoadRequest(
        path=path or onet.onet_data,
        release=release,
        wanted=onet.onet_release,
        base_url=str(onet.onet_base_url),
        downloads=onet.onet_downloads,
        max_rejected=onet.onet_max_rejected,
        again=again,
    )
    with one_run():
        with _progress() as report:
            engine = connect(DatabaseSettings().url(), to_write=True)
            result = load_release(engine, request, report)
        _show_load(result)


@contextmanager
def _progress() -> Iterator[ProgressCallback]:
    """A bar a step on a terminal, a log line a step elsewhere."""
    if for_programs() or not sys.stderr.isatty():
        steps: set[str] = set()

        def log_step(step: str, _done: int, _total: int) -> None:
            if step not in steps:
                logger.info("%s", step)
            steps.add(step)

        yield log_step
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def move_bar(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step)
            bars.update(tasks[step], completed=done, total=total or None)

        yield move_bar


def _show_load(result: LoadResult) -> None:
    if result.outcome == "unchanged":
        logger.info("release %s is loaded already; nothing changed", result.release)
        return
    table = Table("file", "rows read", "loaded", "rejected", "seconds", title=f"O*NET {result.release}")
    for file in result.files:
        figures = (file.rows_read, file.rows_loaded, file.rows_rejected)
        table.add_row(file.file, *(f"{figure:,}" for figure in figures), f"{file.seconds:.2f}")
        if for_programs():
            logger.info("%s: %d rows read, %d loaded, %d rejected", file.file, *figures)
    _print(table)
    for name, rows in result.rows.items():
        logger.info("%s: %d rows of release %s", name, rows, result.release)
    logger.info("release %s loaded in %.1f s and current", result.release, result.seconds)


def _print(table: Table) -> None:
    if not for_programs():
        Console(stderr=True).print(table)


def _show_supplement(asked: list[BackfillResult]) -> None:
    """What came and what failed line by line; of the rest only how many there are."""
    table = Table("code", "title", "outcome", "ratings", "source", title="O*NET Web Services")
    for one in asked:
        if one.outcome in ("rated", FAILED):
            table.add_row(one.onetsoc_code, one.title, one.outcome, str(one.ratings), one.detail)
            if for_programs():
                logger.info("%s %s: %s", one.onetsoc_code, one.title, one.outcome)
    if table.row_count:
        _print(table)
    outcomes = [one.outcome for one in asked]
    logger.info(
        "%d occupations asked for: %d rated, %d without ratings there too, %d unknown, %d failed",
        len(asked),
        *(outcomes.count(name) for name in ("rated", "not_rated", "unknown", FAILED)),
    )
    if FAILED in outcomes:
        raise WebServicesError(f"{outcomes.count(FAILED)} occupations could not be supplemented.")
