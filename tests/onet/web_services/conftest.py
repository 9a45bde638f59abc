"""The fake service, a clock that only waiting moves, and a client on both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from skillgap.onet.web_services.client import WebServices
from skillgap.onet.web_services.transport import Pace
from tests.onet.web_services.fake_onet import KEY, FakeOnet, serving

TODAY = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that only sleeping advances."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    def __call__(self) -> float:
        return sum(self.waits)

    def pace(self) -> Pace:
        return Pace(sleep=self.sleep, clock=self, now=lambda: TODAY + timedelta(seconds=self()), timeouts=(1.0, 0.5))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake(clock: Clock) -> Iterator[FakeOnet]:
    with serving(FakeOnet(clock=clock)) as server:
        yield server


@pytest.fixture
def services(fake: FakeOnet, clock: Clock) -> Iterator[WebServices]:
    client = WebServices(fake.url, KEY, clock.pace())
    yield client
    client.close()
