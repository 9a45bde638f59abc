"""Checks of a database server: its version and, on MySQL and MariaDB, its settings and clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from skillgap.cli.doctor.check import Check
from skillgap.database.base import Base

OLDEST = {"mysql": (8, 4), "mariadb": (10, 11), "sqlite": (3, 35)}
CLOCK_TOLERANCE = timedelta(seconds=5)


def check_server(connection: Connection) -> Iterator[Check]:
    """Checks of the version and, but for SQLite, of what the server is set to."""
    yield _check_version(connection)
    if connection.dialect.name == "sqlite":
        return
    yield _check_sql_mode(connection)
    charset = connection.scalar(text("SELECT @@character_set_connection"))
    if charset == "utf8mb4":
        yield Check("character set", "ok", "utf8mb4")
    else:
        advice = "end DATABASE_URL with ?charset=utf8mb4"
        yield Check("character set", "warn", f"the connection uses {charset}", advice)
    yield _check_collation(connection)
    yield _check_clock(connection)


def _check_version(connection: Connection) -> Check:
    dialect = connection.dialect
    kind = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    version = dialect.server_version_info or ()
    name, oldest = f"{kind} {'.'.join(map(str, version))}", OLDEST[kind]
    if version[:2] >= oldest:
        return Check("server", "ok", name)
    return Check("server", "warn", f"{name} is not tested", f"{'.'.join(map(str, oldest))} or newer is")


def _check_sql_mode(connection: Connection) -> Check:
    modes = connection.scalar(text("SELECT @@sql_mode")) or ""
    if "STRICT_TRANS_TABLES" in modes or "STRICT_ALL_TABLES" in modes:
        return Check("sql_mode", "ok", "strict")
    advice = "add STRICT_TRANS_TABLES: without it values are truncated without an error"
    return Check("sql_mode", "fail", f"not strict: {modes or 'empty'}", advice)


def _check_collation(connection: Connection) -> Check:
    query = text(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
        "AND table_collation <> 'utf8mb4_bin' ORDER BY table_name"
    )
    others = [name for name in connection.scalars(query) if name in Base.metadata.tables]
    if not others:
        return Check("collation", "ok", "all tables compare by code point")
    advice = "ALTER TABLE ... CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    return Check("collation", "warn", f"not utf8mb4_bin: {', '.join(others)}", advice)


def _check_clock(connection: Connection) -> Check:
    now = datetime.now(UTC).replace(tzinfo=None)
    difference = abs(connection.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one() - now)
    if difference <= CLOCK_TOLERANCE:
        return Check("clock", "ok", "the server's and ours agree")
    finding = f"the server's is {difference.total_seconds():.0f} s from ours"
    return Check("clock", "warn", finding, "let both follow NTP: times of loads will be wrong")
