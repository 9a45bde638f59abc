"""The gap between two occupations: pure arithmetic on published ratings.

Levels are on O*NET's LV scale (0-7), importances on its IM scale (1-5), both exactly as published.
A level whose row says Not Relevant = Y counts as 0, on either side. Published figures have two
decimals, so sums are taken over whole hundredths and are exact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

RATERS = 8  # trained analysts who rate each skill, where a row does not say how many


class Estimate(NamedTuple):
    """One published number: an element of an occupation on one scale, with O*NET's statistics.

    ``not_relevant`` is published on LV rows alone and is None elsewhere; any other None is a
    statistic that O*NET has not published for this number.
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
    """What O*NET says of one element in one occupation: how much of it, and how important.

    ``counted`` is the level that comparisons use, in hundredths: as published, or 0 where it is not
    relevant. ``weight`` is its importance above the scale's minimum, IM - 1, in hundredths: 0 to
    400, and 0 where O*NET has not rated it; ``place`` sorts by it, the most important first and
    what has none last. ``suppressed`` says that O*NET recommends not to use the level. ``error`` is
    the level's standard error in levels, None where none is published; where all raters agreed it
    is ``floored``: a rating is a whole number, so its rounding alone has a variance of 1/12.
    """

    element_id: str
    element_name: str
    level: Estimate
    importance: Estimate | None
    counted: int = field(init=False)
    weight: int = field(init=False)
    place: int = field(init=False)
    suppressed: bool = field(init=False)
    error: float | None = field(init=False)
    floored: bool = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every comparison needs."""
        counted = 0 if self.level.not_relevant else _hundredths(self.level.data_value)
        weight = _hundredths(self.importance.data_value) - 100 if self.importance else 0
        error = self.level.standard_error
        object.__setattr__(self, "counted", counted)
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "place", -weight if self.importance else 1)
        object.__setattr__(self, "suppressed", self.level.recommend_suppress is True)
        object.__setattr__(self, "floored", error == 0)
        floor = sqrt(1 / 12 / (self.level.n or RATERS))
        object.__setattr__(self, "error", None if error is None else float(error) or floor)

    @property
    def not_relevant(self) -> bool:
        """Whether O*NET marks the element as not relevant for the occupation."""
        return self.level.not_relevant is True

    @property
    def counted_level(self) -> Decimal:
        """``counted`` on the scale, 0-7."""
        return _level(self.counted)


Profile = Mapping[str, Rating]
"""The ratings of one occupation by ``element_id``."""


class Status(StrEnum):
    """How the source's level of an element stands to the target's."""

    MISSING = "missing"  # the target asks for it and the source's level is 0, or has no row
    LOWER = "lower"
    MET = "met"  # the same level on both sides
    SURPLUS = "surplus"


class ElementGap(NamedTuple):
    """One element of two occupations side by side.

    ``hundredths`` is the target's level minus the source's; ``held`` is None where the source has
    no row for the element, which then counts as level 0.
    """

    asked: Rating
    held: Rating | None
    hundredths: int

    @property
    def element_id(self) -> str:
        """The element's id in the content model."""
        return self.asked.element_id

    @property
    def element_name(self) -> str:
        """The element's name."""
        return self.asked.element_name

    @property
    def status(self) -> Status:
        """How the source stands to the target."""
        if self.hundredths > 0:
            return Status.LOWER if self.held and self.held.counted else Status.MISSING
        return Status.SURPLUS if self.hundredths else Status.MET

    @property
    def from_level(self) -> Decimal:
        """The source's level as it counts, 0-7."""
        return _level(self.held.counted if self.held else 0)

    @property
    def to_level(self) -> Decimal:
        """The target's level as it counts, 0-7."""
        return _level(self.asked.counted)

    @property
    def difference(self) -> Decimal:
        """Target minus source, in levels, with two decimals."""
        return _level(self.hundredths)

    @property
    def to_importance(self) -> Decimal | None:
        """The importance to the target, 1-5."""
        return self.asked.importance.data_value if self.asked.importance else None

    @property
    def low_precision(self) -> bool:
        """Whether O*NET recommends suppressing one of the two levels."""
        return self.asked.suppressed or (self.held is not None and self.held.suppressed)


Row = tuple[int, int, str, Rating, Rating | None]
"""One element of a comparison: source minus target in hundredths, place among equals, element id,
what is asked, what is held. Rows sort by themselves: widest gap first."""


class Tally(NamedTuple):
    """Two occupations compared in one pass: a row for each element in order, and their sums."""

    rows: list[Row]
    coverage: float
    weighted_gap: float

    @property
    def elements(self) -> list[ElementGap]:
        """The rows by their names."""
        return [ElementGap(asked, held, -short) for short, _, _, asked, held in self.rows]


def skill_gap(source: Profile, target: Profile) -> list[ElementGap]:
    """Elements the target occupation asks for at a higher level than the source.

    An element the source has no row for counts as level 0. Widest gap first; equal gaps by
    importance to the target, then by element id.
    """
    return [element for element in tally(source, target).elements if element.hundredths > 0]


def tally(source: Profile, target: Profile) -> Tally:
    """Every element the target is rated on beside the source's, in the order of ``skill_gap``.

    With s and t the levels and w = (IM of the target - 1) / 4:

    - ``coverage``, the share of the required level that the source has, is
      sum(w * min(s, t)) / sum(w * t): 1.0 when every level is met or none is asked for, 0.0 when
      none is there at all;
    - ``weighted_gap``, the mean gap in levels (0-7), is sum(w * max(0, t - s)) / sum(w), and 0.0
      where nothing has a weight.
    """
    rows: list[Row] = []
    required = short = weights = 0
    for element_id, asked in target.items():
        held = source.get(element_id)
        level, weight = asked.counted, asked.weight
        surplus = held.counted - level if held else -level
        weights += weight
        required += weight * level
        if surplus < 0:
            short -= weight * surplus
        rows.append((surplus, asked.place, element_id, asked, held))
    rows.sort()  # ids differ, so two ratings are never compared
    return Tally(
        rows,
        (required - short) / required if required else 1.0,
        short / (100 * weights) if weights else 0.0,
    )


def coverage(source: Profile, target: Profile) -> float:
    """The share of the target's required level that the source has: see ``tally``."""
    return tally(source, target).coverage


def _hundredths(value: Decimal) -> int:
    return int(value.scaleb(2))


def _level(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)
