"""``skillgap rescore`` as a user runs it: real processes against a model of ours."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from skillgap.cli.after_load import rescore_after_load
from skillgap.cli.rescore_job import rescore_sample
from skillgap.errors import RescoringError
from skillgap.onet.rescoring import job
from skillgap.settings import LlmSettings
from tests.conftest import SAMPLE
from tests.llm.fake_model import Behaviour, FakeModel, changed, failing
from tests.onet.rescoring.conftest import KEY, rows

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def settings(model: FakeModel, sqlite_url: str) -> dict[str, str]:
    ours = {
        "DATABASE_URL": sqlite_url,
        "LLM_BASE_URL": model.url,
        "LLM_MODEL": "a-model",
        "LLM_API_KEY": KEY,
        "LLM_RUNS": "1",
    }
    return os.environ | ours


@pytest.fixture
def run(settings: dict[str, str], tmp_path: Path) -> Run:
    def run_command(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "skillgap", *arguments],
            cwd=tmp_path,
            env=settings | changes,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run_command


def test_without_a_model_it_says_that_it_is_off(run: Run, model: FakeModel) -> None:
    off = run("rescore", LLM_MODEL="")
    assert (off.returncode, model.requests) == (0, [])
    assert "Rescoring is off: LLM_MODEL is not set." in off.stderr


def test_a_model_without_address_and_key_is_not_asked(run: Run) -> None:
    failed = run("rescore", LLM_BASE_URL="", LLM_API_KEY="", OPENAI_API_KEY="sk-not-for-this")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("skillgap: LLM_MODEL is set, but neither")


def test_a_key_in_the_address_is_refused_and_not_shown(run: Run) -> None:
    failed = run("rescore", LLM_BASE_URL=f"http://me:{KEY}@127.0.0.1:9/v1")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("skillgap: setting LLM_BASE_URL: ")
    assert KEY not in failed.stderr


def test_a_dry_run_says_what_it_would_cost_and_asks_nothing(run: Run, model: FakeModel) -> None:
    cost = run("rescore", "--sample", "10", "--dry-run", LLM_RUNS="3")
    assert (cost.returncode, model.requests) == (0, [])
    assert re.search(r"occupations +│ 10 ", cost.stdout)
    assert re.search(r"calls +│ 30 ", cost.stdout)
    assert re.search(r"left of the budget +│ 1,000,000 ", cost.stdout)


def test_the_occupations_that_are_named_are_rescored_and_reported_on(
    run: Run, model: FakeModel, sample_engine: Engine, tmp_path: Path
) -> None:
    done = run("rescore", "--occupations", "15-1252, 15-1299.00", "--sample", "12")
    assert done.returncode == 0, done.stderr
    assert "0 of" not in done.stderr
    assert "15-1299.00" in str(rows(sample_engine, "SELECT onetsoc_code FROM rescoring_calls"))
    calls = len(model.requests)
    assert calls in (13, 14)  # the sample may hold the one that was named
    again = run("rescore", "--occupations", "15-1252", "--sample", "12")
    assert (again.returncode, len(model.requests)) == (0, calls)

    shown = run("rescore", "report", "--chart", "agreement.svg")
    assert shown.returncode == 0, shown.stderr
    assert "a-model (levels-2, runs: 1) and O*NET sample" in " ".join(shown.stdout.split())
    assert "Reading Comprehension" in shown.stdout
    assert (tmp_path / "agreement.svg").read_text().startswith("<svg")
    figures = json.loads(run("rescore", "report", "--json").stdout)
    assert figures["everything"]["occupations"] == calls - 1
    assert len(figures["everything"]["by_skill"]) == 35

    calibrated = run("rescore", "calibrate")
    assert calibrated.returncode == 0
    assert "calibrated a-model (levels-2) to O*NET sample" in calibrated.stderr


def test_without_levels_to_compare_a_report_says_what_to_do(run: Run) -> None:
    failed = run("rescore", "report")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].endswith("skillgap rescore --sample 40.")


def test_a_stop_by_the_budget_is_no_failure_and_a_wrong_key_is_one(run: Run, model: FakeModel) -> None:
    stopped = run("rescore", "--sample", "20", LLM_TOKEN_BUDGET="20000")
    assert stopped.returncode == 0
    assert "stopped: of the 20,000 tokens in 24 hours" in stopped.stderr
    assert model.tokens <= 20_000
    model.script.append(failing(401, f"Incorrect API key provided: {KEY}"))
    failed = run("rescore", LLM_MAX_CONCURRENCY="1", LOG_LEVEL="DEBUG")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("skillgap: Rescoring stopped: ")
    assert KEY not in failed.stderr + stopped.stderr


@pytest.mark.parametrize("fatal", [1, 4, 9])
def test_a_rescoring_that_is_killed_goes_on_and_pays_for_nothing_twice(
    settings: dict[str, str], run: Run, model: FakeModel, sample_engine: Engine, fatal: int
) -> None:
    command = ["rescore", "--sample", "10"]
    process: list[subprocess.Popen[bytes]] = []

    def kill(number: int) -> None:
        if number == fatal:
            process[0].send_signal(signal.SIGKILL)
            process[0].wait(timeout=60)

    model.before = kill
    with model.lock:  # no answer before the process is known here
        process.append(
            subprocess.Popen([sys.executable, "-m", "skillgap", *command], env=settings | {"LLM_MAX_CONCURRENCY": "1"})
        )
    assert process[0].wait(timeout=60) == -signal.SIGKILL
    assert run(*command).returncode == 0
    assert run(*command).returncode == 0
    # The request that was on its way when we were killed is the only one asked twice.
    titles = Counter(asked.title for asked in model.requests)
    assert sorted(titles.values()) == [*[1] * 9, 2]
    outcomes = Counter(one for (one,) in rows(sample_engine, "SELECT outcome FROM rescoring_calls"))
    assert outcomes == {"ok": 10, "sent": 1}
    assert rows(sample_engine, "SELECT COUNT(*) FROM rescored_levels") == [(350,)]


def test_the_loading_service_rescores_where_a_model_is_set(run: Run, model: FakeModel, sample_engine: Engine) -> None:
    loaded = run("load", "--from", str(SAMPLE))
    assert loaded.returncode == 0, loaded.stderr
    assert len(model.requests) == 26  # 24 that are rated and the 2 that are not
    assert "calibrated a-model" in loaded.stderr
    assert run("load", "--from", str(SAMPLE)).returncode == 0
    assert len(model.requests) == 26
    assert rows(sample_engine, "SELECT COUNT(*) FROM calibrations") == [(1,)]


SURROGATES = changed(lambda found: [level | {"element_id": f"{level['element_id']}\ud800"} for level in found])
REFUSED = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("behaviour", "settings_of_it", "fault"),
    [
        (failing(401), {}, "Rescoring stopped: Error code: 401"),
        (failing(401, "\ud800"), {}, "Rescoring stopped: Error code: 401"),
        (None, {"LLM_BASE_URL": REFUSED}, f"Rescoring stopped: 5 calls in a row failed: no connection to {REFUSED}: "),
        (None, {"LLM_API_KEY": "schlüssel"}, "Rescoring stopped: LLM_API_KEY has characters that no key has"),
        (None, {"LLM_BASE_URL": "", "LLM_API_KEY": ""}, "LLM_MODEL is set, but neither LLM_API_KEY nor"),
        (None, {"LLM_RUNS": "99"}, "LLM_RUNS: Input should be less than or equal to 15"),
    ],
    ids=["wrong key", "half a character", "refused port", "no ASCII", "no address", "wrong setting"],
)
def test_a_load_succeeds_whatever_fails_in_rescoring(
    run: Run, model: FakeModel, behaviour: Behaviour | None, settings_of_it: dict[str, str], fault: str
) -> None:
    model.script.extend([behaviour] * 9 if behaviour else [])
    loaded = run("load", "--from", str(SAMPLE), **settings_of_it)
    assert loaded.returncode == 0, loaded.stderr
    last = loaded.stderr.splitlines()[-1]
    assert f"the release is loaded, but rescoring it failed: {fault}" in last
    assert last.endswith("To try again: skillgap rescore --sample 40 --unrated, then skillgap rescore calibrate")
    assert "Traceback" not in loaded.stderr


def test_a_load_succeeds_where_replies_hold_half_characters_and_ratings_are_lacking(
    run: Run, model: FakeModel, sample_engine: Engine
) -> None:
    model.script.append(SURROGATES)
    with sample_engine.begin() as connection:
        connection.execute(text("DELETE FROM ratings WHERE onetsoc_code = '29-1141.00' AND element_id = '2.A.1.a'"))
    loaded = run("load", "--from", str(SAMPLE))
    assert loaded.returncode == 0, loaded.stderr
    assert "calibrated a-model" in loaded.stderr
    assert "rescoring it failed" not in loaded.stderr
    shown = run("rescore", "report")
    assert shown.returncode == 0, shown.stderr


def test_a_locked_database_fails_no_load_and_is_one_line_of_a_rescoring(
    settings: dict[str, str],
    sqlite_url: str,
    model: FakeModel,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(job, "DATABASE_TIMEOUT", 0)
    for name in ("LLM_BASE_URL", "LLM_MODEL", "LLM_RUNS"):
        monkeypatch.setenv(name, settings[name])
    monkeypatch.setenv("DATABASE_URL", f"{sqlite_url}?timeout=0.05")
    fault = "Another load is writing to this database"
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), check_same_thread=False)) as other:
        model.before = lambda number: number == 2 and other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RescoringError, match=f"Rescoring stopped: {fault}"):
            rescore_sample(LlmSettings())
        rescore_after_load()
    assert f"the release is loaded, but rescoring it failed: {fault}" in caplog.text


def test_a_refused_port_is_one_line_and_charges_nothing(run: Run, sample_engine: Engine) -> None:
    failed = run("rescore", "--occupations", "15-1252", LLM_BASE_URL=REFUSED)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == (
        f"skillgap: Rescoring stopped: the last call failed: no connection to {REFUSED}: All connection attempts failed"
    )
    assert ", 0 tokens; 1000000 tokens are left" in failed.stderr
    assert rows(sample_engine, "SELECT SUM(tokens_counted) FROM rescoring_calls") == [(0,)]


def test_a_key_that_cannot_be_sent_is_one_line(run: Run, model: FakeModel) -> None:
    failed = run("rescore", LLM_API_KEY="schlüssel")
    assert (failed.returncode, model.requests) == (1, [])
    assert failed.stderr.splitlines()[-1] == (
        "skillgap: Rescoring stopped: LLM_API_KEY has characters that no key has; nothing was sent"
    )
    assert "schl" not in failed.stderr


def test_every_line_of_a_rescoring_names_its_job(run: Run, sqlite_url: str) -> None:
    done = run("rescore", "--occupations", "29-1141.00", LOG_FORMAT="json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines[-1]["message"].startswith("rescored release")
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        (job,) = database.execute("SELECT DISTINCT job_id FROM rescoring_calls").fetchone()
    assert {line["run_id"] for line in lines} == {job}
