"""Uvicorn's HTTP protocol with limits for request heads that are slow or large and for idle connections."""

import asyncio
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from skillgap.api.middleware.request_size import MAX_HEAD_BYTES
from skillgap.api.problems import HEAD_TOO_LARGE, MALFORMED_REQUEST, REQUEST_TOO_SLOW, Problem, problem_response
from skillgap.api.security_headers import API_HEADERS

LINGER_SECONDS = 2.0  # input is discarded for so long after a refusal: a reset would destroy the response


class TimedHeadProtocol(HttpToolsProtocol):
    """One connection. The timer runs whenever the client owes the end of a request's headers."""

    head_seconds = 10.0
    timer: asyncio.TimerHandle
    in_head = False
    head_bytes = 0  # of the current head
    refused = False

    def connection_made(self, transport: Any) -> None:
        """Start the timer for the first request."""
        super().connection_made(transport)
        self.timer = self.loop.call_later(self.head_seconds, self.head_timed_out)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer."""
        self.timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the data; limit a head in several pieces in size and time."""
        if self.refused:
            return
        self.head_bytes = len(data) + (self.head_bytes if self.in_head else 0)
        super().data_received(data)
        if self.in_head and self.head_bytes > MAX_HEAD_BYTES:
            self.refuse(HEAD_TOO_LARGE, f"Address and headers are larger than {MAX_HEAD_BYTES:,} bytes together.")
        elif self.timer.cancelled() and (self.in_head or self.cycle is None or self.cycle.response_complete):
            self.timer = self.loop.call_later(self.head_seconds, self.head_timed_out)

    def on_message_begin(self) -> None:
        """Begin a head; one behind a request that is being answered counts from the next piece on."""
        self.in_head = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Pass the request to the application."""
        self.in_head = False
        self.timer.cancel()
        super().on_headers_complete()

    def head_timed_out(self) -> None:
        """Refuse a head that is incomplete; close a connection without one."""
        if self.in_head:
            self.refuse(REQUEST_TOO_SLOW, f"The headers took longer than {self.head_seconds:g} s.")
        else:
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self.refuse(MALFORMED_REQUEST, msg)

    def refuse(self, problem: Problem, detail: str) -> None:
        """Send a problem, unless a response is under way, and close the connection."""
        self.refused = True
        self.timer.cancel()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
            return
        response = problem_response(problem, detail, "")
        head = b"".join(b"%b: %b\r\n" % header for header in (*response.raw_headers, *API_HEADERS))
        self.transport.write(STATUS_LINE[problem.status] + head + b"connection: close\r\n\r\n" + bytes(response.body))
        with suppress(OSError, RuntimeError):  # the client may be gone
            self.transport.write_eof()
        self.timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
