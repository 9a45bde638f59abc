"""The access log has a line for every request and loses none, although it writes in batches."""

from __future__ import annotations

import asyncio
import io
import json
import re
from typing import Any

import pytest
from fastapi import FastAPI

from skillgap.api.metrics.definitions import Metrics
from skillgap.api.middleware.access_log import AccessLog
from skillgap.api.middleware.request_context import RequestContext
from skillgap.api.middleware.route_templates import RouteTemplates

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "GET",
    "client": ("192.0.2.7", 5000),
    "path": "/occupations",
    "raw_path": b"/occupations",
    "query_string": b"q=cook",
    "headers": [(b"x-request-id", b"mine-1")],
}


class Written(io.StringIO):
    """A stream that records the number of lines of each write."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []

    def write(self, text: str) -> int:
        self.lines.append(text.count("\n"))
        return super().write(text)


async def respond(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def nothing(*_: Any) -> Any:
    return None


async def send_requests(log: AccessLog, requests: int = 1) -> None:
    app = RequestContext(respond, Metrics(), RouteTemplates(FastAPI()), log)
    for _ in range(requests):
        await app(SCOPE, nothing, nothing)


async def send_requests_and_wait(stream: Written, requests: int) -> None:
    await send_requests(AccessLog(stream, as_json=False), requests)
    assert stream.lines == []
    async with asyncio.timeout(60):
        while not stream.lines:
            await asyncio.sleep(0.01)


def test_lines_of_a_batch_are_written_together() -> None:
    stream = Written()
    asyncio.run(send_requests_and_wait(stream, 3))
    assert stream.lines == [3]


def test_a_full_batch_is_written_at_once() -> None:
    stream = Written()
    asyncio.run(send_requests(AccessLog(stream, as_json=False), 1_001))
    assert stream.lines == [500, 500]


@pytest.mark.parametrize("as_json", [False, True])
def test_a_line_holds_request_and_response(as_json: bool) -> None:
    stream = Written()
    log = AccessLog(stream, as_json=as_json)
    asyncio.run(send_requests(log))
    log.write()
    line = stream.getvalue()
    if as_json:
        fields = json.loads(line)
        assert (fields["method"], fields["path"], fields["status"]) == ("GET", "/occupations", 200)
        assert (fields["client"], fields["request_id"]) == ("192.0.2.7", "mine-1")
        line = f"{fields['time']} {fields['level']}    {fields['message']}\n"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO    GET /occupations 200 \d\.\d\d ms\n", line)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_line_does_not_say_what_somebody_looks_for(as_json: bool) -> None:
    stream = Written()
    log = AccessLog(stream, as_json=as_json)
    asyncio.run(send_requests(log))
    log.write()
    assert "cook" not in stream.getvalue()


def test_a_client_without_an_address_has_a_line_too() -> None:
    async def add(log: AccessLog) -> None:
        log.add({**SCOPE, "client": None}, 200, 0.001)
        log.write()

    stream = Written()
    asyncio.run(add(AccessLog(stream, as_json=True)))
    assert json.loads(stream.getvalue())["client"] is None
