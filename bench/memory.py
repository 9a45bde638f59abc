"""The memory of a worker after many requests."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.answering import require_wrk, write_scripts
from bench.servers import loaded, skillgap

REQUESTS = 100_000


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row: megabytes at the first response, and after random pairs with searches and moves among them."""
    require_wrk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = loaded(onet, folder)
        scripts = write_scripts(onet, folder)
        with skillgap(url, folder) as server:
            first = server.megabytes()
            for kind, seconds in (("search", 2), ("moves", 2), ("random pairs", 10)):
                _send(scripts[kind], server.address, seconds)
            sent = 0
            while sent < REQUESTS:
                sent += _send(scripts["random pairs"], server.address, 5)
            yield {
                "what": "memory of a worker",
                "first_response_megabytes": round(first),
                "requests": sent,
                "megabytes": round(server.megabytes()),
            }


def _send(script: str, address: str, seconds: int) -> int:
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "-s", script, address]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return int(done.stdout.partition(" requests in")[0].split()[-1])
