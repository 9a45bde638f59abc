"""The schema, declared once. Names and types follow O*NET's own data dictionary (MySQL edition).

Releases stand side by side: every published row carries its release. The validation of the loader
reads types, lengths, keys and nullability from here, so a rule is written down once.

Text compares exactly, by code point (``utf8mb4_bin`` on MySQL and MariaDB, SQLite's default).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    CHAR,
    CheckConstraint,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

LEVEL = "LV"
IMPORTANCE = "IM"
DOMAINS = ("skills", "knowledge", "abilities", "work_activities")


MYSQL = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {
        "engine": "InnoDB",
        "charset": "utf8mb4",
        "collate": "utf8mb4_bin",
    }.items()
}


class ExactDecimal(TypeDecorator[Decimal]):
    """A ``DECIMAL`` that comes back as ``Decimal`` from every database.

    SQLite keeps the number as a double; with so few digits the round trip is exact.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale, asdecimal=False)
        self.precision = precision
        self.scale = scale

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[float | None], Decimal | None]:
        """The stored number with its published number of decimals."""
        return _exact(self.scale).__getitem__


class _Exact(dict[float | None, Decimal | None]):
    """Numbers by the doubles they are stored as: few are published, so equal ones are one."""

    def __init__(self, scale: int) -> None:
        super().__init__({None: None})
        self.scale = scale

    def __missing__(self, value: float) -> Decimal:
        found = self[value] = Decimal(f"{value:.{self.scale}f}")
        return found


_exact = cache(_Exact)


class Base(DeclarativeBase):
    """Naming of constraints, and how MySQL and MariaDB store the tables."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    __table_args__: Any = MYSQL


class LoadRun(Base):
    """One run of a load, whatever became of it. A killed run's ``running`` ends ``interrupted``."""

    __tablename__ = "load_runs"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('running', 'loaded', 'unchanged', 'failed', 'interrupted')", name="outcome"
        ),
        MYSQL,
    )

    run_id: Mapped[int] = mapped_column(primary_key=True)
    release: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str | None] = mapped_column(String(1000))
    started_at: Mapped[datetime]  # UTC
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(Text)


class LoadedFile(Base):
    """One file that a run read: its checksum, and what became of its rows."""

    __tablename__ = "loaded_files"
    __table_args__ = (
        CheckConstraint("rows_read = rows_loaded + rows_rejected", name="rows_add_up"),
        MYSQL,
    )

    run_id: Mapped[int] = mapped_column(ForeignKey(LoadRun.run_id), primary_key=True)
    file: Mapped[str] = mapped_column(String(255), primary_key=True)
    sha256: Mapped[str] = mapped_column(CHAR(64))
    rows_read: Mapped[int]
    rows_loaded: Mapped[int]
    rows_rejected: Mapped[int]


class RejectedRow(Base):
    """A row of a file that was left out, and why."""

    __tablename__ = "rejected_rows"

    run_id: Mapped[int] = mapped_column(ForeignKey(LoadRun.run_id), primary_key=True)
    file: Mapped[str] = mapped_column(String(255), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(1000))
    content: Mapped[str] = mapped_column(Text)


class Release(Base):
    """A release of the O*NET database, complete in the tables below."""

    __tablename__ = "releases"

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    released: Mapped[date | None]  # the first day of the month that the release names
    illustrative: Mapped[bool]  # our own sample, not O*NET data
    run_id: Mapped[int] = mapped_column(ForeignKey(LoadRun.run_id))


class CurrentRelease(Base):
    """The release that answers when none is asked for: one row, changed in one statement."""

    __tablename__ = "current_release"
    __table_args__ = (CheckConstraint("only_row = 1", name="one_row"), MYSQL)

    only_row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    release: Mapped[str] = mapped_column(ForeignKey(Release.release))
    previous: Mapped[str | None] = mapped_column(ForeignKey(Release.release))


