"""The gap between two occupations: pure arithmetic on published ratings.

Levels are on O*NET's LV scale (0-7), importances on its IM scale (1-5), both exactly as published.
A level whose row says Not Relevant = Y counts as 0, on either side. Published figures have two
decimals, so sums are taken over whole hundredths and are exact.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from skillgap.gap.ratings import Profile, Rating, _level


class Status(StrEnum):
    """How the source's level of an element stands to the target's."""

    MISSING = "missing"  # the target asks for it and the source's level is 0, or has no row
    LOWER = "lower"
    MET = "met"  # the same level on both sides
    SURPLUS = "surplus"


class ElementGap(NamedTuple):
    """One element of two occupations side by side.

    ``difference_hundredths`` is the target's level minus the source's; ``source`` is None where the source has
    no row for the element, which then counts as level 0.
    """

    target: Rating
    source: Rating | None
    difference_hundredths: int

    @property
    def element_id(self) -> str:
        """The element's id in the content model."""
        return self.target.element_id

    @property
    def element_name(self) -> str:
        """The element's name."""
        return self.target.element_name

    @property
    def status(self) -> Status:
        """How the source stands to the target."""
        if self.difference_hundredths > 0:
            return Status.LOWER if self.source and self.source.effective_hundredths else Status.MISSING
        return Status.SURPLUS if self.difference_hundredths else Status.MET

    @property
    def from_level(self) -> Decimal:
        """The source's level as it counts, 0-7."""
        return _level(self.source.effective_hundredths if self.source else 0)

    @property
    def to_level(self) -> Decimal:
        """The target's level as it counts, 0-7."""
        return _level(self.target.effective_hundredths)

    @property
    def difference(self) -> Decimal:
        """Target minus source, in levels, with two decimals."""
        return _level(self.difference_hundredths)

    @property
    def to_importance(self) -> Decimal | None:
        """The importance to the target, 1-5."""
        return self.target.importance.data_value if self.target.importance else None

    @property
    def low_precision(self) -> bool:
        """Whether O*NET recommends suppressing one of the two levels."""
        return self.target.suppressed or (self.source is not None and self.source.suppressed)


Row = tuple[int, int, str, Rating, Rating | None]
"""One element of a comparison: source minus target in hundredths, place among equals, element id,
what is asked, what is held. Rows sort by themselves: widest gap first."""


class ProfileComparison(NamedTuple):
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
    return [element for element in compare_profiles(source, target).elements if element.difference_hundredths > 0]


def compare_profiles(source: Profile, target: Profile) -> ProfileComparison:
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
        level, weight = asked.effective_hundredths, asked.weight
        surplus = held.effective_hundredths - level if held else -level
        weights += weight
        required += weight * level
        if surplus < 0:
            short -= weight * surplus
        rows.append((surplus, asked.place, element_id, asked, held))
    rows.sort()  # ids differ, so two ratings are never compared
    return ProfileComparison(
        rows,
        (required - short) / required if required else 1.0,
        short / (100 * weights) if weights else 0.0,
    )


def coverage(source: Profile, target: Profile) -> float:
    """The share of the target's required level that the source has: see ``tally``."""
    return compare_profiles(source, target).coverage
