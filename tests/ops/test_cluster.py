"""The whole of it for real, on loopback: a group of three MySQL servers, two replicas of the API
that read from different ones, nginx before them, clients that do not stop; the primary is killed.

With TEST_CLUSTER=full on O*NET's own files (ONET_DATA) and with MySQL's own patience, else on our
sample and with a group that gives a silent member up at once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from tests.conftest import ONET_DATA, SAMPLE
from tests.faults.clients import Asked, asking
from tests.faults.service import Service, serving
from tests.faults.waiting import eventually
from tests.later_release import RE_SURVEYED, RELEASE, write_later_release
from tests.ops.mysql_group import Server, form_group, group_of_servers, system
from tests.ops.nginx import nginx_before

FULL = os.environ.get("TEST_CLUSTER") == "full" and bool(ONET_DATA)
FIRST, FIRST_FILES = ("29.2", Path(ONET_DATA or "")) if FULL else ("sample", SAMPLE)
PATIENCE = () if FULL else ("--loose-group-replication-member-expel-timeout=0",)
GRANTS = """
CREATE DATABASE skillgap;
CREATE USER loader@'%' IDENTIFIED BY 'loads';
GRANT ALL ON skillgap.* TO loader@'%';
CREATE USER reader@'%' IDENTIFIED BY 'reads';
GRANT SELECT ON skillgap.* TO reader@'%';
"""
PATHS = [
    f"/skill-gap?from={source}&to={target}"
    for source, target in (("31-1131.00", RE_SURVEYED), (RE_SURVEYED, "31-1131.00"))
]

pytestmark = [
    pytest.mark.skipif(system() is None, reason="needs mysqld with group replication"),
    pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx"),
]


@pytest.fixture(scope="module")
def group() -> Iterator[list[Server]]:
    """Three servers, the first one the primary."""
    place = system()
    assert place
    with group_of_servers(place, GRANTS, *PATIENCE) as servers:
        yield servers


def address(user: str, servers: list[Server]) -> str:
    """The database on all of these servers, to be tried in this order."""
    hosts = "&".join(f"host={server.address}" for server in servers)
    return f"mysql+pymysql://{user}@/skillgap?charset=utf8mb4&{hosts}"


def load(servers: list[Server], folder: Path, tmp_path: Path) -> float:
    """Load a release through whichever server takes writes; the seconds it took."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "skillgap", "load", "--accept-incomplete", "--from", str(folder)],
        cwd=tmp_path,
        env=os.environ | {"DATABASE_URL": address("loader:loads", servers)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return time.monotonic() - started


def primaries(asked: Server) -> list[int]:
    """The ports of the servers that take writes, as one member sees it."""
    return [port for port, told in asked.group().items() if told == ("ONLINE", "PRIMARY")]


def megabytes_logged(server: Server) -> float:
    """The size of all that was written since the group began, as it goes to the other servers."""
    return sum(int(str(size)) for _, size, *_ in server.rows("SHOW BINARY LOGS")) / 1e6


def readers_of(server: Server) -> int:
    """How many connections the replicas have to a server."""
    counted = "SELECT COUNT(*) FROM performance_schema.processlist WHERE user = 'reader'"
    return int(str(server.rows(counted)[0][0]))


def serves(replica: Service, release: str) -> bool:
    return bool(replica.get("/ready")["release"] == release)


def test_the_primary_is_killed_under_load_and_nobody_notices(group: list[Server], tmp_path: Path) -> None:
    first, second, third = group
    figures: dict[str, float] = {}
    folders = [tmp_path / name for name in ("one", "other", "nginx")]
    for folder in folders:
        folder.mkdir()
    figures[f"load of {FIRST} through the primary, s"] = load(group, FIRST_FILES, tmp_path)
    figures["the same in the primary's binary log, MB"] = megabytes_logged(first)
    later = write_later_release(FIRST_FILES, tmp_path / "later")
    with (
        serving(address("reader:reads", [first, second, third]), folders[0]) as one,
        serving(address("reader:reads", [third, second, first]), folders[1]) as other,
        nginx_before([one.port, other.port], folders[2]) as site,
        asking(int(site.rpartition(":")[2]), PATHS, number=4) as clients,
    ):
        assert [bool(readers_of(server)) for server in group] == [True, False, True]
        began = time.monotonic()

        first.kill()
        killed = time.monotonic()
        eventually(lambda: readers_of(second))
        figures["its reader has found another server after, s"] = time.monotonic() - killed
        eventually(lambda: primaries(second) in ([second.port], [third.port]), within=90)
        figures["another primary is elected after, s"] = time.monotonic() - killed

        figures["load of the next release through it, s"] = load(group, later, tmp_path)
        loaded = time.monotonic()
        for replica in (one, other):
            eventually(lambda replica=replica: serves(replica, RELEASE), within=120)
        figures["both replicas serve that after, s"] = time.monotonic() - loaded

        first.start()
        eventually(first.answers, within=60)
        eventually(lambda: first.group().get(first.port) == ("ONLINE", "SECONDARY"), within=120)
        seconds = time.monotonic() - began

    figures["requests"] = len(clients.asked)
    figures["requests a second"] = len(clients.asked) / seconds
    figures["not answered by 200"] = sum(one.status != 200 for one in clients.asked)
    Console().print_json(json.dumps({name: round(value, 2) for name, value in figures.items()}))
    assert clients.outcomes() == {"answered": len(clients.asked)}
    assert clients.statuses() == {200}
    assert_no_mixture(clients.asked)
    assert first.gtids() == second.gtids() == third.gtids()


def assert_no_mixture(asked: list[Asked]) -> None:
    """Each question has had one answer from each release."""
    answers = {(one.path, one.body) for one in asked}
    releases = sorted((path, json.loads(body)["release"]) for path, body in answers)
    assert releases == sorted((path, release) for path in PATHS for release in (FIRST, RELEASE))


@pytest.mark.skipif(not FULL, reason="takes a minute: ask for it with TEST_CLUSTER=full")
def test_after_all_servers_were_down_the_group_is_formed_again(group: list[Server]) -> None:
    for server in group:
        if server.process and server.process.poll() is None:
            server.kill()
    for server in group:
        server.start()

    told = form_group(group)

    assert "has begun the group" in told
    assert {state for state, _ in group[0].group().values()} == {"ONLINE"}
    assert group[0].rows("SELECT `release` FROM skillgap.current_release") == (
        group[2].rows("SELECT `release` FROM skillgap.current_release")
    )
