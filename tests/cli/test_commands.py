"""The commands as a user runs them: real processes, exit status 0, 1 or 2."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from skillgap.cli.main import MODULES, app
from tests.conftest import SAMPLE, sample_file

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``python -m skillgap`` in an empty folder, where no release can be downloaded."""

    def run_command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"ONET_BASE_URL": "http://127.0.0.1:9/"} | settings
        return subprocess.run(
            [sys.executable, "-m", "skillgap", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run_command


@pytest.fixture
def run_on_sample(run: Run, tmp_path: Path) -> Run:
    """The same where the sample is loaded already."""
    (tmp_path / "data").mkdir()
    shutil.copy(sample_file(), tmp_path / "data" / "skillgap.sqlite")
    return run


def test_a_release_is_loaded_and_compared(run: Run) -> None:
    loaded = run("load", "--from", str(SAMPLE))
    assert loaded.returncode == 0
    assert re.search(r"Skills\.txt +│ 1,680 +│ 1,680 +│ 0 ", loaded.stderr)
    assert "THIS IS THE ILLUSTRATIVE SAMPLE" in loaded.stderr
    answer = json.loads(run("gap", "31-1131", "29-1141.00", "--json").stdout)
    assert (answer["release"], answer["summary"]["gaps"]) == ("sample", 33)
    found = run("search", "nurse").stdout
    assert "29-1141.00" in found
    assert "sample" in run("releases").stdout


def test_moves_and_paths_are_what_the_interface_answers(run_on_sample: Run, sample_client: TestClient) -> None:
    asked = ("--direction", "to", "--measure", "gap", "--min-coverage", "0.8", "--limit", "3")
    moves = json.loads(run_on_sample("moves", "29-1141", *asked, "--json").stdout)
    query = "direction=to&measure=gap&min_coverage=0.8&limit=3"
    assert moves == sample_client.get(f"/occupations/29-1141.00/moves?{query}").json()
    path = json.loads(run_on_sample("path", "37-2011", "29-1141", "--max-steps", "2").stdout)
    query = "from=37-2011&to=29-1141&max_steps=2"
    assert path == sample_client.get(f"/paths?{query}").json()


@pytest.mark.usefixtures("run_on_sample")
def test_a_terminal_gets_tables(tmp_path: Path) -> None:
    moves = on_terminal(tmp_path, "moves", "29-1141", "--other-major-group")
    assert "Moves from Registered Nurses (O*NET sample)" in moves
    assert re.search(r"│ \d+ +│ 25-2021\.00 │ .* │ 0\.\d{3}", moves)
    assert re.search(r"other_major_group .*True.* left out .*0", moves)
    assert "* close: resemblance of skills up to" in re.sub(r"\x1b\[[\d;]*m", "", moves)
    path = on_terminal(tmp_path, "path", "37-2011", "29-1141")
    assert re.search(r"│ directly +│ 29-1141\.00 │ Registered Nurses", path)
    gap = on_terminal(tmp_path, "gap", "37-2011", "29-1141")
    assert "Housekeeping Cleaners -> Registered Nurses" in gap


def on_terminal(folder: Path, *arguments: str) -> str:
    """What a command prints on a terminal of 200 columns."""
    ours, its = pty.openpty()
    environment = os.environ | {"COLUMNS": "200", "TERM": "xterm"}
    command = [sys.executable, "-m", "skillgap", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=its) as process:
        os.close(its)
        printed = b"".join(_read_all(ours))
    os.close(ours)
    assert process.returncode == 0
    return printed.decode()


def _read_all(terminal: int) -> Iterator[bytes]:
    """Its bytes to the end, which Linux calls an input/output error and macOS the empty string."""
    with suppress(OSError):
        while chunk := os.read(terminal, 65536):
            yield chunk


def test_the_release_a_setting_names_is_loaded_and_a_second_time_nothing_changes(run: Run) -> None:
    assert run("load", ONET_DATA=str(SAMPLE)).returncode == 0
    again = run("load", ONET_DATA=str(SAMPLE))
    assert (again.returncode, "nothing changed" in again.stderr) == (0, True)


def test_a_release_in_data_is_found(run: Run, tmp_path: Path, onet: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").symlink_to(onet)
    loaded = run("load")
    assert loaded.returncode == 0
    assert "release 29.2 found in data/mine" in loaded.stderr


def test_without_data_and_network_the_sample_is_loaded_with_a_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sample").symlink_to(SAMPLE)
    loaded = run("load")
    assert loaded.returncode == 0
    assert "29.2 could not be downloaded" in loaded.stderr
    assert "THIS IS THE ILLUSTRATIVE SAMPLE, NOT O*NET DATA" in loaded.stderr


def test_a_real_release_is_never_replaced_by_the_sample(run: Run, tmp_path: Path, onet: Path) -> None:
    assert run("load", "--from", str(onet)).returncode == 0
    (tmp_path / "data" / "sample").symlink_to(SAMPLE)
    again = run("load")
    assert again.returncode == 0
    assert "release 29.2 is loaded already; nothing changed" in again.stderr
    offline = run("load", ONET_RELEASE="30.3")
    assert (offline.returncode, "O*NET 30.3 could not be downloaded" in offline.stderr) == (0, True)
    named = run("load", "--release", "30.3")
    assert named.returncode == 1
    assert named.stderr.splitlines()[-1].startswith("skillgap: O*NET 30.3 could not be downloaded")
    assert re.search(r"29\.2 .*\*", run("releases").stdout)


def current(folder: Path) -> str:
    """The release that answers, by the database."""
    with closing(sqlite3.connect(folder / "data" / "skillgap.sqlite")) as database:
        ((release,),) = database.execute("SELECT release FROM current_release")
    return str(release)


def test_another_release_answers_and_the_one_before_again(run_on_sample: Run, tmp_path: Path) -> None:
    run = run_on_sample
    run("load", "--from", str(SAMPLE), "--release", "99.1")
    assert re.search(r"│ 99\.1 .*\*", run("releases").stdout)
    used = run("releases", "use", "sample")
    assert (used.returncode, "release sample answers from now on" in used.stderr) == (0, True)
    assert current(tmp_path) == "sample"
    back = run("releases", "rollback")
    assert (back.returncode, "release 99.1 answers again" in back.stderr) == (0, True)
    assert current(tmp_path) == "99.1"
    run("releases", "rollback")
    assert current(tmp_path) == "sample"


def test_no_other_release_to_go_to_is_said(run_on_sample: Run, tmp_path: Path) -> None:
    for arguments, message in (
        (("use", "30.3"), "skillgap: Release '30.3' is not loaded (there: sample)."),
        (("rollback",), "skillgap: No other release has answered before sample (loaded: sample)."),
    ):
        failed = run_on_sample("releases", *arguments)
        assert (failed.returncode, failed.stderr.startswith(message)) == (1, True), failed.stderr
    assert current(tmp_path) == "sample"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("releases", "use", "29.2"), "skillgap: No O*NET release has been loaded yet."),
        (("releases", "rollback"), "skillgap: No O*NET release has been loaded yet."),
        (("load", "--from", "nowhere"), "skillgap: nowhere: no such folder or zip"),
        (("gap", "11-1011", "29-1141"), "skillgap: No O*NET release has been loaded yet."),
        (("load",), "skillgap: O*NET 29.2 could not be downloaded"),
    ],
)
def test_a_failure_is_one_clear_line_and_status_1(run: Run, arguments: tuple[str, ...], message: str) -> None:
    failed = run(*arguments)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("gap", "11-1011"), ("releases", "use"), ("nonsense",), ("load", "--nonsense")]
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_the_help_lists_every_command_without_importing_pandas(run: Run) -> None:
    helped = run("--help", PYTHONPROFILEIMPORTTIME="1")
    assert helped.returncode == 0
    assert all(f" {name} " in helped.stdout for name in MODULES)
    imported = {line.rpartition("|")[2].strip() for line in helped.stderr.splitlines()}
    assert "skillgap.cli.load" in imported
    assert "pandas" not in imported


