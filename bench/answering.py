"""Answers a second against a constant answer of the same size, on the same server, in one run.

Needs wrk (a Debian package). Random pairs are new questions, repeated pairs are one question.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from sqlalchemy import URL

from skillgap.database import connect
from skillgap.etl.run import LoadRequest, load_release

CONNECTIONS = (1, 32, 256)
SECONDS = 4
ROUNDS = 3

SERVER = """
import sys, uvicorn
from fastapi import Response
from skillgap.api.app import create_app
from skillgap.api.gap_json import PLAIN
from skillgap.settings import DatabaseSettings
app = create_app(DatabaseSettings(database_url=sys.argv[1]))
BODY = b"x" * int(sys.argv[3])

@app.get("/constant")
async def constant() -> Response:
    return Response(BODY, media_type="application/json")

uvicorn.run(app, port=int(sys.argv[2]), log_config=None, access_log=False)
"""
PAIRS = """
local codes = {}
for line in io.lines("%s") do codes[#codes + 1] = line end
math.randomseed(29)
request = function()
  local from, to = codes[math.random(#codes)], codes[math.random(#codes)]
  return wrk.format("GET", "/skill-gap?from=" .. from .. "&to=" .. to)
end
"""
ANSWER_BYTES = 7_000  # the mean over all pairs of 29.2


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row for each number of connections: requests a second, p99, and both as ratios."""
    if not shutil.which("wrk"):
        raise SystemExit("bench: wrk is needed to measure answers (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        url = URL.create("sqlite", database=f"{folder}/bench.sqlite")
        engine = connect(url)
        load_release(engine, LoadRequest(path=onet), lambda *_: None)
        engine.dispose()
        codes = Path(folder) / "codes"
        lines = (onet / "Skills.txt").read_text().splitlines()[1:]
        codes.write_text("\n".join(sorted({line.split("\t")[0] for line in lines})))
        script = Path(folder) / "pairs.lua"
        script.write_text(PAIRS % codes)
        with serving(str(url), folder) as (address, process):
            for connections in CONNECTIONS:
                yield from _compare(address, str(script), connections)
            yield {"what": "memory of the worker", "megabytes": _memory(process)}


def _compare(address: str, script: str, connections: int) -> Iterator[dict[str, Any]]:
    targets = {
        "constant": (f"{address}/constant",),
        "random pairs": ("-s", script, address),
        "one pair": (f"{address}/skill-gap?from=41-9012.00&to=53-5031.00",),
    }
    rounds = [{name: _wrk(connections, *target) for name, target in targets.items()}
              for _ in range(ROUNDS)]  # fmt: skip
    for name in ("random pairs", "one pair"):
        yield {
            "what": f"/skill-gap, {name}, {connections} connections",
            "requests_a_second": round(median(one[name][0] for one in rounds)),
            "constant": round(median(one["constant"][0] for one in rounds)),
            "ratio": round(median(one[name][0] / one["constant"][0] for one in rounds), 2),
            "p99_ms": round(median(one[name][1] for one in rounds), 1),
            "constant_p99_ms": round(median(one["constant"][1] for one in rounds), 1),
        }


def _wrk(connections: int, *target: str) -> tuple[float, float]:
    """Requests a second and the 99th percentile in milliseconds."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *target]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    if not rate or not p99 or "Non-2xx" in done.stdout:
        raise SystemExit(f"bench: wrk was not answered:\n{done.stdout}")
    return float(rate[1]), float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]


@contextmanager
def serving(url: str, folder: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server of one worker on a free port, ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    arguments = [sys.executable, "-c", SERVER, url, str(port), str(ANSWER_BYTES)]
    with (Path(folder) / "log").open("wb") as log:
        process = subprocess.Popen(arguments, stderr=log)  # noqa: S603
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/ready").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield address, process
    finally:
        process.terminate()
        process.wait()


def _memory(process: subprocess.Popen[bytes]) -> int:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) // 1024 if found else 0
