"""Connections: the engine for MySQL, MariaDB or SQLite, transactions, and the load's lock."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from skillgap.database.engine import logger
from skillgap.database.transactions import _plain_errors, _reason
from skillgap.errors import LoadInProgress, RescoringInProgress

if TYPE_CHECKING:
    from collections.abc import Iterator


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
                raise LoadInProgress(f"Another load has been running for over {wait_seconds} s. Try again later.")
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
