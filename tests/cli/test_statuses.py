"""Exit status 0, 1 or 2 of every command, one clear line for each failure, and no file where none was asked for."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Skillgap
from tests.conftest import SAMPLE

LEVELS = {"levels": {"2.A.1.b": 3, "2.B.1.a": 4.5}}


@pytest.mark.usefixtures("_sample_is_loaded")
@pytest.mark.parametrize(
    "arguments",
    [
        ("load", "--from", str(SAMPLE)),
        ("gap", "31-1131", "29-1141"),
        ("moves", "29-1141"),
        ("path", "37-2011", "29-1141"),
        ("openers", "29-1141"),
        ("matches", "levels.json"),
        ("diff", "sample", "sample"),
        ("search", "nurse"),
        ("code", "nurse"),
        ("code", "--from", "titles.csv"),
        ("export", "pairs.csv"),
        ("supplement",),
        ("doctor",),
        ("rescore",),
        ("releases",),
        ("releases", "use", "sample"),
        ("keys", "new", "portal"),
        ("--version",),
        ("--help",),
    ],
    ids=" ".join,
)
def test_what_succeeds_is_status_0(skillgap: Skillgap, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "levels.json").write_text(json.dumps(LEVELS))
    (tmp_path / "titles.csv").write_text("id,title\n1,Staff nurse\n")
    ended = skillgap(*arguments)
    assert ended.status == 0, ended


def test_an_assistant_that_hangs_up_is_status_0(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "skillgap", "mcp"]
    ran = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("gap", "31-1131", "29-1141"),
        ("moves", "29-1141"),
        ("path", "37-2011", "29-1141"),
        ("openers", "29-1141"),
        ("diff", "sample", "sample"),
        ("search", "nurse"),
        ("export", "pairs.csv"),
        ("releases",),
        ("releases", "use", "sample"),
        ("releases", "rollback"),
        ("rescore", "report"),
        ("rescore", "calibrate"),
    ],
    ids=" ".join,
)
def test_where_nothing_is_loaded_is_said_in_a_line_and_no_file_is_made(
    skillgap: Skillgap, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = skillgap(*arguments)
    file = tmp_path / "data" / "skillgap.sqlite"
    assert (ended.status, ended.err) == (
        1,
        f"skillgap: No O*NET release has been loaded yet. There is no {file}: run `skillgap load` here, "
        "or go to the folder where one is loaded.\n",
    )
    assert list(tmp_path.iterdir()) == []


def test_levels_are_matched_with_nothing(skillgap: Skillgap, tmp_path: Path) -> None:
    (tmp_path / "levels.json").write_text(json.dumps(LEVELS))
    ended = skillgap("matches", "levels.json")
    assert ended.status == 1
    assert ended.err.startswith("skillgap: No O*NET release has been loaded yet. ")
    assert [file.name for file in tmp_path.iterdir()] == ["levels.json"]


@pytest.mark.parametrize(
    ("arguments", "settings"),
    [
        (("load", "--from", "nowhere"), {}),
        (("supplement",), {"ONET_API_KEY": "key"}),
        (("rescore",), {"LLM_MODEL": "some", "LLM_API_KEY": "key"}),
        (("mcp",), {"DATABASE_URL": "nonsense"}),
        (("serve",), {"API_PORT": "x"}),
        (("up",), {"API_PORT": "x"}),
    ],
    ids=str,
)
def test_what_fails_is_status_1_with_one_line(
    skillgap: Skillgap, arguments: tuple[str, ...], settings: dict[str, str]
) -> None:
    ended = skillgap(*arguments, **settings)
    assert ended.status == 1
    assert len(re.findall(r"^skillgap: .+", ended.err, re.MULTILINE)) == 1, ended.err
    assert "Traceback" not in ended.err


def test_a_check_that_fails_is_status_1(skillgap: Skillgap, tmp_path: Path) -> None:
    ended = skillgap("doctor")
    assert ended.status == 1
    assert "fail database" in ended.out
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def port_in_use() -> Iterator[int]:
    """A port of this machine on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("arguments", [("serve",), ("serve", "--workers", "2"), ("up",)], ids=" ".join)
