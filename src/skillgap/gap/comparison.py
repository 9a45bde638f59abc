"""The gap between two occupations: pure arithmetic on published ratings.

Levels are on O*NET's LV scale (0-7), importances on its IM scale (1-5). Published figures have two
decimals, so sums are taken over whole hundredths and are exact.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from skillgap.gap.ratings import Profile, Rating, levels_of

IMPORTANCE_ORDERS = 1000  # more than there are of them: one number sorts by difference, then importance


class Status(StrEnum):
    """How the source's level of an element stands to the target's."""

    MISSING = "missing"  # a gap, and the source's level is 0
    LOWER = "lower"
    MET = "met"  # the same level on both sides
    SURPLUS = "surplus"


class ElementGap(NamedTuple):
    """One element of two occupations side by side.

    ``difference_hundredths`` is the target's effective level minus the source's.
    """

    target: Rating
    source: Rating
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
        """How the source's level stands to the target's."""
        if self.difference_hundredths > 0:
            return Status.LOWER if self.source.effective_hundredths else Status.MISSING
        return Status.SURPLUS if self.difference_hundredths else Status.MET

    @property
    def source_level(self) -> Decimal:
        """The source's effective level, 0-7."""
        return levels_of(self.source.effective_hundredths)

    @property
    def target_level(self) -> Decimal:
        """The target's effective level, 0-7."""
        return levels_of(self.target.effective_hundredths)

    @property
    def difference(self) -> Decimal:
        """Target minus source, in levels, with two decimals."""
        return levels_of(self.difference_hundredths)

    @property
    def target_importance(self) -> Decimal | None:
        """The element's importance to the target, 1-5."""
        return self.target.importance.data_value if self.target.importance else None

    @property
    def low_precision(self) -> bool:
        """Whether O*NET recommends suppressing one of the two levels."""
        return self.target.recommend_suppress or self.source.recommend_suppress


Row = tuple[int, str, int, Rating, Rating]
"""One element of a comparison: sort key, element id, difference in hundredths, target, source.

The difference is target minus source; sorted rows have the widest gap first. A plain tuple, because
``/skill-gap`` makes 35 of them for each response."""


class ProfileComparison(NamedTuple):
    """Two occupations compared: a sorted row for each element, and their sums."""

    rows: list[Row]
    coverage: float
    weighted_gap: float

    @property
    def elements(self) -> list[ElementGap]:
        """The rows as named tuples, in the same order."""
        return [ElementGap(target, source, difference) for _, _, difference, target, source in self.rows]


def skill_gap(source: Profile, target: Profile) -> list[ElementGap]:
    """Elements whose level is higher in the target occupation than in the source.

    An element without a level on either side is unknown, and no gap (gap method, section 2). Widest gap
    first; equal gaps by importance to the target, then by element id.
    """
    return [element for element in compare_profiles(source, target).elements if element.difference_hundredths > 0]


def compare_profiles(source: Profile, target: Profile) -> ProfileComparison:
    """Every element that both sides have a level for, in the order of ``skill_gap``.

    With s and t the effective levels and w = (IM of the target - 1) / 4:

    - ``coverage``, the share of the required level that the source has, is
      sum(w * min(s, t)) / sum(w * t): 1.0 when every level is met or none is required, 0.0 when
      the source has none of it;
    - ``weighted_gap``, the mean gap in levels (0-7), is sum(w * max(0, t - s)) / sum(w), and 0.0
      where nothing has a weight.
    """
    rows: list[Row] = []
    required = gap = weights = 0
    for element_id, rating in target.items():
        source_rating = source.get(element_id)
        if source_rating is None:
            continue
        level = rating.effective_hundredths
        difference = level - source_rating.effective_hundredths
        weight = rating.importance_weight
        weights += weight
        required += weight * level
        if difference > 0:
            gap += weight * difference
        sort_key = rating.importance_order - IMPORTANCE_ORDERS * difference
        rows.append((sort_key, element_id, difference, rating, source_rating))
    rows.sort()  # ids differ, so two ratings are never compared
    return ProfileComparison(
        rows, (required - gap) / required if required else 1.0, gap / (100 * weights) if weights else 0.0
    )


def coverage(source: Profile, target: Profile) -> float:
    """The share of the target's required level that the source has: see ``compare_profiles``."""
    return compare_profiles(source, target).coverage
