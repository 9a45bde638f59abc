"""Connections: the engine for MySQL, MariaDB or SQLite, transactions, and the load's lock."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event

from skillgap.database.replicas import choose_member, members_of

if TYPE_CHECKING:
    from sqlalchemy import URL


logger = logging.getLogger(__name__)


def connect(url: URL, patience: float = 300, *, to_write: bool = False) -> Engine:
    """An engine for the address; nothing is opened yet, but an SQLite file's folder is made.

    ``patience``: for how many seconds a server may say nothing before it counts as away. While it
    replaces a release it may work for minutes without a word. ``to_write``: where the address
    names several servers, only one that takes writes will do.
    """
    if url.get_backend_name() != "sqlite":
        timeouts = {
            "connect_timeout": min(5, patience),
            "read_timeout": patience,
            "write_timeout": patience,
        }
        engine = create_engine(url, pool_pre_ping=True, pool_recycle=1800, connect_args=timeouts)
        if members := members_of(url):
            choose_member(engine, members, to_write=to_write)
        return engine
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    busy = {} if "timeout" in url.query else {"timeout": 60}  # seconds to wait for a writer
    engine = create_engine(url, connect_args=busy)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # SQLAlchemy, not the driver, says when a transaction begins: else each SELECT is alone.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