def test_all_faults_of_a_pair_are_in_one_line(run_on_sample: Run) -> None:
    failed = run_on_sample("gap", "cook", "55-1016")
    assert failed.returncode == 1
    assert "'cook' is not an O*NET-SOC code" in failed.stderr
    assert "55-1016.00 Infantry Officers" in failed.stderr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"API_PORT": "x"}, "skillgap: setting API_PORT: Input should be a valid integer"),
        ({"DATABASE_URL": "nonsense"}, "skillgap: setting DATABASE_URL: Value error, not an SQLAlchemy URL"),
        (
            {"DATABASE_URL": "mysql+pymysql://me:s3cret@127.0.0.1:9/skillgap"},
            "skillgap: mysql+pymysql://me:***@127.0.0.1:9/skillgap: Can't connect",
        ),
    ],
)
def test_a_wrong_setting_is_named_and_a_password_never(run: Run, settings: dict[str, str], message: str) -> None:
    failed = run("up", **settings)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith(message)
    assert "s3cret" not in failed.stderr


def test_up_loads_what_there_is_and_serves_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sample").symlink_to(SAMPLE)
    assert_up_serves_the_sample(tmp_path)


@pytest.mark.usefixtures("run_on_sample")
def test_up_brings_the_schema_of_an_earlier_skillgap_up_to_date(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "skillgap.sqlite")) as database:
        database.execute("DROP TABLE reported_titles")
        database.execute("DROP TABLE code_crosswalk")
        database.execute("UPDATE alembic_version SET version_num = '0003'")
        database.commit()
    assert_up_serves_the_sample(tmp_path)


def assert_up_serves_the_sample(tmp_path: Path) -> None:
    settings = {"ONET_BASE_URL": "http://127.0.0.1:9/", "API_PORT": "0", "LOG_FORMAT": "json"}
    with subprocess.Popen(
        [sys.executable, "-m", "skillgap", "up"],
        cwd=tmp_path,
        env=os.environ | settings,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        address = None
        for line in process.stderr:
            found = re.search(r"http://127\.0\.0\.1:[1-9]\d+", line)
            if found:
                address = found[0]
                break
        assert address is not None
        with urllib.request.urlopen(f"{address}/ready", timeout=30) as response:
            assert json.load(response) == {"release": "sample"}
        process.terminate()
        logged = [json.loads(line) for line in process.stderr]
    assert [one["message"][:15] for one in logged if one["logger"] == "skillgap.access"] == ["GET /ready 200 "]
    assert process.returncode == -signal.SIGTERM
