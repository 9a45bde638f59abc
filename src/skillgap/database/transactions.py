"""Transactions for reading and for writing, with the driver's errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ssl import SSLCertVerificationError

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from skillgap.errors import DatabaseUnavailable, LoadInProgress


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database from its first query to its last."""
    with domain_errors(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that commits at the end, or leaves everything as it was."""
    with domain_errors(engine), engine.execution_options(writes=True).begin() as connection:
        yield connection


@contextmanager
def domain_errors(engine: Engine) -> Iterator[None]:
    """Raise DatabaseUnavailable or LoadInProgress for the driver's errors, without the password.

    A statement that is wrong, or what it would store, is a fault of ours and stays the driver's error.
    """
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError, NotSupportedError):
        raise
    except DBAPIError as error:
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
