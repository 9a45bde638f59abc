"""What is collected when ``/metrics`` is scraped: all workers, their processes, the release that is served."""

from __future__ import annotations

import os
import struct
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from skillgap import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from prometheus_client.metrics_core import Metric

    from skillgap.api.metrics.worker import WorkerMetrics
    from skillgap.onet.catalogue import Catalogue
    from skillgap.onet.live_catalogue import LiveCatalogue


def scraped_registry(worker: WorkerMetrics, live: LiveCatalogue, folder: Path | None) -> CollectorRegistry:
    """All metrics; ``folder`` is PROMETHEUS_MULTIPROC_DIR, where several workers share it."""
    registry = CollectorRegistry()
    registry.register(WorkersCollector(worker, folder))
    registry.register(CatalogueCollector(live))
    return registry


class WorkersCollector(Collector):
    """The metrics of all workers: of a registry, or of the files in a folder where several processes write them."""

    def __init__(self, worker: WorkerMetrics, folder: Path | None) -> None:
        self._worker = worker
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        """The sums over all workers, and the metrics of each living process."""
        self._worker.refresh()
        families = {family.name: family for family in self._families()}
        pids = list(self._living(families["skillgap_workers"]))
        families["skillgap_workers"] = GaugeMetricFamily("skillgap_workers", "Worker processes.", value=len(pids))
        if serving := families.get("skillgap_workers_serving"):
            serving.samples = [sample for sample in serving.samples if sample.value]
        yield from families.values()
        yield from _process_metrics(pids)

    def _families(self) -> list[Metric]:
        if self._folder is None:
            return list(self._worker.metrics.registry.collect())
        for pid in _pids(next(family for family in _read(self._folder) if family.name == "skillgap_workers")):
            if not _is_alive(pid):
                with suppress(FileNotFoundError):  # another worker is scraped at the same time
                    mark_process_dead(pid, str(self._folder))
        return _read(self._folder)

    def _living(self, workers: Metric) -> Iterator[int]:
        return iter([os.getpid()]) if self._folder is None else _pids(workers)


@retry(retry=retry_if_exception_type(struct.error), wait=wait_fixed(0.01), stop=stop_after_delay(5), reraise=True)
def _read(folder: Path) -> list[Metric]:
    """The metrics in the files of all processes; the file of a process that has just started may still be empty."""
    return list(MultiProcessCollector(None, str(folder)).collect())


class CatalogueCollector(Collector):
    """What this worker serves, and what the database said about loads when it was last polled."""

    def __init__(self, live: LiveCatalogue) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        """The metrics of the release and of its loads."""
        catalogue = self._live.snapshot.catalogue
        yield InfoMetricFamily("skillgap_build", "The version of skillgap.", {"version": __version__})
        if catalogue is not None:
            yield from self._release(catalogue)
        yield _gauge(
            "skillgap_occupations",
            "Occupations that the release lists.",
            len(catalogue.occupations) if catalogue else 0,
        )
        yield _labelled(
            "skillgap_rated_occupations",
            "Occupations with skills ratings, by their source.",
            "by",
            {
                "onet": len(catalogue.profiles["skills"]) if catalogue else 0,
                "web_services": len(catalogue.supplemental) if catalogue else 0,
                "model": len(catalogue.model.occupations) if catalogue else 0,
            },
        )
        yield from self._history()

    def _release(self, catalogue: Catalogue) -> Iterator[Metric]:
        info, live = catalogue.info, self._live
        labels = {"release": info.release, "illustrative": str(info.illustrative).lower()}
        served_since = live.served_since.timestamp() if live.served_since else time.time()
        rows, rejected = live.history.rows.get(info.run_id, (0, 0))
        yield InfoMetricFamily("skillgap_release", "The release that is served.", labels)
        prefix = "skillgap_release"
        yield _gauge(f"{prefix}_loaded_timestamp_seconds", "When the release was loaded.", info.loaded_at.timestamp())
        yield _gauge(f"{prefix}_served_timestamp_seconds", "Since when this process has served it.", served_since)
        yield _gauge(f"{prefix}_read_seconds", "How long reading it from the database took.", live.read_seconds)
        yield _gauge(f"{prefix}_rows", "Rows of its files that were loaded.", rows)
        yield _gauge(f"{prefix}_rejected_rows", "Rows of its files that were rejected.", rejected)

    def _history(self) -> Iterator[Metric]:
        history = self._live.history
        runs = {"loaded": 0, "unchanged": 0, "failed": 0} | dict(history.runs)
        yield _labelled("skillgap_load_runs", "Loads in the database.", "outcome", runs)
        yield _gauge("skillgap_load_failed", "Whether the last load failed.", history.failed_run is not None)
        if history.last_success_at is not None:
            yield _gauge(
                "skillgap_load_last_success_timestamp_seconds",
                "When a load last succeeded, also one without changes.",
                history.last_success_at.timestamp(),
            )
        yield _labelled("skillgap_rescoring_tokens", "Tokens used for rescoring.", "model", history.tokens)
        yield _labelled("skillgap_rescoring_calls", "Calls of a model for rescoring.", "outcome", history.calls)


def _process_metrics(pids: list[int]) -> Iterator[Metric]:
    """prometheus-client's metrics of each process, with its ``pid`` as a label; none without ``/proc``."""
    families: dict[str, Metric] = {}
    for pid in pids:
        for metric in ProcessCollector(pid=partial(int, pid), registry=None).collect():
            family = families.setdefault(metric.name, metric)
            samples = [sample._replace(labels={"pid": str(pid)}) for sample in metric.samples]
            family.samples = samples if family is metric else [*family.samples, *samples]
    yield from families.values()


def _pids(workers: Metric) -> Iterator[int]:
    return (int(sample.labels["pid"]) for sample in workers.samples if sample.value)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value=value)


def _labelled(name: str, documentation: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for label_value, value in sorted(values.items()):
        family.add_metric([label_value], value)
    return family
