"""ETag, 304 and cached responses: never anything but what the served release says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from skillgap.api.middleware import response_cache
from skillgap.database.engine import connect
from tests.conftest import SAMPLE, client_of, load

PAIR = "/skill-gap?from=31-1131.00&to=29-1141.00"


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'test.sqlite'}"
    load(connect(make_url(address)), SAMPLE)
    return address


@pytest.fixture
def client(url: str) -> Iterator[TestClient]:
    yield from client_of(url)


def test_a_response_says_how_long_it_is_valid_and_is_then_confirmed(client: TestClient) -> None:
    first = client.get(PAIR)
    assert first.headers["cache-control"] == "public, max-age=60"
    again = client.get(PAIR, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_a_cached_response_is_the_same_response(client: TestClient) -> None:
    first, second = client.get(PAIR), client.get(PAIR)
    assert second.content == first.content
    assert {**second.headers, "x-request-id": ""} == {**first.headers, "x-request-id": ""}


def test_the_order_of_parameters_makes_no_difference(client: TestClient) -> None:
    first = client.get(PAIR + "&min_gap=1")
    second = client.get("/skill-gap?min_gap=1&to=29-1141.00&from=31-1131.00")
    assert (second.headers["etag"], second.content) == (first.headers["etag"], first.content)
    assert 'result="hit"} 1.0' in client.get("/metrics").text


def test_another_request_has_another_etag(client: TestClient) -> None:
    turned = "/skill-gap?from=29-1141.00&to=31-1131.00"
    etags = {client.get(path).headers["etag"] for path in (PAIR, turned, "/scales", "/elements")}
    assert len(etags) == 4


@pytest.mark.parametrize("path", ["/skill-gap?from=x", "/occupations/99-9999.00", "/health"])
def test_problems_and_health_are_never_cached(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


def test_a_new_release_is_served_at_once(client: TestClient, url: str, sample: Path) -> None:
    before = client.get(PAIR)
    skills = sample / "Skills.txt"
    old = "29-1141.00\t2.B.2.i\tComplex Problem Solving\tLV\t"
    start, _, rest = skills.read_text().partition(old)
    skills.write_text(f"{start}{old}7.00{rest[4:]}")
    load(connect(make_url(url)), sample)
    client.app.state.live.refresh()
    after = client.get(PAIR, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    widest = after.json()["skill_gaps"]
    assert next(one for one in widest if one["element_id"] == "2.B.2.i")["to_level"] == 7.0


def test_the_cache_holds_a_limited_number_of_responses(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_cache, "MAX_RESPONSES", 2)
    kept = next(one for one in iter_middlewares(client) if isinstance(one, response_cache.ResponseCache)).responses
    for path in ("/scales", "/elements", PAIR, "/scales?a=1"):
        client.get(path)
    assert len(kept) == 2


def iter_middlewares(client: TestClient) -> Iterator[object]:
    layer = client.app.middleware_stack
    while layer is not None:
        yield layer
        layer = getattr(layer, "app", None)
