"""What could be wrong with an installation, one check after the other, each with what to do.

Nothing is changed and nothing is made, not even the file of an SQLite database. What is found goes
to whoever runs the command: it names folders and addresses, and never a password or a key.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import requests
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from skillgap.database.base import Base
from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.errors import DatabaseUnavailable
from skillgap.migrations import alembic_config
from skillgap.onet import tables
from skillgap.onet.history import History, read_history
from skillgap.onet.queries import rated_occupations, releases
from skillgap.onet.rescored.queries import rescoring_mark
from skillgap.onet.tables import LEVEL_SCALE, RELEASE_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

    from skillgap.onet.records import ReleaseInfo


State = Literal["ok", "warn", "fail"]
Role = Literal["serve", "load", "both"]

PATIENCE = 5.0  # seconds for the database, and for anything on the network
OLDEST = {"mysql": (8, 4), "mariadb": (10, 11), "sqlite": (3, 35)}
TO_LOAD = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "REFERENCES", "DROP")
CLOCKS_APART = timedelta(seconds=5)
LONGEST_RUN = timedelta(hours=1)
MOST_UNRATED = 0.2  # of the occupations; O*NET 29.2 has not rated 13 in a hundred
FEWEST_OCCUPATIONS = 700  # of a release of O*NET
SKILLS = 35
LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000  # bytes
HELP = {
    1044: "this user has no right to the database: GRANT SELECT (the API) or ALL (the load) on it",
    1045: "user or password are wrong: MYSQL_USER and MYSQL_PASSWORD, or those in DATABASE_URL",
    1049: "there is no database of this name: MYSQL_DATABASE, or CREATE DATABASE",
    2003: "is the server there? MYSQL_HOST and MYSQL_PORT, or DATABASE_URL",
}
"""What to do about the errors of MySQL that keep us out."""


class Check(NamedTuple):
    """What was looked at, how it is, and what to do where it is not well."""

    subject: str
    state: State
    finding: str
    advice: str = ""


def check_database(url: URL, role: Role) -> Iterator[Check]:
    """The server, its schema, rights and data; what cannot be looked at without another is left."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        yield Check("database", "fail", f"there is no file {url.database}", "run `skillgap load`")
        return
    engine = connect(url, PATIENCE)
    try:
        started = time.monotonic()
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
            milliseconds = (time.monotonic() - started) * 1000
            yield Check("database", "ok", f"{url!r} answers in {milliseconds:.0f} ms")
            yield from _server(connection)
            yield from _rights(connection, role)
            schema = _schema(connection)
            yield schema
            if schema.state != "fail":
                yield from _data(connection)
    except DatabaseUnavailable as error:
        yield Check("database", "fail", str(error), _help(error))
    except DBAPIError as error:
        advice = "is this the right database, and is it whole?"
        yield Check("database", "fail", f"{url!r}: {error.orig}", advice)
    finally:
        engine.dispose()


def check_files(onet_data: Path | None, downloads: Path, url: URL) -> Iterator[Check]:
    """The release that a load would read, and room for what it writes."""
    if onet_data is not None:
        if not onet_data.exists():
            yield Check("files", "fail", f"ONET_DATA: there is no {onet_data}", "correct the path")
        elif not os.access(onet_data, os.R_OK):
            yield Check("files", "fail", f"ONET_DATA: {onet_data} may not be read", "chmod it")
        else:
            yield Check("files", "ok", f"ONET_DATA: {onet_data} is there")
    folders = [downloads]
    if url.get_backend_name() == "sqlite":
        folders.append(Path(url.database or "."))
    for folder in {_existing(one) for one in folders}:
        free = shutil.disk_usage(folder).free
        state: State = "ok" if free > LITTLE_ROOM else "warn" if free > NO_ROOM else "fail"
        advice = "" if state == "ok" else "make room: a load into SQLite takes 200 MB"
        yield Check("disk", state, f"{free / 1e9:.1f} GB are free in {folder.resolve()}", advice)


def check_address(subject: str, address: str, headers: dict[str, str], setting: str) -> Check:
    """Whether somebody answers there, and takes the key where one is sent."""
    try:
        with requests.get(address, headers=headers, timeout=PATIENCE, stream=True, allow_redirects=False) as response:
            status = response.status_code
    except requests.RequestException as error:
        reason = "no answer in time" if isinstance(error, requests.Timeout) else "no connection"
        return Check(subject, "warn", f"{address}: {reason}", "is the address right, and a proxy?")
    if status in (401, 403):
        return Check(subject, "fail", f"{address} refuses us ({status})", f"correct {setting}")
    if status >= 500 or status == 429:
        return Check(subject, "warn", f"{address} answers {status}", "look again later")
    return Check(subject, "ok", f"{address} answers {status}")


