"""Figures as Prometheus metrics. docs/operations.md explains each; a test compares the two."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from skillgap import __version__
from skillgap.api.middleware.metrics import SECONDS, living

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from prometheus_client.metrics_core import Metric

    from skillgap.api.middleware.metrics import Figures
    from skillgap.onet.live_catalogue import LiveCatalogue


READY = {
    "hit": "ready_hits",
    "shortcut": "shortcuts",
    "miss": "ready_misses",
    "not_modified": "not_modified",
}


def exposed(workers: list[Figures], live: LiveCatalogue, accept: str) -> tuple[bytes, str]:
    """All metrics in the form that is accepted, and its media type."""
    registry = CollectorRegistry()
    registry.register(_Collected([*_of_workers(workers), *_of_catalogue(live)]))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Collected(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _of_workers(workers: list[Figures]) -> Iterator[Metric]:
    """What has been counted since the start of the service, and its processes."""
    yield from _requests(workers)
    ready = {name: sum(getattr(one, field) for one in workers) for name, field in READY.items()}
    yield _by_label(
        CounterMetricFamily,
        "skillgap_ready_answers",
        "Questions to the catalogue: asked before (hit, not_modified), or not.",
        "result",
        ready,
    )
    services: Counter[str] = Counter()
    narratives: Counter[str] = Counter()
    for one in workers:
        services.update(one.web_services)
        narratives.update(one.narratives)
    yield _by_label(
        CounterMetricFamily,
        "skillgap_web_services_requests",
        "Requests to O*NET Web Services by the service.",
        "outcome",
        services,
    )
    yield _by_label(
        CounterMetricFamily,
        "skillgap_narrative_calls",
        "Calls of the language model for explain=llm.",
        "outcome",
        narratives,
    )
    tokens = sum(one.narrative_tokens for one in workers)
    yield CounterMetricFamily("skillgap_narrative_tokens", "Tokens counted for explain=llm.", value=tokens)
    alive = list(living(workers))
    yield GaugeMetricFamily("skillgap_workers", "Processes that answer.", value=len(alive))
    yield _by_label(
        GaugeMetricFamily,
        "skillgap_workers_serving",
        "Processes that answer from a release.",
        "release",
        Counter(one.release for one in alive if one.release),
    )
    reachable = all(one.database_reachable for one in alive)
    yield GaugeMetricFamily("skillgap_database_up", "Whether every worker reaches the database.", value=reachable)
    yield from _processes(alive)


def _requests(workers: list[Figures]) -> Iterator[Metric]:
    counted = CounterMetricFamily(
        "skillgap_http_requests",
        "Requests by route; status 0 where the client went away.",
        labels=["route", "method", "status"],
    )
    lasted = HistogramMetricFamily(
        "skillgap_http_request_duration_seconds",
        "From the head of a request to the end of its answer.",
        labels=["route"],
    )
    totals: dict[tuple[str, str, int], float] = defaultdict(float)
    by_route: dict[str, list[float]] = {}
    for worker in workers:
        for asked, counts in worker.requests.items():
            totals[asked] += sum(counts[:-1])
            known = by_route.setdefault(asked[0], [0] * len(counts))
            by_route[asked[0]] = [one + more for one, more in zip(known, counts, strict=True)]
    for (route, method, status), total in sorted(totals.items()):
        counted.add_metric([route, method, str(status)], total)
    ends = [*map(str, SECONDS), "+Inf"]
    for route, (*counts, seconds) in sorted(by_route.items()):
        up_to = [sum(counts[: place + 1]) for place in range(len(counts))]
        lasted.add_metric([route], list(zip(ends, up_to, strict=True)), seconds)
    yield counted
    yield lasted


def _processes(workers: list[Figures]) -> Iterator[Metric]:
    """prometheus-client's process metrics of every worker, where the system has ``/proc``."""
    merged: dict[str, Metric] = {}
    for worker in workers:
        collector = ProcessCollector(pid=partial(int, worker.pid), registry=None)
        for metric in collector.collect():
            family = merged.setdefault(metric.name, metric)
            if family is not metric:
                family.samples.extend(metric.samples)
            for place, sample in enumerate(family.samples):
                if "pid" not in sample.labels:
                    family.samples[place] = sample._replace(labels={"pid": str(worker.pid)})
    yield from merged.values()


def _of_catalogue(live: LiveCatalogue) -> Iterator[Metric]:
    """What the worker that is asked holds, and what the database remembered when it last looked."""
    yield InfoMetricFamily("skillgap_build", "Which skillgap this is.", {"version": __version__})
    catalogue = live.snapshot.catalogue
    if catalogue is not None:
        info = catalogue.info
        told = {"release": info.release, "illustrative": str(info.illustrative).lower()}
        yield InfoMetricFamily("skillgap_release", "The release that answers.", told)
        rows, rejected = live.history.rows.get(info.run_id, (0, 0))
        figures = {
            "skillgap_release_loaded_timestamp_seconds": (
                "When the release was loaded into the database.",
                info.loaded_at.timestamp(),
            ),
            "skillgap_release_served_timestamp_seconds": (
                "Since when this process has answered from it.",
                live.served_since.timestamp() if live.served_since else time.time(),
            ),
            "skillgap_release_read_seconds": (
                "How long it took to read it from the database.",
                live.read_seconds,
            ),
            "skillgap_release_rows": ("Rows of its files that were loaded.", rows),
            "skillgap_release_rejected_rows": ("Rows of its files that were left out.", rejected),
        }
        for name, (meaning, value) in figures.items():
            yield GaugeMetricFamily(name, meaning, value=value)
    yield GaugeMetricFamily(
        "skillgap_occupations",
        "Occupations that the release lists.",
        value=len(catalogue.occupations) if catalogue else 0,
    )
    yield _by_label(
        GaugeMetricFamily,
        "skillgap_rated_occupations",
        "Those with skills ratings, by whose they are.",
        "by",
        {
            "onet": len(catalogue.profiles["skills"]) if catalogue else 0,
            "web_services": len(catalogue.supplemental) if catalogue else 0,
            "model": len(catalogue.model.occupations) if catalogue else 0,
        },
    )
    yield from _of_history(live)


def _of_history(live: LiveCatalogue) -> Iterator[Metric]:
    history = live.history
    yield _by_label(
        GaugeMetricFamily,
        "skillgap_load_runs",
        "Runs of a load that the database remembers.",
        "outcome",
        {"loaded": 0, "unchanged": 0, "failed": 0} | dict(history.runs),
    )
    yield GaugeMetricFamily(
        "skillgap_load_failed",
        "Whether the last load failed.",
        value=history.failed_run is not None,
    )
    if history.last_success_at is not None:
        yield GaugeMetricFamily(
            "skillgap_load_last_success_timestamp_seconds",
            "When a load last ended well, also one that found nothing new.",
            value=history.last_success_at.timestamp(),
        )
    yield _by_label(
        GaugeMetricFamily,
        "skillgap_rescoring_tokens",
        "Tokens that rescoring has cost, as the database remembers.",
        "model",
        history.tokens,
    )
    yield _by_label(
        GaugeMetricFamily,
        "skillgap_rescoring_calls",
        "Calls of a language model for rescoring, as the database remembers.",
        "outcome",
        history.calls,
    )


def _by_label(
    family: type[CounterMetricFamily | GaugeMetricFamily],
    name: str,
    meaning: str,
    label: str,
    values: Mapping[str, float],
) -> Metric:
    metric = family(name, meaning, labels=[label])
    for value, number in sorted(values.items()):
        metric.add_metric([value], number)
    return metric
