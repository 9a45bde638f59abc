"""LOG_FORMAT=json: one JSON object a line, whatever is logged, with the id of its run."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.conftest import SAMPLE

SETTINGS = {"LOG_FORMAT": "json", "ONET_BASE_URL": "http://127.0.0.1:9/"}


def lines_of(*command: str, status: int, folder: Path, **settings: str) -> list[dict[str, Any]]:
    """What a Python command writes to stderr, each line an object."""
    ran = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | SETTINGS | settings,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == status, ran.stderr
    return [json.loads(line) for line in ran.stderr.splitlines()]


def test_every_line_of_a_load_names_its_run(tmp_path: Path) -> None:
    load = ("-m", "skillgap", "load", "--from")
    lines = lines_of(*load, str(SAMPLE), status=0, folder=tmp_path)
    messages = [line["message"] for line in lines]
    assert f"release sample found in {SAMPLE}" in messages
    assert "Skills.txt: 1680 rows read, 1680 loaded, 0 rejected" in messages
    assert re.match(r"release sample loaded in \d", messages[-1])
    assert {line["run_id"] for line in lines} == {"1"}
    lines = lines_of(*load, "nowhere", status=1, folder=tmp_path)
    assert (lines[-1]["level"], lines[-1]["message"]) == ("ERROR", "nowhere: no such folder or zip")
    assert {line["run_id"] for line in lines} == {"2"}
    with closing(sqlite3.connect(tmp_path / "data" / "skillgap.sqlite")) as database:
        runs = database.execute("SELECT run_id, outcome FROM load_runs ORDER BY run_id").fetchall()
    assert runs == [(1, "loaded"), (2, "failed")]


def test_a_warning_and_an_error_of_ours_are_one_line_each(tmp_path: Path) -> None:
    code = """
import warnings
from skillgap.logs import configure_logging
configure_logging("INFO", as_json=True)
warnings.warn("take care")
{}["nothing"]
"""
    warned, ended = lines_of("-c", code, status=1, folder=tmp_path)
    assert "take care" in warned["message"]
    assert ended["level"] == "CRITICAL"
    assert ended["exc_info"].splitlines()[-1] == "KeyError: 'nothing'"


def test_a_wrong_setting_is_a_line_too(tmp_path: Path) -> None:
    (line,) = lines_of("-m", "skillgap", "serve", status=1, folder=tmp_path, API_PORT="x")
    assert line["message"].startswith("setting API_PORT: ")


def test_a_line_of_uvicorn_is_plain_text_inside(tmp_path: Path) -> None:
    code = """
import logging
from skillgap.logs import configure_logging
configure_logging("INFO", as_json=True)
logging.getLogger("uvicorn.error").info("up", extra={"color_message": "\\x1b[1mup"})
"""
    (line,) = lines_of("-c", code, status=0, folder=tmp_path)
    assert sorted(line) == ["level", "logger", "message", "time"]
