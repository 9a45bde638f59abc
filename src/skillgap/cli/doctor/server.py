"""Checks of a database server: its version and, on MySQL and MariaDB, its settings and clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from skillgap.cli.doctor.check import Check, verdict
from skillgap.database.base import Base

OLDEST = {"mysql": (8, 4), "mariadb": (10, 11), "sqlite": (3, 35)}
CLOCK_TOLERANCE = timedelta(seconds=5)
OTHER_COLLATIONS = text(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
    "AND table_collation <> 'utf8mb4_bin' ORDER BY table_name"
)


def check_server(connection: Connection) -> Iterator[Check]:
    """Checks of the version and, but for SQLite, of what the server is set to."""
    yield _check_version(connection)
    if connection.dialect.name == "sqlite":
        return
    modes = connection.scalar(text("SELECT @@sql_mode")) or ""
    fault = (
        "" if {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"} & {*modes.split(",")} else f"not strict: {modes or 'empty'}"
    )
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
