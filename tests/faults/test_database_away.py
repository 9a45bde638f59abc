"""MySQL stopped, killed, frozen, slow or silent while the service answers: nobody notices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest
from sqlalchemy import make_url

from skillgap.database.engine import connect
from tests.conftest import load
from tests.faults.clients import asking
from tests.faults.conftest import write_release
from tests.faults.mysql_server import MySQLServer
from tests.faults.proxy import Proxy
from tests.faults.service import GRACE_SECONDS, PAIR, serving
from tests.faults.waiting import eventually

PATHS = (PAIR, "/occupations?q=nurse", "/skill-gap?from=29-1141.00&to=31-1131.00", "/health")
OLDER, NEWER = "99.1", "99.2"


@pytest.fixture
def loaded_url(own_url: str, tmp_path: Path) -> str:
    """A database with two releases."""
    engine = connect(make_url(own_url))
    for name in (OLDER, NEWER):
        load(engine, write_release(tmp_path / name, name))
    engine.dispose()
    return own_url


@pytest.fixture
def proxy(own_mysql: MySQLServer) -> Iterator[Proxy]:
    with Proxy(own_mysql.port).running() as running:
        yield running


def through(proxy: Proxy, url: str) -> str:
    return make_url(url).set(port=proxy.port).render_as_string(hide_password=False)


@pytest.mark.parametrize("way", [MySQLServer.stop, MySQLServer.kill], ids=["stopped", "killed"])
def test_mysql_goes_and_comes_back_under_load(
    own_mysql: MySQLServer, loaded_url: str, tmp_path: Path, way: Callable[[MySQLServer], None]
) -> None:
    with serving(loaded_url, tmp_path) as service, asking(service.port, PATHS) as clients:
        eventually(lambda: service.status() == "ok")
        way(own_mysql)
        try:
            eventually(lambda: service.status() == "degraded")
            before = len(clients.asked)
            eventually(lambda: len(clients.asked) > before + 200)
        finally:
            own_mysql.start()
        eventually(lambda: service.status() == "ok")
    assert clients.statuses() == {200}
    (away,) = service.messages("WARNING")
    assert away.endswith("; serving what is held")
    assert service.messages("INFO").count("the database answers again") == 1
    assert service.messages("ERROR") == []


def test_a_slow_mysql_slows_no_request(loaded_url: str, proxy: Proxy, tmp_path: Path) -> None:
    proxy.delay = 0.05
    with serving(through(proxy, loaded_url), tmp_path) as service:
        eventually(lambda: service.status() == "ok")
        with asking(service.port, PATHS, number=2) as clients:
            eventually(lambda: len(clients.asked) > 1000)
    assert clients.statuses() == {200}
    assert median(one.seconds for one in clients.asked) < proxy.delay
    assert proxy.connections == 1


def test_a_mysql_that_falls_silent_counts_as_away_until_it_speaks(
    loaded_url: str, proxy: Proxy, tmp_path: Path
) -> None:
    url = through(proxy, loaded_url)
    with serving(url, tmp_path, API_DATABASE_SECONDS="1") as service:
        eventually(lambda: service.status() == "ok")
        with proxy.silent(), asking(service.port, PATHS, number=2) as clients:
            eventually(lambda: service.status() == "degraded")
        eventually(lambda: service.status() == "ok")
    assert clients.statuses() == {200}
    assert len(service.messages("WARNING")) == 1
    assert service.messages("ERROR") == []


def test_a_release_that_is_not_held_is_out_of_reach_and_nobody_waits_for_it(
    loaded_url: str, proxy: Proxy, tmp_path: Path
) -> None:
    older = f"{PAIR}&release={OLDER}"
    url = through(proxy, loaded_url)
    with serving(url, tmp_path, API_DATABASE_SECONDS="1") as service:
        with proxy.silent(), asking(service.port, [older]) as clients:
            eventually(lambda: len(clients.asked) > 100)
        assert clients.statuses() == {503}
        assert max(one.seconds for one in clients.asked) < 10  # none waits for all before it
        assert b'"code":"release-out-of-reach"' in clients.asked[0].body
        assert int(clients.asked[0].headers["retry-after"]) > 0
        eventually(lambda: service.status() == "ok")
        assert service.get(older)["release"] == OLDER


def test_the_service_starts_and_ends_beside_a_mysql_that_says_nothing(
    own_mysql: MySQLServer, loaded_url: str, tmp_path: Path
) -> None:
    with own_mysql.frozen(), serving(loaded_url, tmp_path) as service:
        assert service.status() == "empty"
        began = time.monotonic()
        service.terminate()
        service.process.wait(timeout=GRACE_SECONDS)
        assert time.monotonic() - began < GRACE_SECONDS
