"""The published ratings of an occupation, and what a comparison takes from them.

Levels are on O*NET's LV scale (0-7), importances on its IM scale (1-5), both exactly as published.
A level whose row says Not Relevant = Y counts as 0, on either side. Published figures have two
decimals, so sums are taken over whole hundredths and are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

RATERS = 8  # trained analysts who rate each skill, where a row does not say how many


class Estimate(NamedTuple):
    """One published number: an element of an occupation on one scale, with O*NET's statistics.

    ``not_relevant`` is published on LV rows alone and is None elsewhere; any other None is a
    statistic that O*NET has not published.
    """

    data_value: Decimal
    n: int | None = None
    standard_error: Decimal | None = None
    lower_ci_bound: Decimal | None = None
    upper_ci_bound: Decimal | None = None
    recommend_suppress: bool | None = None
    not_relevant: bool | None = None
    date_updated: date | None = None
    domain_source: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rating:
    """The level and the importance of one element in one occupation.

    ``effective_hundredths`` is the effective level in hundredths: the published ``data_value``, or 0
    where it is not relevant. ``importance_weight`` is the importance above the scale's minimum, IM - 1,
    in hundredths: 0 to 400, and 0 where O*NET has not rated it; ``importance_order`` sorts by it, the
    most important first and what has no importance last. ``recommend_suppress`` is O*NET's advice not
    to use the level. ``standard_error`` is the level's, in levels, None where none is published; it is
    ``floored`` where all raters agreed: a rating is a whole number, so its rounding alone has a
    variance of 1/12.
    """

    element_id: str
    element_name: str
    level: Estimate
    importance: Estimate | None
    effective_hundredths: int = field(init=False)
    importance_weight: int = field(init=False)
    importance_order: int = field(init=False)
    recommend_suppress: bool = field(init=False)
    standard_error: float | None = field(init=False)
    floored: bool = field(init=False)

    def __post_init__(self) -> None:
        """Compute once what every comparison uses."""
        effective = 0 if self.level.not_relevant else _hundredths(self.level.data_value)
        weight = _hundredths(self.importance.data_value) - 100 if self.importance else 0
        error = self.level.standard_error
        object.__setattr__(self, "effective_hundredths", effective)
        object.__setattr__(self, "importance_weight", weight)
        object.__setattr__(self, "importance_order", -weight if self.importance else 1)
        object.__setattr__(self, "recommend_suppress", self.level.recommend_suppress is True)
        object.__setattr__(self, "floored", error == 0)
        floor = sqrt(1 / 12 / (self.level.n or RATERS))
        object.__setattr__(self, "standard_error", None if error is None else float(error) or floor)

    @property
    def not_relevant(self) -> bool:
        """Whether O*NET marks the element as not relevant for the occupation."""
        return self.level.not_relevant is True

    @property
    def effective_level(self) -> Decimal:
        """The level that a comparison uses, 0-7."""
        return levels_of(self.effective_hundredths)


Profile = Mapping[str, Rating]
"""The ratings of one occupation by ``element_id``."""


def _hundredths(value: Decimal) -> int:
    return int(value.scaleb(2))


def levels_of(hundredths: int) -> Decimal:
    """Levels, with two decimals, of a number in hundredths."""
    return Decimal(hundredths).scaleb(-2)
