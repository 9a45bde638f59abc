"""Locks between processes: one load and one rescoring at a time on a database."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from skillgap.database.transactions import domain_errors, reason_of
from skillgap.errors import LoadInProgress, RescoringInProgress

logger = logging.getLogger(__name__)


@contextmanager
def load_lock(engine: Engine, wait_seconds: int = 60) -> Iterator[None]:
    """One load at a time: MySQL's named lock; SQLite's writers wait for each other anyway.

    Raises LoadInProgress where another load holds the lock for longer than ``wait_seconds``.
    """
    if engine.dialect.name == "sqlite":
        yield
        return
    in_progress = LoadInProgress(f"Another load has been running for over {wait_seconds} s. Try again later.")
    with _named_lock(engine, "load", wait_seconds, in_progress):
        yield


@contextmanager
def rescoring_lock(engine: Engine) -> Iterator[None]:
    """One rescoring at a time, so that nothing is paid for twice; raises RescoringInProgress.

    MySQL's named lock, or a lock on a file beside SQLite's; both end with the process.
    """
    if engine.dialect.name != "sqlite":
        with _named_lock(engine, "rescore", 0, RescoringInProgress()):
            yield
    elif engine.url.database in (None, "", ":memory:"):
        yield
    else:
        with Path(f"{engine.url.database}-rescoring").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RescoringInProgress from None
            yield


@contextmanager
def _named_lock(engine: Engine, purpose: str, wait_seconds: int, in_progress: Exception) -> Iterator[None]:
    """MySQL's lock of this name, held by a connection of its own; raises ``in_progress``."""
    name = f"skillgap {purpose} {engine.url.database}"[:64]
    autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
    with domain_errors(engine), autocommit.connect() as connection:
        if not _get_lock(connection, name, 0):
            if wait_seconds:
                logger.info("another %s is running; waiting up to %d s for it", purpose, wait_seconds)
            if not (wait_seconds and _get_lock(connection, name, wait_seconds)):
                raise in_progress
        try:
            yield
        finally:
            _release_lock(connection, name)


def _get_lock(connection: Connection, name: str, seconds: int) -> bool:
    query = text("SELECT GET_LOCK(:name, :seconds)")
    return bool(connection.scalar(query, {"name": name, "seconds": seconds}))


def _release_lock(connection: Connection, name: str) -> None:
    """Release the lock; a connection that was lost has released it, and what was done stands."""
    try:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": name})
    except OperationalError as error:
        logger.warning("the lock was lost with its connection: %s", reason_of(error))
