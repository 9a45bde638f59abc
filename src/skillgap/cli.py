"""The commands: here those that run the service, beside it those that answer from it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, NoReturn
from uuid import uuid4

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from skillgap import cli_keys, cli_rescore
from skillgap.api.server import run_server
from skillgap.catalogue import CatalogueWatch, parse_code
from skillgap.cli_answers import gap, moves, path, search
from skillgap.cli_doctor import doctor
from skillgap.cli_export import export
from skillgap.database import connect, load_lock, reading
from skillgap.errors import SkillgapError, WebServicesError
from skillgap.etl.release import Report
from skillgap.etl.run import LoadRequest, LoadResult, load_release
from skillgap.etl.supplement import FAILED, Asked, supplement_release
from skillgap.etl.switch import roll_back, use_release
from skillgap.logs import configure_logging, for_programs, one_run
from skillgap.migrations import migrate
from skillgap.queries import releases as read_releases
from skillgap.settings import (
    ApiSettings,
    DatabaseSettings,
    GuardSettings,
    LogSettings,
    OnetSettings,
    WebServicesSettings,
)
from skillgap.web_services import KEY_PAGE, Pace, WebServices

logger = logging.getLogger(__name__)

app = typer.Typer(
    help="What does one occupation ask for that another does not bring?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(cli_rescore.app, name="rescore")
app.add_typer(cli_keys.app, name="keys")

FromOption = Annotated[
    Path | None, typer.Option("--from", help="A folder or zip of a release.", show_default=False)
]
ReleaseOption = Annotated[
    str | None,
    typer.Option(help="Name of the release, where it does not say itself, or which to download."),
]


@app.command()
def load(
    path: FromOption = None,
    release: ReleaseOption = None,
    again: Annotated[bool, typer.Option(help="Load also what is loaded already.")] = False,
) -> None:
    """Load an O*NET release and let it answer from now on.

    Looks at --from, ONET_DATA and data/ in this order, then downloads ONET_RELEASE. Where LLM_MODEL
    is set, levels are rescored afterwards.
    """
    _load(path, release, again=again)
    cli_rescore.rescore_after_load()


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
) -> None:
    """Answer over HTTP on API_HOST:API_PORT."""
    settings = ApiSettings()
    guards = GuardSettings()
    logger.info("serving on http://%s:%d", settings.api_host, settings.api_port)
    with TemporaryDirectory(prefix="skillgap-") as folder:
        if workers > 1:
            os.environ["METRICS_FOLDER"] = folder  # where they tell each other what they count
        run_server(
            settings.api_host,
            settings.api_port,
            workers=workers,
            most_connections=guards.api_most_connections,
            trusted_proxies=guards.trusted_proxies(),
        )


@app.command()
def up() -> None:
    """Load a release when none is loaded, then serve: what `make run` calls."""
    ApiSettings()  # a wrong setting is told before the load, not after it
    engine = connect(DatabaseSettings().url(), to_write=True)
    with load_lock(engine):
        migrate(engine)  # what is loaded may be of an earlier skillgap
    with reading(engine) as connection:
        loaded = bool(read_releases(connection))
    if not loaded:
        _load(None, None, again=False)
    serve(workers=1)


for command in (gap, moves, path, search, export, doctor):
    app.command()(command)


@app.command()
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


@app.command()
def mcp() -> None:
    """Serve the tools find_occupation, compare_occupations, closest_moves to an assistant (MCP).

    Over stdin and stdout; the assistant starts this command itself.
    """
    # Importing the SDK takes half a second, which the other commands need not wait for.
    server = import_module("skillgap.mcp_server")
    server.serve(CatalogueWatch(connect(DatabaseSettings().url())))


releases_app = typer.Typer()
app.add_typer(releases_app, name="releases")


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


def main() -> None:
    """Run a command; exit status 0, 1 with one clear line on stderr, or 2 for wrong usage."""
    try:
        log = LogSettings()
        configure_logging(log.log_level, as_json=log.as_json)
        app()
    except SkillgapError as error:
        _fail([str(error)])
    except ValidationError as error:
        _fail(list(_setting_faults(error)))


def _fail(faults: list[str]) -> NoReturn:
    if not for_programs():
        sys.exit("\n".join(f"skillgap: {fault}" for fault in faults))
    for fault in faults:
        logger.error("%s", fault)
    sys.exit(1)


def _load(path: Path | None, release: str | None, *, again: bool) -> None:
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
def _progress() -> Iterator[Report]:
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
    table = Table(
        "file", "rows read", "loaded", "rejected", "seconds", title=f"O*NET {result.release}"
    )
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


def _show_supplement(asked: list[Asked]) -> None:
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


def _setting_faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        yield f"setting {'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
