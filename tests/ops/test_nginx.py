"""nginx with the configuration under ops/nginx, in front of two real replicas."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url
from uvicorn import Config

from skillgap.database.engine import connect
from skillgap.settings import AccessSettings
from tests.conftest import SAMPLE, load
from tests.faults.service import serving
from tests.ops.nginx import CONFIGURATION, free_port, nginx_before

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx")

PAIR = {"from": "41-9012.00", "to": "53-5031.00"}


@pytest.fixture(scope="module")
def sample_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An SQLite database that has our sample."""
    url = f"sqlite:///{tmp_path_factory.mktemp('nginx') / 'sample.sqlite'}"
    engine = connect(make_url(url))
    load(engine, SAMPLE)
    engine.dispose()
    return url


@pytest.fixture(scope="module")
def site(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """nginx in front of one replica that answers and one that is gone."""
    folder = tmp_path_factory.mktemp("site")
    with serving(sample_url, folder) as answering, nginx_before([free_port(), answering.port], folder) as address:
        yield address


def get(address: str, **options: object) -> httpx.Response:
    return httpx.get(address, trust_env=False, timeout=30, **options)


def test_a_replica_that_is_killed_costs_no_answer(sample_url: str, tmp_path: Path) -> None:
    with ExitStack() as running:
        folders = [tmp_path / name for name in ("one", "other", "nginx")]
        for folder in folders:
            folder.mkdir()
        replicas = [running.enter_context(serving(sample_url, folder)) for folder in folders[:2]]
        ports = [replica.port for replica in replicas]
        site = running.enter_context(nginx_before(ports, folders[2]))
        client = running.enter_context(httpx.Client(base_url=site, trust_env=False, timeout=30))
        statuses = []
        for number in range(200):
            if number == 50:
                replicas[0].process.kill()
            statuses.append(client.get("/skill-gap", params=PAIR).status_code)

        assert statuses == [200] * 200
        replicas[1].process.kill()
        nobody = client.get("/skill-gap", params=PAIR)
    assert nobody.status_code == 503
    assert nobody.headers["retry-after"] == "5"
    assert nobody.headers["content-type"] == "application/problem+json"
    assert nobody.json()["instance"] == "/skill-gap"


def test_the_id_of_a_request_goes_through(site: str) -> None:
    given = get(f"{site}/skill-gap", params=PAIR, headers={"X-Request-ID": "my-request.1"})

    assert given.headers.get_list("x-request-id") == ["my-request.1"]


@pytest.mark.parametrize("unfit", ["", "two words", "x" * 65])
def test_an_id_that_the_api_would_not_take_becomes_nginxs_own(site: str, unfit: str) -> None:
    answer = get(f"{site}/skill-gap", params=PAIR, headers={"X-Request-ID": unfit})

    (own,) = answer.headers.get_list("x-request-id")
    assert len(own) == 32
    assert set(own) <= set("0123456789abcdef")


def test_a_body_that_the_api_would_not_read_does_not_reach_it(site: str) -> None:
    answer = httpx.post(f"{site}/skill-gaps", content=b"x" * 2_100_000, trust_env=False)

    assert answer.status_code == 413
    assert answer.json()["code"] == "body-too-large"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_a_packed_answer_keeps_its_etag(site: str) -> None:
    answer = get(f"{site}/skill-gap", params=PAIR)
    again = get(f"{site}/skill-gap", params=PAIR, headers={"If-None-Match": answer.headers["etag"]})

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["etag"].startswith('W/"')
    assert again.status_code == 304


def test_nginx_lets_go_of_an_idle_connection_before_the_replica_does() -> None:
    kept = re.search(r"keepalive_timeout (\d+)s;", (CONFIGURATION / "upstream.conf").read_text())

    assert kept is not None
    assert int(kept[1]) < Config(app="").timeout_keep_alive


def test_the_api_answers_before_nginx_gives_up_on_it() -> None:
    waiting = re.search(r"proxy_read_timeout (\d+)s;", (CONFIGURATION / "site.conf").read_text())

    assert waiting is not None
    assert int(waiting[1]) > AccessSettings().api_request_seconds


def test_limits_count_the_client_and_not_nginx(sample_url: str, tmp_path: Path) -> None:
    limits = {"API_RATE_PER_MINUTE": "1", "API_RATE_LOOPBACK": "true", "API_TRUSTED_PROXIES": "*"}
    with serving(sample_url, tmp_path, **limits) as answering, nginx_before([answering.port], tmp_path) as site:
        statuses = [
            get(f"{site}/skill-gap", params=PAIR, headers={"X-Forwarded-For": liar}).status_code
            for liar in ("10.0.0.1", "10.0.0.2", "10.0.0.3")
        ]
    assert statuses[-1] == 429  # whatever a client says of itself


def test_figures_are_not_for_everybody(site: str) -> None:
    assert get(f"{site}/metrics").status_code == 404


def test_the_hook_for_tls(sample_url: str, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("needs openssl")
    port = free_port()
    documented = (Path(__file__).parents[2] / "ops" / "nginx" / "tls" / "README.md").read_text()
    example = documented.split("```nginx\n")[1].split("```")[0]
    for file in ("site.crt", "site.key"):
        example = example.replace(f"tls/{file}", str(tmp_path / file))
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2")
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", tmp_path / "site.key", "-out", tmp_path / "site.crt")
    making = ["openssl", "req", "-x509", *key, *name, *files]
    subprocess.run(making, check=True, capture_output=True)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "site.crt"))
    own = example.replace("listen 8443", f"listen 127.0.0.1:{port}")
    with serving(sample_url, tmp_path) as answering, nginx_before([answering.port], tmp_path, tls=own):
        answer = get(f"https://127.0.0.1:{port}/ready", verify=trusting)
    assert answer.json() == {"release": "sample"}
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
