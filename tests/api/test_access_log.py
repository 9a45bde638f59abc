"""The access log has a line for every request and loses none, although it writes many at a time."""

from __future__ import annotations

import asyncio
import io
import json
import re
from typing import Any

import pytest
from fastapi import FastAPI

from skillgap.api.middleware.access_log import AccessLog
from skillgap.api.middleware.metrics import Figures, RouteTemplates
from skillgap.api.middleware.request_context import RequestFrame

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "GET",
    "path": "/occupations",
    "raw_path": b"/occupations",
    "query_string": b"q=cook",
    "headers": [(b"x-request-id", b"mine-1")],
}


class Written(io.StringIO):
    """A stream that keeps how many lines came with each write."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []

    def write(self, text: str) -> int:
        self.lines.append(text.count("\n"))
        return super().write(text)


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def nothing(*_: Any) -> Any:
    return None


async def ask(log: AccessLog, requests: int = 1) -> None:
    framed = RequestFrame(answer, Figures(), RouteTemplates(FastAPI()), log)
    for _ in range(requests):
        await framed(SCOPE, nothing, nothing)


async def ask_and_wait(stream: Written, requests: int) -> None:
    await ask(AccessLog(stream, as_json=False), requests)
    assert stream.lines == []
    async with asyncio.timeout(60):
        while not stream.lines:
            await asyncio.sleep(0.01)


def test_lines_that_wait_are_written_together() -> None:
    stream = Written()
    asyncio.run(ask_and_wait(stream, 3))
    assert stream.lines == [3]


def test_many_lines_do_not_wait_for_the_alarm() -> None:
    stream = Written()
    asyncio.run(ask(AccessLog(stream, as_json=False), 1_001))
    assert stream.lines == [500, 500]


@pytest.mark.parametrize("as_json", [False, True])
def test_a_line_says_what_was_asked_and_answered(as_json: bool) -> None:
    stream = Written()
    log = AccessLog(stream, as_json=as_json)
    asyncio.run(ask(log))
    log.write()
    line = stream.getvalue()
    if as_json:
        told = json.loads(line)
        assert (told["method"], told["status"], told["request_id"]) == ("GET", 200, "mine-1")
        line = f"{told['time']} {told['level']}    {told['message']}\n"
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO    GET /occupations\?q=cook 200 \d\.\d\d ms\n",
        line,
    )
