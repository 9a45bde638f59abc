"""A model that is ours, a catalogue of the sample, and a job between the two."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, make_url, text

from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.llm.client import Chat
from skillgap.llm.replies import Reply
from skillgap.onet.catalogue import Catalogue, read_catalogue
from skillgap.onet.queries import current_release
from skillgap.onet.rescoring.job import RescoringProgress
from skillgap.onet.rescoring.rescore import rescore
from tests.llm.fake_model import FakeModel

KEY = "sk-of-ours-0123456789"
SCHEMA = {"type": "object", "properties": {}, "additionalProperties": False}


@pytest.fixture
def sample_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = connect(make_url(sqlite_url))
    yield engine
    engine.dispose()


def catalogue_of(engine: Engine) -> Catalogue:
    with reading(engine) as connection:
        return read_catalogue(connection, current_release(connection))


def ask(model: FakeModel, **options: Any) -> Reply:
    """One call through the real client."""

    async def call() -> Reply:
        settings = {"base_url": model.url, "api_key": KEY, "timeout_seconds": 5} | options
        async with Chat("a-model", **settings) as chat:
            return await chat.ask("You are", "Hello", name="x", schema=SCHEMA, token_limit=100)

    return asyncio.run(call())


class Job(NamedTuple):
    """A rescoring that is over, and how long it would have waited each time."""

    progress: RescoringProgress
    waited: list[float]


Rescore = Callable[..., Job]


@pytest.fixture
def run_job(model: FakeModel, sample_engine: Engine) -> Rescore:
    """Rescore occupations of the sample with the fake model, waiting for nothing."""

    def run(*codes: str, engine: Engine = sample_engine, **options: Any) -> Job:
        waited: list[float] = []

        async def wait(seconds: float) -> None:
            waited.append(seconds)

        chat_options: dict[str, Any] = {"base_url": model.url, "api_key": KEY, "timeout_seconds": 5}
        chat_options |= options.pop("chat", {})

        async def job() -> RescoringProgress:
            async with Chat(options.pop("llm", "a-model"), **chat_options) as chat:
                limits = {"runs": 1, "max_concurrency": 1, "token_budget": 10**9}
                catalogue = catalogue_of(engine)
                return await rescore(
                    engine,
                    chat,
                    catalogue,
                    codes or ("15-1252.00",),
                    report=lambda _: None,
                    sleep=wait,
                    **(limits | options),
                )

        return Job(asyncio.run(job()), waited)

    return run


def rows(engine: Engine, query: str, **values: Any) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), values)]
