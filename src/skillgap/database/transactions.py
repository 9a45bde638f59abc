"""Transactions for reading and for writing, with the driver's errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from ssl import SSLCertVerificationError

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from skillgap.errors import DatabaseUnavailable, LoadInProgress, NothingLoaded


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database from its first query to its last.

    Raises NothingLoaded where the file of an SQLite database does not exist: SQLite would make it.
    """
    _require_file(engine)
    with domain_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, *, may_create: bool = False) -> Iterator[Connection]:
    """A transaction that commits at the end, or leaves everything as it was.

    With ``may_create`` the file of an SQLite database is made where it does not exist, with its folder;
    without, NothingLoaded is raised.
    """
    if may_create:
        _make_folder(engine)
    else:
        _require_file(engine)
    with domain_errors(engine), engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def domain_errors(engine: Engine) -> Iterator[None]:
    """Raise DatabaseUnavailable or LoadInProgress for the driver's errors, without the password.

    A statement that is wrong, or what it would store, is a fault of ours and stays the driver's error.
    """
    try:
        yield
    except DatabaseError as error:
        # SQLite's "file is not a database" is of no subclass; the others are faults of a statement.
        if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
            raise
        if "database is locked" in str(error.orig):
            raise LoadInProgress("Another load is writing to this database. Try again when it is done.") from error
        raise DatabaseUnavailable(f"{engine.url!r}: {reason_of(error)}") from error


def reason_of(error: DBAPIError) -> str:
    """The driver's own words for an error."""
    cause = getattr(error.orig, "original_exception", None)
    if isinstance(cause, SSLCertVerificationError):
        return f"its certificate is not trusted (MYSQL_SSL_CA): {cause.verify_message}"
    arguments = error.orig.args if error.orig else ()
    return str(arguments[-1]) if arguments else str(error.orig)


def _sqlite_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for other databases, in memory, or where a URI names it."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or not database or database.startswith((":memory:", "file:")):
        return None
    return Path(database)


def _require_file(engine: Engine) -> None:
    file = _sqlite_file(engine)
    if file is None:
        return
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise NothingLoaded(file.absolute()) from None
    except OSError as error:
        raise DatabaseUnavailable(f"{file}: {error.strerror}") from error


def _make_folder(engine: Engine) -> None:
    file = _sqlite_file(engine)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(f"The folder {file.parent} cannot be made: {error.strerror}.") from error
