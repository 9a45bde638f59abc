"""The server: uvicorn, ended without losing a request."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.server import Server
from uvicorn.supervisors import Multiprocess, multiprocess

from skillgap.api.protocol import GuardedProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


APP = "skillgap.api.app:serve_from_environment"
GRACE_SECONDS = 8  # for answers that have begun; container engines kill after 10
OTHERS_SECONDS = 0.5  # until every worker has stopped listening
LAST_QUESTION_SECONDS = 1.0


class Connection(GuardedProtocol):
    """A client's connection, which is not closed under a question that is on its way.

    When the service ends, uvicorn closes what is idle. But a client that keeps its connection may
    just have asked again, and cannot know whether it was heard. So a connection gets a moment for
    one more question, whose answer says that the connection ends with it; and not before all
    workers have stopped listening, or the client would come back to one that is about to end too.

    A client that has said all it will, and only listens, gets its answer to the end.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.ending = False
        self.running: RequestResponseCycle | None = None  # what is answered; cycle is the last asked

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the answer know that nobody will hear it; uvicorn tells only the last one asked."""
        if self.running is not None and not self.running.response_complete:
            self.running.disconnected = True
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio asks whether to stay open
        """Stay until the last answer is out, where the question was whole."""
        super().eof_received()
        stays = not self.refused and not self._is_idle() and not self.cycle.more_body
        if stays:
            self.cycle.keep_alive = False
        return stays

    def shutdown(self) -> None:
        """End soon: the service does."""
        self.loop.call_later(OTHERS_SECONDS, self._end)

    def on_headers_complete(self) -> None:
        """Begin an answer: the last one, where the service ends."""
        super().on_headers_complete()
        if self.ending and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """Go on, or wait a moment where the answer could not say any more that it was the last."""
        super().on_response_complete()
        if self.ending:
            self.loop.call_later(LAST_QUESTION_SECONDS, self._close_when_idle)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def _end(self) -> None:
        self.ending = True
        if self._is_idle():
            self.loop.call_later(LAST_QUESTION_SECONDS, self._close_when_idle)
        elif not self.cycle.response_started:
            self.cycle.keep_alive = False

    def _close_when_idle(self) -> None:
        if self._is_idle():
            self.transport.close()

    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete


class LastCall(Server):
    """Answers also those who have called and were not let in yet, before it ends.

    Under load they are many, and closing the door on them would cut them off.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who has called, refuse who calls from now on, and end after the last answer."""
        called = [one for server in self.servers for door in server.sockets for one in _called(door)]
        for server in self.servers:
            server.close()
        for door in sockets or ():
            door.close()
        for one in called:
            await asyncio.get_running_loop().connect_accepted_socket(self._connection, one)
        await super().shutdown(sockets)

    def _connection(self) -> Connection:
        return Connection(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _called(door: socket.socket) -> Iterator[socket.socket]:
    with socket.socket(fileno=os.dup(door.fileno())) as same, suppress(BlockingIOError):
        same.setblocking(False)
        while True:
            caller, _ = same.accept()
            caller.setblocking(False)
            yield caller


class Worker(multiprocess.Process):
    """A process that answers."""

    @property
    def server(self) -> Server:
        """What runs in it."""
        if self._server is None:
            self._server = LastCall(self.config)
        return self._server


class Workers(Multiprocess):
    """Several processes that answer, none of whose callers is left waiting at the end."""

    def init_processes(self) -> None:
        """Start the workers."""
        multiprocess.Process = Worker  # type: ignore[misc]  # uvicorn makes them by this name
        super().init_processes()

    def terminate_all(self) -> None:
        """Let the workers end. The last one closes the door: it must not stay open here."""
        for door in self.sockets:
            door.close()
        super().terminate_all()


def run_server(host: str, port: int, *, workers: int, most_connections: int, trusted_proxies: list[str]) -> None:
    """Answer until told to end."""
    config = Config(
        APP,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http=Connection,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        limit_concurrency=most_connections,  # of each worker
        proxy_headers=bool(trusted_proxies),  # else uvicorn believes whoever is on this machine
        forwarded_allow_ips=trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    if workers > 1:
        Workers(config, [config.bind_socket()]).run()
        return
    server = LastCall(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(STARTUP_FAILURE)
