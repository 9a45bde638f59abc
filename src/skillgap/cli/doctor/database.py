"""Checks of the database: the server, its schema, the user's rights, and the data.

Nothing is changed and nothing is created, not even the file of an SQLite database. Findings name
folders and addresses, and never a password or a key.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from skillgap.cli.doctor.check import TIMEOUT_SECONDS, Check, Role
from skillgap.cli.doctor.data import check_data
from skillgap.cli.doctor.rights import check_rights
from skillgap.cli.doctor.server import check_server
from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.errors import DatabaseUnavailable
from skillgap.migrations import alembic_config

ADVICE = {
    1044: "this user has no right to the database: GRANT SELECT (the API) or ALL (the load) on it",
    1045: "user or password are wrong: MYSQL_USER and MYSQL_PASSWORD, or those in DATABASE_URL",
    1049: "there is no database of this name: MYSQL_DATABASE, or CREATE DATABASE",
    2003: "is the server there? MYSQL_HOST and MYSQL_PORT, or DATABASE_URL",
}
"""What to do about MySQL's errors of connecting, by their number."""


def check_database(url: URL, role: Role) -> Iterator[Check]:
    """Checks of server, rights, schema and data; those that need an earlier one that failed are left out."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield Check("database", "fail", f"there is no file {url.database}", "run `skillgap load`")
        return
    engine = connect(url, TIMEOUT_SECONDS)
    try:
        started = time.monotonic()
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
            milliseconds = (time.monotonic() - started) * 1000
            yield Check("database", "ok", f"{url!r} answers in {milliseconds:.0f} ms")
            yield from check_server(connection)
            yield check_rights(connection, role)
            schema = _check_schema(connection)
            yield schema
            if schema.state != "fail":
                yield from check_data(connection)
    except DatabaseUnavailable as error:
        yield Check("database", "fail", str(error), _advice(error))
    except DBAPIError as error:
        advice = "is this the right database, and is it whole?"
        yield Check("database", "fail", f"{url!r}: {error.orig}", advice)
    finally:
        engine.dispose()


def _check_schema(connection: Connection) -> Check:
    script = ScriptDirectory.from_config(alembic_config(connection))
    head = script.get_current_head()
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision == head:
        return Check("schema", "ok", f"revision {revision}")
    if revision is None:
        return Check("schema", "fail", "the database is empty", "run `skillgap load`")
    if revision in {known.revision for known in script.walk_revisions()}:
        advice = "run `skillgap load` of this version, which brings it up to date"
        return Check("schema", "fail", f"revision {revision}, {head} is needed", advice)
    advice = "update skillgap: what is here is older than what made the tables"
    return Check("schema", "fail", f"revision {revision} is not known here (ours: {head})", advice)


def _advice(error: DatabaseUnavailable) -> str:
    cause = getattr(error.__cause__, "orig", None)
    number = cause.args[0] if cause is not None and cause.args else 0
    return ADVICE.get(number, "is the server there, and is the address right?")
