"""What a worker counts while it answers: plain numbers, shown by ``/metrics`` when it is asked.

Counting happens on the event loop alone, so there is no lock, and a request pays a microsecond.
The workers of one ``skillgap serve`` tell each other their figures by a file each in a folder they
share. A worker writes its own before it sums up, so that no sum is smaller than the one before it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from fastapi.routing import iter_route_contexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from fastapi import FastAPI


logger = logging.getLogger(__name__)

SECONDS = (
    *(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
"""The upper ends of the histogram's buckets; a ready answer takes some 0.0001 s."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"  # of what leads nowhere: a raw path would be a label without bounds
PUBLISH_SECONDS = 1.0

Asked = tuple[str, str, int]
"""Route, method and status; status 0 where the client went away before there was one."""


@dataclass
class Figures:
    """What one worker has counted since it began, and what it serves."""

    pid: int = field(default_factory=os.getpid)
    started: float = field(default_factory=time.time)  # seconds since 1970
    requests: dict[Asked, list[float]] = field(default_factory=dict)
    """The number in each bucket, of those slower than all, and last the sum of their seconds."""
    ready_hits: int = 0
    shortcuts: int = 0  # answers that were made without going the documented way
    ready_misses: int = 0
    not_modified: int = 0
    web_services: Mapping[str, int] = field(default_factory=dict)  # requests by outcome
    narratives: Mapping[str, int] = field(default_factory=dict)  # calls by outcome
    narrative_tokens: int = 0
    release: str | None = None
    database_reachable: bool = True

    def count(self, asked: Asked, seconds: float) -> None:
        """Add a request that was answered."""
        counts = self.requests.get(asked)
        if counts is None:
            counts = self.requests[asked] = [0] * (len(SECONDS) + 2)
        counts[bisect_left(SECONDS, seconds)] += 1
        counts[-1] += seconds

    def as_json(self) -> str:
        """For the other workers."""
        requests = [[*asked, counts] for asked, counts in self.requests.items()]
        return json.dumps(vars(self) | {"requests": requests})

    @classmethod
    def of_json(cls, text: str) -> Self:
        """What another worker wrote."""
        told = json.loads(text)
        requests = {(route, method, status): counts for route, method, status, counts in told["requests"]}
        return cls(**{**told, "requests": requests})


class RouteTemplates:
    """The templates of an app's routes, which label requests."""

    def __init__(self, app: FastAPI) -> None:
        patterns: list[tuple[re.Pattern[str], str]] = []
        self._exact: dict[str, str] = {}
        for context in iter_route_contexts(app.routes):
            template = context.path_format or ""
            if "{" in template:
                patterns.append((context.path_regex, template))
            else:
                self._exact[template] = template

        @lru_cache(maxsize=4096)
        def matching(path: str) -> str:
            return next((known for pattern, known in patterns if pattern.match(path)), NO_ROUTE)

        self._matching = matching

    def asked(self, method: str, path: str, status: int) -> Asked:
        """How a request is counted."""
        route = self._exact.get(path) or self._matching(path)
        return route, method if method in METHODS else "other", status


class Workers:
    """The figures of all workers that share a folder; of one alone where there is none."""

    def __init__(self, own: Figures, folder: Path | None, refresh: Callable[[Figures], None]) -> None:
        self._own = own
        self._failed = False
        self._refresh = refresh  # brings up to date what is not counted here
        self._file = folder / f"{own.started:.6f}-{own.pid}.json" if folder else None

    def publish(self) -> None:
        """Tell the other workers the figures of this one."""
        if self._file is None:
            return
        self._refresh(self._own)
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text(self._own.as_json(), encoding="utf-8")
            fresh.replace(self._file)
        except OSError as error:  # no reason to answer nobody
            if not self._failed:
                logger.warning("the other workers cannot be told what this one counts: %s", error)
            self._failed = True
        else:
            self._failed = False

    async def keep_publishing(self) -> None:
        """Publish again and again, until cancelled."""
        while self._file is not None:
            self.publish()
            await asyncio.sleep(PUBLISH_SECONDS)

    def figures(self) -> list[Figures]:
        """Of every worker there has been, so that a sum outlives a worker that died."""
        if self._file is None:
            self._refresh(self._own)
            return [self._own]
        self.publish()
        return [Figures.of_json(file.read_text(encoding="utf-8")) for file in sorted(self._file.parent.glob("*.json"))]


def living(workers: list[Figures]) -> Iterator[Figures]:
    """Those whose process is still there."""
    newest = {one.pid: one for one in sorted(workers, key=lambda one: one.started)}
    for one in newest.values():
        try:
            os.kill(one.pid, 0)
        except ProcessLookupError:
            continue
        yield one