def test_a_port_in_use_is_status_1_with_one_line(
    skillgap: Skillgap, port_in_use: int, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = skillgap(*arguments, API_PORT=str(port_in_use))
    assert (ended.status, ended.err) == (
        1,
        f"skillgap: Nothing can be served on 127.0.0.1:{port_in_use}: Address already in use. "
        "API_HOST and API_PORT name another address.\n",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_sample_is_loaded")
def test_a_service_that_cannot_read_what_is_loaded_is_status_1(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "skillgap.sqlite")) as database:
        database.execute("DELETE FROM elements")
        database.commit()
    environment = os.environ | {"API_PORT": "0"}
    command = [sys.executable, "-m", "skillgap", "serve"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert b"Application startup failed" in ran.stderr


NO_DATABASE = b"notes of somebody, which are no database" * 20


@pytest.mark.parametrize(
    "arguments",
    [
        ("gap", "31-1131", "29-1141"),
        ("search", "nurse"),
        ("export", "pairs.csv"),
        ("releases",),
        ("releases", "use", "sample"),
        ("load", "--from", str(SAMPLE)),
        ("up",),
    ],
    ids=" ".join,
)
def test_a_file_that_is_no_database_is_said_and_left_as_it_is(
    skillgap: Skillgap, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "notes.sqlite"
    file.write_bytes(NO_DATABASE)
    ended = skillgap(*arguments, DATABASE_URL=f"sqlite:///{file}", API_PORT="0")
    assert ended.status == 1
    assert ended.err.splitlines()[-1] == f"skillgap: sqlite:///{file}: file is not a database"
    assert file.read_bytes() == NO_DATABASE


@pytest.mark.parametrize("arguments", [("load", "--from", str(SAMPLE)), ("up",)], ids=" ".join)
def test_a_folder_that_cannot_be_made_is_said(skillgap: Skillgap, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "data").write_text("a file in its place")
    ended = skillgap(*arguments, API_PORT="0")
    assert (ended.status, ended.err.splitlines()[-1]) == (1, "skillgap: The folder data cannot be made: File exists.")


LONG = "x" * 3000


@pytest.mark.parametrize(
    ("status", "arguments", "told"),
    [
        (1, ("gap", LONG, "29-1141"), "skillgap: FROM is longer than 200 characters."),
        (2, ("search", LONG), "at most 200 characters"),
        (2, ("gap", "29-1141" + " " * 200, "29-1141.00" + " " * 200, "--domain", "[/x]"), "'[/x]' is not one of"),
        (1, ("releases", "use", LONG), "is not loaded (there: sample)."),
        (1, ("releases", "use", "[/x]"), "skillgap: Release '[/x]' is not loaded (there: sample)."),
        (1, ("diff", "[/x]", LONG), "skillgap: Release '[/x]' is not loaded (there: sample). Release 'xxx"),
        (1, ("export", f"/{LONG}.csv"), ": File name too long"),
        (1, ("export", "[/x]/pairs.csv"), "skillgap: [/x]/pairs.csv: No such file or directory"),
        (2, ("export", "[/x].txt"), "[/x].txt ends neither in .csv nor in .parquet"),
        (2, ("keys", "new", "[/x]"), "'[/x]': a name is up to 64 letters"),
        (1, ("matches", "[/x]"), "skillgap: [/x]: No such file or directory"),
        (1, ("matches", LONG), ": File name too long"),
        (1, ("gap", "\udcff", "29-1141"), "has no occupation that '\\udcff' could mean."),
        (2, ("search", "\udcff"), "unable to parse raw data as a unicode string"),
        (2, ("[/x]",), "No such command '[/x]'."),
    ],
    ids=lambda given: " ".join(given)[:40] if isinstance(given, tuple) else "",
)
@pytest.mark.usefixtures("_sample_is_loaded")
def test_what_is_too_long_or_looks_like_markup_is_said(
    skillgap: Skillgap, status: int, arguments: tuple[str, ...], told: str
) -> None:
    ended = skillgap(*arguments, COLUMNS="500")
    assert ended.status == status
    assert told in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.usefixtures("_sample_is_loaded")
def test_text_like_markup_is_printed_as_it_is(skillgap: Skillgap) -> None:
    assert skillgap("search", "[/qq] :smile:").out == "Nothing found for '[/qq] :smile:'.\n"


@pytest.mark.parametrize(
    "content", ["[1]", "{", '{"levels": {"2.A.1.b": 8}}', '{"levels": {"2.A.1.b": 3}, "colour": 1}'], ids=str
)
def test_levels_that_the_interface_refuses_are_wrong_usage(skillgap: Skillgap, tmp_path: Path, content: str) -> None:
    (tmp_path / "levels.json").write_text(content)
    assert skillgap("matches", "levels.json").status == 2
