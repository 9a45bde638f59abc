"""Ratings of an occupation from O*NET Web Services: validated, and separate from the published ones.

Rows are read by the same rules as rows of a file (``onet.columns``), but all or nothing: an
occupation with a bad row is rejected whole.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, inspect, select

from skillgap.database.base import Base
from skillgap.errors import WebServicesError
from skillgap.gap.ratings import Estimate, Profile, Rating
from skillgap.onet.columns import reader
from skillgap.onet.records import Scale
from skillgap.onet.supplements.tables import SupplementalRatings, Supplements
from skillgap.onet.tables import IMPORTANCE_SCALE, LEVEL_SCALE

SOURCE = "O*NET Web Services"
FLAGS = {"Y": True, "N": False, None: None}


class Outcome(StrEnum):
    """What the service has on an occupation."""

    RATED = "rated"
    NOT_RATED = "not_rated"  # the service knows the occupation and has no skills ratings for it
    UNKNOWN = "unknown"  # the service does not know the occupation


@dataclass(frozen=True)
class Fetched:
    """What the service has on one occupation. Rows are texts by our names of the columns."""

    onetsoc_code: str
    outcome: Outcome
    source: str  # the service's host
    source_release: str  # the database release that the service names, or "unknown"
    table_ids: tuple[str, ...]
    fetched_at: datetime  # UTC
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Supplement:
    """The validated ratings of one occupation, and when they were fetched; none where the service has none."""

    onetsoc_code: str
    outcome: Outcome
    source: str
    source_release: str
    table_ids: tuple[str, ...]
    fetched_at: datetime  # UTC
    rows_sha256: str  # by which a supplement can be told from another
    estimates: Mapping[tuple[str, str], Estimate]  # by (``element_id``, ``scale_id``)

    @property
    def title(self) -> str:
        """Where the ratings come from, in a few words."""
        return f"{SOURCE}, release {self.source_release}, fetched {self.fetched_at:%Y-%m-%d}"

    def profile(self, element_names: Mapping[str, str]) -> Profile:
        """The ratings of the elements that are named; an element counts when it has a level."""
        return {
            element_id: Rating(element_id, name, level, self.estimates.get((element_id, IMPORTANCE_SCALE)))
            for element_id, name in element_names.items()
            if (level := self.estimates.get((element_id, LEVEL_SCALE))) is not None
        }


def read_supplement(fetched: Fetched, scales: Mapping[str, Scale]) -> Supplement:
    """The supplement of what was fetched, every row checked against its columns and the ends of its scale.

    Raises WebServicesError with the row, the column and the value, for the first row that is bad.
    """
    estimates: dict[tuple[str, str], Estimate] = {}
    for number, row in enumerate(fetched.rows, start=1):
        try:
            _add(estimates, row, scales)
        except ValueError as error:
            raise WebServicesError(f"{SOURCE}, {fetched.onetsoc_code}, row {number}: {error}") from error
    if estimates and not any(scale_id == LEVEL_SCALE for _, scale_id in estimates):
        raise WebServicesError(f"{SOURCE}, {fetched.onetsoc_code}: none of its rows is a level")
    origin = {name: value for name, value in vars(fetched).items() if name != "rows"}
    digest = sha256(json.dumps([dict(row) for row in fetched.rows]).encode()).hexdigest()
    return Supplement(**origin, rows_sha256=digest, estimates=estimates)


def newest_supplement(connection: Connection) -> int:
    """The id of the last supplement, which grows with each; 0 without any, or without the table."""
    if not inspect(connection).has_table("supplements"):
        return 0
    return connection.scalar(select(func.max(Supplements.supplement_id))) or 0


def supplements(connection: Connection) -> dict[str, Supplement]:
    """The last supplement of each occupation that has one, by ``onetsoc_code``."""
    if not newest_supplement(connection):
        return {}
    last = select(func.max(Supplements.supplement_id)).group_by(Supplements.onetsoc_code)
    rating = SupplementalRatings
    ratings = (
        select(rating.__table__)
        .where(rating.supplement_id.in_(last))
        .order_by(rating.supplement_id, rating.element_id, rating.scale_id)
    )
    estimates: dict[int, dict[tuple[str, str], Estimate]] = defaultdict(dict)
    for key, element_id, scale_id, *figures, suppress, relevant, updated, source in connection.execute(ratings):
        flags = (FLAGS[suppress], FLAGS[relevant])
        estimates[key][element_id, scale_id] = Estimate._make((*figures, *flags, updated, source))
    query = select(Supplements.__table__).where(Supplements.supplement_id.in_(last)).order_by(Supplements.onetsoc_code)
    return {
        columns["onetsoc_code"]: Supplement(
            estimates=estimates[columns.pop("supplement_id")],
            outcome=Outcome(columns.pop("outcome")),
            table_ids=tuple(columns.pop("table_ids").split(",")),
            fetched_at=columns.pop("fetched_at").replace(tzinfo=UTC),
            **columns,
        )
        for columns in (row._asdict() for row in connection.execute(query))
    }


_READERS = {
    column.name: reader(column)
    for column in Base.metadata.tables["supplemental_ratings"].columns
    if column.name != "supplement_id"
}


def _add(estimates: dict[tuple[str, str], Estimate], row: Mapping[str, str], scales: Mapping[str, Scale]) -> None:
    values = {name: read(row.get(name, "")) for name, read in _READERS.items()}
    key = (str(values["element_id"]), str(values["scale_id"]))
    if key in estimates:
        raise ValueError(f"a second row for element {key[0]} on scale {key[1]}")
    estimates[key] = _estimate(values, scales)


def _estimate(values: Mapping[str, Any], scales: Mapping[str, Scale]) -> Estimate:
    scale_id, value = values["scale_id"], Decimal(values["data_value"])
    if scale_id not in (LEVEL_SCALE, IMPORTANCE_SCALE) or scale_id not in scales:
        raise ValueError(f"scale_id {scale_id!r} is neither {LEVEL_SCALE} nor {IMPORTANCE_SCALE}")
    scale = scales[scale_id]
    if not scale.minimum <= value <= scale.maximum:
        raise ValueError(f"data_value '{value}' is outside scale {scale_id} ({scale.minimum}-{scale.maximum})")
    return Estimate(
        data_value=value.quantize(Decimal("0.01")),
        n=values["n"],
        standard_error=_decimal(values["standard_error"]),
        lower_ci_bound=_decimal(values["lower_ci_bound"]),
        upper_ci_bound=_decimal(values["upper_ci_bound"]),
        recommend_suppress=FLAGS[values["recommend_suppress"]],
        not_relevant=FLAGS[values["not_relevant"]],
        date_updated=date.fromisoformat(values["date_updated"]),
        domain_source=values["domain_source"],
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text).quantize(Decimal("0.0001"))
