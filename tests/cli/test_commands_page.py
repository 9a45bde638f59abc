"""The commands that docs/commands.md shows are run; what it shows is what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.running import on_terminal

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


class Shown(NamedTuple):
    """A command and the lines that the page shows of its output."""

    command: str
    lines: list[str]


def shown_commands() -> list[Shown]:
    """Every command with a dollar sign, in the order of the page."""
    shown = []
    for block in re.findall(r"```console\n(.*?)```", PAGE.read_text(), re.DOTALL):
        for text in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = text.splitlines()
            shown.append(Shown(command, [line for line in lines if line != "..."]))
    return shown


def printed_by(command: str, folder: Path) -> str:
    """What a command prints on a terminal or, where it has a pipe or is another program, by a shell."""
    if re.fullmatch(r"skillgap [^|]+", command):
        arguments = [given.strip('"') for given in re.findall(r'"[^"]+"|\S+', command)[1:]]
        return on_terminal(folder, *arguments, columns=80).printed
    function = f'skillgap() {{ "{sys.executable}" -m skillgap "$@"; }}; {command}'
    ran = subprocess.run(["bash", "-c", function], cwd=folder, capture_output=True, text=True, timeout=120, check=True)
    return ran.stderr + ran.stdout


def test_the_commands_print_what_their_page_shows(
    onet_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{onet_file}")
    printed = {
        shown.command: [line.rstrip() for line in printed_by(shown.command, tmp_path).splitlines()]
        for shown in shown_commands()
    }
    missing = [
        (shown.command, line)
        for shown in shown_commands()
        for line in shown.lines
        if line not in printed[shown.command]
    ]
    assert len(printed) > 5
    assert missing == []
    assert "29-1141.00" in os.linesep.join(printed["head -3 to-nurses.csv"])
