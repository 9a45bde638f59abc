"""The commands that answer others: ``serve``, ``up``, ``mcp``.

What only some of them need is imported when it is needed: a server holds on to all that was.
"""

from __future__ import annotations

import logging
import os
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from skillgap.api.middleware.tracing import require_exporter
from skillgap.api.server import run_server
from skillgap.database.engine import connect
from skillgap.database.locks import load_lock
from skillgap.database.transactions import reading
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.queries import releases
from skillgap.settings import ApiSettings, DatabaseSettings, GuardSettings, TracingSettings

logger = logging.getLogger(__name__)


def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
) -> None:
    """Answer over HTTP on API_HOST:API_PORT."""
    settings = ApiSettings()
    guards = GuardSettings()
    require_exporter(TracingSettings())
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


def up() -> None:
    """Load a release when none is loaded, then serve: what `make run` calls."""
    ApiSettings()  # a wrong setting is told before the load, not after it
    engine = connect(DatabaseSettings().url(), to_write=True)
    with load_lock(engine):
        # What is loaded may be of an earlier skillgap.
        import_module("skillgap.migrations").migrate(engine)
    with reading(engine) as connection:
        loaded = bool(releases(connection))
    if not loaded:
        import_module("skillgap.cli.load").load_and_show()
    serve(workers=1)


def mcp() -> None:
    """Serve the tools find_occupation, compare_occupations, closest_moves to an assistant (MCP).

    Over stdin and stdout; the assistant starts this command itself.
    """
    # Importing the SDK takes half a second, which the other commands need not wait for.
    server = import_module("skillgap.mcp.server")
    server.serve(LiveCatalogue(connect(DatabaseSettings().url())))
