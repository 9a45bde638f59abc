"""Requests a second and their latency, beside limits that are measured in the same run.

Needs wrk (a Debian package). Random pairs are new requests, one pair is always the same. The limits are a bare ASGI
application and a FastAPI application of one constant route, both on uvicorn; datasette serves the same pairs from the
same database where it is installed. The processor time of a request is the server's alone, which a busy machine
changes little.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from bench.servers import Server, loaded, serving, skillgap

CONNECTIONS = (1, 32, 256)
WORKERS = (1, 2)
SECONDS = 3
ROUNDS = 3
REQUESTS = 20_000  # which wrk sends one after another, and then again
PAIR = "/skill-gap?from=41-9012.00&to=53-5031.00"
LIMITS = ("bare ASGI", "plain FastAPI")

LIMIT = """
import sys, uvicorn
if __name__ == "__main__":
    uvicorn.run(f"bench.limits:{sys.argv[1]}", port=int(sys.argv[2]), workers=int(sys.argv[3]),
                log_config=None, access_log=False, lifespan="off")
"""
REQUESTS_OF_WRK = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local next = 0
request = function()
  next = next %% #paths + 1
  return wrk.format("GET", paths[next])
end
"""
# The gap as anybody would ask datasette for it, without classes, coverage and texts.
GAP_IN_SQL = """
SELECT e.element_id, e.element_name, COALESCE(f.level, 0) AS from_level, t.level AS to_level,
       t.level - COALESCE(f.level, 0) AS difference, i.data_value AS to_importance
FROM (SELECT release, element_id, CASE WHEN not_relevant THEN 0 ELSE data_value END AS level
      FROM ratings WHERE release = '29.2' AND onetsoc_code = :to AND scale_id = 'LV') AS t
JOIN elements AS e ON e.release = t.release AND e.element_id = t.element_id
LEFT JOIN (SELECT element_id, CASE WHEN not_relevant THEN 0 ELSE data_value END AS level
           FROM ratings WHERE release = '29.2' AND onetsoc_code = :from AND scale_id = 'LV') AS f
  ON f.element_id = t.element_id
LEFT JOIN ratings AS i ON i.release = t.release AND i.onetsoc_code = :to
  AND i.element_id = t.element_id AND i.scale_id = 'IM'
WHERE e.domain = 'skills' AND t.level > COALESCE(f.level, 0)
ORDER BY difference DESC, to_importance DESC, e.element_id
"""


HEAVY = ("moves", "openers", "paths")  # computed in threads
MOST_OF_HEAVY = 32  # connections: with more, two seconds measure the queue


class Target(NamedTuple):
    """What wrk requests from which server."""

    what: str
    server: Server
    arguments: tuple[str, ...]


