"""The commands that serve others: ``serve``, ``up``, ``mcp``.

Modules that only some of them need are imported in their functions: a server keeps what it has imported.
"""

from __future__ import annotations

import logging
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvicorn

from skillgap.api.middleware.tracing import require_libraries
from skillgap.api.protocol import TimedHeadProtocol
from skillgap.database.engine import connect
from skillgap.database.locks import load_lock
from skillgap.database.transactions import reading
from skillgap.errors import AddressUnavailable
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.queries import releases
from skillgap.settings import AccessSettings, ApiSettings, DatabaseSettings, LlmSettings, TracingSettings

logger = logging.getLogger(__name__)

APP = "skillgap.api.app:create_app_from_environment"
GRACE_SECONDS = 8  # for responses under way at SIGTERM; container engines kill after 10
START_SECONDS = 60  # for a worker to start before it is replaced; uvicorn's 5 are few on a busy machine


def serve(workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1) -> None:
    """Answer over HTTP on API_HOST:API_PORT.

    Example: API_PORT=8080 skillgap serve --workers 2
    """
    api, access = ApiSettings(), AccessSettings()
    if TracingSettings().otel_exporter_otlp_endpoint:
        require_libraries()
    _require_address(api.api_host, api.api_port)
    logger.info("serving on http://%s:%d", api.api_host, api.api_port)
    _raise_open_file_limit()
    with TemporaryDirectory(prefix="skillgap-") as folder, _failures_as_status_1():
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
    """Load a release when none is loaded, then serve: what `make run` calls.

    Example: ONET_DATA=data/db_29_2_text skillgap up
    """
    from skillgap.cli.load import load_and_show
    from skillgap.migrations import migrate

    api = ApiSettings()  # a wrong setting or an address in use is reported before the load, not after it
    _require_address(api.api_host, api.api_port)
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
    """Serve tools to an assistant, over stdin and stdout (MCP).

    The tools are find_occupation, compare_occupations and closest_moves.
    An assistant starts this command itself: its settings name it.
    """
    from skillgap.mcp import server  # its SDK takes half a second to import

    server.serve(LiveCatalogue(connect(DatabaseSettings().url()), LlmSettings().levels))


def _require_address(host: str, port: int) -> None:
    """Raise AddressUnavailable where nothing can be served: in use, reserved, or not of this machine."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn does
            listener.bind(address)
    except OSError as error:
        raise AddressUnavailable(
            f"Nothing can be served on {host}:{port}: {error.strerror}. API_HOST and API_PORT name another address."
        ) from error


@contextmanager
def _failures_as_status_1() -> Iterator[None]:
    """uvicorn's status 3, for a worker that could not start and has said why, as our status 1."""
    try:
        yield
    except SystemExit as ended:
        if ended.code:
            raise typer.Exit(1) from None
        raise


def _raise_open_file_limit() -> None:
    """Allow this process, and its workers, as many open files as the system permits; often it starts with 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS has a lower limit that it does not report
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