class Occupation(Base):
    """An O*NET-SOC occupation."""

    __tablename__ = "occupations"
    __table_args__ = (
        CheckConstraint("onetsoc_code LIKE '__-____.__'", name="onetsoc_code"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(ForeignKey(Release.release), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    title: Mapped[str] = mapped_column(String(150))
    description: Mapped[str] = mapped_column(String(1000))


class Element(Base):
    """A node of the content model. ``domain`` is set where occupations are rated on it."""

    __tablename__ = "elements"
    __table_args__ = (
        CheckConstraint(f"domain IN {DOMAINS}", name="domain"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(ForeignKey(Release.release), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    element_name: Mapped[str] = mapped_column(String(150))
    description: Mapped[str | None] = mapped_column(String(1500))
    domain: Mapped[str | None] = mapped_column(String(20))


class Scale(Base):
    """What a number is measured on."""

    __tablename__ = "scales"
    __table_args__ = (CheckConstraint("minimum < maximum", name="range"), MYSQL)

    release: Mapped[str] = mapped_column(ForeignKey(Release.release), primary_key=True)
    scale_id: Mapped[str] = mapped_column(String(3), primary_key=True)
    scale_name: Mapped[str] = mapped_column(String(50))
    minimum: Mapped[int]
    maximum: Mapped[int]


class Rating(Base):
    """One published number: an occupation, an element, a scale, and O*NET's statistics of it."""

    __tablename__ = "ratings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release", "onetsoc_code"], ["occupations.release", "occupations.onetsoc_code"]
        ),
        ForeignKeyConstraint(
            ["release", "element_id"], ["elements.release", "elements.element_id"]
        ),
        ForeignKeyConstraint(["release", "scale_id"], ["scales.release", "scales.scale_id"]),
        CheckConstraint("scale_id <> 'LV' OR data_value BETWEEN 0 AND 7", name="level"),
        CheckConstraint("scale_id <> 'IM' OR data_value BETWEEN 1 AND 5", name="importance"),
        CheckConstraint("recommend_suppress IN ('Y', 'N')", name="recommend_suppress"),
        CheckConstraint("not_relevant IN ('Y', 'N')", name="not_relevant"),
        CheckConstraint("standard_error >= 0", name="standard_error"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(ForeignKey(Release.release), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    scale_id: Mapped[str] = mapped_column(String(3), primary_key=True)
    data_value: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2))
    n: Mapped[int | None] = mapped_column(Integer)
    standard_error: Mapped[Decimal | None] = mapped_column(ExactDecimal(7, 4))
    lower_ci_bound: Mapped[Decimal | None] = mapped_column(ExactDecimal(7, 4))
    upper_ci_bound: Mapped[Decimal | None] = mapped_column(ExactDecimal(7, 4))
    recommend_suppress: Mapped[str | None] = mapped_column(CHAR(1))
    not_relevant: Mapped[str | None] = mapped_column(CHAR(1))
    date_updated: Mapped[date]
    domain_source: Mapped[str] = mapped_column(String(30))


class LevelAnchor(Base):
    """What a level of an element means: an example of work at that point of the scale."""

    __tablename__ = "level_anchors"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release", "element_id"], ["elements.release", "elements.element_id"]
        ),
        ForeignKeyConstraint(["release", "scale_id"], ["scales.release", "scales.scale_id"]),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    scale_id: Mapped[str] = mapped_column(String(3), primary_key=True)
    anchor_value: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    anchor_description: Mapped[str] = mapped_column(String(1000))


class JobTitle(Base):
    """A lay title of an occupation ("Alternate Titles" before 30.3).

    O*NET gives these rows no key, and repeats (code, title): ``position`` is the row's place
    within its occupation, from 1.
    """

    __tablename__ = "job_titles"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release", "onetsoc_code"], ["occupations.release", "occupations.onetsoc_code"]
        ),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_title: Mapped[str] = mapped_column(String(250))
    short_title: Mapped[str | None] = mapped_column(String(150))
    sources: Mapped[str | None] = mapped_column(String(50))  # O*NET's list of source numbers


class RelatedOccupation(Base):
    """O*NET's own list of occupations near an occupation; it is not symmetric."""

    __tablename__ = "related_occupations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release", "onetsoc_code"], ["occupations.release", "occupations.onetsoc_code"]
        ),
        ForeignKeyConstraint(
            ["release", "related_onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
        ),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    related_onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    relatedness_tier: Mapped[str] = mapped_column(String(50))
    related_index: Mapped[int]


class JobZone(Base):
    """How much preparation an occupation needs: zone 1 (little) to 5 (extensive)."""

    __tablename__ = "job_zones"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release", "onetsoc_code"], ["occupations.release", "occupations.onetsoc_code"]
        ),
        CheckConstraint("job_zone BETWEEN 1 AND 5", name="job_zone"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    job_zone: Mapped[int]
    date_updated: Mapped[date]
    domain_source: Mapped[str] = mapped_column(String(30))


class Supplement(Base):
    """What O*NET Web Services said of one occupation at one time, also when it had nothing.

    It belongs to no loaded release, so that no load deletes it; nothing here is ever changed, and
    of several answers for an occupation the one with the highest id holds.
    """

    __tablename__ = "supplements"
    __table_args__ = (
        CheckConstraint("onetsoc_code LIKE '__-____.__'", name="onetsoc_code"),
        CheckConstraint("outcome IN ('rated', 'not_rated', 'unknown')", name="outcome"),
        MYSQL,
    )

    supplement_id: Mapped[int] = mapped_column(primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10))
    outcome: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(255))  # the service's host
    source_release: Mapped[str] = mapped_column(String(20))  # as the service says, or "unknown"
    table_ids: Mapped[str] = mapped_column(String(255))  # the service's tables, comma-separated
    fetched_at: Mapped[datetime]  # UTC
    rows_sha256: Mapped[str] = mapped_column(CHAR(64))  # of the rows as they came


