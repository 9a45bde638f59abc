"""Logging: plain lines on a terminal, JSON lines where a program reads them."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextvars import ContextVar
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

PLAIN = "%(asctime)s %(levelname)-7s %(message)s"

access_log = logging.getLogger("skillgap.access")

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request that is being answered; it goes into every line logged meanwhile."""


class LinesTogether(logging.StreamHandler[TextIO]):
    """Writes lines many at a time, from an event loop: a write for each would cost more than it.

    Lines wait a quarter of a second at most; whoever ends the loop calls ``flush``.
    """

    MOST_WAITING = 500
    SECONDS = 0.25

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.waiting: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record's line; the first one that waits sets the alarm for all."""
        self.waiting.append(self.format(record) + self.terminator)
        if len(self.waiting) >= self.MOST_WAITING:
            self.flush()
        elif len(self.waiting) == 1:
            asyncio.get_running_loop().call_later(self.SECONDS, self.flush)

    def flush(self) -> None:
        """Write what waits."""
        lines, self.waiting = self.waiting, []
        if lines:
            self.stream.write("".join(lines))
        super().flush()


def configure_logging(level: str, *, as_json: bool) -> None:
    """Send the lines of every logger to stderr, from this level up."""
    root = logging.getLogger()
    root.handlers = [_handled(logging.StreamHandler(sys.stderr), as_json)]
    root.setLevel(level)
    for noisy in ("alembic", "urllib3", "httpx2", "httpcore2", "openai"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log_access_together(*, as_json: bool) -> None:
    """Write the access log, which has a line for every request, many lines at a time."""
    access_log.handlers = [_handled(LinesTogether(sys.stderr), as_json)]
    access_log.propagate = False


def write_access_log() -> None:
    """Write the lines of the access log that still wait."""
    for handler in access_log.handlers:
        handler.flush()


def _handled(handler: logging.Handler, as_json: bool) -> logging.Handler:
    handler.addFilter(_add_request_id)
    handler.setFormatter(_json_lines() if as_json else logging.Formatter(PLAIN))
    return handler


def _json_lines() -> logging.Formatter:
    return JsonFormatter(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
    )


def _add_request_id(record: logging.LogRecord) -> bool:
    current = request_id.get()
    if current is not None:
        record.request_id = current
    return True
