"""The schema, declared once. Names and types follow O*NET's own data dictionary (MySQL edition).

Releases stand side by side: every published row carries its release. The validation of the loader
reads types, lengths, keys and nullability from here, so a rule is written down once.

Text compares exactly, by code point (``utf8mb4_bin`` on MySQL and MariaDB, SQLite's default).
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from skillgap.database.base import MYSQL, Base, ExactDecimal

LEVEL_SCALE = "LV"
IMPORTANCE_SCALE = "IM"
DOMAINS = ("skills", "knowledge", "abilities", "work_activities")


def _key(table: str, column: str, own: str | None = None) -> ForeignKeyConstraint:
    """A reference to a row of the same release in another table."""
    return ForeignKeyConstraint(["release", own or column], [f"{table}.release", f"{table}.{column}"])


class LoadRuns(Base):
    """One run of a load, with its outcome; the next load sets a killed run's ``running`` to ``interrupted``."""

    __tablename__ = "load_runs"
    __table_args__ = (
        CheckConstraint("outcome IN ('running', 'loaded', 'unchanged', 'failed', 'interrupted')", name="outcome"),
        MYSQL,
    )

    run_id: Mapped[int] = mapped_column(primary_key=True)
    release: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str | None] = mapped_column(String(1000))
    started_at: Mapped[datetime]  # UTC
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20))
    message: Mapped[str | None] = mapped_column(Text)


class LoadedFiles(Base):
    """One file that a run read: its checksum, and the number of rows read, loaded and rejected."""

    __tablename__ = "loaded_files"
    __table_args__ = (CheckConstraint("rows_read = rows_loaded + rows_rejected", name="rows_add_up"), MYSQL)

    run_id: Mapped[int] = mapped_column(ForeignKey(LoadRuns.run_id), primary_key=True)
    file: Mapped[str] = mapped_column(String(255), primary_key=True)
    sha256: Mapped[str] = mapped_column(CHAR(64))
    rows_read: Mapped[int]
    rows_loaded: Mapped[int]
    rows_rejected: Mapped[int]


class RejectedRows(Base):
    """A row of a file that was left out, and why."""

    __tablename__ = "rejected_rows"

    run_id: Mapped[int] = mapped_column(ForeignKey(LoadRuns.run_id), primary_key=True)
    file: Mapped[str] = mapped_column(String(255), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(1000))
    content: Mapped[str] = mapped_column(Text)


class Releases(Base):
    """A release of the O*NET database, complete in the tables below."""

    __tablename__ = "releases"

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    released: Mapped[date | None]  # the first day of the month that the release names
    illustrative: Mapped[bool]  # our own sample, not O*NET data
    run_id: Mapped[int] = mapped_column(ForeignKey(LoadRuns.run_id))


class CurrentRelease(Base):
    """The release that is served: one row, changed in one statement."""

    __tablename__ = "current_release"
    __table_args__ = (CheckConstraint("only_row = 1", name="one_row"), MYSQL)

    only_row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    release: Mapped[str] = mapped_column(ForeignKey(Releases.release))
    previous: Mapped[str | None] = mapped_column(ForeignKey(Releases.release))


