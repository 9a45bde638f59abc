"""``/metrics``: true figures, bounded labels, right sums over workers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import make_url

from skillgap.api.app import create_app
from skillgap.api.middleware.metrics import Figures, Workers, living
from skillgap.database.engine import connect
from skillgap.errors import SourceNotFound
from skillgap.settings import DatabaseSettings, MetricsSettings
from tests.conftest import SAMPLE, client_of, load

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


def test_each_way_an_answer_is_made_is_counted(client: TestClient) -> None:
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
    client.app.state.workers.figures()[0].count(("/asked", "GET", 200), seconds)
    found = samples_in(client.get("/metrics").text)
    buckets = {
        dict(labels)["le"]: number
        for (name, labels), number in found.items()
        if name == f"{SECONDS}_bucket" and ("route", "/asked") in labels
    }
    inside = [end for end, number in buckets.items() if number == 1]
    assert min(inside, key=float) == first_bucket
    assert [number for _, number in sorted(buckets.items(), key=lambda one: float(one[0]))] == [0] * (
        len(buckets) - len(inside)
    ) + [1] * len(inside)
    assert value(found, f"{SECONDS}_sum", route="/asked") == seconds


def test_loads_and_what_is_held_are_told(client: TestClient, url: str, tmp_path: Path) -> None:
    found = samples_in(client.get("/metrics").text)
    assert value(found, "skillgap_release_info", release="sample", illustrative="true") == 1
    assert value(found, "skillgap_occupations") == 26
    assert value(found, "skillgap_rated_occupations", by="onet") == 24
    assert value(found, "skillgap_release_rejected_rows") == 0
    assert value(found, "skillgap_database_up") == 1
    assert value(found, "skillgap_load_failed") == 0
    loaded_at = value(found, "skillgap_release_loaded_timestamp_seconds")
    assert value(found, "skillgap_load_last_success_timestamp_seconds") == loaded_at
    assert abs(time.time() - loaded_at) < 600

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
    app = create_app(DatabaseSettings(database_url=url), measured=MetricsSettings(metrics=False))
    with TestClient(app) as client:
        assert client.get("/metrics").status_code == 404
        assert client.get("/ready").status_code == 200


def test_open_metrics_are_given_where_they_are_asked_for(client: TestClient) -> None:
    response = client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


def test_a_worker_that_died_stays_in_the_sum_and_not_among_the_living(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        gone = Figures(pid=process.pid)
    gone.count(("/health", "GET", 200), 0.1)
    Workers(gone, tmp_path, lambda _: None).publish()
    here = Figures()
    here.count(("/health", "GET", 200), 0.1)
    summed = Workers(here, tmp_path, lambda _: None).figures()
    assert sorted(one.pid for one in summed) == sorted([gone.pid, os.getpid()])
    assert [one.requests for one in summed] == [here.requests, here.requests]
    assert [one.pid for one in living(summed)] == [os.getpid()]


@contextmanager
def served(folder: Path, workers: int) -> Iterator[str]:
    """The address of ``skillgap serve`` on the database in a folder."""
    settings = {"API_PORT": "0", "DATABASE_URL": "sqlite:///test.sqlite"}
    log = folder / "log"
    with (
        log.open("w") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "skillgap", "serve", "--workers", str(workers)],
            cwd=folder,
            env=os.environ | settings,
            stderr=stderr,
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 60
            while log.read_text().count("Application startup complete") < workers:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)
            (address,) = re.findall(r"running on (http://127\.0\.0\.1:[1-9]\d+)", log.read_text())
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as response:
        text: str = response.read().decode()
        return text


def test_two_workers_give_one_sum_that_never_falls(tmp_path: Path, url: str) -> None:
    del url  # loaded
    deadline = time.monotonic() + 60
    with served(tmp_path, workers=2) as address:
        asked, sums = 0, [0.0]
        while asked < 50 or sums[-1] < asked:  # what another worker counts is told once a second
            assert time.monotonic() < deadline
            if asked < 50:
                assert json.loads(get(f"{address}/ready")) == {"release": "sample"}
                asked += 1
            found = samples_in(get(f"{address}/metrics"))
            labels = frozenset({"route": "/ready", "method": "GET", "status": "200"}.items())
            sums.append(found.get((REQUESTS, labels), 0))
            if asked == 50:
                time.sleep(0.05)
    assert sums == sorted(sums)
    assert sums[-1] == 50
    assert value(found, "skillgap_workers") == 2
    assert value(found, "skillgap_workers_serving", release="sample") == 2
    assert sum(name == "process_resident_memory_bytes" for name, _ in found) == 2


def test_every_metric_is_explained_and_every_one_explained_is_there(client: TestClient) -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    explained = set(re.findall(r"`((?:skillgap|process)_[a-z_]+)`", page.partition("Ages are")[0]))
    given = re.findall(r"^# TYPE (\S+)", client.get("/metrics").text, re.MULTILINE)
    assert explained == set(given)
