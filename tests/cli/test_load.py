"""``skillgap load`` as a user runs it: what it says of faults in the data, and its exit status."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.test_commands import Run, current
from tests.conftest import SAMPLE, sample_file


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``python -m skillgap`` in an empty folder, where no release can be downloaded."""

    def run_command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "skillgap", *arguments],
            cwd=tmp_path,
            env=os.environ | {"ONET_BASE_URL": "http://127.0.0.1:9/"} | settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run_command


def spoil(folder: Path, rows: int, name: str = "Skills.txt") -> Path:
    """Other levels than the scale has in the first rows of a file."""
    file = folder / name
    header, *lines = file.read_text().splitlines(keepends=True)
    spoiled = [re.sub(r"\t\d\.\d\d\t", "\t9.99\t", line, count=1) for line in lines[:rows]]
    file.write_text("".join([header, *spoiled, *lines[rows:]]))
    return folder


def test_rejected_rows_are_printed_with_their_reason_and_where_all_of_them_are(run: Run, sample: Path) -> None:
    loaded = run("load", "--from", str(spoil(sample, 7)), "--accept-incomplete", ONET_MAX_REJECTED="0.01")
    assert loaded.returncode == 0
    said = re.findall(r"(?:WARNING|INFO) +(Skills\.txt.*rejected.*|all of them.*)", loaded.stderr)
    assert said == [
        "Skills.txt, line 2: rejected: data_value '9.99' is outside scale IM (1-5)",
        "Skills.txt, line 3: rejected: data_value '9.99' is outside scale LV (0-7)",
        "Skills.txt, line 4: rejected: data_value '9.99' is outside scale IM (1-5)",
        "Skills.txt, line 5: rejected: data_value '9.99' is outside scale LV (0-7)",
        "Skills.txt, line 6: rejected: data_value '9.99' is outside scale IM (1-5)",
        "Skills.txt: 2 more rows are rejected",
        "all of them are in the table rejected_rows, with run_id 1",
    ]
    assert "incomplete: Skills.txt: 7 ratings on skills are missing in all" in loaded.stderr


def test_an_incomplete_release_is_refused_unless_the_setting_accepts_it(run: Run, sample: Path) -> None:
    spoil(sample, 1)
    refused = run("load", "--from", str(sample))
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("skillgap: release sample is incomplete: Skills.txt, line 2: ")
    assert run("load", "--from", str(sample), ONET_ACCEPT_INCOMPLETE="true").returncode == 0


def test_bad_data_end_with_0_where_a_release_is_loaded_and_that_is_asked_for(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "broken").mkdir(parents=True)
    (tmp_path / "data" / "broken" / "Occupation Data.txt").write_text("nonsense")
    first = run("load", "--keep-current")
    assert first.returncode == 1
    shutil.copy(sample_file(), tmp_path / "data" / "skillgap.sqlite")
    assert run("load").returncode == 1
    kept = run("load", "--keep-current")
    assert kept.returncode == 0
    assert re.search(r"ERROR +THE LOAD FAILED, AND RELEASE sample STAYS CURRENT: data/broken: ", kept.stderr)
    assert current(tmp_path) == "sample"


def test_a_database_that_is_away_fails_the_load_all_the_same(run: Run) -> None:
    failed = run("load", "--keep-current", "--from", "nowhere", DATABASE_URL="mysql+pymysql://a:b@127.0.0.1:9/c")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("skillgap: mysql+pymysql://a:***@127.0.0.1:9/c: ")


def test_a_loaded_release_that_is_named_is_current_again_and_said_to_be(run: Run, tmp_path: Path) -> None:
    for name in ("sample", "99.1"):
        run("load", "--from", str(SAMPLE), "--release", name)
    again = run("load", "--from", str(SAMPLE), "--release", "sample")
    assert (again.returncode, current(tmp_path)) == (0, "sample")
    assert "release sample is loaded already; it is current now" in again.stderr
    other = run("load", "--release", "99.1")
    assert "release 99.1 is loaded already; it is current now" in other.stderr
    left = run("load", ONET_DATA=str(SAMPLE))
    assert "release sample is loaded already; nothing changed, release 99.1 is current" in left.stderr


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("sqlite:///no.sqlite", "file is not a database"),
        ("sqlite:///no.sqlite/other/x.sqlite", "its folder cannot be made: "),
        ("sqlite:////proc/nowhere/x.sqlite", "its folder cannot be made: No such file or directory"),
        ("sqlite:////proc/version", "(file is not a database|attempt to write a readonly database|unable to open.*)"),
    ],
)
@pytest.mark.parametrize("command", [("load", "--from", str(SAMPLE)), ("releases",)], ids=" ".join)
def test_a_database_that_is_none_is_one_line(
    run: Run, tmp_path: Path, command: tuple[str, ...], address: str, fault: str
) -> None:
    (tmp_path / "no.sqlite").write_text("a text that is long enough to be looked at as a database " * 20)
    failed = run(*command, DATABASE_URL=address)
    assert failed.returncode == 1
    assert re.search(rf"^skillgap: {re.escape(address)}: {fault}", failed.stderr, re.MULTILINE), failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "x" * 300), "x{300}: cannot be read: File name too long"),
        (
            ("--from", str(SAMPLE), "--release", "x" * 300),
            r"--release 'x{40}': a name has up to 20 printable characters",
        ),
        (("--release", "x" * 300), "'x{300}' does not name an O\\*NET release"),
    ],
)
def test_what_is_too_long_is_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    failed = run("load", *arguments)
    assert failed.returncode == 1
    assert re.fullmatch(f"skillgap: {message}.*", failed.stderr.splitlines()[-1])
    assert "Traceback" not in failed.stderr


def on_terminal(folder: Path, *arguments: str) -> str:
    """What ``skillgap load`` draws on a terminal of 200 columns."""
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "skillgap", "load", *arguments]
    environment = os.environ | {"COLUMNS": "200", "TERM": "xterm"}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=its) as process:
        os.close(its)
        drawn = b""
        with suppress(OSError):
            while chunk := os.read(ours, 65536):
                drawn += chunk
    os.close(ours)
    assert process.returncode == 0, drawn.decode()
    return drawn.decode()


def test_each_bar_ends_at_100_percent_and_names_are_no_markup(tmp_path: Path) -> None:
    release = Path(shutil.copytree(SAMPLE, tmp_path / "[" / "x]"))
    crosswalk = "O*NET-SOC 2010 Code\tO*NET-SOC 2010 Title\tO*NET-SOC 2019 Code\n11-1011.00\tHead\t11-1011.00\n"
    (release / "[bold].txt").write_text(crosswalk)
    drawn = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", on_terminal(tmp_path, "--from", "[/x]", "--release", "[/y]"))
    last = dict(re.findall(r"((?:reading|writing|checking) [^━╸╺]+?) +[━╸╺ ]+ +(\d+)%", drawn))
    assert last["reading [bold].txt"] == "100"
    assert last["writing ratings"] == "100"
    assert set(last.values()) == {"100"}
    assert len(last) > 15
    assert "O*NET [/y]" in drawn
