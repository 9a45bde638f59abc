"""HEAD where there is GET; an address that does not take a method says which it does."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

PAIR = "from=41-9012.00&to=53-5031.00"


@pytest.mark.parametrize(
    "path",
    [
        f"/skill-gap?{PAIR}",  # by the shortcut
        f"/skill-gap?{PAIR}&include=all",
        f"/skill-gap?{PAIR}&format=csv",
        "/matrix?from=41-9012.00",  # streamed
        "/occupations/41-9012.00",
        "/health",
        "/openapi.json",
        "/",
        "/static/page/page.css",
        "/occupations/99-9999.00",
    ],
)
def test_head_tells_what_get_would_without_the_body(sample_client: TestClient, path: str) -> None:
    head, get = sample_client.head(path), sample_client.get(path)
    assert head.content == b""
    assert head.status_code == get.status_code
    differing = {"x-request-id", "date"}
    told = [
        {name: value for name, value in response.headers.items() if name not in differing} for response in (head, get)
    ]
    if path.startswith("/occupations/99"):  # its body holds the request's id
        assert told[0].pop("content-length") == told[1].pop("content-length")
    assert told[0] == told[1]


def test_head_knows_what_the_caller_has(sample_client: TestClient) -> None:
    etag = sample_client.get(f"/skill-gap?{PAIR}").headers["etag"]
    response = sample_client.head(f"/skill-gap?{PAIR}", headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/skill-gap", "GET, HEAD, POST"),
        ("OPTIONS", "/skill-gap", "GET, HEAD, POST"),
        ("POST", "/occupations/41-9012.00", "GET, HEAD"),
        ("GET", "/matches", "POST"),
        ("HEAD", "/matches", "POST"),
        ("POST", "/", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("POST", "/static/page/page.css", "GET, HEAD"),
    ],
)
def test_every_method_of_an_address_is_named(sample_client: TestClient, method: str, path: str, allowed: str) -> None:
    response = sample_client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed


@pytest.mark.parametrize(
    "path", [f"/skill-gap/?{PAIR}", "/occupations/", "/health/", "/docs/", "/static/page", "/matches/"]
)
def test_no_address_leads_to_another_host(sample_client: TestClient, path: str) -> None:
    response = sample_client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
    assert (response.status_code, response.json()["code"]) == (404, "not-found")
    assert "location" not in response.headers
    assert "evil.example" not in response.text


@pytest.mark.parametrize("path", ["/?from=registered%20nurses", "/?from=cook&domain=abilities", "/?tab=person"])
def test_the_page_redirects_within_itself(sample_client: TestClient, path: str) -> None:
    response = sample_client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
    assert (response.status_code, response.headers["location"][:2]) == (303, "./")
