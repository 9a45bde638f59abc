"""What counting a request costs, beside prometheus-client's own counter and histogram.

``python -m bench.counting`` prints microseconds a request, the median of some rounds.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from skillgap.api.middleware.metrics import SECONDS, Figures, RouteTemplates

from skillgap.api.app import create_app
from skillgap.settings import DatabaseSettings

REQUESTS = 50_000
ROUNDS = 7


def microseconds(count: Callable[[str, float], None], path: str) -> float:
    """The median cost of counting one request, the loop that does nothing taken off."""

    def seconds(call: Callable[[str, float], None]) -> float:
        started = time.perf_counter()
        for _ in range(REQUESTS):
            call(path, 0.0001)
        return time.perf_counter() - started

    rounds = [seconds(count) - seconds(lambda _path, _seconds: None) for _ in range(ROUNDS)]
    return statistics.median(rounds) / REQUESTS * 1e6


def main() -> None:
    """Print the figures."""
    routes = RouteTemplates(create_app(DatabaseSettings(database_url="sqlite://")))
    figures = Figures()
    registry = CollectorRegistry()
    requests = Counter("requests", "n", ["route", "method", "status"], registry=registry)
    lasted = Histogram("seconds", "s", ["route"], buckets=SECONDS, registry=registry)

    def ours(path: str, seconds: float) -> None:
        figures.count(routes.asked("GET", path, 200), seconds)

    def theirs(path: str, seconds: float) -> None:
        route, method, status = routes.asked("GET", path, 200)
        requests.labels(route, method, str(status)).inc()
        lasted.labels(route).observe(seconds)

    for path in ("/skill-gap", "/occupations/29-1141.00"):
        for name, count in (("figures", ours), ("prometheus-client", theirs)):
            sys.stdout.write(f"{path:24} {name:18} {microseconds(count, path):5.2f} µs\n")


if __name__ == "__main__":
    main()
