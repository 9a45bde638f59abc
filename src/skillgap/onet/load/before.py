"""How much the release has that a load replaces, or that is current: the measure of what a file may have lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from skillgap.onet.load.find import Place
from skillgap.onet.queries import releases
from skillgap.onet.tables import RELEASE_TABLES, Elements, Ratings


class Size(NamedTuple):
    """What is counted: the rows of a table, or the occupations that are rated in a domain."""

    table: str
    domain: str | None = None

    def __str__(self) -> str:
        """The thing counted, as a text names it."""
        return f"occupations rated on {self.domain}" if self.domain else f"rows for {self.table}"


COUNTED = tuple(table for table in RELEASE_TABLES if table.name != "code_crosswalk")
"""The crosswalk is no part of a release."""


class Before(NamedTuple):
    """The release to compare with, and how much of each thing it has."""

    release: str
    sizes: Mapping[Size, int]


def read_before(connection: Connection, place: Place) -> Before | None:
    """The release of this name where it is loaded, else the current one; our sample and O*NET are not compared."""
    loaded = releases(connection)
    same = [info for info in loaded if info.release == place.release]
    info = next((info for info in (*same, *loaded) if info in same or info.current), None)
    if info is None or info.illustrative != place.illustrative:
        return None
    count = select(func.count())
    sizes = {
        Size(table.name): connection.scalar(count.where(table.c.release == info.release)) or 0 for table in COUNTED
    }
    same_element = (Elements.release == Ratings.release) & (Elements.element_id == Ratings.element_id)
    rated = (
        select(Elements.domain, func.count(Ratings.onetsoc_code.distinct()))
        .join(Ratings, same_element)
        .where(Ratings.release == info.release)
        .group_by(Elements.domain)
        .order_by(Elements.domain)
    )
    sizes |= {Size("ratings", domain): number for domain, number in connection.execute(rated) if domain}
    return Before(info.release, sizes)
