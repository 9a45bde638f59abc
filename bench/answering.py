"""Answers a second, and what each costs, beside limits that are measured in the same run.

Needs wrk (a Debian package). Random pairs are new questions, one pair is always the same. The
limits are a bare ASGI application, a route of a FastAPI application that does nothing else, and a
route that is added to the service itself; datasette answers the same pairs from the same database
where it is installed. What a request costs is processor time of the server alone, which a busy
machine changes little.
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

from bench.servers import Server, loaded, serving

CONNECTIONS = (1, 32, 256)
WORKERS = (1, 2)
SECONDS = 3
ROUNDS = 3
QUESTIONS = 20_000  # of which wrk asks one after another, from the first again after the last

IN_SKILLGAP = """
import sys
from skillgap.api import server
server.APP = "bench.limits:in_skillgap"
if __name__ == "__main__":
    server.run_server("127.0.0.1", int(sys.argv[1]), workers=int(sys.argv[2]),
                      most_connections=1000, trusted_proxies=[])
"""
LIMIT = """
import sys, uvicorn
if __name__ == "__main__":
    uvicorn.run(f"bench.limits:{sys.argv[1]}", port=int(sys.argv[2]), workers=int(sys.argv[3]),
                log_config=None, access_log=False, lifespan="off")
"""
QUESTIONS_OF_WRK = """
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


class Asked(NamedTuple):
    """What wrk asks of which server."""

    what: str
    server: Server
    arguments: tuple[str, ...]


class Figures(NamedTuple):
    """What wrk and the server's own clock say."""

    requests_a_second: float
    p99_ms: float
    processor_us: float  # a request


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row for each question, number of workers and of connections; medians over some rounds."""
    if not shutil.which("wrk"):
        raise SystemExit("bench: wrk is needed to measure answers (Debian: apt-get install wrk)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = loaded(onet, folder)
        questions = _questions(onet, folder)
        for workers in WORKERS:
            with ExitStack() as running:
                asked = _servers(running, url, folder, workers, questions)
                for connections in CONNECTIONS:
                    yield from _compare(asked, workers, connections)
                service = next(one.server for one in asked if one.what == "one pair")
                yield {
                    "what": f"memory of a worker after all that, {workers} running",
                    "megabytes": round(service.megabytes()),
                }


def _servers(running: ExitStack, url: str, folder: Path, workers: int, questions: dict[str, str]) -> list[Asked]:
    def limit(name: str) -> Server:
        command = ["-c", LIMIT, name, "PORT", str(workers)]
        return running.enter_context(serving(command, folder, ready="/constant"))

    command = ["-c", IN_SKILLGAP, "PORT", str(workers)]
    service = running.enter_context(serving(command, folder, {"DATABASE_URL": url}))
    bare, plain = limit("bare"), limit("fastapi")
    one_pair = f"{service.address}/skill-gap?from=41-9012.00&to=53-5031.00"
    asked = [
        Asked("bare ASGI", bare, (f"{bare.address}/constant",)),
        Asked("plain FastAPI", plain, (f"{plain.address}/constant",)),
        Asked("constant beside it", service, (f"{service.address}/constant",)),
        Asked("random pairs", service, ("-s", questions["pairs"], service.address)),
        Asked("one pair", service, (one_pair,)),
        Asked("search", service, ("-s", questions["search"], service.address)),
        Asked("moves", service, ("-s", questions["moves"], service.address)),
    ]
    if workers == 1 and find_spec("datasette"):
        other = running.enter_context(_datasette(url, folder))
        arguments = ("-s", questions["datasette"], other.address)
        asked.append(Asked("datasette, random pairs", other, arguments))
    return asked


def _datasette(url: str, folder: Path) -> AbstractContextManager[Server]:
    config = folder / "datasette.json"
    query = {"databases": {"bench": {"queries": {"gap": {"sql": GAP_IN_SQL}}}}}
    config.write_text(json.dumps(query))
    command = [
        "-m",
        "datasette",
        "-i",
        url.removeprefix("sqlite:///"),
        "-m",
        str(config),
        "-p",
        "PORT",
    ]
    return serving(command, folder, ready="/-/versions.json")


def _compare(asked: list[Asked], workers: int, connections: int) -> Iterator[dict[str, Any]]:
    rounds = [{one.what: _ask(one, connections) for one in asked} for _ in range(ROUNDS)]
    for one in asked:
        figures = [figure[one.what] for figure in rounds]
        row: dict[str, Any] = {
            "what": f"{one.what}, {workers} workers, {connections} connections",
            "requests_a_second": round(median(figure.requests_a_second for figure in figures)),
            "p99_ms": round(median(figure.p99_ms for figure in figures), 1),
            "processor_us": round(median(figure.processor_us for figure in figures)),
        }
        for limit in ("bare ASGI", "plain FastAPI", "constant beside it"):
            ratios = (figure[one.what].requests_a_second / figure[limit].requests_a_second for figure in rounds)
            row[f"of {limit}"] = round(median(ratios), 2)
        yield row


def _ask(asked: Asked, connections: int) -> Figures:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *asked.arguments]
    before = asked.server.busy()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    busy = asked.server.busy() - before
    answered = re.search(r"(\d+) requests in", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    if not answered or not rate or not p99 or "Non-2xx" in done.stdout:
        raise SystemExit(f"bench: {asked.what} was not answered:\n{done.stdout}")
    milliseconds = float(p99[1]) * {"us": 0.001, "ms": 1, "s": 1000}[p99[2]]
    return Figures(float(rate[1]), milliseconds, busy / int(answered[1]) * 1e6)


def _questions(onet: Path, folder: Path) -> dict[str, str]:
    """Scripts for wrk, by what they ask."""
    lines = (onet / "Skills.txt").read_text(encoding="utf-8").splitlines()[1:]
    codes = sorted({line.split("\t")[0] for line in lines})
    lines = (onet / "Occupation Data.txt").read_text(encoding="utf-8").splitlines()[1:]
    titles = [line.split("\t")[1] for line in lines]
    chosen = random.Random(29)  # noqa: S311
    pairs = [chosen.choices(codes, k=2) for _ in range(QUESTIONS)]
    typed = [(title := chosen.choice(titles))[: chosen.randint(3, len(title))] for _ in pairs]
    asked = {
        "pairs": [f"/skill-gap?from={a}&to={b}" for a, b in pairs],
        "datasette": ["/bench/gap.json?" + urlencode({"from": a, "to": b}) for a, b in pairs],
        "search": [f"/occupations?q={quote(text)}" for text in typed],
        "moves": [f"/occupations/{a}/moves" for a, _ in pairs],
    }
    for what, paths in asked.items():
        (folder / f"{what}.txt").write_text("\n".join(paths))
        (folder / f"{what}.lua").write_text(QUESTIONS_OF_WRK % (folder / f"{what}.txt"))
    return {what: str(folder / f"{what}.lua") for what in asked}
