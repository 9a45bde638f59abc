"""Servers to measure, each a process of its own: their addresses, processor time and memory."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.onet.load.run import LoadRequest, load_release

START_SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")  # in which processor time is counted
IDLE = 0.02  # seconds of a processor in a tenth of a second


class Server:
    """A running server, with all its processes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port
        self.address = f"http://127.0.0.1:{port}"

    def pids(self) -> list[int]:
        """Its processes, the first one first."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, task.read_text().split())
        return found

    def busy(self) -> float:
        """Seconds of a processor that it has had, threads that have ended included."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self.pids()]
        return sum(int(user) + int(system) for *_, user, system in (each[:13] for each in fields)) / TICKS

    def settle(self) -> None:
        """Wait until it does nothing: what others have sent and left is still worked on."""
        before = float("-inf")
        while self.busy() - before > IDLE:
            before = self.busy()
            time.sleep(0.1)

    def megabytes(self, which: str = "VmRSS") -> float:
        """What its largest process holds in memory (VmRSS), or has held at most (VmHWM)."""
        held = []
        for pid in self.pids():
            found = re.search(rf"{which}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
            held.append(int(found[1]) / 1024 if found else 0.0)
        return max(held)


def loaded(onet: Path, folder: Path) -> str:
    """The address of a new SQLite database in the folder, with a release loaded."""
    url = f"sqlite:///{folder / 'bench.sqlite'}"
    engine = connect(make_url(url))
    load_release(engine, LoadRequest(path=onet), lambda *_: None)
    engine.dispose()
    return url


@contextmanager
def serving(
    arguments: Sequence[str], folder: Path, settings: Mapping[str, str] | None = None, ready: str = "/ready"
) -> Iterator[Server]:
    """A server that ``python`` starts with these arguments, where PORT stands for a free port.

    It is there as soon as ``ready`` is answered with 200.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / f"{port}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *(one.replace("PORT", str(port)) for one in arguments)],
            env=os.environ | {"API_PORT": str(port)} | dict(settings or {}),
            stdout=file,
            stderr=file,
        )
    server = Server(process, port)
    try:
        _wait(server, ready, log)
        yield server
    finally:
        process.terminate()
        process.wait()


@contextmanager
def skillgap(url: str, folder: Path, workers: int = 1) -> Iterator[Server]:
    """The service itself, as its command starts it, on a database that is loaded."""
    command = ["-m", "skillgap", "serve", "--workers", str(workers)]
    with serving(command, folder, {"DATABASE_URL": url}) as server:
        yield server


def _wait(server: Server, ready: str, log: Path) -> None:
    started = time.perf_counter()
    while True:
        try:
            if httpx.get(server.address + ready).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if server.process.poll() is not None or time.perf_counter() - started > START_SECONDS:
            raise SystemExit(f"bench: the server did not start:\n{log.read_text()}")
        time.sleep(0.01)
