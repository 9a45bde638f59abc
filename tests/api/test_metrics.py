"""``/metrics``: right values, bounded labels, right sums over workers."""

from __future__ import annotations

import os
import re
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import make_url

from skillgap.api.app import create_app
from skillgap.api.metrics.definitions import Metrics
from skillgap.api.metrics.worker import WorkerMetrics
from skillgap.cli.serve import START_SECONDS
from skillgap.database.engine import connect
from skillgap.errors import SourceNotFound
from skillgap.settings import DatabaseSettings, MetricsSettings
from tests.conftest import SAMPLE, client_of, load
from tests.faults.service import Service, serving
from tests.faults.waiting import eventually

ROOT = Path(__file__).parents[2]
REQUESTS = "skillgap_http_requests_total"
SECONDS = "skillgap_http_request_duration_seconds"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'test.sqlite'}"
    load(connect(make_url(url)), SAMPLE)
    return url


@pytest.fixture
def client(url: str) -> Iterator[TestClient]:
    yield from client_of(url)


def samples_in(text: str) -> Samples:
    return {
        (one.name, frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def metrics_of(client: TestClient) -> Metrics:
    worker: WorkerMetrics = client.app.state.worker_metrics
    return worker.metrics


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def test_requests_are_counted_by_route_and_never_by_path(client: TestClient) -> None:
    for path in (
        "/occupations/29-1141.00",
        "/occupations/31-1131",
        "/occupations/00-0000.00",
        "/nowhere/29-1141.00",
        "/wp-login.php",
        "/static/page/page.css",
    ):
        client.get(path)
    client.request("BREW", "/health")
    text = client.get("/metrics").text
    found = samples_in(text)
    assert value(found, REQUESTS, route="/occupations/{code}", method="GET", status="200") == 2
    assert value(found, REQUESTS, route="/occupations/{code}", method="GET", status="404") == 1
    assert value(found, REQUESTS, route="none", method="GET", status="404") == 2
    assert value(found, REQUESTS, route="/static/page/{path}", method="GET", status="200") == 1
    assert value(found, REQUESTS, route="/health", method="other", status="405") == 1
    assert "29-1141" not in text
    assert "wp-login" not in text


def test_each_result_of_the_response_cache_is_counted(client: TestClient) -> None:
    pair = "/skill-gap?from=31-1131.00&to=29-1141.00"
    etag = client.get(pair).headers["etag"]
    client.get(pair)
    client.get(pair)
    client.get(pair, headers={"If-None-Match": etag})
    client.get(pair + "&min_gap=1")
    found = samples_in(client.get("/metrics").text)
    ways = {"shortcut": 1, "hit": 2, "not_modified": 1, "miss": 1}
    for way, number in ways.items():
        assert value(found, "skillgap_ready_answers_total", result=way) == number
    assert value(found, REQUESTS, route="/skill-gap", method="GET", status="200") == 4
    assert value(found, REQUESTS, route="/skill-gap", method="GET", status="304") == 1
    assert value(found, f"{SECONDS}_count", route="/skill-gap") == 5


@pytest.mark.parametrize(
    ("seconds", "first_bucket"),
    [(0.0001, "0.00025"), (0.00025, "0.00025"), (0.0003, "0.0005"), (10, "10.0"), (11, "+Inf")],
)
def test_a_request_is_in_every_bucket_from_its_own_up(client: TestClient, seconds: float, first_bucket: str) -> None:
    metrics_of(client).count_request("/asked", "GET", 200, seconds)
    found = samples_in(client.get("/metrics").text)
    buckets = {
        dict(labels)["le"]: number
        for (name, labels), number in found.items()
        if name == f"{SECONDS}_bucket" and ("route", "/asked") in labels
    }
    inside = [end for end, number in buckets.items() if number == 1]
    assert float(min(inside, key=float)) == float(first_bucket)
    assert [number for _, number in sorted(buckets.items(), key=lambda one: float(one[0]))] == [0] * (
        len(buckets) - len(inside)
    ) + [1] * len(inside)
    assert value(found, f"{SECONDS}_sum", route="/asked") == seconds


def test_loads_and_the_served_release_are_reported(client: TestClient, url: str, tmp_path: Path) -> None:
    found = samples_in(client.get("/metrics").text)
    assert value(found, "skillgap_release_info", release="sample", illustrative="true") == 1
    assert value(found, "skillgap_occupations") == 26
    assert value(found, "skillgap_rated_occupations", by="onet") == 24
    assert value(found, "skillgap_release_rejected_rows") == 0
    assert value(found, "skillgap_database_up") == 1
    assert value(found, "skillgap_load_failed") == 0
    loaded_at = value(found, "skillgap_release_loaded_timestamp_seconds")
    assert value(found, "skillgap_load_last_success_timestamp_seconds") == loaded_at
    assert 0 <= time.time() - loaded_at < 3600  # the database is that of the whole run

    with pytest.raises(SourceNotFound):
        load(connect(make_url(url)), tmp_path / "nowhere")
    client.app.state.live.refresh()
    found = samples_in(client.get("/metrics").text)
    assert value(found, "skillgap_load_runs", outcome="failed") == 1
    assert value(found, "skillgap_load_runs", outcome="loaded") == 1
    assert value(found, "skillgap_load_failed") == 1
    assert value(found, "skillgap_load_last_success_timestamp_seconds") == loaded_at


def test_a_scrape_asks_the_database_nothing(client: TestClient, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Path(str(make_url(url).database))
    client.app.state.live.close()
    database.rename(database.with_suffix(".away"))
    assert client.get("/metrics").status_code == 200


def test_it_is_served_or_not_by_setting(url: str) -> None:
    app = create_app(DatabaseSettings(database_url=url), metrics=MetricsSettings(metrics=False))
    with TestClient(app) as client:
        assert client.get("/metrics").status_code == 404
        assert client.get("/ready").status_code == 200


def test_open_metrics_are_sent_where_they_are_requested(client: TestClient) -> None:
    response = client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


def scrape(service: Service) -> Samples:
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/metrics", timeout=30) as response:
        return samples_in(response.read().decode())


def ready_requests(samples: Samples) -> float:
    return samples.get((REQUESTS, frozenset({"route": "/ready", "method": "GET", "status": "200"}.items())), 0)


def test_two_workers_give_one_sum_that_never_falls(tmp_path: Path, url: str) -> None:
    with serving(url, tmp_path, workers=2) as service:
        sums = []
        for _ in range(50):
            assert service.get("/ready") == {"release": "sample"}
            sums.append(ready_requests(scrape(service)))
        assert sums == sorted(sums)
        eventually(lambda: ready_requests(scrape(service)) == 50)  # a request is counted after its response
        found = eventually(lambda: by_name("process_resident_memory_bytes", 2, scrape(service)))
        assert value(found, "skillgap_workers") == 2
        assert value(found, "skillgap_workers_serving", release="sample") == 2
        assert value(found, "skillgap_database_up") == 1


def test_the_counts_of_a_worker_that_was_killed_stay_in_the_sum(tmp_path: Path, url: str) -> None:
    with serving(url, tmp_path, workers=2) as service:
        for _ in range(50):
            service.get("/ready")
        eventually(lambda: ready_requests(scrape(service)) == 50)
        killed, other = service.worker_pids()
        os.kill(killed, signal.SIGKILL)
        # A worker that is killed while it is asked whether it lives is noticed after START_SECONDS alone.
        eventually(lambda: set(service.worker_pids()) - {killed, other}, within=START_SECONDS + 30)
        found = eventually(lambda: by_name("process_resident_memory_bytes", 2, scrape(service)))
        pids = {dict(labels)["pid"] for name, labels in found if name == "process_resident_memory_bytes"}
        assert str(other) in pids
        assert str(killed) not in pids
        assert value(found, "skillgap_workers") == 2
        assert value(found, "skillgap_workers_serving", release="sample") == 2
        assert ready_requests(scrape(service)) == 50


def test_a_release_that_no_worker_serves_any_more_is_gone(client: TestClient, url: str) -> None:
    load(connect(make_url(url)), SAMPLE, release="99.1")
    client.app.state.live.refresh()
    found = samples_in(client.get("/metrics").text)
    assert [dict(labels) for name, labels in found if name == "skillgap_workers_serving"] == [{"release": "99.1"}]


def by_name(name: str, number: int, samples: Samples) -> Samples | None:
    """The samples, once there are so many of a name."""
    return samples if sum(sample == name for sample, _ in samples) == number else None


def test_every_metric_is_explained_and_every_one_explained_is_there(client: TestClient) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"`((?:skillgap|process)_[a-z_]+)`", page.partition("Ages are")[0]))
    given = re.findall(r"^# TYPE (\S+)", client.get("/metrics").text, re.MULTILINE)
    assert explained == set(given)
