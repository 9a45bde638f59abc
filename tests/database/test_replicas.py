"""An address that names several servers, some of them gone. Which one takes writes, a real group
shows: tests/ops/test_cluster.py."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import make_url, text

from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.errors import DatabaseUnavailable
from skillgap.settings import DatabaseSettings


@pytest.fixture
def gone() -> str:
    """The address of a server that is not there any more."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("to_write", [False, True])
def test_the_first_server_that_answers_is_taken(
    gone: str, mysql: str, to_write: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = make_url(mysql)
    monkeypatch.setenv("MYSQL_HOST", f"{gone}, {there.host}")
    monkeypatch.setenv("MYSQL_PORT", str(there.port or 3306))
    monkeypatch.setenv("MYSQL_USER", there.username or "")
    monkeypatch.setenv("MYSQL_PASSWORD", there.password or "")
    monkeypatch.setenv("MYSQL_DATABASE", there.database or "")
    engine = connect(DatabaseSettings().url(), to_write=to_write)

    with reading(engine) as connection:
        assert connection.scalar(text("SELECT @@port")) == there.port
    engine.dispose()


def test_each_server_that_is_gone_is_named_and_the_password_is_not(gone: str) -> None:
    url = make_url(f"mysql+pymysql://me:secret@/skillgap?host={gone}&host=[::1]:9")

    with pytest.raises(DatabaseUnavailable) as raised, reading(connect(url)):
        pass
    assert f"No server answers ({gone}: Can't connect" in str(raised.value)
    assert "[::1]:9: Can't connect" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_hosts_without_a_port_have_the_common_one() -> None:
    settings = DatabaseSettings(mysql_host="db1,db2:3307,[::1]", mysql_port=3309)

    assert settings.url().query["host"] == ("db1:3309", "db2:3307", "[::1]:3309")
