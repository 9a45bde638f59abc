"""The clock of the machine moved by a year while the service answers and loads run."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.onet import queries
from tests.conftest import load
from tests.faults.clients import ask, asking
from tests.faults.conftest import write_release
from tests.faults.service import PAIR, serving
from tests.faults.waiting import eventually

YEAR = 365


@pytest.fixture
def clock(tmp_path: Path) -> tuple[dict[str, str], Callable[[int], None]]:
    """The environment of a process whose clock can be moved, and what moves it by days.

    The monotonic clock goes on as it does when an administrator or NTP sets the other one.
    """
    if not shutil.which("faketime"):
        pytest.skip("needs faketime (a Debian package)")
    preloaded = subprocess.run(
        ["faketime", "-f", "+0d", "printenv", "LD_PRELOAD"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    file = tmp_path / "clock"

    def move(days: int) -> None:
        file.with_suffix(".new").write_text(f"{days:+d}d\n")
        file.with_suffix(".new").replace(file)

    move(0)
    environment = {
        "LD_PRELOAD": preloaded,
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    return environment, move


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'test.sqlite'}"
    engine = connect(make_url(address))
    load(engine, write_release(tmp_path / "99.1", "99.1"))
    engine.dispose()
    return address


@pytest.mark.parametrize("days", [YEAR, -YEAR], ids=["forward", "back"])
def test_a_clock_that_moves_disturbs_no_answer_and_no_watch(
    url: str, tmp_path: Path, clock: tuple[dict[str, str], Callable[[int], None]], days: int
) -> None:
    environment, move = clock
    engine = connect(make_url(url))
    with serving(url, tmp_path, **environment) as service:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        first = ask(connection, PAIR)
        with asking(service.port, [PAIR, "/occupations?q=nurse"]) as clients:
            move(days)
            eventually(lambda: len(clients.asked) > 500)
            tag = {"If-None-Match": first.headers["etag"]}
            assert ask(connection, PAIR, tag).status == 304
            load(engine, write_release(tmp_path / "99.2", "99.2"))
            eventually(lambda: service.get("/ready")["release"] == "99.2")
        connection.close()
        assert service.status() == "ok"
        assert service.messages("ERROR") == service.messages("WARNING") == []
    assert clients.statuses() == {200}
    took = re.findall(r'"milliseconds": (-?[\d.e-]+)', service.log.read_text())
    assert len(took) > 500
    assert all(0 <= float(one) < 60_000 for one in took)
    engine.dispose()


def test_a_load_before_the_time_of_the_last_one_is_the_last_one(
    url: str, tmp_path: Path, clock: tuple[dict[str, str], Callable[[int], None]]
) -> None:
    environment, move = clock
    move(-YEAR)
    folder = write_release(tmp_path / "99.2", "99.2")
    with subprocess.Popen(
        [sys.executable, "-m", "skillgap", "load", "--from", str(folder)],
        env=os.environ | environment | {"DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        move(-2 * YEAR)  # while it is at work
        said += process.stderr.read()
    assert process.returncode == 0, said
    (seconds,) = re.findall(r"release 99\.2 loaded in ([\d.]+) s and current", said)
    assert float(seconds) < 60
    engine = connect(make_url(url))
    with reading(engine) as connection:
        older, newer = sorted(queries.releases(connection), key=lambda one: one.run_id)
    engine.dispose()
    assert (newer.release, newer.current) == ("99.2", True)
    assert newer.loaded_at < older.loaded_at