def _server(connection: Connection) -> Iterator[Check]:
    dialect = connection.dialect
    kind = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    version = dialect.server_version_info or ()
    named = f"{kind} {'.'.join(map(str, version))}"
    if version[:2] >= OLDEST[kind]:
        yield Check("server", "ok", named)
    else:
        oldest = ".".join(map(str, OLDEST[kind]))
        yield Check("server", "warn", f"{named} is not tested", f"{oldest} or newer is")
    if dialect.name == "sqlite":
        return
    modes = connection.scalar(text("SELECT @@sql_mode")) or ""
    if "STRICT_TRANS_TABLES" in modes or "STRICT_ALL_TABLES" in modes:
        yield Check("sql_mode", "ok", "strict")
    else:
        advice = "add STRICT_TRANS_TABLES: without it values are cut off without a word"
        yield Check("sql_mode", "fail", f"not strict: {modes or 'empty'}", advice)
    charset = connection.scalar(text("SELECT @@character_set_connection"))
    if charset == "utf8mb4":
        yield Check("character set", "ok", "utf8mb4")
    else:
        advice = "end DATABASE_URL with ?charset=utf8mb4"
        yield Check("character set", "warn", f"the connection speaks {charset}", advice)
    query = text(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
        "AND table_collation <> 'utf8mb4_bin' ORDER BY table_name"
    )
    others = [name for name in connection.scalars(query) if name in Base.metadata.tables]
    if others:
        advice = "ALTER TABLE ... CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        yield Check("collation", "warn", f"not utf8mb4_bin: {', '.join(others)}", advice)
    else:
        yield Check("collation", "ok", "all tables compare by code point")
    now = datetime.now(UTC).replace(tzinfo=None)
    apart = abs(connection.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one() - now)
    if apart > CLOCKS_APART:
        found = f"the server's is {apart.total_seconds():.0f} s from ours"
        yield Check("clock", "warn", found, "let both follow NTP: times of loads will look wrong")
    else:
        yield Check("clock", "ok", "the server's and ours agree")


def _rights(connection: Connection, role: Role) -> Iterator[Check]:
    if connection.dialect.name == "sqlite":
        may_write = os.access(str(connection.engine.url.database), os.W_OK)
        granted = set(TO_LOAD) if may_write else {"SELECT"}
    else:
        granted = _granted(connection)
    missing = [name for name in TO_LOAD if name not in granted]
    writes = sorted(granted & {"INSERT", "UPDATE", "DELETE", "DROP", "ALTER"})
    if "SELECT" not in granted:
        yield Check("rights", "fail", "may not read", "GRANT SELECT on the database")
    elif role == "serve" and writes and connection.dialect.name != "sqlite":
        found = f"may also {', '.join(writes)}"
        yield Check("rights", "warn", found, "serving needs SELECT alone: env/api.env has a user")
    elif role == "load" and missing:
        advice = f"GRANT {', '.join(missing)} on the database"
        yield Check("rights", "fail", f"may not {', '.join(missing)}", advice)
    elif missing:
        advice = "" if role == "serve" else "to load takes another user"
        yield Check("rights", "ok", "may read: enough to serve", advice)
    else:
        yield Check("rights", "ok", "may read and write: enough to load and to serve")


def _granted(connection: Connection) -> set[str]:
    """What the user may do on the whole database, by ``SHOW GRANTS``."""
    granted: set[str] = set()
    database = connection.engine.url.database or ""
    for line in connection.scalars(text("SHOW GRANTS")):
        found = re.match(r"GRANT (.+?) ON (?:\*|[`\"]?(.+?)[`\"]?)\.\* TO ", line)
        if found is None:
            continue
        pattern = found[2]
        if pattern is None or re.fullmatch(_like(pattern), database):
            names = {name.strip().upper() for name in found[1].split(",")}
            granted |= set(TO_LOAD) if "ALL PRIVILEGES" in names else names
    return granted


def _like(pattern: str) -> str:
    r"""A pattern of MySQL's grants as a regular expression: ``_``, ``%``, and both after ``\``."""
    pieces = re.findall(r"\\.|.", pattern)
    wild = {"_": ".", "%": ".*"}
    return "".join(wild.get(one) or re.escape(one.removeprefix("\\")) for one in pieces)


def _schema(connection: Connection) -> Check:
    script = ScriptDirectory.from_config(alembic_config(connection))
    head = script.get_current_head()
    there = MigrationContext.configure(connection).get_current_revision()
    if there == head:
        return Check("schema", "ok", f"revision {there}")
    if there is None:
        return Check("schema", "fail", "the database is empty", "run `skillgap load`")
    if there in {one.revision for one in script.walk_revisions()}:
        advice = "run `skillgap load` of this version, which brings it up to date"
        return Check("schema", "fail", f"revision {there}, {head} is needed", advice)
    advice = "update skillgap: what is here is older than what made the tables"
    return Check("schema", "fail", f"revision {there} is not known here (ours: {head})", advice)


