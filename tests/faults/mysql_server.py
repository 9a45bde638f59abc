"""A MySQL server of a test's own, which it may stop, start, kill and freeze.

The script named in TEST_MYSQL_SERVER starts it: ``SCRIPT PORT`` prints its SQLAlchemy URL, with
KEEP=1 on the data of the last start; ``SCRIPT stop PORT`` stops it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.waiting import eventually

SCRIPT = os.environ.get("TEST_MYSQL_SERVER")


class MySQLServer:
    """A running server on a free port."""

    def __init__(self, script: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._script = script
        self.url = self._run(str(self.port))

    def stop(self) -> None:
        """As its operator would."""
        self._run("stop", str(self.port))

    def start(self) -> None:
        """Again, with the data it had."""
        self._run(str(self.port), KEEP="1")

    def kill(self) -> None:
        """As the kernel would, short of memory."""
        pid = self._pid()
        (lock,) = (
            os.readlink(f"/proc/{pid}/root") + one.removeprefix("--socket=") + ".lock"
            for one in _command(pid)
            if one.startswith("--socket=")
        )
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not _command(pid))
        # It names the process, which nobody may have waited for yet: the next start would refuse.
        Path(lock).unlink()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Still there for every connection, but without a word."""
        pid = self._pid()
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def write(self, path: str, content: bytes) -> None:
        """Put a file where the server sees it under this path."""
        Path(f"/proc/{self._pid()}/root{path}").write_bytes(content)

    def _pid(self) -> int:
        argument = f"--port={self.port}"
        (pid,) = (
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and argument in _command(int(entry.name))
        )
        return pid

    def _run(self, *arguments: str, **environment: str) -> str:
        done = subprocess.run(
            [self._script, *arguments],
            env=os.environ | environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        return done.stdout.strip()


def _command(pid: int) -> list[str]:
    """The command line of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


@contextmanager
def mysql_server() -> Iterator[MySQLServer]:
    """A server with an empty database, stopped afterwards."""
    if not SCRIPT:
        pytest.skip("needs a MySQL server to stop: name a script that starts one in TEST_MYSQL_SERVER")
    server = MySQLServer(SCRIPT)
    try:
        yield server
    finally:
        server.stop()
