"""Commands as a person runs them: on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

STYLES = re.compile(r"\x1b\[[\d;]*m")


class Ended(NamedTuple):
    """How a command ended on a terminal, and what it printed there, both streams together."""

    status: int
    printed: str


def on_terminal(folder: Path, *arguments: str, columns: int, typed: str = "") -> Ended:
    """Run a command in a folder on a terminal of so many columns, where somebody types."""
    ours, its = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm"}
    command = [sys.executable, "-m", "skillgap", *arguments]
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=its, stdout=its, stderr=its) as process:
        os.close(its)
        os.write(ours, typed.encode())
        printed = b"".join(_read_all(ours))
    os.close(ours)
    return Ended(process.returncode, STYLES.sub("", printed.decode()).replace("\r\n", "\n"))


def _read_all(terminal: int) -> Iterator[bytes]:
    """Its bytes to the end, which Linux calls an input/output error and macOS the empty string."""
    with suppress(OSError):
        while chunk := os.read(terminal, 65536):
            yield chunk
