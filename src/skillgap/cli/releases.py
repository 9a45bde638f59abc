"""``skillgap releases``: the releases that are loaded, and which of them is current."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Annotated

import typer

from skillgap.cli.answers.output import CsvOption, Form, JsonOption, choose_form, new_table, print_table, write_answer
from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.occupations.releases.routes import releases_csv
from skillgap.occupations.releases.schemas import ReleasesOut
from skillgap.onet.load.replace import roll_back, use_release
from skillgap.onet.queries import releases as read_releases
from skillgap.onet.records import ReleaseInfo
from skillgap.settings import DatabaseSettings

logger = logging.getLogger(__name__)

app = typer.Typer(add_completion=False)


@app.callback(invoke_without_command=True)
def releases(context: typer.Context, *, as_json: JsonOption = False, as_csv: CsvOption = False) -> None:
    """List the releases that are loaded, or activate another one.

    Example: skillgap releases use 29.2
    """
    form = choose_form(as_json=as_json, as_csv=as_csv, in_a_pipe=Form.TABLE)
    if context.invoked_subcommand is None:
        with reading(connect(DatabaseSettings().url())) as connection:
            infos = read_releases(connection)
        write_answer(ReleasesOut.of(infos), form, lambda _: _show_releases(infos), releases_csv)


@app.command("use")
def use(release: Annotated[str, typer.Argument(metavar="RELEASE", help="A loaded release, such as 29.2.")]) -> None:
    """Activate RELEASE; a running service notices within seconds."""
    use_release(connect(DatabaseSettings().url(), to_write=True), release)
    logger.info("release %s answers from now on", release)


@app.command("rollback")
def rollback() -> None:
    """Activate the release that was current before."""
    release = roll_back(connect(DatabaseSettings().url(), to_write=True))
    logger.info("release %s answers again", release)


def _show_releases(infos: Sequence[ReleaseInfo]) -> None:
    """Print the releases, with the whole path of their source: it is not sent to others."""
    wraps = {"release": True, "released": False, "loaded (UTC)": False, "source": True, "current": False}
    table = new_table(wraps)
    for info in infos:
        released = f"{info.released:%B %Y}" if info.released else ""
        loaded_at = f"{info.loaded_at:%Y-%m-%d %H:%M}"
        table.add_row(info.release, released, loaded_at, info.source, "*" if info.current else "")
    print_table("" if infos else "No release is loaded. Run `skillgap load`.", table)
