"""Commands run in this process, by ``main`` as the console script calls it."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from skillgap.cli.main import main
from tests.conftest import sample_file


class Ended(NamedTuple):
    """How a command ended, and what it wrote."""

    status: object
    out: str
    err: str


Skillgap = Callable[..., Ended]


@pytest.fixture
def skillgap(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skillgap:
    """Runs a command with settings in the current folder, where no release can be downloaded."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)

    def run(*arguments: str, **settings: str) -> Ended:
        for name, value in ({"ONET_BASE_URL": "http://127.0.0.1:9/"} | settings).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.argv", ["skillgap", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(ended.value.code or 0, *capsys.readouterr())

    return run


@pytest.fixture
def _sample_is_loaded(tmp_path: Path) -> None:
    """The sample is loaded in the current folder."""
    (tmp_path / "data").mkdir()
    shutil.copy(sample_file(), tmp_path / "data" / "skillgap.sqlite")
