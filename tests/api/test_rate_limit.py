"""Rate limits: what counts as one client, and one limit over two workers by a real Redis server."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from skillgap.api.middleware.rate_limit import client_network, is_loopback
from tests.faults.service import PAIR, Service, serving
from tests.faults.waiting import eventually

OUTAGES = "skillgap_rate_limit_storage_outages_total"


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002::/64"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002::/64"),
        ("x" * 500, "x" * 64),
        ("x:" * 500, "x:" * 32),
    ],
)
def test_a_client_is_an_address_or_an_ipv6_network(address: str, client: str) -> None:
    assert client_network(address) == client


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.0.2.7", False),
        ("1270.1", False),
        ("2001:db8::1", False),
    ],
)
def test_this_machine_is_recognised(address: str, own: bool) -> None:
    assert is_loopback(client_network(address)) is own


class Redis:
    """A Redis server on a free loopback port."""

    def __init__(self, program: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        eventually(self._answers)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("needs redis-server or valkey-server")
    server = Redis(program, tmp_path)
    yield server
    server.stop()


def statuses(service: Service, number: int) -> list[int]:
    """The statuses of requests, each on a connection of its own, so that both workers respond."""
    address = f"http://127.0.0.1:{service.port}{PAIR}"
    return [httpx.get(address, trust_env=False).status_code for _ in range(number)]


def outages(service: Service) -> float:
    text = httpx.get(f"http://127.0.0.1:{service.port}/metrics", trust_env=False).text
    return float(re.findall(rf"^{OUTAGES} (.+)$", text, re.MULTILINE)[0])


def test_two_workers_share_one_limit(sqlite_url: str, tmp_path: Path, redis: Redis) -> None:
    settings = {"API_RATE_PER_MINUTE": "20", "API_RATE_LOOPBACK": "true"}
    storage = f"redis://127.0.0.1:{redis.port}"
    with serving(sqlite_url, tmp_path, workers=2, **settings, API_RATE_STORAGE=storage) as service:
        assert statuses(service, 60) == [200] * 20 + [429] * 40


def test_without_its_storage_requests_pass_and_the_outage_is_reported_once(
    sqlite_url: str, tmp_path: Path, redis: Redis
) -> None:
    settings = {"API_RATE_PER_MINUTE": "2", "API_RATE_LOOPBACK": "true"}
    storage = f"redis://127.0.0.1:{redis.port}"
    with serving(sqlite_url, tmp_path, **settings, API_RATE_STORAGE=storage) as service:
        assert statuses(service, 3) == [200, 200, 429]
        redis.stop()
        assert statuses(service, 20) == [200] * 20
        assert sum("storage of the rate limits is unavailable" in line for line in service.messages("WARNING")) == 1
        assert outages(service) == 1
        redis.start()
        eventually(lambda: 429 in statuses(service, 3))
        assert "the storage of the rate limits is available again" in service.messages("INFO")
