"""``skillgap serve`` as processes of its own, with what it logs and what it weighs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.faults.waiting import eventually

PAIR = "/skill-gap?from=31-1131.00&to=29-1141.00"
STARTED = "Application startup complete."
GRACE_SECONDS = 10  # between a container's SIGTERM and SIGKILL, by default


class Service:
    """A running service: its address, its processes, the lines of its log."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, workers: int) -> None:
        self.process = process
        self.log = log
        self.workers = workers
        self.port = int(eventually(self._port, within=60)[1])

    def get(self, path: str, within: float = 30) -> Any:
        """The JSON of an answer that must be good."""
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=within) as response:
            return json.load(response)

    def status(self) -> str:
        """What ``/health`` says: ok, degraded or empty; nothing while it does not answer."""
        with suppress(OSError):
            return str(self.get("/health")["status"])
        return ""

    def lines(self) -> list[dict[str, Any]]:
        """What has been logged, but for the line of each request."""
        lines = self.log.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n") and '"skillgap.access"' not in line]

    def messages(self, level: str) -> list[str]:
        """The messages of a level, in their order."""
        return [one["message"] for one in self.lines() if one["level"] == level]

    def worker_pids(self) -> list[int]:
        """The processes that answer."""
        told = "Started server process"
        started = [one["message"] for one in self.lines() if one["message"].startswith(told)]
        pids = [int(re.findall(r"\d+", message)[0]) for message in started]
        return [pid for pid in pids if Path(f"/proc/{pid}").exists()]

    def megabytes(self) -> float:
        """Memory that the worker processes hold together (resident)."""
        statuses = [Path(f"/proc/{pid}/status").read_text() for pid in self.worker_pids()]
        sizes = [re.search(r"VmRSS:\s+(\d+) kB", status) for status in statuses]
        return sum(int(size[1]) for size in sizes if size) / 1024

    def terminate(self) -> None:
        """Ask it to end, as an operator or a container engine does."""
        self.process.send_signal(signal.SIGTERM)

    def _port(self) -> re.Match[str] | None:
        assert self.process.poll() is None, self.log.read_text()
        return re.search(r"running on http://127\.0\.0\.1:(\d+)", self.log.read_text())


@contextmanager
def serving(
    url: str, folder: Path, *, workers: int = 1, command: tuple[str, ...] = (), **settings: str
) -> Iterator[Service]:
    """The service on a database, in an empty folder; ended, with all its processes, afterwards."""
    log = folder / "service.log"
    environment = os.environ | {"DATABASE_URL": url, "API_PORT": "0", "API_POLL_SECONDS": "0.2", "LOG_FORMAT": "json"}
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*command, sys.executable, "-m", "skillgap", "serve", "--workers", str(workers)],
            cwd=folder,
            env=environment | settings,
            stderr=file,
            start_new_session=True,  # so that no process of it can be left behind
        )
    try:
        service = Service(process, log, workers)
        eventually(lambda: service.messages("INFO").count(STARTED) == workers, within=60)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(timeout=GRACE_SECONDS)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
