"""Replicas of the API, each a process of its own, as ``skillgap serve`` starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.ops.nginx import free_port

NOT_OURS = ("DATABASE_URL", "MYSQL_", "ONET_", "LLM_", "API_", "LOG_")


@dataclass
class Replica:
    """One process that answers, by its address."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def get(self, path: str, **parameters: str) -> httpx.Response:
        address = f"http://{self.address}{path}"
        return httpx.get(address, params=parameters, timeout=10, trust_env=False)

    def health(self) -> dict[str, Any]:
        return dict(self.get("/health").json())

    def kill(self) -> None:
        """End it without a word to anybody."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def replica(settings: Mapping[str, str], folder: Path) -> Iterator[Replica]:
    """A replica with these settings, ready to answer."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    with (folder / f"replica-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "skillgap", "serve"],
            cwd=folder,
            env=inherited | {"API_PORT": str(port), **settings},
            stdout=log,
            stderr=log,
        )
    running = Replica(port, process)
    try:
        _wait_for(running)
        yield running
    finally:
        process.terminate()
        process.wait(30)


@retry(
    retry=retry_if_exception_type(httpx.HTTPError),
    stop=stop_after_delay(60),
    wait=wait_fixed(0.1),
    reraise=True,
)
def _wait_for(running: Replica) -> None:
    running.get("/ready").raise_for_status()
