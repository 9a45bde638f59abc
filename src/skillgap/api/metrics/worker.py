"""The metrics of a worker process that are read from other parts of it: the release, the database, their clients."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from prometheus_client import Counter

    from skillgap.api.metrics.definitions import Metrics
    from skillgap.occupations.pair.narrative import Narrator
    from skillgap.onet.live_catalogue import LiveCatalogue
    from skillgap.onet.web_services.on_demand import OnDemand


class WorkerMetrics:
    """Sets the gauges of a process, and increases the counters of what its clients have counted."""

    def __init__(
        self, metrics: Metrics, live: LiveCatalogue, on_demand: OnDemand | None, narrator: Narrator | None
    ) -> None:
        self.metrics = metrics
        self._live = live
        self._on_demand = on_demand
        self._narrator = narrator
        self._lock = Lock()
        self._release: str | None = None
        self._counted: dict[tuple[Counter, str], int] = {}

    def refresh(self) -> None:
        """Bring the metrics up to date; called by the event loop and by the threads of scrapes."""
        with self._lock:
            self._refresh()

    @asynccontextmanager
    async def refreshed_every_second(self) -> AsyncIterator[None]:
        """Refresh in the background: another worker may be scraped."""

        async def keep_refreshing() -> None:
            while True:
                self.refresh()
                await asyncio.sleep(1)

        refreshing = asyncio.create_task(keep_refreshing())
        yield
        refreshing.cancel()
        self.refresh()

    def _refresh(self) -> None:
        self.metrics.database_up.set(self._live.fault is None)
        self._set_release()
        self.metrics.workers.set(1)  # last: it counts from now on
        if self._on_demand:
            self._increase(self.metrics.web_services_requests, self._on_demand.requests)
        if self._narrator:
            self._increase(self.metrics.narrative_calls, self._narrator.calls)
            self._increase(self.metrics.narrative_tokens, {"": self._narrator.tokens})

    def _set_release(self) -> None:
        catalogue = self._live.snapshot.catalogue
        release = catalogue.info.release if catalogue else None
        if release != self._release:
            if self._release is not None:
                self.metrics.workers_serving.labels(self._release).set(0)
            if release is not None:
                self.metrics.workers_serving.labels(release).set(1)
            self._release = release

    def _increase(self, counter: Counter, totals: Mapping[str, int]) -> None:
        for label, total in totals.items():
            child = counter.labels(label) if label else counter
            child.inc(total - self._counted.get((counter, label), 0))
            self._counted[counter, label] = total
