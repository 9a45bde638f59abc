"""Queries for a language model's levels and their calibrations."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from sqlalchemy import Connection, func, inspect, select

from skillgap.onet.rescored import tables
from skillgap.onet.rescored.levels import Rater, RescoredLevel, RescoredOccupation, RunLevel
from skillgap.onet.rescored.model_levels import Agreement, Calibration, Line
from skillgap.onet.supplements.ratings import FLAGS


def rescoring_mark(connection: Connection) -> tuple[int, int, int] | None:
    """Changes whenever the levels of a model, or their calibration, do; None without tables."""
    if not inspect(connection).has_table("calibration_samples"):
        return None
    call, calibration = tables.RescoringCalls, tables.Calibrations
    given = select(func.count(), func.coalesce(func.max(call.call_id), 0))
    calls, last_call = connection.execute(given.where(call.outcome.in_(["ok", "partial", "cut"]))).one()
    last = connection.scalar(select(func.coalesce(func.max(calibration.calibration_id), 0)))
    return calls, last_call, last or 0


def rescored_occupations(
    connection: Connection, release: str, element_ids: frozenset[str]
) -> dict[str, RescoredOccupation]:
    """The model's levels of each occupation, from the newest inputs that gave every element."""
    call, level = tables.RescoringCalls, tables.RescoredLevels
    of_call = call.onetsoc_code, call.inputs_digest, call.run, call.model, call.prompt_version, call.created_at
    query = (
        select(*of_call, level.element_id, level.level, level.not_relevant, level.confidence, level.reason)
        .join(level, level.call_id == call.call_id)
        .where(call.release == release)
        .order_by(call.call_id, level.element_id)
    )
    runs: dict[tuple[str, str], dict[str, dict[int, RunLevel]]] = {}  # the newest inputs last
    raters: dict[tuple[str, str], tuple[Rater, date]] = {}
    for row in connection.execute(query):
        inputs = row.onetsoc_code, row.inputs_digest
        run_level = RunLevel(row.level, FLAGS[row.not_relevant] is True, row.confidence, row.reason)
        runs.setdefault(inputs, {}).setdefault(row.element_id, {})[row.run] = run_level
        raters[inputs] = Rater(row.model, row.prompt_version), row.created_at.date()
    return {
        code: RescoredOccupation(
            code,
            *raters[code, digest],
            runs=min(map(len, by_element.values())),
            levels={key: RescoredLevel.of(by_element[key].values()) for key in sorted(element_ids)},
        )
        for (code, digest), by_element in runs.items()
        if by_element.keys() >= element_ids
    }


def calibrations(connection: Connection, release: str) -> dict[Rater, Calibration]:
    """The newest calibration of each rater."""
    query = select(tables.Calibrations.__table__).where(tables.Calibrations.release == release)
    rows = connection.execute(query.order_by(tables.Calibrations.calibration_id))
    newest = {Rater(row.model, row.prompt_version): row for row in rows}
    return {rater: _calibration(connection, rater, row) for rater, row in newest.items()}


def _calibration(connection: Connection, rater: Rater, row: Any) -> Calibration:
    line, sample = tables.CalibrationLines, tables.CalibrationSamples
    fitted_lines = select(line.element_id, line.slope, line.intercept).where(line.calibration_id == row.calibration_id)
    lines = connection.execute(fitted_lines.order_by(line.element_id)).all()
    halves: dict[str, set[str]] = {"fitted": set(), "held_out": set()}
    query = select(sample.onetsoc_code, sample.half).where(sample.calibration_id == row.calibration_id)
    for code, half in connection.execute(query):
        halves[half].add(code)
    held_out = frozenset(halves["held_out"])
    bias, error = float(row.calibrated_bias), float(row.calibrated_mean_absolute_error)
    return Calibration(
        calibration_id=row.calibration_id,
        created_at=row.created_at.replace(tzinfo=UTC),
        rater=rater,
        seed=row.seed,
        lines={element_id: Line(slope, intercept) for element_id, slope, intercept in lines},
        fitted=frozenset(halves["fitted"]),
        held_out=held_out,
        agreement=Agreement(len(held_out), len(held_out) * len(lines), bias, error),
    )
