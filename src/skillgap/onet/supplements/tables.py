"""Tables of supplements: ratings from O*NET Web Services, of no loaded release."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from skillgap.database.base import MYSQL, Base, ExactDecimal


class Supplements(Base):
    """The result for one occupation at one time, also when O*NET Web Services had no ratings of it.

    It belongs to no loaded release, so that no load deletes it; rows are only added, and of several
    results for an occupation the one with the highest id holds.
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


class SupplementalRatings(Base):
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

    supplement_id: Mapped[int] = mapped_column(ForeignKey(Supplements.supplement_id), primary_key=True)
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
