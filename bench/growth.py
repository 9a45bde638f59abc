"""What O*NET growing tenfold would cost: the same release with ten times the occupations.

    make bench PARTS=growth

Nine copies of every occupation under codes of their own (61-0001.00 to 69-1016.00), with all their
ratings, lay titles, technologies, tasks, job zones and related occupations. Costs of requests are seconds
of the server's own processor, so a busy machine hardly changes them.
"""

from __future__ import annotations

import csv
import http.client
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from bench.servers import Server, skillgap

TIMES = 10
PAIRS = 3_000
CODES = ("O*NET-SOC Code", "Related O*NET-SOC Code")
NOT_COPIED = ("Skills to Work Activities.txt", "Tasks to DWAs.txt")  # nor read by a load
IDS = 1_000_000  # between the task ids of two copies

LOAD = """
import resource, sys, time
from pathlib import Path
from sqlalchemy import make_url
from skillgap.database.engine import connect
from skillgap.onet.load import content, extract, read
from skillgap.onet.load.run import LoadRequest, load_release
for module, limits in {
    content: ("LARGEST_FILE", "LARGEST_RELEASE", "MOST_LINE_ENDS"),
    extract: ("MOST_CELLS", "MOST_TEXTS"),
    read: ("MOST_CELLS",),
}.items():
    for limit in limits:  # a file of a release ten times as large is refused otherwise
        setattr(module, limit, 10 * getattr(module, limit))
started = time.perf_counter()
request = LoadRequest(path=Path(sys.argv[2]), release=sys.argv[3])
result = load_release(connect(make_url(sys.argv[1])), request, lambda *_: None)
print(sum(result.rows.values()), time.perf_counter() - started,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row for each measure: what it is now, what it is ten times as large, and the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        grown = write_grown(onet, Path(folder) / "grown")
        now = _measured(onet, "now", Path(folder))
        then = _measured(grown, "grown", Path(folder))
    for what, value in now.items():
        ratio = round(then[what] / value, 2)
        yield {"what": f"tenfold: {what}", "now": value, "grown": then[what], "ratio": ratio}


def write_grown(onet: Path, folder: Path) -> Path:
    """The release with ten times the occupations, in a new folder."""
    folder.mkdir()
    with (onet / "Occupation Data.txt").open(encoding="utf-8") as lines:
        numbers = {line.split("\t")[0]: number for number, line in enumerate(lines)}
    for file in onet.glob("*.txt"):
        if file.name in NOT_COPIED:
            continue
        with file.open(encoding="utf-8") as lines:
            coded = [name for name in CODES if name in lines.readline().strip().split("\t")]
        if not coded:
            shutil.copy(file, folder)
            continue
        rows = pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE)
        copies = [_renamed(rows, coded, numbers, copy) for copy in range(TIMES)]
        pd.concat(copies).to_csv(folder / file.name, sep="\t", index=False, quoting=csv.QUOTE_NONE)
    return folder


def _renamed(rows: pd.DataFrame, coded: Sequence[str], numbers: Mapping[str, int], copy: int) -> pd.DataFrame:
    """All rows for one copy, the first being the occupations themselves."""
    if not copy:
        return rows
    codes = {code: f"{60 + copy}-{number:04}.00" for code, number in numbers.items()}
    new = {name: rows[name].map(codes) for name in coded}
    if "Title" in rows:
        new["Title"] = rows["Title"] + f" ({copy})"
    if "Task ID" in rows:
        new["Task ID"] = (rows["Task ID"].astype(int) + copy * IDS).astype(str)
    return rows.assign(**new)


def _measured(release: Path, name: str, folder: Path) -> dict[str, float]:
    database = folder / f"{name}.sqlite"
    url = f"sqlite:///{database}"
    command = [sys.executable, "-c", LOAD, url, str(release), name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    rows, seconds, peak = map(float, done.stdout.split())
    with (release / "Skills.txt").open(encoding="utf-8") as lines:
        codes = sorted({line.split("\t")[0] for line in lines} - {CODES[0]})
    found: dict[str, float] = {
        "occupations with ratings": len(codes),
        "rows": int(rows),
        "load into SQLite, s": round(seconds, 1),
        "peak memory of the load, MB": round(peak),
        "database file, MB": round(database.stat().st_size / 1e6),
    }
    chosen = random.Random(29)  # noqa: S311
    pairs = [chosen.sample(codes, 2) for _ in range(PAIRS)]
    with skillgap(url, folder) as server:
        found["start, s of processor"] = round(server.busy(), 1)
        found["memory of a worker, MB"] = round(server.megabytes())
        _ask(server, [f"/skill-gap?from={a}&to={b}" for a, b in pairwise([*codes, codes[0]])])
        for what, paths in {
            "/skill-gap, random pairs": [f"/skill-gap?from={a}&to={b}" for a, b in pairs],
            "/skill-gap, one pair": [f"/skill-gap?from={codes[0]}&to={codes[9]}"] * PAIRS,
            "/occupations?q=": [f"/occupations?q={quote(text)}" for text in _typed(release)],
            "/occupations/{code}/moves": [f"/occupations/{a}/moves" for a, _ in pairs[:50]],
            "/matrix?from=": [f"/matrix?from={a}" for a, _ in pairs[:20]],
        }.items():
            _ask(server, paths[:1])  # what is made once, when it is first asked for
            found[f"{what}, ms of processor"] = round(_ask(server, paths) / len(paths) * 1000, 3)
        found["memory of the worker after all that, MB"] = round(server.megabytes())
        found["most that it has held, MB"] = round(server.megabytes("VmHWM"))
    return found


def _typed(release: Path) -> list[str]:
    """What people might type: 200 titles, each with a letter left out."""
    with (release / "Occupation Data.txt").open(encoding="utf-8") as lines:
        titles = [line.split("\t")[1] for line in lines][1:]
    asked = random.Random(29).sample(titles, 200)  # noqa: S311
    return [title[:5] + title[6:] for title in asked]


def _ask(server: Server, paths: Sequence[str]) -> float:
    """Seconds of its processor that these questions cost, asked on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    before = server.busy()
    for path in paths:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"bench: {path}: {response.status}")
    connection.close()
    return server.busy() - before
