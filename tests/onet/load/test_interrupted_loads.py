"""Loads that are killed, and loads at the same time: real processes on real databases."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from sqlalchemy import Engine, make_url

from skillgap.database.engine import connect
from skillgap.database.locks import load_lock
from skillgap.database.transactions import writing
from skillgap.errors import LoadInProgress
from tests.conftest import SAMPLE, load
from tests.onet.load.test_load import contents, runs

LOAD = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import make_url
from skillgap.database.engine import connect
from skillgap.onet.load.run import LoadRequest, load_release

url, source, fatal_step = sys.argv[1:]

def report(step, done, total):
    if step == fatal_step:
        os.kill(os.getpid(), signal.SIGKILL)

load_release(connect(make_url(url)), LoadRequest(path=Path(source), again=True), report)
"""


def start_load(url: str, fatal_step: str = "") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", LOAD, url, str(SAMPLE), fatal_step])


@pytest.mark.parametrize(
    "step", ["reading Skills.txt", "checking the rows", "writing occupations", "writing job_zones"]
)
def test_a_load_that_is_killed_changes_nothing_and_the_next_one_succeeds(engine: Engine, url: str, step: str) -> None:
    load(engine, SAMPLE)
    before = contents(engine)
    assert start_load(url, step).wait(timeout=60) == -signal.SIGKILL
    assert contents(engine) == before
    assert [outcome for _, outcome in runs(engine)] == ["loaded", "running"]

    assert load(engine, SAMPLE, again=True).outcome == "loaded"
    assert contents(engine) == before
    assert [outcome for _, outcome in runs(engine)] == ["loaded", "interrupted", "loaded"]


def test_the_first_load_of_all_may_be_killed_too(engine: Engine, url: str) -> None:
    assert start_load(url, "writing ratings").wait(timeout=60) == -signal.SIGKILL
    assert all(rows == [] for rows in contents(engine).values())
    assert load(engine, SAMPLE).outcome == "loaded"


def test_of_two_loads_at_once_the_second_waits(engine: Engine, url: str) -> None:
    load(engine, SAMPLE)
    before = contents(engine)
    both = [start_load(url), start_load(url)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert contents(engine) == before
    assert sorted(outcome for _, outcome in runs(engine)) == ["loaded"] * 3


def test_a_load_that_waits_too_long_says_so(engine: Engine) -> None:
    load(engine, SAMPLE)
    if engine.dialect.name == "sqlite":
        impatient = connect(make_url(f"{engine.url}?timeout=0.1"))
        with writing(engine), pytest.raises(LoadInProgress, match="Another load is writing"):
            load(impatient, SAMPLE)
        impatient.dispose()
    else:
        with (
            load_lock(engine),
            pytest.raises(LoadInProgress, match="running for over 1 s"),
            load_lock(engine, wait_seconds=1),
        ):
            pass
