"""The history of loads and of a language model's calls, as the database records them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.orm import InstrumentedAttribute

from skillgap.onet.rescored.tables import RescoringCalls
from skillgap.onet.tables import LoadedFiles, LoadRuns

SUCCESSES = ("loaded", "unchanged")
FAILURES = ("failed", "interrupted")


class LastRun(NamedTuple):
    """The newest row of ``load_runs``; times are UTC."""

    run_id: int
    outcome: str
    release: str | None
    started_at: datetime
    finished_at: datetime | None


class ReadFile(NamedTuple):
    """A file that a release was loaded from."""

    file: str
    sha256: str
    rows_loaded: int
    rows_rejected: int


class History(NamedTuple):
    """Totals of loads, and of a rescoring model's calls."""

    last_run: LastRun | None = None
    runs: Mapping[str, int] = {}  # by outcome
    last_success_at: datetime | None = None
    rows: Mapping[int, tuple[int, int]] = {}  # loaded and rejected, by run
    tokens: Mapping[str, int] = {}  # counted against the budget, by model
    calls: Mapping[str, int] = {}  # by outcome
    mark: object = None  # of the calls

    @property
    def failed_run(self) -> LastRun | None:
        """The newest run, where it ended in a failure."""
        return self.last_run if self.last_run and self.last_run.outcome in FAILURES else None


def read_history(connection: Connection, calls_mark: object, known: History) -> History:
    """The current history; ``known`` itself where nothing has changed, so polling is cheap.

    ``calls_mark`` changes whenever there are new calls, and is None where their tables do not exist.
    """
    if known.last_run is None and not inspect(connection).has_table("load_runs"):
        return known
    last = _last_run(connection)
    if (last, calls_mark) == (known.last_run, known.mark):
        return known
    return History(
        last_run=last,
        runs=_by_outcome(connection, LoadRuns.outcome),
        last_success_at=_last_success_at(connection),
        rows=_rows(connection),
        tokens=_tokens(connection) if calls_mark else {},
        calls=_by_outcome(connection, RescoringCalls.outcome) if calls_mark else {},
        mark=calls_mark,
    )


def files_of_run(connection: Connection, run_id: int) -> tuple[ReadFile, ...]:
    """The files that a run read, by name."""
    file = LoadedFiles
    query = select(file.file, file.sha256, file.rows_loaded, file.rows_rejected)
    rows = connection.execute(query.where(file.run_id == run_id).order_by(file.file))
    return tuple(ReadFile(*row) for row in rows)


def _last_run(connection: Connection) -> LastRun | None:
    run = LoadRuns
    query = select(run.run_id, run.outcome, run.release, run.started_at, run.finished_at)
    row = connection.execute(query.order_by(run.run_id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    last = LastRun(*row)
    finished_at = _utc(last.finished_at) if last.finished_at else None
    return last._replace(started_at=_utc(last.started_at), finished_at=finished_at)


def _last_success_at(connection: Connection) -> datetime | None:
    query = select(func.max(LoadRuns.finished_at)).where(LoadRuns.outcome.in_(SUCCESSES))
    finished_at = connection.scalar(query)
    return _utc(finished_at) if finished_at else None


def _rows(connection: Connection) -> dict[int, tuple[int, int]]:
    file = LoadedFiles
    query = select(file.run_id, func.sum(file.rows_loaded), func.sum(file.rows_rejected))
    rows = connection.execute(query.group_by(file.run_id).order_by(file.run_id))
    return {run_id: (int(loaded), int(rejected)) for run_id, loaded, rejected in rows}


def _tokens(connection: Connection) -> dict[str, int]:
    call = RescoringCalls
    query = select(call.model, func.sum(call.tokens_counted)).group_by(call.model)
    return {model: int(tokens) for model, tokens in connection.execute(query.order_by(call.model))}


def _by_outcome(connection: Connection, outcome: InstrumentedAttribute[str]) -> dict[str, int]:
    query = select(outcome, func.count()).group_by(outcome).order_by(outcome)
    return dict(connection.execute(query).all())


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
