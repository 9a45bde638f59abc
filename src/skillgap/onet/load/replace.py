"""The releases in the database: rows replaced, runs and reports stored, one release current.

Functions that take a connection never commit.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, Table, delete, func, insert, literal, select, update

from skillgap.database.transactions import writing
from skillgap.errors import NothingToGoBackTo
from skillgap.onet.load.find import Place
from skillgap.onet.queries import current_release, find_release, releases
from skillgap.onet.tables import RELEASE_TABLES, CurrentRelease, LoadedFiles, LoadRuns, RejectedRows, Releases

if TYPE_CHECKING:
    import pandas as pd

    from skillgap.onet.load.read import ProgressCallback, ReleaseRows


ROWS_AT_ONCE = 5_000


def replace_release(
    connection: Connection, place: Place, rows: ReleaseRows, run_id: int, report: ProgressCallback
) -> dict[str, int]:
    """Replace the release's rows; the number of rows in each table afterwards.

    ``DELETE`` and ``INSERT``: in MySQL ``TRUNCATE`` would commit on its own.
    """
    for table in reversed(RELEASE_TABLES):
        connection.execute(delete(table).where(table.c.release == place.release))
    _keep_release(connection, place, run_id)
    for table in RELEASE_TABLES:
        if table.name in rows.tables:
            _insert(connection, table, rows.tables[table.name], place.release, report)
    return {
        table.name: connection.scalar(select(func.count()).select_from(table).where(table.c.release == place.release))
        or 0
        for table in RELEASE_TABLES
    }


def make_current(connection: Connection, release: str) -> None:
    """Activate this release; the one before it is remembered."""
    current = connection.scalar(select(CurrentRelease.release))
    if current is None:
        connection.execute(insert(CurrentRelease).values(only_row=1, release=release))
    elif current != release:
        connection.execute(update(CurrentRelease).values(release=release, previous=current))


def use_release(engine: Engine, release: str) -> None:
    """Activate a loaded release; raises NothingLoaded or ReleaseNotFound."""
    with writing(engine) as connection:
        current_release(connection)
        find_release(releases(connection), release)
        make_current(connection, release)


def roll_back(engine: Engine) -> str:
    """Activate the release that was current before, and return its name; twice leads forward again.

    Raises NothingLoaded or NothingToGoBackTo.
    """
    with writing(engine) as connection:
        current = current_release(connection).release
        previous = connection.scalar(select(CurrentRelease.previous))
        if previous is None:
            loaded = ", ".join(info.release for info in releases(connection))
            raise NothingToGoBackTo(
                f"No other release has answered before {current} (loaded: {loaded}). "
                "`skillgap releases use` takes any that is loaded."
            )
        make_current(connection, previous)
        return str(previous)


def start_run(connection: Connection) -> int:
    """A new row in ``load_runs``; its id."""
    started = insert(LoadRuns).values(started_at=_now(), outcome="running")
    return int(connection.execute(started).lastrowid)


def end_run(connection: Connection, run_id: int, outcome: str, **columns: str | None) -> None:
    """Store the outcome of the run."""
    ended = update(LoadRuns).where(LoadRuns.run_id == run_id)
    connection.execute(ended.values(finished_at=_now(), outcome=outcome, **columns))


def end_killed_runs(connection: Connection, run_id: int) -> None:
    """Runs before this one that are still ``running`` were killed: we hold the lock."""
    killed = update(LoadRuns).where(LoadRuns.outcome == "running", LoadRuns.run_id < run_id)
    connection.execute(killed.values(outcome="interrupted"))


def keep_reports(connection: Connection, run_id: int, rows: ReleaseRows) -> None:
    """One row in ``loaded_files`` for each file, and one in ``rejected_rows`` for each row left out."""
    columns = ("file", "sha256", "rows_read", "rows_loaded", "rows_rejected")
    for report in rows.files:
        values = {name: getattr(report, name) for name in columns}
        connection.execute(insert(LoadedFiles).values(run_id=run_id, **values))
    rejected = [
        {"run_id": run_id, "file": row.file, "line": row.line, "reason": row.reason, "content": row.content}
        for row in rows.rejected
    ]
    for start in range(0, len(rejected), ROWS_AT_ONCE):
        connection.execute(insert(RejectedRows), rejected[start : start + ROWS_AT_ONCE])


def loaded_checksums(connection: Connection, release: str) -> dict[str, str]:
    """SHA-256 of the files the release was loaded from, by name; empty when it is not loaded."""
    query = (
        select(LoadedFiles.file, LoadedFiles.sha256)
        .join(Releases, Releases.run_id == LoadedFiles.run_id)
        .where(Releases.release == release)
    )
    return {row.file: row.sha256 for row in connection.execute(query)}


def _keep_release(connection: Connection, place: Place, run_id: int) -> None:
    columns = {"released": place.released, "illustrative": place.illustrative, "run_id": run_id}
    known = Releases.release == place.release
    if connection.scalar(select(literal(1)).where(known)):
        connection.execute(update(Releases).where(known).values(**columns))
    else:
        connection.execute(insert(Releases).values(release=place.release, **columns))


def _insert(connection: Connection, table: Table, rows: pd.DataFrame, release: str, report: ProgressCallback) -> None:
    """Insert rows by the driver's own ``executemany``, five times as fast as SQLAlchemy's VALUES.

    The rows are already in the form the database stores, so no type has anything left to convert.
    """
    rows = rows.assign(release=release)
    columns = [column.name for column in table.columns]
    quote = connection.dialect.identifier_preparer.quote
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    statement = (
        f"INSERT INTO {quote(table.name)} ({', '.join(map(quote, columns))}) "  # noqa: S608
        f"VALUES ({', '.join([mark] * len(columns))})"
    )
    records = list(zip(*(rows[name].tolist() for name in columns), strict=True))
    for start in range(0, len(records), ROWS_AT_ONCE):
        report(f"writing {table.name}", start, len(records))
        connection.exec_driver_sql(statement, records[start : start + ROWS_AT_ONCE])
    report(f"writing {table.name}", len(records), len(records))


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
