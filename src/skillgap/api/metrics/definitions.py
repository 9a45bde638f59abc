"""The metrics that the service counts while it runs; docs/operations.md describes each.

With several workers, prometheus-client stores the values in one file for each process in
PROMETHEUS_MULTIPROC_DIR, which ``skillgap serve`` sets before the workers start.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds; a cached response takes about 0.0001 s."""


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        disable_created_metrics()
        registry = self.registry = CollectorRegistry()
        self.requests = Counter(
            "skillgap_http_requests",
            "Requests by route; status 0 where the client disconnected before the response.",
            ["route", "method", "status"],
            registry=registry,
        )
        self.durations = Histogram(
            "skillgap_http_request_duration_seconds",
            "From the headers of a request to the end of its response.",
            ["route"],
            buckets=BUCKETS,
            registry=registry,
        )
        self.response_cache = Counter(
            "skillgap_ready_answers",
            "Requests to the catalogue: from the response cache (hit, not_modified), or not (shortcut, miss).",
            ["result"],
            registry=registry,
        )
        self.rate_limit_outages = Counter(
            "skillgap_rate_limit_storage_outages",
            "How often the storage of the rate limits became unavailable; requests are then not limited.",
            registry=registry,
        )
        self.web_services_requests = Counter(
            "skillgap_web_services_requests",
            "Requests of the service to O*NET Web Services.",
            ["outcome"],
            registry=registry,
        )
        self.narrative_calls = Counter(
            "skillgap_narrative_calls", "Calls of the language model for explain=llm.", ["outcome"], registry=registry
        )
        self.narrative_tokens = Counter("skillgap_narrative_tokens", "Tokens used for explain=llm.", registry=registry)
        self.workers = Gauge("skillgap_workers", "Worker processes.", registry=registry, multiprocess_mode="liveall")
        self.workers_serving = Gauge(
            "skillgap_workers_serving",
            "Worker processes that serve a release.",
            ["release"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.database_up = Gauge(
            "skillgap_database_up",
            "Whether every worker reaches the database.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        for result in ("hit", "not_modified", "shortcut", "miss"):
            self.response_cache.labels(result)
        self._by_request: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count_request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that has ended."""
        key = route, method, status
        if key not in self._by_request:
            self._by_request[key] = self.requests.labels(route, method, status), self.durations.labels(route)
        counter, histogram = self._by_request[key]
        counter.inc()
        histogram.observe(seconds)
