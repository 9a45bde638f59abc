"""Queries for supplements."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC

from sqlalchemy import Connection, func, inspect, select

from skillgap.gap.ratings import Estimate
from skillgap.onet.supplements import tables as supplements_tables
from skillgap.onet.supplements.ratings import FLAGS, Outcome, Supplement


def newest_supplement(connection: Connection) -> int:
    """The id of the last supplement, which grows with each; 0 without any, or without the table."""
    if not inspect(connection).has_table("supplements"):
        return 0
    return connection.scalar(select(func.max(supplements_tables.Supplements.supplement_id))) or 0


def supplements(connection: Connection) -> dict[str, Supplement]:
    """The last supplement of each occupation that has one, by ``onetsoc_code``."""
    if not newest_supplement(connection):
        return {}
    supplement, rating = supplements_tables.Supplements, supplements_tables.SupplementalRatings
    last = select(func.max(supplement.supplement_id)).group_by(supplement.onetsoc_code)
    estimates: dict[int, dict[tuple[str, str], Estimate]] = defaultdict(dict)
    query = (
        select(rating.__table__)
        .where(rating.supplement_id.in_(last))
        .order_by(rating.supplement_id, rating.element_id, rating.scale_id)
    )
    rows = connection.execute(query)
    for key, element_id, scale_id, *figures, suppress, relevant, updated, source in rows:
        flags = (FLAGS[suppress], FLAGS[relevant])
        estimates[key][element_id, scale_id] = Estimate._make((*figures, *flags, updated, source))
    query = select(supplement.__table__).where(supplement.supplement_id.in_(last)).order_by(supplement.onetsoc_code)
    return {
        row.onetsoc_code: Supplement(
            onetsoc_code=row.onetsoc_code,
            outcome=Outcome(row.outcome),
            source=row.source,
            source_release=row.source_release,
            table_ids=tuple(row.table_ids.split(",")),
            fetched_at=row.fetched_at.replace(tzinfo=UTC),
            rows_sha256=row.rows_sha256,
            estimates=estimates[row.supplement_id],
        )
        for row in connection.execute(query)
    }