class Occupations(Base):
    """An O*NET-SOC occupation."""

    __tablename__ = "occupations"
    __table_args__ = (CheckConstraint("onetsoc_code LIKE '__-____.__'", name="onetsoc_code"), MYSQL)

    release: Mapped[str] = mapped_column(ForeignKey(Releases.release), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    title: Mapped[str] = mapped_column(String(150))
    description: Mapped[str] = mapped_column(String(1000))


class Elements(Base):
    """A node of the content model. ``domain`` is set where occupations are rated on it."""

    __tablename__ = "elements"
    __table_args__ = (CheckConstraint(f"domain IN {DOMAINS}", name="domain"), MYSQL)

    release: Mapped[str] = mapped_column(ForeignKey(Releases.release), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    element_name: Mapped[str] = mapped_column(String(150))
    description: Mapped[str | None] = mapped_column(String(1500))
    domain: Mapped[str | None] = mapped_column(String(20))


class Scales(Base):
    """A scale that numbers are measured on."""

    __tablename__ = "scales"
    __table_args__ = (CheckConstraint("minimum < maximum", name="range"), MYSQL)

    release: Mapped[str] = mapped_column(ForeignKey(Releases.release), primary_key=True)
    scale_id: Mapped[str] = mapped_column(String(3), primary_key=True)
    scale_name: Mapped[str] = mapped_column(String(50))
    minimum: Mapped[int]
    maximum: Mapped[int]


class Ratings(Base):
    """One published number: an occupation, an element, a scale, and O*NET's statistics of it."""

    __tablename__ = "ratings"
    __table_args__ = (
        _key("occupations", "onetsoc_code"),
        _key("elements", "element_id"),
        _key("scales", "scale_id"),
        CheckConstraint("scale_id <> 'LV' OR data_value BETWEEN 0 AND 7", name="level"),
        CheckConstraint("scale_id <> 'IM' OR data_value BETWEEN 1 AND 5", name="importance"),
        CheckConstraint("recommend_suppress IN ('Y', 'N')", name="recommend_suppress"),
        CheckConstraint("not_relevant IN ('Y', 'N')", name="not_relevant"),
        CheckConstraint("standard_error >= 0", name="standard_error"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(ForeignKey(Releases.release), primary_key=True)
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


class LevelAnchors(Base):
    """An example of work at one level of an element's scale."""

    __tablename__ = "level_anchors"
    __table_args__ = (_key("elements", "element_id"), _key("scales", "scale_id"), MYSQL)

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(20), primary_key=True)
    scale_id: Mapped[str] = mapped_column(String(3), primary_key=True)
    anchor_value: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    anchor_description: Mapped[str] = mapped_column(String(1000))


class JobTitles(Base):
    """An alternate title of an occupation ("Alternate Titles" before 30.3).

    O*NET gives these rows no key, and repeats (code, title): ``position`` is the row's place
    within its occupation, from 1.
    """

    __tablename__ = "job_titles"
    __table_args__ = (_key("occupations", "onetsoc_code"), MYSQL)

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    job_title: Mapped[str] = mapped_column(String(250))
    short_title: Mapped[str | None] = mapped_column(String(150))
    sources: Mapped[str | None] = mapped_column(String(50))  # O*NET's list of source numbers


class ReportedTitles(Base):
    """A title that people in an occupation reported ("Sample of Reported Titles")."""

    __tablename__ = "reported_titles"
    __table_args__ = (
        _key("occupations", "onetsoc_code"),
        CheckConstraint("shown_in_my_next_move IN ('Y', 'N')", name="shown_in_my_next_move"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    reported_job_title: Mapped[str] = mapped_column(String(150), primary_key=True)
    shown_in_my_next_move: Mapped[str] = mapped_column(CHAR(1))


class Technologies(Base):
    """A technology that O*NET lists for an occupation ("Technology Skills"; from 30.3 on "Software Skills").

    Its kind is a UNSPSC commodity before 30.3, and an element of the content model from then on.
    """

    __tablename__ = "technologies"
    __table_args__ = (
        _key("occupations", "onetsoc_code"),
        _key("elements", "element_id"),
        CheckConstraint("commodity_code LIKE '________'", name="commodity_code"),
        CheckConstraint("hot_technology IN ('Y', 'N')", name="hot_technology"),
        CheckConstraint("in_demand IN ('Y', 'N')", name="in_demand"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    example: Mapped[str] = mapped_column(String(150), primary_key=True)
    commodity_code: Mapped[str | None] = mapped_column(CHAR(8))
    commodity_title: Mapped[str | None] = mapped_column(String(150))
    element_id: Mapped[str | None] = mapped_column(String(20))
    hot_technology: Mapped[str] = mapped_column(CHAR(1))
    in_demand: Mapped[str] = mapped_column(CHAR(1))


class Tasks(Base):
    """A task of an occupation ("Task Statements"); ``position`` is its row's place there, from 1."""

    __tablename__ = "tasks"
    __table_args__ = (
        _key("occupations", "onetsoc_code"),
        CheckConstraint("task_type IN ('Core', 'Supplemental')", name="task_type"),
        CheckConstraint("incumbents_responding >= 0", name="incumbents_responding"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    task_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10))
    position: Mapped[int]
    task: Mapped[str] = mapped_column(String(1000))
    task_type: Mapped[str | None] = mapped_column(String(12))
    incumbents_responding: Mapped[int | None]
    date_updated: Mapped[date]
    domain_source: Mapped[str] = mapped_column(String(30))


class RelatedOccupations(Base):
    """O*NET's own list of occupations near an occupation; it is not symmetric."""

    __tablename__ = "related_occupations"
    __table_args__ = (
        _key("occupations", "onetsoc_code"),
        _key("occupations", "onetsoc_code", "related_onetsoc_code"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    related_onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    relatedness_tier: Mapped[str] = mapped_column(String(50))
    related_index: Mapped[int]


class JobZones(Base):
    """How much preparation an occupation needs: zone 1 (little) to 5 (extensive)."""

    __tablename__ = "job_zones"
    __table_args__ = (
        _key("occupations", "onetsoc_code"),
        CheckConstraint("job_zone BETWEEN 1 AND 5", name="job_zone"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    job_zone: Mapped[int]
    date_updated: Mapped[date]
    domain_source: Mapped[str] = mapped_column(String(30))


class CodeCrosswalk(Base):
    """An O*NET-SOC 2010 code and an occupation that replaced it; a code may have several."""

    __tablename__ = "code_crosswalk"
    __table_args__ = (
        _key("occupations", "onetsoc_code"),
        CheckConstraint("onetsoc_2010_code LIKE '__-____.__'", name="onetsoc_2010_code"),
        MYSQL,
    )

    release: Mapped[str] = mapped_column(String(20), primary_key=True)
    onetsoc_2010_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    onetsoc_code: Mapped[str] = mapped_column(CHAR(10), primary_key=True)
    onetsoc_2010_title: Mapped[str] = mapped_column(String(150))


TABLES = {
    name: Base.metadata.tables[name]
    for name in (
        *("occupations", "elements", "scales", "ratings", "level_anchors"),
        *("job_titles", "reported_titles", "technologies", "tasks"),
        *("related_occupations", "job_zones", "code_crosswalk"),
    )
}
"""The tables of a release by name, parents before children."""
RELEASE_TABLES = tuple(TABLES.values())
