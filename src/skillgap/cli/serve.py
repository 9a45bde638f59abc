"""The commands that serve others: ``serve``, ``up``, ``mcp``.

Modules that only some of them need are imported in their functions: a server keeps what it has imported.
"""

from __future__ import annotations

import logging
import os
import resource
from contextlib import suppress
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvicorn

from skillgap.api.middleware.tracing import require_libraries
from skillgap.api.protocol import TimedHeadProtocol
from skillgap.database.engine import connect
from skillgap.database.locks import load_lock
from skillgap.database.transactions import reading
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.queries import releases
from skillgap.settings import AccessSettings, ApiSettings, DatabaseSettings, LlmSettings, TracingSettings

logger = logging.getLogger(__name__)

APP = "skillgap.api.app:create_app_from_environment"
GRACE_SECONDS = 8  # for responses under way at SIGTERM; container engines kill after 10
START_SECONDS = 60  # for a worker to start before it is replaced; uvicorn's 5 are few on a busy machine


def serve(workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1) -> None:
    """Answer over HTTP on API_HOST:API_PORT."""
    api, access = ApiSettings(), AccessSettings()
    if TracingSettings().otel_exporter_otlp_endpoint:
        require_libraries()
    logger.info("serving on http://%s:%d", api.api_host, api.api_port)
    _raise_open_file_limit()
    with TemporaryDirectory(prefix="skillgap-") as folder:
        if workers > 1:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        uvicorn.run(
            APP,
            factory=True,
            host=api.api_host,
            port=api.api_port,
            workers=workers,
            http=TimedHeadProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=access.api_most_connections,  # of each worker
            proxy_headers=bool(access.trusted_proxies()),  # else uvicorn trusts whoever is on this machine
            forwarded_allow_ips=access.trusted_proxies(),
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_worker_healthcheck=START_SECONDS,
        )


def up() -> None:
    """Load a release when none is loaded, then serve: what `make run` calls."""
    from skillgap.cli.load import load_and_show
    from skillgap.migrations import migrate

    ApiSettings()  # a wrong setting is reported before the load, not after it
    engine = connect(DatabaseSettings().url(), to_write=True)
    with load_lock(engine):
        # What is loaded may be of an earlier skillgap.
        migrate(engine)
    with reading(engine) as connection:
        loaded = bool(releases(connection))
    if not loaded:
        load_and_show()
    serve(workers=1)


def mcp() -> None:
    """Serve the tools find_occupation, compare_occupations, closest_moves to an assistant (MCP).

    Over stdin and stdout; the assistant starts this command itself.
    """
    from skillgap.mcp import server  # its SDK takes half a second to import

    server.serve(LiveCatalogue(connect(DatabaseSettings().url()), LlmSettings().levels))


def _raise_open_file_limit() -> None:
    """Allow this process, and its workers, as many open files as the system permits; often it starts with 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS has a lower limit that it does not report
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
