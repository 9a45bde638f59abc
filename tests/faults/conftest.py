"""What faults happen to: a release that is not the sample, a MySQL of the tests' own, a proxy."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.conftest import SAMPLE
from tests.faults.mysql_server import MySQLServer, mysql_server


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Our sample under another name, so that ``/health`` has nothing to say against it."""
    return write_release(tmp_path / "99.1", "99.1")


def write_release(folder: Path, name: str) -> Path:
    shutil.copytree(SAMPLE, folder)
    (folder / "Read Me.txt").write_text(f"O*NET {name} Database\nMay 2026 Release\n")
    return folder


@pytest.fixture(scope="session")
def own_mysql() -> Iterator[MySQLServer]:
    """A server of our own; every test leaves it running."""
    with mysql_server() as server:
        yield server


@pytest.fixture
def own_url(own_mysql: MySQLServer) -> str:
    """The address of an empty database on it."""
    url = make_url(own_mysql.url)
    name = f"skillgap_{secrets.token_hex(4)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()  # the server may be another one by the time the test is done
    return url.set(database=name).render_as_string(hide_password=False)
