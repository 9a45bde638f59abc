"""The access log: a line for every request, written many at a time.

A log record for each, with its formatting, its write and its flush, costs three times an answer
that is ready (30 microseconds). Here a request leaves a note, and the lines are made together.
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


SECONDS = 0.25  # that a line waits at most
MOST_WAITING = 500


class Note(NamedTuple):
    """What a line is made of. ``ended_at`` is in seconds since the epoch."""

    ended_at: float
    request_id: str | None
    method: str
    path: bytes
    query: bytes
    status: int
    seconds: float


class AccessLog:
    """Lines in the form of the other log lines; whoever ends the event loop calls ``write``."""

    def __init__(self, stream: TextIO, *, as_json: bool) -> None:
        self.stream = stream
        self.line = _json_line if as_json else _text_line
        self.waiting: list[Note] = []

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        """Keep a line for a request that has ended; the first that waits sets the alarm for all."""
        self.waiting.append(
            Note(
                time.time(),
                request_id.get(),
                scope["method"],
                scope["raw_path"],
                scope["query_string"],
                status,
                seconds,
            )
        )
        if len(self.waiting) >= MOST_WAITING:
            self.write()
        elif len(self.waiting) == 1:
            asyncio.get_running_loop().call_later(SECONDS, self.write)

    def write(self) -> None:
        """Write what waits."""
        notes, self.waiting = self.waiting, []
        if notes:
            self.stream.write("".join(map(self.line, notes)))
            self.stream.flush()


def _text_line(note: Note) -> str:
    return f"{_time(note)} INFO    {_message(note)}\n"


def _json_line(note: Note) -> str:
    line = {
        "time": _time(note),
        "level": "INFO",
        "logger": "skillgap.access",
        "message": _message(note),
        "method": note.method,
        "status": note.status,
        "milliseconds": round(note.seconds * 1000, 2),
        "request_id": note.request_id,
    }
    return json.dumps(line) + "\n"


def _time(note: Note) -> str:
    whole = int(note.ended_at)
    return f"{_second(whole)},{int((note.ended_at - whole) * 1000):03d}"


@lru_cache(4)
def _second(whole: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(whole))


def _message(note: Note) -> str:
    asked = note.path.decode("latin-1")
    if note.query:
        asked += "?" + note.query.decode("latin-1")
    return f"{note.method} {asked} {note.status} {note.seconds * 1000:.2f} ms"
