"""From the command to the first answer, beside a FastAPI application that has nothing to start."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.answering import LIMIT, PAIR
from bench.servers import loaded, serving

RUNS = 5
SERVICE = ["-m", "skillgap", "serve"]


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row: seconds until a pair is answered, seconds of processor, and memory then."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = loaded(onet, folder)
        ours = [_start(SERVICE, folder, url, PAIR) for _ in range(RUNS)]
        limit = ["-c", LIMIT, "fastapi", "PORT", "1"]
        limits = [_start(limit, folder, url, "/constant") for _ in range(RUNS)]
    seconds, least = (median(one[0] for one in runs) for runs in (ours, limits))
    yield {
        "what": "start, from the command to the first answer",
        "seconds": round(seconds, 2),
        "processor_seconds": round(median(one[1] for one in ours), 2),
        "plain_fastapi_seconds": round(least, 2),
        "ratio": round(seconds / least, 2),
        "megabytes": round(median(one[2] for one in ours)),
    }


def _start(command: list[str], folder: Path, url: str, ready: str) -> tuple[float, float, float]:
    started = time.perf_counter()
    with serving(command, folder, {"DATABASE_URL": url}, ready) as server:
        return time.perf_counter() - started, server.busy(), server.megabytes()
