"""Loads that are cut off, killed, short of room, or two at once: the old release or the new one."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.onet import queries
from tests.conftest import load
from tests.faults.conftest import write_release
from tests.faults.mysql_server import MySQLServer
from tests.faults.proxy import Proxy
from tests.faults.service import PAIR, serving
from tests.faults.waiting import eventually
from tests.onet.load.test_load import contents, runs

ROOT = Path(__file__).parents[2]
MOMENTS = 10
NEVER = float("inf")


def start_load(url: str, folder: Path) -> subprocess.Popen[str]:
    """``skillgap load`` as a process."""
    return subprocess.Popen(
        [sys.executable, "-m", "skillgap", "load", "--again", "--from", str(folder)],
        env=os.environ | {"DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    """The exit status of a load, and what it said."""
    _, said = process.communicate(timeout=120)
    return process.returncode, said.splitlines()


def alter(release: Path) -> None:
    """Another level in the files of the release."""
    skills = release / "Skills.txt"
    level = re.compile(r"^(29-1141\.00\t2\.B\.2\.i\t[^\t]+\tLV\t)[\d.]+", re.MULTILINE)
    altered, found = level.subn(r"\g<1>6.66", skills.read_text())
    assert found == 1
    skills.write_text(altered)


@pytest.fixture
def proxy(own_mysql: MySQLServer) -> Iterator[Proxy]:
    with Proxy(own_mysql.port).running() as running:
        yield running


@pytest.fixture
def own_engine(own_url: str) -> Iterator[Engine]:
    engine = connect(make_url(own_url))
    yield engine
    engine.dispose()


def connections_of(engine: Engine) -> list[int]:
    """Those of a load that was silenced, the one that writes first: it spoke last."""
    query = text(
        "SELECT id FROM information_schema.processlist WHERE db = :name AND id <> connection_id() ORDER BY id DESC"
    )
    with engine.connect() as connection:
        return list(connection.scalars(query, {"name": engine.url.database}))


def kill(engine: Engine, connection_id: int) -> None:
    """As an administrator may."""
    with engine.connect() as connection:
        connection.execute(text(f"KILL {connection_id}"))


@pytest.mark.parametrize(("way", "bytes_written"), [("killed", 60_000), ("reset", 60_000), ("reset", 2_000)])
def test_a_connection_that_is_lost_in_the_middle_of_a_load_changes_nothing(
    own_engine: Engine, release: Path, proxy: Proxy, way: str, bytes_written: int
) -> None:
    load(own_engine, release)
    before = contents(own_engine)
    alter(release)
    url = own_engine.url.set(port=proxy.port).render_as_string(hide_password=False)
    proxy.silent_after = bytes_written
    process = start_load(url, release)
    assert proxy.fell_silent.wait(30)
    if way == "killed":
        kill(own_engine, connections_of(own_engine)[0])
    else:
        proxy.reset()
    proxy.speak()
    status, said = ended(process)
    assert status == 1
    assert said[-1].startswith("skillgap: mysql+pymysql://skillgap:***@")
    assert not any("Traceback" in line for line in said)
    assert contents(own_engine) == before
    assert runs(own_engine) == [("99.1", "loaded"), (None, "failed")]
    assert load(own_engine, release).outcome == "loaded"
    assert contents(own_engine) != before


def test_a_load_whose_lock_is_lost_is_done_all_the_same(own_engine: Engine, release: Path, proxy: Proxy) -> None:
    url = own_engine.url.set(port=proxy.port).render_as_string(hide_password=False)
    proxy.silent_after = 60_000
    process = start_load(url, release)
    assert proxy.fell_silent.wait(30)
    _, holding_the_lock = connections_of(own_engine)
    kill(own_engine, holding_the_lock)
    proxy.speak()
    status, said = ended(process)
    assert status == 0, said
    assert "the lock was lost with its connection" in "".join(said)
    assert runs(own_engine) == [("99.1", "loaded")]


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """The same release with another level."""
    folder = write_release(tmp_path / "altered", "99.1")
    alter(folder)
    return folder


@pytest.fixture
def killed_load(url: str, altered: Path) -> Iterator[Callable[[float], tuple[int, float]]]:
    """Loads it until so many processor seconds are used; gives exit status and seconds."""
    command = [sys.executable, "-m", "tests.faults.killed_loads", url, str(altered)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as forking:
        assert forking.stdin is not None
        assert forking.stdout is not None

        def run(kill_after: float) -> tuple[int, float]:
            print(kill_after, file=forking.stdin, flush=True)
            status, seconds = forking.stdout.readline().split()
            return int(status), float(seconds)

        yield run


def test_a_load_killed_at_any_moment_leaves_the_old_release_or_the_new_one(
    engine: Engine, release: Path, killed_load: Callable[[float], tuple[int, float]]
) -> None:
    status, whole = killed_load(NEVER)
    new = contents(engine)
    load(engine, release)
    old = contents(engine)
    assert (status, new != old) == (0, True)
    chance = random.Random(29)
    killed = 0
    for moment in sorted(chance.uniform(0, whole) for _ in range(MOMENTS)):
        status, _ = killed_load(moment)
        found = contents(engine)
        assert found in (old, new)
        if found == new:  # it had just been done
            load(engine, release)
        else:
            assert status == -signal.SIGKILL
            killed += 1
    assert killed > MOMENTS / 2
    assert killed_load(NEVER)[0] == 0
    assert contents(engine) == new
    assert {outcome for _, outcome in runs(engine)} == {"loaded", "interrupted"}


def test_two_releases_loaded_at_once_into_nothing_are_both_there(engine: Engine, url: str, tmp_path: Path) -> None:
    names = ("99.1", "99.2")
    loads = [start_load(url, write_release(tmp_path / name, name)) for name in names]
    assert [status for status, _ in map(ended, loads)] == [0, 0]
    with reading(engine) as connection:
        found = queries.releases(connection)
    assert [one.release for one in found] == list(names)
    assert [one.current for one in found].count(True) == 1
    last = max(found, key=lambda one: one.run_id)
    assert last.current
    assert sorted(runs(engine)) == [(name, "loaded") for name in names]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("needs a small disk: only root may mount one")
    yield folder
    subprocess.run(["umount", folder], check=True)


def fill(disk: Path, leaving: int) -> Path:
    """A file that takes all room but so many bytes."""
    filler = disk / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(disk).free - leaving))
    return filler


def test_a_load_without_room_on_the_disk_says_so_and_the_old_release_answers(
    small_disk: Path, release: Path, altered: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{small_disk / 'full.sqlite'}"
    assert ended(start_load(url, release))[0] == 0
    with serving(url, tmp_path) as service:
        filler = fill(small_disk, leaving=100_000)
        status, said = ended(start_load(url, altered))
        assert (status, said[-1]) == (1, f"skillgap: {url}: database or disk is full")
        assert not any("Traceback" in line for line in said)
        answer = service.get(PAIR)
        assert service.status() == "ok"
        with serving(url, small_disk.parent / "99.1") as another:
            assert another.get(PAIR) == answer
        filler.unlink()
        assert ended(start_load(url, altered))[0] == 0
        eventually(lambda: service.get(PAIR) != answer)
        assert service.messages("ERROR") == []
