"""nginx before three replicas: which answers count against a replica, and which do not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from skillgap.database.engine import connect
from tests.conftest import SAMPLE, load
from tests.faults.clients import asking
from tests.faults.conftest import write_release
from tests.faults.mysql_server import MySQLServer
from tests.faults.service import PAIR, Service, serving
from tests.faults.waiting import eventually
from tests.ops.nginx import nginx_before

pytestmark = pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx")

OLDER, NEWER = "99.1", "99.2"
CODES = ("11-1011.00", "11-3013.00", "29-1141.00", "31-1131.00", "41-2031.00", "41-9012.00", "43-4051.00", "53-5031.00")
PAIRS = [f"from={source}&to={target}" for source in CODES for target in CODES if source != target]
ORDINARY = [f"/skill-gap?{pair}" for pair in PAIRS]
CHARTS = [f"/skill-gap/chart.png?{pair}" for pair in PAIRS]
NOT_HELD = [f"/skill-gap?{pair}&release={OLDER}" for pair in PAIRS]


@contextmanager
def replicated(url: str, folder: Path) -> Iterator[tuple[list[Service], int]]:
    """Three replicas on a database, and the port of the nginx before them."""
    with ExitStack() as running:
        replicas = []
        for name in ("one", "two", "three"):
            (folder / name).mkdir()
            replicas.append(running.enter_context(serving(url, folder / name, API_DATABASE_SECONDS="1")))
        (folder / "site").mkdir()
        site = running.enter_context(nginx_before([replica.port for replica in replicas], folder / "site"))
        yield replicas, int(site.rpartition(":")[2])


def test_deliberate_503s_take_no_replica_from_anybody(own_mysql: MySQLServer, own_url: str, tmp_path: Path) -> None:
    engine = connect(make_url(own_url))
    for name in (OLDER, NEWER):
        load(engine, write_release(tmp_path / name, name))
    engine.dispose()
    with replicated(own_url, tmp_path) as (replicas, port):
        own_mysql.stop()
        try:
            eventually(lambda: {replica.status() for replica in replicas} == {"degraded"})
            with (
                asking(port, CHARTS, number=30) as of_charts,
                asking(port, NOT_HELD, number=10) as of_another_release,
                asking(port, ORDINARY, number=4) as ordinary,
            ):
                eventually(lambda: len(ordinary.asked) > 500)
        finally:
            own_mysql.start()

    refused = [sum(one.status == 503 for one in clients.asked) for clients in (of_charts, of_another_release, ordinary)]
    assert refused[0] > 0
    assert refused[1] == len(of_another_release.asked)
    assert refused[2] == 0, f"{refused[2]} of {len(ordinary.asked)}"
    assert ordinary.statuses() == {200}


@pytest.mark.parametrize("way", ["killed", "drained"])
def test_a_replica_that_ends_under_load_fails_no_request(tmp_path: Path, way: str) -> None:
    url = f"sqlite:///{tmp_path / 'sample.sqlite'}"
    engine = connect(make_url(url))
    load(engine, SAMPLE)
    engine.dispose()
    with replicated(url, tmp_path) as (replicas, port), asking(port, [PAIR, *ORDINARY], number=8) as clients:
        eventually(lambda: len(clients.asked) > 200)
        ending = replicas[0].process
        ending.kill() if way == "killed" else ending.terminate()
        ending.wait()
        before = len(clients.asked)
        eventually(lambda: len(clients.asked) > before + 500)

    assert clients.statuses() == {200}
