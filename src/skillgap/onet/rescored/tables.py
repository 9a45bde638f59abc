"""Tables of a language model's levels: calls, levels, calibrations. No load deletes their rows."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from skillgap.database.base import MYSQL, Base, ExactDecimal


class RescoringCalls(Base):
    """The log of a language model's calls: the request, its outcome and its cost.

    The row is written before the call, so that a killed call is seen and counted, and finished once
    when the answer is there. No foreign key leads to the release: a release is replaced by deleting
    its rows, and what a model was paid for must outlast that. Release and codes are kept as names.
    """

    __tablename__ = "rescoring_calls"
    __table_args__ = (
        UniqueConstraint("inputs_digest", "run", "attempt"),
        CheckConstraint(
            "outcome IN ('sent', 'ok', 'partial', 'invalid', 'cut', 'refused', 'filtered', 'failed')", name="outcome"
        ),
        CheckConstraint(
            "response_format IN ('json_schema_strict', 'json_schema', 'json_object', 'prompt_only')",
            name="response_format",
        ),
        CheckConstraint("run >= 1", name="run"),
        CheckConstraint("tokens_counted >= 0", name="tokens_counted"),
        MYSQL,
    )

    call_id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(CHAR(32))  # the command that made the call
    created_at: Mapped[datetime]  # UTC
    milliseconds: Mapped[int | None]
    release: Mapped[str] = mapped_column(String(20), index=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10))
    run: Mapped[int]  # 1 to LLM_RUNS
    attempt: Mapped[int]  # of this run, from 1: for skills still missing, or after a failure
    inputs_digest: Mapped[str] = mapped_column(CHAR(64))  # all that the levels depend on
    request_digest: Mapped[str] = mapped_column(CHAR(64))  # of the rendered prompt
    prompt_version: Mapped[str] = mapped_column(String(20))
    template_digest: Mapped[str] = mapped_column(CHAR(64))
    schema_digest: Mapped[str] = mapped_column(CHAR(64))
    order_seed: Mapped[int]  # of the order in which the skills were listed
    elements_asked: Mapped[int]
    base_url: Mapped[str] = mapped_column(String(255))  # without credentials
    model: Mapped[str] = mapped_column(String(200))  # as requested
    model_answered: Mapped[str | None] = mapped_column(String(200))
    system_fingerprint: Mapped[str | None] = mapped_column(String(200))
    response_format: Mapped[str] = mapped_column(String(20))
    temperature: Mapped[Decimal | None] = mapped_column(ExactDecimal(4, 2))  # null: not sent
    token_limit: Mapped[int]  # of the answer
    prompt_tokens: Mapped[int | None]
    completion_tokens: Mapped[int | None]
    cached_tokens: Mapped[int | None]
    tokens_counted: Mapped[int]  # against the budget: as reported, or the estimate where unknown
    outcome: Mapped[str] = mapped_column(String(10))
    message: Mapped[str | None] = mapped_column(Text)  # what was wrong
    answer: Mapped[str | None] = mapped_column(Text)  # kept where not all of it could be used
    code_version: Mapped[str] = mapped_column(String(20))


class RescoredLevels(Base):
    """A level that a language model gave an element, as it gave it; rows are only added."""

    __tablename__ = "rescored_levels"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 7", name="level"),
        CheckConstraint("not_relevant IN ('Y', 'N')", name="not_relevant"),
        CheckConstraint("not_relevant = 'N' OR level = 0", name="not_relevant_is_0"),
        CheckConstraint("confidence IN ('low', 'medium', 'high')", name="confidence"),
        MYSQL,
    )

    call_id: Mapped[int] = mapped_column(ForeignKey(RescoringCalls.call_id), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    level: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2))
    not_relevant: Mapped[str] = mapped_column(CHAR(1))
    confidence: Mapped[str] = mapped_column(String(6))  # the model's own, not to be relied on
    reason: Mapped[str] = mapped_column(String(300))  # the model's words: untrusted text


class Calibrations(Base):
    """Lines from one model's levels to O*NET's, and how well they did on the half held out."""

    __tablename__ = "calibrations"

    calibration_id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]  # UTC
    release: Mapped[str] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(200))
    prompt_version: Mapped[str] = mapped_column(String(20))
    seed: Mapped[int]  # of the halves
    bias: Mapped[Decimal] = mapped_column(ExactDecimal(6, 4))  # held-out half, before and after
    mean_absolute_error: Mapped[Decimal] = mapped_column(ExactDecimal(6, 4))
    calibrated_bias: Mapped[Decimal] = mapped_column(ExactDecimal(6, 4))
    calibrated_mean_absolute_error: Mapped[Decimal] = mapped_column(ExactDecimal(6, 4))


class CalibrationLines(Base):
    """The line of one element: level = slope * model's level + intercept, kept within 0-7."""

    __tablename__ = "calibration_lines"
    __table_args__ = (CheckConstraint("slope > 0", name="slope"), MYSQL)

    calibration_id: Mapped[int] = mapped_column(ForeignKey(Calibrations.calibration_id), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    slope: Mapped[Decimal] = mapped_column(ExactDecimal(10, 6))
    intercept: Mapped[Decimal] = mapped_column(ExactDecimal(10, 6))
    n: Mapped[int]  # occupations the line was fitted on


class CalibrationSamples(Base):
    """An occupation that a calibration was fitted on, or tested on."""

    __tablename__ = "calibration_samples"
    __table_args__ = (CheckConstraint("half IN ('fitted', 'held_out')", name="half"), MYSQL)

    calibration_id: Mapped[int] = mapped_column(ForeignKey(Calibrations.calibration_id), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    half: Mapped[str] = mapped_column(String(8))
