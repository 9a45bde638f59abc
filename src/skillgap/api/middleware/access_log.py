"""The access log: one line for each request, written in batches.

A line has no query, which says what somebody is looking for; only a line of JSON has the client's address. A log
record of its own for each line costs three times a cached response (30 microseconds).
"""

from __future__ import annotations

import asyncio
import json
import time
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from skillgap.logs import request_id

if TYPE_CHECKING:
    from typing import TextIO

    from starlette.types import Scope


MAX_DELAY_SECONDS = 0.25
BATCH_SIZE = 500


class Entry(NamedTuple):
    """The values of a line. ``ended_at`` is in seconds since the epoch."""

    ended_at: float
    request_id: str | None
    method: str
    path: bytes
    client: str | None
    status: int
    seconds: float


class AccessLog:
    """Collects entries and writes their lines; call ``write`` before the event loop ends."""

    def __init__(self, stream: TextIO, *, as_json: bool) -> None:
        self.stream = stream
        self.line = _json_line if as_json else _text_line
        self.entries: list[Entry] = []

    def add(self, scope: Scope, status: int, seconds: float) -> None:
        """Add an entry for a request that has ended; the first of a batch schedules its writing."""
        client = scope["client"][0] if scope.get("client") else None
        path, method = scope["raw_path"], scope["method"]
        self.entries.append(Entry(time.time(), request_id.get(), method, path, client, status, seconds))
        if len(self.entries) >= BATCH_SIZE:
            self.write()
        elif len(self.entries) == 1:
            asyncio.get_running_loop().call_later(MAX_DELAY_SECONDS, self.write)

    def write(self) -> None:
        """Write all entries."""
        entries, self.entries = self.entries, []
        if entries:
            self.stream.write("".join(map(self.line, entries)))
            self.stream.flush()


def _text_line(entry: Entry) -> str:
    return f"{_time(entry)} INFO    {_message(entry)}\n"


def _json_line(entry: Entry) -> str:
    line = {
        "time": _time(entry),
        "level": "INFO",
        "logger": "skillgap.access",
        "message": _message(entry),
        "client": entry.client,
        "method": entry.method,
        "path": entry.path.decode("latin-1"),
        "status": entry.status,
        "milliseconds": round(entry.seconds * 1000, 2),
        "request_id": entry.request_id,
    }
    return json.dumps(line) + "\n"


def _time(entry: Entry) -> str:
    second = int(entry.ended_at)
    return f"{_format_second(second)},{int((entry.ended_at - second) * 1000):03d}"


@lru_cache(4)
def _format_second(second: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))


def _message(entry: Entry) -> str:
    path = entry.path.decode("latin-1")
    return f"{entry.method} {path} {entry.status} {entry.seconds * 1000:.2f} ms"
