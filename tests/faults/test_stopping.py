"""SIGTERM under load: whoever has asked is answered, whoever comes later is refused."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from sqlalchemy import make_url

from skillgap.database.engine import connect
from tests.conftest import load
from tests.faults.clients import asking
from tests.faults.service import GRACE_SECONDS, PAIR, serving
from tests.faults.waiting import eventually


@pytest.fixture
def loaded_url(tmp_path: Path, release: Path) -> str:
    """An SQLite database with the release."""
    address = f"sqlite:///{tmp_path / 'test.sqlite'}"
    engine = connect(make_url(address))
    load(engine, release)
    engine.dispose()
    return address


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "new"])
@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_is_lost_when_the_service_is_told_to_end(
    loaded_url: str, tmp_path: Path, workers: int, keep: bool
) -> None:
    with (
        serving(loaded_url, tmp_path, workers=workers) as service,
        asking(service.port, [PAIR, "/occupations?q=nurse"], number=32, keep=keep) as clients,
    ):
        eventually(lambda: len(clients.asked) > 1000)
        began = time.monotonic()
        service.terminate()
        clients.wait(within=GRACE_SECONDS)
        service.process.wait(timeout=GRACE_SECONDS)
        took = time.monotonic() - began
    assert took < GRACE_SECONDS
    outcomes = clients.outcomes()
    assert set(outcomes) <= {"answered", "refused", "unanswered"}
    # Between the last look at the door and its closing are microseconds, in which one may call.
    assert outcomes.get("unanswered", 0) <= (0 if keep else 1)
    assert outcomes["answered"] > 1000
    assert clients.statuses() <= {200, 0}
    assert service.messages("ERROR") == []