class SupplementalRating(Base):
    """One number of a supplement; like ``ratings``, from another source and another release."""

    __tablename__ = "supplemental_ratings"
    __table_args__ = (
        CheckConstraint("scale_id IN ('LV', 'IM')", name="scale_id"),
        CheckConstraint("scale_id <> 'LV' OR data_value BETWEEN 0 AND 7", name="level"),
        CheckConstraint("scale_id <> 'IM' OR data_value BETWEEN 1 AND 5", name="importance"),
        CheckConstraint("recommend_suppress IN ('Y', 'N')", name="recommend_suppress"),
        CheckConstraint("not_relevant IN ('Y', 'N')", name="not_relevant"),
        CheckConstraint("standard_error >= 0", name="standard_error"),
        MYSQL,
    )

    supplement_id: Mapped[int] = mapped_column(
        ForeignKey(Supplement.supplement_id), primary_key=True
    )
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    scale_id: Mapped[str] = mapped_column(String(3), primary_key=True)
    data_value: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2))
    n: Mapped[int | None] = mapped_column(Integer)
    standard_error: Mapped[Decimal | None] = mapped_column(ExactDecimal(7, 4))
    lower_ci_bound: Mapped[Decimal | None] = mapped_column(ExactDecimal(7, 4))
    upper_ci_bound: Mapped[Decimal | None] = mapped_column(ExactDecimal(7, 4))
    recommend_suppress: Mapped[str | None] = mapped_column(CHAR(1))
    not_relevant: Mapped[str | None] = mapped_column(CHAR(1))
    date_updated: Mapped[date]
    domain_source: Mapped[str] = mapped_column(String(30))


class RescoringCall(Base):
    """One call of a language model: what was asked of whom, what became of it, what it cost.

    The row is written before the call, so that a killed call is seen and counted, and finished once
    when the answer is there. No foreign key leads to the release: a release is replaced by deleting
    its rows, and what a model was paid for must outlast that. Release and codes are kept as names.
    """

    __tablename__ = "rescoring_calls"
    __table_args__ = (
        UniqueConstraint("inputs_digest", "run", "attempt"),
        CheckConstraint(
            "outcome IN ('sent', 'ok', 'partial', 'invalid', 'cut', 'refused', 'filtered', "
            "'failed')",
            name="outcome",
        ),
        CheckConstraint(
            "response_format IN ('json_schema_strict', 'json_schema', 'json_object', "
            "'prompt_only')",
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
    model: Mapped[str] = mapped_column(String(200))  # as asked
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


class RescoredLevel(Base):
    """A level that a language model gave an element, as it gave it; rows are only added."""

    __tablename__ = "rescored_levels"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 7", name="level"),
        CheckConstraint("not_relevant IN ('Y', 'N')", name="not_relevant"),
        CheckConstraint("not_relevant = 'N' OR level = 0", name="not_relevant_is_0"),
        CheckConstraint("confidence IN ('low', 'medium', 'high')", name="confidence"),
        MYSQL,
    )

    call_id: Mapped[int] = mapped_column(ForeignKey(RescoringCall.call_id), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    level: Mapped[Decimal] = mapped_column(ExactDecimal(5, 2))
    not_relevant: Mapped[str] = mapped_column(CHAR(1))
    confidence: Mapped[str] = mapped_column(String(6))  # the model's own, not to be relied on
    reason: Mapped[str] = mapped_column(String(300))  # the model's words: untrusted text


class Calibration(Base):
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


class CalibrationLine(Base):
    """The line of one element: level = slope * model's level + intercept, kept within 0-7."""

    __tablename__ = "calibration_lines"
    __table_args__ = (CheckConstraint("slope > 0", name="slope"), MYSQL)

    calibration_id: Mapped[int] = mapped_column(
        ForeignKey(Calibration.calibration_id), primary_key=True
    )
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    slope: Mapped[Decimal] = mapped_column(ExactDecimal(10, 6))
    intercept: Mapped[Decimal] = mapped_column(ExactDecimal(10, 6))
    n: Mapped[int]  # occupations the line was fitted on


class CalibrationSample(Base):
    """An occupation that a calibration was fitted on, or tested on."""

    __tablename__ = "calibration_samples"
    __table_args__ = (CheckConstraint("half IN ('fitted', 'held_out')", name="half"), MYSQL)

    calibration_id: Mapped[int] = mapped_column(
        ForeignKey(Calibration.calibration_id), primary_key=True
    )
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    half: Mapped[str] = mapped_column(String(8))


class CodeCrosswalk(Base):
    """An O*NET-SOC 2010 code and an occupation that took its place; a code may have several."""

    __tablename__ = "code_crosswalk"
    __table_args__ = (
        ForeignKeyConstraint(
            ["release", "onetsoc_code"], ["occupations.release", "occupations.onetsoc_code"]
        ),
        CheckConstraint("onetsoc_2010_code LIKE '__-____.__'", name="onetsoc_2010_code"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_2010_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    onetsoc_2010_title: Mapped[str] = mapped_column(String(150))


RELEASE_TABLES = tuple(
    Base.metadata.tables[name]
    for name in (
        "occupations",
        "elements",
        "scales",
        "ratings",
        "level_anchors",
        "job_titles",
        "related_occupations",
        "job_zones",
        "code_crosswalk",
    )
)
"""What a release consists of, parents before children."""
