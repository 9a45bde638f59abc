"""Connections: the engine for MySQL, MariaDB or SQLite, transactions, and the load's lock."""

from __future__ import annotations

import fcntl
import logging
from contextlib import contextmanager
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from skillgap.errors import DatabaseUnavailable, LoadInProgress, RescoringInProgress
from skillgap.members import choose_member, members_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database from its first query to its last."""
    with _plain_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that commits at the end, or leaves everything as it was."""
    with _plain_errors(engine), engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def load_lock(engine: Engine, wait_seconds: int = 60) -> Iterator[None]:
    """One load at a time: MySQL's named lock; SQLite's writers wait for each other anyway."""
    if engine.dialect.name == "sqlite":
        yield
        return
    name = f"skillgap load {engine.url.database}"[:64]
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with _plain_errors(engine), alone.connect() as connection:
        if not _get_lock(connection, name, 0):
            logger.info("another load is running; waiting up to %d s for it", wait_seconds)
            if not _get_lock(connection, name, wait_seconds):
                raise LoadInProgress(
                    f"Another load has been running for over {wait_seconds} s. Try again later."
                )
        try:
            yield
        finally:
            _release_lock(connection, name)


@contextmanager
def rescoring_lock(engine: Engine) -> Iterator[None]:
    """One rescoring at a time, so that nothing is paid for twice.

    MySQL's named lock, or a lock on a file beside SQLite's; both end with the process.
    """
    if engine.dialect.name == "sqlite":
        if engine.url.database in (None, "", ":memory:"):
            yield
            return
        with Path(f"{engine.url.database}-rescoring").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RescoringInProgress from None
            yield
        return
    name = f"skillgap rescore {engine.url.database}"[:64]
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    with _plain_errors(engine), alone.connect() as connection:
        if not _get_lock(connection, name, 0):
            raise RescoringInProgress
        try:
            yield
        finally:
            _release_lock(connection, name)


def _get_lock(connection: Connection, name: str, seconds: int) -> bool:
    query = text("SELECT GET_LOCK(:name, :seconds)")
    return bool(connection.scalar(query, {"name": name, "seconds": seconds}))


def _release_lock(connection: Connection, name: str) -> None:
    """Give the lock back. A connection that was lost has given it back: what was done stands."""
    try:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": name})
    except OperationalError as error:
        logger.warning("the lock was lost with its connection: %s", _reason(error))


@contextmanager
def _plain_errors(engine: Engine) -> Iterator[None]:
    """A database that is away, or refuses us, in one sentence without the password."""
    try:
        yield
    except OperationalError as error:
        if "database is locked" in str(error.orig):
            raise LoadInProgress(
                "Another load is writing to this database. Try again when it is done."
            ) from error
        raise DatabaseUnavailable(f"{engine.url!r}: {_reason(error)}") from error


def _reason(error: DBAPIError) -> str:
    refused = getattr(error.orig, "original_exception", None)
    if isinstance(refused, SSLCertVerificationError):
        return f"its certificate is not believed (MYSQL_SSL_CA): {refused.verify_message}"
    arguments = error.orig.args if error.orig else ()
    return str(arguments[-1]) if arguments else str(error.orig)
