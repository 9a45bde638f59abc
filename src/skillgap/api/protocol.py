"""How connections are read: uvicorn's HTTP, with an end to whatever a client may send or wait for.

uvicorn alone waits for ever for a head that does not come, reads a head of any size, and keeps an
answer that nobody fetches. What arrives in good order passes here at next to no cost.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from skillgap.api.problems import (
    HEAD_TOO_LARGE,
    MALFORMED_REQUEST,
    REQUEST_TOO_SLOW,
    TOO_BUSY,
    URL_TOO_LONG,
    Problem,
    problem_response,
)
from skillgap.api.security_headers import ANSWER_HEADERS

if TYPE_CHECKING:
    from uvicorn.config import Config


logger = logging.getLogger(__name__)

LARGEST_HEAD = 32 * 1024  # bytes: request line and headers; what nginx takes too
LONGEST_URL = 8 * 1024
HEAD_SECONDS = 10.0  # from the first byte, or the opening of the connection, to a whole head
LEFTOVER_SECONDS = 10.0  # for the rest of a body whose answer is out already
WRITE_SECONDS = 30.0  # for 48 KiB of an answer to be fetched, or the last of it
LINGER_SECONDS = 2.0  # what still arrives after a refusal is read for so long, that it be heard


class GuardedProtocol(HttpToolsProtocol):
    """One connection.

    A head that is too large, too slow or not HTTP is answered with a problem, and so is a
    connection beyond uvicorn's ``limit_concurrency``; then the connection ends. Silence ends it
    too, and so does an answer that is not fetched.
    """

    head_seconds = HEAD_SECONDS
    leftover_seconds = LEFTOVER_SECONDS
    write_seconds = WRITE_SECONDS

    def __init__(self, config: Config, *args: Any, **options: Any) -> None:
        super().__init__(config, *args, **options)
        self.most_connections = config.limit_concurrency
        self.limit_concurrency = None  # uvicorn's own refusal is a bare text
        self.in_head = False
        self.head_size = 0  # bytes of it in earlier pieces
        self.piece_size = 0
        self.refusal: tuple[Problem, str] | None = None
        self.refused = False
        self.alarm: asyncio.TimerHandle | None = None  # for what the client has to send
        self.write_alarm: asyncio.TimerHandle | None = None  # for what it has to fetch

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a first request, unless there are too many who do."""
        super().connection_made(cast("asyncio.Transport", transport))
        if self.most_connections is not None and len(self.connections) > self.most_connections:
            detail = f"This process has {self.most_connections:,} connections open already."
            self._refuse(TOO_BUSY, detail)
        else:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._calm()
        if self.write_alarm is not None:
            self.write_alarm.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head in several pieces has an end in size and time."""
        if self.refused:
            return
        was_in_head, self.piece_size = self.in_head, len(data)
        super().data_received(data)
        if self.in_head:
            self.head_size = self.head_size + len(data) if was_in_head else 1
            if self.head_size > LARGEST_HEAD:
                self._refuse(*_too_large())
            elif self.alarm is None:
                self._wait_for_head()
        elif (
            (self.cycle is None or self.cycle.response_complete)
            and self.alarm is None
            and self.timeout_keep_alive_task is None
        ):  # no request came of it, such as of an empty line: that must not buy more time
            self._wait_for_head()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self.in_head = True
        self.head_size = 0

    def on_headers_complete(self) -> None:
        """Hand the request to the app, unless its head is too large."""
        self.in_head = False
        if self.alarm is not None:
            self._calm()
        if len(self.url) > LONGEST_URL:
            self.refusal = URL_TOO_LONG, f"The address is longer than {LONGEST_URL:,} bytes."
            raise ValueError(URL_TOO_LONG.code)  # ends the parser's work; answered below
        if self.head_size or self.piece_size > LARGEST_HEAD:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > LARGEST_HEAD:
                self.refusal = _too_large()
                raise ValueError(HEAD_TOO_LARGE.code)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request has arrived in full, perhaps after its answer."""
        if self.cycle is not None and self.cycle.response_complete and self.alarm is not None:
            self._calm()
            self.cycle.more_body = False
            self._wait_for_head()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is out; what is left of its request may not take for ever."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._end_unfetched()
        elif self.cycle.response_complete and self.cycle.more_body and self.alarm is None:
            self.alarm = self.loop.call_later(self.leftover_seconds, self.transport.abort)

    def timeout_keep_alive_handler(self) -> None:
        """No further request came."""
        super().timeout_keep_alive_handler()
        self._end_unfetched()

    def pause_writing(self) -> None:
        """The client does not fetch its answer."""
        super().pause_writing()
        self.write_alarm = self.loop.call_later(self.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        if self.write_alarm is not None:
            self.write_alarm.cancel()
            self.write_alarm = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, or what ``on_headers_complete`` refused."""
        self._refuse(*(self.refusal or (MALFORMED_REQUEST, msg)))

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: whoever asks for a WebSocket gets a plain answer, and no line in the log."""

    def _wait_for_head(self) -> None:
        self.alarm = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        self.alarm = None
        if self.in_head:
            detail = f"The headers took longer than {self.head_seconds:g} s."
            self._refuse(REQUEST_TOO_SLOW, detail)
        else:
            self.transport.close()

    def _calm(self) -> None:
        if self.alarm is not None:
            self.alarm.cancel()
            self.alarm = None

    def _end_unfetched(self) -> None:
        """A closed connection is gone when its last bytes are fetched, or after a while."""
        if self.transport.get_write_buffer_size():
            self.write_alarm = self.loop.call_later(self.write_seconds, self.transport.abort)

    def _refuse(self, problem: Problem, detail: str) -> None:
        """Answer with a problem and end the connection, gently enough for the answer to be read."""
        if self.refused:
            return
        self.refused = True
        self._calm()
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        logger.info("refused a connection of %s: %s", self.client and self.client[0], problem.code)
        under_way = self.cycle is not None and not self.cycle.response_complete
        if under_way:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if under_way and self.cycle.response_started:
            self.transport.abort()
            return
        answer = problem_response(problem, detail, "")
        headers = [*answer.raw_headers, *ANSWER_HEADERS]
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(
            b"%b%bconnection: close\r\n\r\n%b" % (STATUS_LINE[problem.status], head, bytes(answer.body))
        )
        with suppress(OSError, RuntimeError):  # the client may have gone
            self.transport.write_eof()
        self.alarm = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def eof_received(self) -> None:
        """The client has sent all it will; after a refusal nothing is left to be done."""
        if self.refused:
            self.transport.close()


def allow_open_files() -> None:
    """Take as many open files as this process may have; the default is often a mere 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS has a limit of its own that it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _too_large() -> tuple[Problem, str]:
    return HEAD_TOO_LARGE, f"Address and headers are larger than {LARGEST_HEAD:,} bytes together."
