"""Authentication, rate limits, CORS and security headers, through the whole app."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.middleware.cors import CORSMiddleware

from skillgap.api.app import create_app
from skillgap.api.middleware.authentication import Authentication, KeyLookup
from skillgap.api.middleware.rate_limit import RateLimit
from skillgap.api_keys import entry_of
from skillgap.settings import AccessSettings, DatabaseSettings
from tests.conftest import SAMPLE, engine_at, load
from tests.faults.service import serving as serving_process

KEY = "skillgap_of-the-portal"
PAIR = "/skill-gap?from=31-1131.00&to=29-1141.00"
Serving = Callable[..., TestClient]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('guard') / 'sample.sqlite'}"
    for engine in engine_at(url):
        load(engine, SAMPLE)
    return url


@pytest.fixture
def serving(url: str) -> Iterator[Serving]:
    """Makes a client of an app with these settings; its requests come from a documentation address."""
    clients: list[TestClient] = []

    def serve(address: str = "192.0.2.7", **settings: object) -> TestClient:
        app = create_app(DatabaseSettings(database_url=url), access=AccessSettings(**settings))
        clients.append(TestClient(app, client=(address, 5)))
        return clients[-1].__enter__()

    yield serve
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def keyed(serving: Serving) -> TestClient:
    return serving(api_keys=entry_of("portal", KEY))


def test_what_is_off_is_not_in_the_way(serving: Serving) -> None:
    layers = {layer.cls for layer in serving().app.user_middleware}
    assert not layers & {Authentication, KeyLookup, RateLimit, CORSMiddleware}


@pytest.mark.parametrize("path", [PAIR, "/occupations", "/", "/?from=cook", "/metrics"])
def test_without_a_key_the_response_is_401(keyed: TestClient, path: str) -> None:
    answer = keyed.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "key-required")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="skillgap"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_post_asks_for_a_key_too(keyed: TestClient) -> None:
    assert keyed.post("/skill-gaps", json={"pairs": []}).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/ready",
        "/docs",
        "/openapi.json",
        "/problems/key-required",
        "/static/page/page.css",
        "/static/swagger-ui/swagger-ui.css",
    ],
)
def test_what_is_open_stays_open(keyed: TestClient, path: str) -> None:
    assert keyed.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/health/../skill-gap", "/static/../occupations", "//occupations"])
def test_no_detour_leads_past_the_key(keyed: TestClient, path: str) -> None:
    asked = keyed.build_request("GET", "/")
    asked.url = asked.url.copy_with(raw_path=path.encode())
    assert keyed.send(asked).status_code in (401, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": KEY},
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer {KEY}"},
        {"Authorization": "Basic YW55Ym9keTpza2lsbGdhcF9vZi10aGUtcG9ydGFs"},  # anybody:KEY
    ],
)
def test_a_key_opens_all(keyed: TestClient, headers: dict[str, str]) -> None:
    for path in (PAIR, "/", "/metrics"):
        answer = keyed.get(path, headers=headers)
        assert answer.status_code == 200, path
    assert keyed.get(PAIR, headers=headers).headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": KEY[:-1]},
        {"X-API-Key": entry_of("portal", KEY).partition(":")[2]},  # what the setting holds
        {"Authorization": "Basic ????"},
        {"Authorization": "Basic bm8tY29sb24="},
    ],
)
def test_a_wrong_key_opens_nothing(keyed: TestClient, headers: dict[str, str]) -> None:
    answer = keyed.get(PAIR, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] in ("key-unknown", "key-required")
    assert "of-the-portal" not in answer.text


def test_a_browser_is_asked_for_the_key_as_a_password(keyed: TestClient) -> None:
    answer = keyed.get("/", headers={"Accept": "text/html,*/*"})
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="skillgap"'


def test_a_cached_response_needs_the_key_too(keyed: TestClient) -> None:
    etag = keyed.get(PAIR, headers={"X-API-Key": KEY}).headers["ETag"]
    assert keyed.get(PAIR).status_code == 401
    assert keyed.get(PAIR, headers={"If-None-Match": etag}).status_code == 401


def test_the_document_says_that_a_key_is_needed(serving: Serving) -> None:
    keys = entry_of("portal", KEY)
    document = serving(api_keys=keys, api_rate_per_minute=9).get("/openapi.json").json()
    assert set(document["components"]["securitySchemes"]) == {"key", "bearer"}
    asked = document["paths"]["/skill-gap"]["get"]
    assert asked["security"] == [{"key": []}, {"bearer": []}]
    assert {"401", "429"} <= set(asked["responses"])
    assert "security" not in document["paths"]["/health"]["get"]
    assert "401" not in serving().get("/openapi.json").json()["paths"]["/skill-gap"]["get"]["responses"]


def test_an_address_has_a_limit_that_every_response_states(serving: Serving) -> None:
    client = serving(api_rate_per_minute=2)
    answers = [client.get(PAIR) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"address";q=2;w=60'
    assert [re.sub("t=[1-6][0-9]$", "t=..", answer.headers["RateLimit"]) for answer in answers] == [
        '"address";r=1;t=..',
        '"address";r=0;t=..',
        '"address";r=0;t=..',
    ]
    assert answers[2].json()["code"] == "too-many-requests"
    assert answers[2].headers["RateLimit"].endswith(f";t={answers[2].headers['Retry-After']}")
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(("counted", "last"), [(False, 200), (True, 429)])
def test_loopback_is_limited_only_by_setting(serving: Serving, counted: bool, last: int) -> None:
    client = serving("127.0.0.1", api_rate_per_minute=1, api_rate_loopback=counted)
    assert [client.get(PAIR).status_code for _ in range(2)] == [200, last]


def test_each_key_has_a_limit_of_its_own(serving: Serving) -> None:
    keys = f"{entry_of('portal', KEY)}:1,{entry_of('other', 'x')}"
    client = serving("127.0.0.1", api_keys=keys)
    portal, other = {"X-API-Key": KEY}, {"X-API-Key": "x"}
    assert [client.get(PAIR, headers=portal).status_code for _ in range(2)] == [200, 429]
    assert [client.get(PAIR, headers=other).status_code for _ in range(2)] == [200, 200]
    assert client.get(PAIR, headers=portal).headers["RateLimit-Policy"] == '"key";q=1;w=60'


def test_an_address_is_trusted_only_from_a_trusted_proxy(url: str, tmp_path: Path) -> None:
    """By the server as `serve` runs it."""
    settings = {"API_RATE_PER_MINUTE": "1", "API_RATE_LOOPBACK": "true"}
    statuses = {}
    for trusted in ("", "127.0.0.1"):
        folder = tmp_path / (trusted or "nobody")
        folder.mkdir()
        with serving_process(url, folder, **settings, API_TRUSTED_PROXIES=trusted) as service:
            statuses[trusted] = [
                httpx.get(
                    f"http://127.0.0.1:{service.port}{PAIR}", headers={"X-Forwarded-For": address}, trust_env=False
                ).status_code
                for address in ("192.0.2.1", "192.0.2.2", "192.0.2.2")
            ]
    assert statuses == {"": [200, 429, 429], "127.0.0.1": [200, 200, 429]}


def test_wrong_keys_are_not_tried_in_masses(serving: Serving) -> None:
    client = serving(api_keys=entry_of("portal", KEY), api_rate_per_minute=2)
    tried = [client.get(PAIR, headers={"X-API-Key": f"no {n}"}).status_code for n in range(3)]
    assert tried == [401, 401, 429]
    assert client.get(PAIR, headers={"X-API-Key": KEY}).status_code == 200


def test_only_pages_of_a_named_origin_may_read(serving: Serving) -> None:
    client = serving(api_cors_origins="https://hr.example.org", api_keys=entry_of("portal", KEY))
    allowed = {"Origin": "https://hr.example.org"}
    asked = client.options(
        PAIR, headers=allowed | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-api-key"}
    )
    assert asked.status_code == 200
    answer = client.get(PAIR, headers=allowed | {"X-API-Key": KEY})
    assert answer.headers["Access-Control-Allow-Origin"] == "https://hr.example.org"
    assert "RateLimit" in answer.headers["Access-Control-Expose-Headers"]
    assert "access-control-allow-credentials" not in answer.headers
    refused = client.get(PAIR, headers=allowed)  # also a refusal can be read
    assert refused.headers["Access-Control-Allow-Origin"] == "https://hr.example.org"
    other = client.get(PAIR, headers={"Origin": "https://evil.example", "X-API-Key": KEY})
    assert "Access-Control-Allow-Origin" not in other.headers


ALL_KINDS = (PAIR, "/health", "/nowhere", "/skill-gap", "/", "/docs", "/openapi.json", "/metrics")


@pytest.mark.parametrize("path", [*ALL_KINDS, "/static/page/page.css", "/static/page/nowhere", "/occupations?q=%00"])
def test_every_response_has_the_security_headers(sample_client: TestClient, path: str) -> None:
    for answer in (sample_client.get(path), sample_client.get(path)):  # also what was kept
        headers = answer.headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert len(headers.get_list("Content-Security-Policy")) == 1


def test_a_not_modified_response_has_them_too(sample_client: TestClient) -> None:
    etag = sample_client.get(PAIR).headers["ETag"]
    answer = sample_client.get(PAIR, headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_picture_may_be_styled_and_run_nothing(sample_client: TestClient) -> None:
    answer = sample_client.get(PAIR.replace("?", "/chart.svg?"))
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script" not in policy


def test_settings_reach_the_app_from_the_environment(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("API_KEYS", entry_of("portal", KEY))
    with TestClient(create_app(DatabaseSettings(database_url=url))) as client:
        assert client.get(PAIR).status_code == 401
