"""The matrix of all pairs: computed, as text, and streamed, beside what numpy alone needs for it.

The limit is one numpy expression a row over the same levels and weights: what remains when nothing
is counted, rounded or sent. Streaming goes over HTTP on loopback; beside the seconds that pass are
those of the server's own core, since the client reads on another, and how much its memory grew.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import numpy as np
from sqlalchemy import make_url

from bench.servers import Server, loaded, skillgap
from skillgap.database.engine import connect
from skillgap.gap import pair_blocks
from skillgap.gap.distances import gaps_from
from skillgap.gap.matrix import Floats, ProfileMatrix
from skillgap.occupations.batch.service import csv_lines, json_lines
from skillgap.onet.catalogue import current_catalogue

RUNS = 5


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row for each way, the limit first: seconds, pairs a second, and for streams the server."""
    with tempfile.TemporaryDirectory() as folder:
        url = loaded(onet, Path(folder))
        engine = connect(make_url(url))
        matrix = current_catalogue(engine).matrix()
        engine.dispose()
        for what, work in (
            ("plain numpy: gap and coverage", lambda: plain(matrix)),
            ("rows: gap and coverage", lambda: [gaps_from(matrix, levels) for levels in matrix.levels]),
            ("blocks, with counts of gaps", lambda: list(pair_blocks.blocks(matrix))),
            ("blocks as CSV", lambda: _characters(matrix, csv_lines)),
            ("blocks as JSON lines", lambda: _characters(matrix, json_lines)),
        ):
            yield _row(f"all pairs, {what}", matrix, _seconds(work))
        with skillgap(url, Path(folder)) as server:
            for what, query in (("CSV", "?format=csv"), ("JSON lines", "")):
                seconds, busy, grown = _streamed(server, f"/matrix{query}")
                yield _row(f"all pairs, /matrix streamed as {what}", matrix, seconds) | {
                    "server_seconds": round(busy, 2),
                    "grown_megabytes": round(grown, 1),
                }


def plain(matrix: ProfileMatrix) -> tuple[Floats, Floats]:
    """Gap and coverage of every pair, as one would write it in a notebook."""
    levels, weights = matrix.levels, matrix.weights
    required, total = (weights * levels).sum(axis=1), weights.sum(axis=1)
    gap, coverage = np.empty((2, len(levels), len(levels)))
    for i, held in enumerate(levels):
        gap[i] = (weights * np.maximum(0, levels - held)).sum(axis=1) / total / 100
        coverage[i] = (weights * np.minimum(levels, held)).sum(axis=1) / required
    return gap, coverage


def _row(what: str, matrix: ProfileMatrix, seconds: float) -> dict[str, Any]:
    count = len(matrix.codes) ** 2
    return {"what": what, "seconds": round(seconds, 3), "pairs_a_second": round(count / seconds)}


def _characters(matrix: ProfileMatrix, as_text: Callable[[str, pair_blocks.Block], str]) -> int:
    return sum(len(as_text("29.2", block)) for block in pair_blocks.blocks(matrix))


def _seconds(work: Callable[[], object]) -> float:
    """The median of some runs, after one that warms up."""
    took = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    return median(took[1:])


def _streamed(server: Server, path: str) -> tuple[float, float, float]:
    """Seconds until the last line is read, the server's own, and the growth of its peak memory.

    One pair is asked for before, so that the growth is that of the stream.
    """
    address = server.address + path
    httpx.get(address, params={"from": "11-1011", "to": "11-1011"})
    before = server.megabytes("VmHWM")
    took, busy = [], []
    for _ in range(RUNS):
        started, used = time.perf_counter(), server.busy()
        with httpx.stream("GET", address, timeout=120) as response:
            for _part in response.iter_raw():
                pass
        took.append(time.perf_counter() - started)
        busy.append(server.busy() - used)
    return median(took), median(busy), server.megabytes("VmHWM") - before
