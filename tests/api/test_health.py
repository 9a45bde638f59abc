"""``/health``, ``/ready``, ``/releases``, and what surrounds every request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.errors import SourceNotFound
from tests.conftest import SAMPLE, client_of, load


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture
def client(url: str) -> Iterator[TestClient]:
    yield from client_of(url)


def test_before_a_release_is_loaded_everything_says_so(client: TestClient) -> None:
    for path in ("/ready", "/skill-gap?from=11-1011.00&to=x", "/occupations", "/elements"):
        response = client.get(path)
        assert (response.status_code, response.json()["code"]) == (503, "nothing-loaded")
        assert int(response.headers["retry-after"]) > 0
    health = client.get("/health").json()
    assert (health["status"], health["release"]) == ("empty", None)
    assert client.get("/releases").json() == {"current": None, "releases": []}


@pytest.fixture
def client_without_database() -> Iterator[TestClient]:
    """The service as it starts while MySQL is away: nobody listens on that port."""
    yield from client_of("mysql+pymysql://skillgap:skillgap@127.0.0.1:1/skillgap")


@pytest.mark.parametrize("path", ["/ready", "/skill-gap?from=11-1011.00&to=11-3013.00", "/occupations", "/releases"])
def test_while_the_database_is_away_nobody_is_told_that_nothing_is_loaded(
    client_without_database: TestClient, path: str
) -> None:
    response = client_without_database.get(path)

    assert (response.status_code, response.json()["code"]) == (503, "release-out-of-reach")
    assert response.json()["detail"] == "The database is unavailable, and no release has been read from it yet."
    assert int(response.headers["retry-after"]) > 0


def test_health_lives_without_a_database_and_says_why_it_is_empty(client_without_database: TestClient) -> None:
    response = client_without_database.get("/health")
    health = response.json()

    assert (response.status_code, health["status"]) == (200, "empty")
    assert [one["reason"] for one in health["degraded"]] == ["database"]
    assert health["notes"] == ["The database is unavailable, and no release has been read from it yet."]


def test_the_first_release_is_noticed_without_a_restart(client: TestClient, url: str) -> None:
    load(connect(make_url(url)), SAMPLE)
    client.app.state.live.refresh()
    assert client.get("/ready").json() == {"release": "sample"}


def test_the_sample_is_marked_everywhere(sample_client: TestClient) -> None:
    health = sample_client.get("/health").json()
    assert health["status"] == "degraded"
    assert health["notes"][0].startswith("THE ILLUSTRATIVE SAMPLE IS SERVED, NOT O*NET DATA")
    assert sample_client.get("/releases").json()["releases"][0]["illustrative"] is True
    answer = sample_client.get("/skill-gap?from=31-1131.00&to=29-1141.00").json()
    assert (answer["release"], answer["summary"]["gaps"]) == ("sample", 33)


def test_health_tells_what_is_held_and_never_where(onet_client: TestClient, onet: Path) -> None:
    response = onet_client.get("/health")
    health = response.json()
    assert (health["status"], health["notes"]) == ("ok", [])
    assert (health["occupations"], health["rated_occupations"]) == (1016, 879)
    assert health["release"]["release"] == "29.2"
    assert health["database"] == {"reachable": True, "unreachable_since": None}
    assert str(onet.parent) not in response.text
    held = health["held"]
    skills = next(one for one in held["files"] if one["file"] == "Skills.txt")
    assert skills["sha256"] == sha256((onet / "Skills.txt").read_bytes()).hexdigest()
    assert (skills["rows_loaded"], skills["rows_rejected"]) == (61530, 0)
    assert (held["supplements"], held["rescored_occupations"]) == (0, 0)
    assert held["domains"]["skills"] == 879
    assert health["worker"]["pid"] == os.getpid()
    assert (health["degraded"], health["failed_load"]) == ([], None)


def test_health_tells_what_is_degraded_since_when_and_which_load_failed(client: TestClient, url: str) -> None:
    engine = connect(make_url(url))
    load(engine, SAMPLE)
    with pytest.raises(SourceNotFound):
        load(engine, Path("/secret/nowhere"))
    client.app.state.live.refresh()
    response = client.get("/health")
    health = response.json()
    assert health["status"] == "degraded"
    assert health["degraded"] == [{"reason": "sample", "since": health["held"]["served_since"]}]
    assert (health["failed_load"]["run_id"], health["failed_load"]["outcome"]) == (2, "failed")
    assert "The last load failed; what was loaded before is served." in health["notes"]
    assert "secret" not in response.text
    load(engine, SAMPLE)
    client.app.state.live.refresh()
    assert client.get("/health").json()["failed_load"] is None


def test_a_request_keeps_its_id(sample_client: TestClient) -> None:
    response = sample_client.get("/nowhere", headers={"X-Request-ID": "abc-1"})
    assert response.headers["x-request-id"] == "abc-1"
    assert response.json()["request_id"] == "abc-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "\u00e9"])
def test_an_id_that_could_spoil_a_log_is_replaced(sample_client: TestClient, given: str) -> None:
    response = sample_client.get("/health", headers={"X-Request-ID": given.encode()})
    assert len(response.headers["x-request-id"]) == 16


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/problems/none", 404, "not-found"),
        ("POST", "/scales", 405, "method-not-allowed"),
    ],
)
def test_wrong_addresses_and_methods_are_problems_too(
    sample_client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    response = sample_client.request(method, path)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_fault_of_ours_says_nothing_of_the_inside_and_is_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(client.app.state.live, "snapshot", "not what it should be")
        response = client.get("/skill-gap?from=11-1011.00&to=11-3013.00")
    body = response.json()
    assert (response.status_code, body["code"]) == (500, "internal-error")
    assert body["detail"] == "The request could not be answered. It has been logged."
    assert "AttributeError" in caplog.text
    assert "AttributeError" not in response.text


def test_every_kind_of_problem_has_its_page(sample_client: TestClient) -> None:
    page = sample_client.get("/problems/occupation-not-rated").json()
    assert (page["status"], page["title"]) == (404, "Occupation not rated")
