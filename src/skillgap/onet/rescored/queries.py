"""Every SELECT the service needs. They give plain, frozen values, in an explicit order."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, inspect, select

from skillgap.onet.rescored import tables as rescored_tables
from skillgap.onet.rescored.calibration import Agreement, Calibration, Line
from skillgap.onet.rescored.levels import OneRun, Rater, RescoredLevel, RescoredOccupation
from skillgap.onet.supplements.ratings import FLAGS


def rescoring_mark(connection: Connection) -> tuple[int, int, int] | None:
    """Changes whenever the levels of a model, or their calibration, do; None without tables."""
    if not inspect(connection).has_table("calibration_samples"):
        return None
    call, calibration = rescored_tables.RescoringCalls, rescored_tables.Calibrations
    given = select(func.count(), func.coalesce(func.max(call.call_id), 0)).where(
        call.outcome.in_(["ok", "partial", "cut"])
    )
    calls, last_call = connection.execute(given).one()
    last = connection.scalar(select(func.coalesce(func.max(calibration.calibration_id), 0)))
    return calls, last_call, last or 0


def rescored_occupations(
    connection: Connection, release: str, element_ids: frozenset[str]
) -> dict[str, RescoredOccupation]:
    """What a model says of each occupation, from the newest inputs that gave every element."""
    call, level = rescored_tables.RescoringCalls, rescored_tables.RescoredLevels
    query = (
        select(
            call.onetsoc_code,
            call.inputs_digest,
            call.run,
            call.model,
            call.prompt_version,
            call.created_at,
            level.element_id,
            level.level,
            level.not_relevant,
            level.confidence,
            level.reason,
        )
        .join(level, level.call_id == call.call_id)
        .where(call.release == release)
        .order_by(call.call_id, level.element_id)
    )
    runs: dict[tuple[str, str], dict[str, dict[int, OneRun]]] = {}  # the newest inputs last
    raters: dict[tuple[str, str], tuple[Rater, datetime]] = {}
    for code, digest, run, model, version, asked_at, element_id, *given in connection.execute(query):
        figure, relevant, confidence, reason = given
        by_element = runs.setdefault((code, digest), {})
        one = OneRun(figure, FLAGS[relevant] is True, confidence, reason)
        by_element.setdefault(element_id, {})[run] = one
        raters[code, digest] = Rater(model, version), asked_at
    found = {}
    for (code, digest), by_element in runs.items():
        if by_element.keys() >= element_ids:
            rater, asked_at = raters[code, digest]
            found[code] = RescoredOccupation(
                code,
                rater,
                asked_at.date(),
                min(len(of_runs) for of_runs in by_element.values()),
                {one: RescoredLevel.of(by_element[one].values()) for one in sorted(element_ids)},
            )
    return found


def calibrations(connection: Connection, release: str) -> dict[Rater, Calibration]:
    """The newest calibration of each rater."""
    calibration, line, sampled = (
        rescored_tables.Calibrations,
        rescored_tables.CalibrationLines,
        rescored_tables.CalibrationSamples,
    )
    query = select(calibration).where(calibration.release == release)
    newest = {}
    for row in connection.execute(query.order_by(calibration.calibration_id)).mappings():
        newest[Rater(row["model"], row["prompt_version"])] = row
    found = {}
    for rater, row in newest.items():
        this = row["calibration_id"]
        lines = connection.execute(
            select(line.element_id, line.slope, line.intercept)
            .where(line.calibration_id == this)
            .order_by(line.element_id)
        ).all()
        halves = connection.execute(
            select(sampled.onetsoc_code, sampled.half)
            .where(sampled.calibration_id == this)
            .order_by(sampled.onetsoc_code)
        ).all()
        held_out = frozenset(code for code, half in halves if half == "held_out")
        found[rater] = Calibration(
            calibration_id=this,
            created_at=row["created_at"].replace(tzinfo=UTC),
            rater=rater,
            seed=row["seed"],
            lines={element_id: Line(slope, intercept) for element_id, slope, intercept in lines},
            fitted=frozenset(code for code, half in halves if half == "fitted"),
            held_out=held_out,
            agreement=Agreement(
                len(held_out),
                len(held_out) * len(lines),
                float(row["calibrated_bias"]),
                float(row["calibrated_mean_absolute_error"]),
            ),
        )
    return found
