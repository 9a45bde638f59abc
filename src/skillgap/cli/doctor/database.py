"""Checks of the database: the server, its schema, the user's rights, and the data.

No row is changed, and no file of an SQLite database is created. Findings name folders and addresses,
and no password or key.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from sqlalchemy import URL, Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from skillgap.cli.doctor.check import CLOCK_TOLERANCE, TIMEOUT_SECONDS, Check, Role, verdict
from skillgap.cli.doctor.data import check_data
from skillgap.database.base import Base
from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.errors import DatabaseUnavailable

ADVICE = {
    1044: "this user has no right to the database: GRANT SELECT (the API) or ALL (the load) on it",
    1045: "user or password are wrong: MYSQL_USER and MYSQL_PASSWORD, or those in DATABASE_URL",
    1049: "there is no database of this name: MYSQL_DATABASE, or CREATE DATABASE",
    2003: "is the server there? MYSQL_HOST and MYSQL_PORT, or DATABASE_URL",
}
"""What to do about MySQL's errors of connecting, by their number."""
OLDEST = {"mysql": (8, 4), "mariadb": (10, 11), "sqlite": (3, 35)}
OTHER_COLLATIONS = text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
    "AND table_collation <> 'utf8mb4_bin' ORDER BY table_name"
)
TO_LOAD = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "REFERENCES", "DROP")
TO_WRITE = {"INSERT", "UPDATE", "DELETE", "DROP", "ALTER"}


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
            yield from _check_server(connection)
            yield _check_rights(connection, role)
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


def _check_server(connection: Connection) -> Iterator[Check]:
    """Checks of the version and, but for SQLite, of what the server is set to."""
    yield _check_version(connection)
    if connection.dialect.name == "sqlite":
        return
    modes = connection.scalar(text("SELECT @@sql_mode")) or "empty"
    strict = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"} & {*modes.split(",")}
    fault = "" if strict else f"not strict: {modes}"
    advice = "add STRICT_TRANS_TABLES: without it values are truncated without an error"
    yield verdict("sql_mode", "strict", fault, advice, state="fail")
    charset = connection.scalar(text("SELECT @@character_set_connection"))
    fault = "" if charset == "utf8mb4" else f"the connection uses {charset}"
    yield verdict("character set", "utf8mb4", fault, "end DATABASE_URL with ?charset=utf8mb4")
    others = [name for name in connection.scalars(OTHER_COLLATIONS) if name in Base.metadata.tables]
    fault = f"not utf8mb4_bin: {', '.join(others)}" if others else ""
    advice = "ALTER TABLE ... CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    yield verdict("collation", "all tables compare by code point", fault, advice)
    now = datetime.now(UTC).replace(tzinfo=None)
    difference = abs(connection.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one() - now)
    fault = f"the server's is {difference.total_seconds():.0f} s from ours" if difference > CLOCK_TOLERANCE else ""
    yield verdict("clock", "the server's and ours agree", fault, "let both follow NTP: times of loads will be wrong")


def _check_version(connection: Connection) -> Check:
    dialect = connection.dialect
    kind = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    version, oldest = dialect.server_version_info or (), OLDEST[kind]
    name = f"{kind} {'.'.join(map(str, version))}"
    fault = "" if version[:2] >= oldest else f"{name} is not tested"
    return verdict("server", name, fault, f"{'.'.join(map(str, oldest))} or newer is")


def _check_rights(connection: Connection, role: Role) -> Check:
    """Whether the user may do what the role needs and, on a server, no more."""
    sqlite = connection.dialect.name == "sqlite"
    granted = _granted(connection)
    missing = [name for name in TO_LOAD if name not in granted]
    writes = sorted(granted & TO_WRITE)
    if "SELECT" not in granted:
        return Check("rights", "fail", "may not read", "GRANT SELECT on the database")
    if role == "serve" and writes and not sqlite:
        advice = "serving needs SELECT alone: env/mysql/reader.sh makes such a user"
        return Check("rights", "warn", f"may also {', '.join(writes)}", advice)
    if role == "load" and missing:
        advice = f"GRANT {', '.join(missing)} on the database"
        return Check("rights", "fail", f"may not {', '.join(missing)}", advice)
    if missing:
        advice = "" if role == "serve" else "to load takes another user"
        return Check("rights", "ok", "may read: enough to serve", advice)
    return Check("rights", "ok", "may read and write: enough to load and to serve")


def _granted(connection: Connection) -> set[str]:
    """The user's rights on the whole database: of the file, or by ``SHOW GRANTS``."""
    database = connection.engine.url.database or ""
    if connection.dialect.name == "sqlite":
        return set(TO_LOAD) if os.access(database, os.W_OK) else {"SELECT"}
    granted: set[str] = set()
    for line in connection.scalars(text("SHOW GRANTS")):
        grant = re.match(r"GRANT (.+?) ON (?:\*|[`\"]?(.+?)[`\"]?)\.\* TO ", line)
        if grant and (grant[2] is None or re.fullmatch(_like(grant[2]), database)):
            names = {name.strip().upper() for name in grant[1].split(",")}
            granted |= set(TO_LOAD) if "ALL PRIVILEGES" in names else names
    return granted


def _like(pattern: str) -> str:
    r"""A pattern of MySQL's grants as a regular expression: ``_``, ``%``, and both after ``\``."""
    pieces = re.findall(r"\\.|.", pattern)
    wild = {"_": ".", "%": ".*"}
    return "".join(wild.get(piece) or re.escape(piece.removeprefix("\\")) for piece in pieces)


def known_revisions() -> list[str]:
    """The schema's revisions that this version knows, the newest last; without Alembic, which only loads need."""
    versions = files("skillgap").joinpath("migrations", "versions")
    return sorted(file.name.partition("_")[0] for file in versions.iterdir() if file.name[0].isdigit())


def _check_schema(connection: Connection) -> Check:
    known = known_revisions()
    head = known[-1]
    if not inspect(connection).has_table("alembic_version"):
        return Check("schema", "fail", "the database is empty", "run `skillgap load`")
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if revision == head:
        return Check("schema", "ok", f"revision {revision}")
    if revision in known:
        advice = "run `skillgap load` of this version, which brings it up to date"
        return Check("schema", "fail", f"revision {revision}, {head} is needed", advice)
    advice = "update skillgap: what is here is older than what made the tables"
    return Check("schema", "fail", f"revision {revision} is not known here (ours: {head})", advice)


def _advice(error: DatabaseUnavailable) -> str:
    cause = getattr(error.__cause__, "orig", None)
    number = cause.args[0] if cause is not None and cause.args else 0
    if isinstance(cause, sqlite3.Error):
        return "is this the right file, is it whole, and may it be read?"
    return ADVICE.get(number, "is the server there, and is the address right?")
