"""A request without a response times out; one whose response goes on does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient

from skillgap.api.middleware.timeout import RequestTimeout

SECONDS = 0.2


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()

    @app.get("/never")
    async def never() -> None:
        await asyncio.Event().wait()

    @app.get("/steady")
    async def steady() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(4):
                await asyncio.sleep(SECONDS / 2)
                yield b"part "

        return StreamingResponse(parts())

    @app.get("/breaks-off")
    async def breaks_off() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"part "
            await asyncio.Event().wait()

        return StreamingResponse(parts())

    @app.get("/own-timeout")
    async def own_timeout(request: Request) -> None:
        raise TimeoutError("a database's, say")

    return TestClient(RequestTimeout(app, SECONDS))


def test_a_request_without_an_answer_is_a_problem(client: TestClient) -> None:
    answer = client.get("/never")
    assert (answer.status_code, answer.json()["code"]) == (503, "took-too-long")
    assert answer.headers["Retry-After"] == "5"


def test_an_answer_that_goes_on_may_take_longer(client: TestClient) -> None:
    assert client.get("/steady").text == "part part part part "


def test_an_answer_that_stops_in_the_middle_is_no_whole_answer(client: TestClient) -> None:
    with pytest.raises(TimeoutError):
        client.get("/breaks-off")


def test_another_timeout_is_not_ours_to_tell(client: TestClient) -> None:
    with pytest.raises(TimeoutError, match="database"):
        client.get("/own-timeout")
