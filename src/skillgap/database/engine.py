"""The SQLAlchemy engine for MySQL, MariaDB or SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from skillgap.database.replicas import choose_replica, replicas_of


def connect(url: URL, timeout: float = 300, *, to_write: bool = False) -> Engine:
    """An engine for the URL; no connection is opened yet, and no file is made.

    ``timeout`` (seconds) is how long a server may send nothing: while it replaces a release it may
    work for minutes without a word. With ``to_write``, of several servers only one that takes
    writes is used.
    """
    if url.get_backend_name() != "sqlite":
        timeouts = {"connect_timeout": min(5, timeout), "read_timeout": timeout, "write_timeout": timeout}
        engine = create_engine(url, pool_pre_ping=True, pool_recycle=1800, connect_args=timeouts)
        if replicas := replicas_of(url):
            choose_replica(engine, replicas, to_write=to_write)
        return engine
    busy = {} if "timeout" in url.query else {"timeout": 60}  # seconds to wait for a writer
    engine = create_engine(url, connect_args=busy)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # SQLAlchemy, not the driver, begins transactions: else each SELECT is one of its own.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
