"""The commands that load: ``load``, ``supplement``.

pandas takes half a second to import, so a load's modules are imported by the load alone.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from skillgap.cli.after_load import rescore_after_load
from skillgap.cli.load_tables import show_backfill, show_load
from skillgap.cli.progress import step_progress
from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.errors import SourceError, WebServicesError
from skillgap.logs import one_run
from skillgap.onet.codes import parse_code
from skillgap.onet.queries import releases as read_releases
from skillgap.settings import DatabaseSettings, OnetSettings, WebServicesSettings

logger = logging.getLogger(__name__)


def load(
    path: Annotated[
        Path | None, typer.Option("--from", help="A folder or zip of a release.", show_default=False)
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="Name of the release, where it does not say itself, or which to download.")
    ] = None,
    again: Annotated[bool, typer.Option(help="Load also what is loaded already.")] = False,
    accept_incomplete: Annotated[
        bool, typer.Option("--accept-incomplete", help="Load a release from which rows are missing.")
    ] = False,
    keep_current: Annotated[
        bool, typer.Option("--keep-current", help="End with 0 where the data are at fault but a release is loaded.")
    ] = False,
) -> None:
    """Load an O*NET release and make it the current one.

    Looks at --from, ONET_DATA and data/ in this order, then downloads ONET_RELEASE. Where LLM_MODEL
    is set, levels are rescored afterwards.
    """
    try:
        load_and_show(path, release, again=again, accept_incomplete=accept_incomplete)
    except SourceError as error:
        current = _current_release() if keep_current else None
        if current is None:
            raise
        logger.error("THE LOAD FAILED, AND RELEASE %s STAYS CURRENT: %s", current, error)
    else:
        rescore_after_load()


def _current_release() -> str | None:
    with reading(connect(DatabaseSettings().url())) as connection:
        return next((info.release for info in read_releases(connection) if info.current), None)


def load_and_show(
    path: Path | None = None, release: str | None = None, *, again: bool = False, accept_incomplete: bool = False
) -> None:
    """Load a release, and show the rows that were read and rejected."""
    from skillgap.onet.load.run import LoadRequest, load_release

    onet = OnetSettings()
    request = LoadRequest(
        path=path or onet.onet_data,
        release=release,
        preferred=onet.onet_release,
        base_url=str(onet.onet_base_url),
        downloads=onet.onet_downloads,
        max_rejected=onet.onet_max_rejected,
        accept_incomplete=accept_incomplete or onet.onet_accept_incomplete,
        again=again,
        activate=path is not None or release is not None,
    )
    with one_run():
        with step_progress() as report:
            result = load_release(connect(DatabaseSettings().url(), to_write=True), request, report)
        show_load(result)


def supplement(
    occupations: Annotated[
        str, typer.Option(help="O*NET-SOC codes, separated by commas; else all that are not rated.")
    ] = "",
) -> None:
    """Fetch ratings from O*NET Web Services for occupations that the current release does not rate.

    Needs a key in ONET_API_KEY, and is off without one.
    """
    from skillgap.onet.web_services.backfill import FAILED, backfill_release
    from skillgap.onet.web_services.client import WebServices
    from skillgap.onet.web_services.transport import KEY_PAGE, Pace

    settings = WebServicesSettings()
    codes = [parse_code(code, "--occupations") for code in occupations.split(",") if code.strip()]
    if settings.onet_api_key is None:
        logger.info("nothing is requested: ONET_API_KEY is not set. Keys are made at %s", KEY_PAGE)
        return
    key, pace = settings.onet_api_key.get_secret_value(), Pace(spacing=settings.onet_web_services_spacing)
    services = WebServices(str(settings.onet_web_services_url), key, pace)
    engine = connect(DatabaseSettings().url(), to_write=True)
    with one_run(uuid4().hex):
        with step_progress() as report:
            results = backfill_release(engine, services, codes, report)
        show_backfill(results)
        failed = sum(result.outcome == FAILED for result in results)
        if failed:
            raise WebServicesError(f"{failed} occupations could not be supplemented.")