class Measured(NamedTuple):
    """What wrk and the server's processor time say."""

    requests_a_second: float
    p50_ms: float
    p99_ms: float
    processor_us: float  # a request


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row for each kind of request, number of workers and of connections; medians over the rounds."""
    require_wrk()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = loaded(onet, folder)
        scripts = write_scripts(onet, folder)
        for workers in WORKERS:
            with ExitStack() as running:
                targets = _targets(running, url, folder, workers, scripts)
                for connections in CONNECTIONS:
                    light = [target for target in targets if connections <= MOST_OF_HEAVY or target.what not in HEAVY]
                    yield from compare(light, workers, connections)


def require_wrk() -> None:
    """Exit where wrk is not installed."""
    if not shutil.which("wrk"):
        raise SystemExit("bench: wrk is needed to measure responses (Debian: apt-get install wrk)")


def limits(running: ExitStack, folder: Path, workers: int) -> list[Target]:
    """The two applications of a constant response."""
    servers = [
        running.enter_context(serving(["-c", LIMIT, name, "PORT", str(workers)], folder, ready="/constant"))
        for name in ("bare", "fastapi")
    ]
    return [Target(name, server, (f"{server.address}/constant",)) for name, server in zip(LIMITS, servers, strict=True)]


def _targets(running: ExitStack, url: str, folder: Path, workers: int, scripts: dict[str, str]) -> list[Target]:
    service = running.enter_context(skillgap(url, folder, workers))
    kinds = ("random pairs", "search", "moves", "openers", "paths")
    targets = [
        *limits(running, folder, workers),
        Target("one pair", service, (service.address + PAIR,)),
        *(Target(kind, service, ("-s", scripts[kind], service.address)) for kind in kinds),
    ]
    if workers == 1 and find_spec("datasette"):
        other = running.enter_context(_datasette(url, folder))
        targets.append(Target("datasette, random pairs", other, ("-s", scripts["datasette"], other.address)))
    return targets


def _datasette(url: str, folder: Path) -> AbstractContextManager[Server]:
    config = folder / "datasette.json"
    query = {"databases": {"bench": {"queries": {"gap": {"sql": GAP_IN_SQL}}}}}
    config.write_text(json.dumps(query))
    command = ["-m", "datasette", "-i", url.removeprefix("sqlite:///"), "-m", str(config), "-p", "PORT"]
    return serving(command, folder, ready="/-/versions.json")


def compare(targets: list[Target], workers: int, connections: int) -> Iterator[dict[str, Any]]:
    """A row for each target, with its ratio to each limit."""
    rounds = [{target.what: _send(target, connections) for target in targets} for _ in range(ROUNDS)]
    for target in targets:
        measured = [one_round[target.what] for one_round in rounds]
        row: dict[str, Any] = {
            "what": f"{target.what}, {workers} workers, {connections} connections",
            "requests_a_second": round(median(each.requests_a_second for each in measured)),
            "p50_ms": round(median(each.p50_ms for each in measured), 1),
            "p99_ms": round(median(each.p99_ms for each in measured), 1),
            "processor_us": round(median(each.processor_us for each in measured)),
        }
        for limit in LIMITS:
            ratios = [each[target.what].requests_a_second / each[limit].requests_a_second for each in rounds]
            p99s = [each[target.what].p99_ms / each[limit].p99_ms for each in rounds]
            row[f"of {limit}"] = f"{median(ratios):.2f}, p99 {median(p99s):.1f}"
        yield row


def _send(target: Target, connections: int) -> Measured:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--timeout=30s", "--latency", *target.arguments]
    target.server.settle()
    before = target.server.busy()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    busy = target.server.busy() - before
    requests = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if not requests or not rate or "Non-2xx" in done.stdout:
        raise SystemExit(f"bench: {target.what} failed:\n{done.stdout}")
    p50, p99 = (_milliseconds(done.stdout, percent) for percent in (50, 99))
    return Measured(float(rate[1]), p50, p99, busy / int(requests[1]) * 1e6)


def _milliseconds(text: str, percent: int) -> float:
    found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", text)
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]] if found else float("nan")


def write_scripts(onet: Path, folder: Path) -> dict[str, str]:
    """Scripts for wrk, by the kind of request."""
    lines = (onet / "Skills.txt").read_text(encoding="utf-8").splitlines()[1:]
    codes = sorted({line.split("\t")[0] for line in lines})
    lines = (onet / "Occupation Data.txt").read_text(encoding="utf-8").splitlines()[1:]
    titles = [line.split("\t")[1] for line in lines]
    chosen = random.Random(29)  # noqa: S311
    pairs = [chosen.choices(codes, k=2) for _ in range(REQUESTS)]
    typed = [(title := chosen.choice(titles))[: chosen.randint(3, len(title))] for _ in pairs]
    kinds = {
        "random pairs": [f"/skill-gap?from={source}&to={target}" for source, target in pairs],
        "datasette": ["/bench/gap.json?" + urlencode({"from": source, "to": target}) for source, target in pairs],
        "search": [f"/occupations?q={quote(text)}" for text in typed],
        "moves": [f"/occupations/{source}/moves" for source, _ in pairs],
        "openers": [f"/occupations/{source}/openers" for source, _ in pairs],
        "paths": [f"/paths?from={source}&to={target}" for source, target in pairs if source != target],
    }
    for number, paths in enumerate(kinds.values()):
        (folder / f"{number}.txt").write_text("\n".join(paths))
        (folder / f"{number}.lua").write_text(REQUESTS_OF_WRK % (folder / f"{number}.txt"))
    return {kind: str(folder / f"{number}.lua") for number, kind in enumerate(kinds)}