def _data(connection: Connection) -> Iterator[Check]:
    loaded = releases(connection)
    current = next((one for one in loaded if one.current), None)
    if current is None:
        yield Check("release", "fail", "none is loaded", "run `skillgap load`")
    else:
        told = f"{current.title}, loaded {current.loaded_at:%Y-%m-%d %H:%M} UTC"
        if current.illustrative:
            advice = "load a release of O*NET: `skillgap load --from PATH`"
            yield Check("release", "warn", "the illustrative sample, not O*NET data", advice)
        else:
            yield Check("release", "ok", f"{told}; {len(loaded)} loaded in all")
        yield from _counts(connection, current)
    yield from _runs(connection, current)


def _counts(connection: Connection, current: ReleaseInfo) -> Iterator[Check]:
    release, rating, element = current.release, tables.Ratings, tables.Elements
    counts = {
        table.name: connection.scalar(select(func.count()).select_from(table).where(table.c.release == release)) or 0
        for table in RELEASE_TABLES
    }
    skills = set(
        connection.scalars(select(element.element_id).where(element.release == release, element.domain == "skills"))
    )
    rated = len(rated_occupations(connection, release))
    levels = select(func.count()).where(
        rating.release == release, rating.scale_id == LEVEL_SCALE, rating.element_id.in_(skills)
    )
    missing = rated * len(skills) - (connection.scalar(levels) or 0)
    listed = counts["occupations"]
    told = f"{listed} occupations, {rated} rated on {len(skills)} skills, {counts['ratings']} ratings"
    faults = []
    if not current.illustrative and listed < FEWEST_OCCUPATIONS:
        faults.append(f"under {FEWEST_OCCUPATIONS} occupations")
    if len(skills) != SKILLS:
        faults.append(f"{SKILLS} skills were expected")
    if missing:
        faults.append(f"{missing} levels are missing")
    if listed and 1 - rated / listed > MOST_UNRATED:
        faults.append(f"{1 - rated / listed:.0%} of the occupations are not rated")
    if faults:
        advice = "is the release complete? `skillgap load --again` reads it anew"
        yield Check("data", "warn", f"{told}: {', '.join(faults)}", advice)
    else:
        yield Check("data", "ok", told)
    if orphans := _orphans(connection, release):
        advice = "`skillgap load --again` replaces the release"
        yield Check("data", "fail", f"{orphans} ratings of nothing that is listed", advice)


def _orphans(connection: Connection, release: str) -> int:
    rating, occupation, element = tables.Ratings, tables.Occupations, tables.Elements
    query = (
        select(func.count())
        .select_from(rating)
        .outerjoin(
            occupation,
            (occupation.release == rating.release) & (occupation.onetsoc_code == rating.onetsoc_code),
        )
        .outerjoin(
            element,
            (element.release == rating.release) & (element.element_id == rating.element_id),
        )
        .where(
            rating.release == release,
            occupation.onetsoc_code.is_(None) | element.element_id.is_(None),
        )
    )
    return connection.scalar(query) or 0


def _runs(connection: Connection, current: ReleaseInfo | None) -> Iterator[Check]:
    history = read_history(connection, rescoring_mark(connection), History())
    last, now = history.last_run, datetime.now(UTC)
    if last is None:
        return
    when = f"{last.started_at:%Y-%m-%d %H:%M} UTC"
    if last.started_at > now + CLOCKS_APART:
        yield Check("clock", "warn", f"a load was begun in the future ({when})", "set the clock")
    run = tables.LoadRuns
    message = connection.scalar(select(run.message).where(run.run_id == last.run_id)) or ""
    if history.failed_run:
        advice = "what was served before still is; mend it and load again"
        yield Check("last load", "warn", f"{when}: {last.outcome}. {message}".strip(), advice)
    elif last.outcome == "running" and now - last.started_at > LONGEST_RUN:
        advice = "it was probably killed: load again"
        yield Check("last load", "warn", f"runs since {when}", advice)
    else:
        yield Check("last load", "ok", f"{when}: {last.outcome}")
    rejected = history.rows.get(current.run_id, (0, 0))[1] if current else 0
    if rejected:
        advice = "SELECT * FROM rejected_rows says where and why"
        yield Check("rejected rows", "warn", f"{rejected} were left out", advice)


def _help(error: DatabaseUnavailable) -> str:
    cause = getattr(error.__cause__, "orig", None)
    code = cause.args[0] if cause is not None and cause.args else 0
    return HELP.get(code, "is the server there, and is the address right?")


def _existing(path: Path) -> Path:
    """The nearest folder that is there."""
    path = path.absolute()
    while not path.is_dir():
        path = path.parent
    return path
