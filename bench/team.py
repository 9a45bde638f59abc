"""A plan for a team of 10,000: from the upload to the matrix, and to its files, beside coding their titles alone.

The limit is the coder called for the same titles in one process: what remains when nothing is read, compared or
sent. The page is gone through as a browser without scripts does, in several requests where there are many titles.
"""

from __future__ import annotations

import html
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sqlalchemy import make_url

from bench.servers import Server, loaded, skillgap
from skillgap.database.engine import connect
from skillgap.occupations.titles.service import code_titles
from skillgap.onet.catalogue import Catalogue, current_catalogue

PEOPLE = 10_000
HIDDEN = re.compile(r'<input type="hidden" name="(people|target|carried)" value="([^"]*)">')
Row = dict[str, Any]


def measure(onet: Path) -> Iterator[Row]:
    """A row for each way, the limit first: seconds, and those of the server's processor."""
    with tempfile.TemporaryDirectory() as folder:
        url = loaded(onet, Path(folder))
        engine = connect(make_url(url))
        catalogue = current_catalogue(engine)
        engine.dispose()
        titles = _titles(catalogue)
        catalogue.coder()
        with skillgap(url, Path(folder)) as server:
            list(_go_through(server, titles[:20], titles[20:40]))  # what is made once
            for what, present, target in (
                ("300 titles, 6 targets", _spread(titles[:300]), _spread(titles[-6:])),
                ("10,000 titles, 50 targets", titles[:PEOPLE], _spread(titles[-50:])),
                ("20,000 titles", titles[:PEOPLE], titles[PEOPLE : 2 * PEOPLE]),
            ):
                started, used = time.perf_counter(), time.process_time()
                code_titles(catalogue, list(dict.fromkeys([*present, *target])), 1)
                yield _row(f"{what}: coding alone", time.perf_counter() - started, time.process_time() - used)
                yield from _go_through(server, present, target, f"{what}: ")


def _titles(catalogue: Catalogue) -> list[str]:
    """O*NET's alternate titles in a random order, none twice, as people write them: with a place now and then."""
    distinct = sorted({title for titles in catalogue.job_titles.values() for title in titles})
    order = np.random.default_rng(10).permutation(len(distinct))
    distinct = [distinct[i] for i in order]
    return [f"{title} (Dublin)" if i % 3 == 0 else title for i, title in enumerate(distinct)]


def _spread(titles: Sequence[str]) -> list[str]:
    return [titles[i % len(titles)] for i in range(PEOPLE)]


def _go_through(server: Server, present: Sequence[str], target: Sequence[str], what: str = "") -> Iterator[Row]:
    """Upload, review and plan, then both files; the plan is made without what is unsure."""
    rows = [f'P{i},"{title}","{goal}"' for i, (title, goal) in enumerate(zip(present, target, strict=True))]
    file = "\n".join(["id,present title,target title", *rows])
    server.settle()
    started, used, before = time.perf_counter(), server.busy(), server.megabytes("VmHWM")
    page = _post(server, "review", {}, file)
    while 'data-step="coding"' in page.text:
        page = _post(server, "review", _carried(page))
    page = _post(server, "plan", _carried(page))
    took = _row(f"{what}upload to matrix", time.perf_counter() - started, server.busy() - used)
    yield took | {"grown_megabytes": round(server.megabytes("VmHWM") - before, 1)}
    for step in ("csv", "xlsx"):
        started, used = time.perf_counter(), server.busy()
        _post(server, step, _carried(page))
        yield _row(f"{what}{step}", time.perf_counter() - started, server.busy() - used)


def _post(server: Server, step: str, fields: dict[str, str], file: str | None = None) -> httpx.Response:
    parts: dict[str, Any] = {name: (None, value) for name, value in {"step": step, **fields}.items()}
    if file is not None:
        parts["file"] = ("people.csv", file.encode(), "text/csv")
    return httpx.post(f"{server.address}/team", files=parts, timeout=120).raise_for_status()


def _carried(page: httpx.Response) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in HIDDEN.findall(page.text)}


def _row(what: str, seconds: float, busy: float) -> Row:
    return {"what": what, "seconds": round(seconds, 2), "processor_seconds": round(busy, 2)}
