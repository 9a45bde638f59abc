"""What changed between two releases, in ratings, occupations and gaps.

A rating with the same date and domain source in both releases was carried over; any other date or
source says that the occupation was surveyed anew. Levels are effective levels on LV (0-7).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from skillgap.gap.certainty import Certainty, ComparisonOptions, certainty_class, difference_interval
from skillgap.gap.comparison import ElementGap, compare_profiles
from skillgap.gap.ratings import Estimate, Profile, Rating


class RatingChange(StrEnum):
    """How a rating changed."""

    CARRIED_OVER = "carried_over"  # the same survey, the same figures
    RESTATED = "restated"  # the same survey, but another figure
    RE_SURVEYED = "re_surveyed"
    NEWLY_RATED = "newly_rated"
    NO_LONGER_RATED = "no_longer_rated"


class OccupationChange(StrEnum):
    """How an occupation's ratings changed."""

    NEWLY_RATED = "newly_rated"
    NO_LONGER_RATED = "no_longer_rated"
    RE_SURVEYED = "re_surveyed"  # at least one rating is of another survey
    RESTATED = "restated"  # the same surveys; figures or the elements rated differ
    UNCHANGED = "unchanged"


class LevelChange(StrEnum):
    """How certain it is that a level is another one; the rules are those of a gap's certainty."""

    CERTAIN = "certain"  # half a level or more, and the interval of the difference does not include 0
    POSSIBLE = "possible"  # half a level or more, but the interval includes 0
    NEGLIGIBLE = "negligible"  # less than half a level


class GapChange(StrEnum):
    """How the gap in an element changed."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    WIDENED = "widened"
    NARROWED = "narrowed"


OPTIONS = ComparisonOptions()
CHANGES = {
    Certainty.GAP: LevelChange.CERTAIN,
    Certainty.POSSIBLE_GAP: LevelChange.POSSIBLE,
    Certainty.NEGLIGIBLE: LevelChange.NEGLIGIBLE,
}


class RatingPair(NamedTuple):
    """An element of one occupation in two releases; None where the release does not rate it."""

    element_id: str
    change: RatingChange
    before: Rating | None
    after: Rating | None

    @property
    def difference_hundredths(self) -> int | None:
        """The later effective level minus the earlier one; None where a release has none."""
        if self.before is None or self.after is None:
            return None
        return self.after.effective_hundredths - self.before.effective_hundredths

    @property
    def level_change(self) -> LevelChange | None:
        """None where the level is the same, or a release has no level or no standard error of it."""
        difference = self.difference_hundredths
        if not difference or self.before is None or self.after is None:
            return None
        errors = self.before.standard_error, self.after.standard_error
        if errors[0] is None or errors[1] is None:
            return None
        bounds = difference_interval(abs(difference), errors[0], errors[1], False, OPTIONS.confidence)
        return CHANGES[certainty_class(abs(difference), OPTIONS.threshold, above_0=bounds.lower > 0)]


class OccupationDiff(NamedTuple):
    """How an occupation changed, and the number of its ratings by their change.

    ``levels`` counts the levels that are another one; None counts those without standard errors.
    """

    onetsoc_code: str
    change: OccupationChange
    ratings: Counter[RatingChange]
    levels: Counter[LevelChange | None]


class GapPair(NamedTuple):
    """The gap in one element in two releases; None where a side has no level for it.

    ``source`` and ``target`` say how the ratings behind the gap changed, None where neither release
    has one.
    """

    element_id: str
    change: GapChange
    before: ElementGap | None
    after: ElementGap | None
    source: RatingChange | None
    target: RatingChange | None


def changed_ratings(before: Profile, after: Profile) -> list[RatingPair]:
    """Every element that either profile has, by element id, with how its rating changed."""
    return [
        RatingPair(element_id, _rating_change(old, new), old, new)
        for element_id in sorted({*before, *after})
        for old, new in [(before.get(element_id), after.get(element_id))]
    ]


def changed_occupations(before: Mapping[str, Profile], after: Mapping[str, Profile]) -> list[OccupationDiff]:
    """Every occupation that either release has rated, by code, with how its ratings changed."""
    return [occupation_diff(code, before.get(code), after.get(code)) for code in sorted({*before, *after})]


def occupation_diff(code: str, before: Profile | None, after: Profile | None) -> OccupationDiff:
    """How one occupation changed; None stands for a release that has not rated it."""
    pairs = changed_ratings(before or {}, after or {})
    ratings = Counter(pair.change for pair in pairs)
    others = [pair for pair in pairs if pair.change is not RatingChange.CARRIED_OVER]
    levels = Counter(pair.level_change for pair in others if pair.difference_hundredths)
    if not before:
        change = OccupationChange.NEWLY_RATED
    elif not after:
        change = OccupationChange.NO_LONGER_RATED
    elif ratings[RatingChange.RE_SURVEYED]:
        change = OccupationChange.RE_SURVEYED
    elif ratings[RatingChange.CARRIED_OVER] < ratings.total():
        change = OccupationChange.RESTATED
    else:
        change = OccupationChange.UNCHANGED
    return OccupationDiff(code, change, ratings, levels)


def changed_gaps(
    source_before: Profile, target_before: Profile, source_after: Profile, target_after: Profile
) -> list[GapPair]:
    """The elements whose gap from source to target changed, the largest change first.

    Equal changes by element id. An element that a side has no level for has no gap there.
    """
    before = {gap.element_id: gap for gap in compare_profiles(source_before, target_before).elements}
    after = {gap.element_id: gap for gap in compare_profiles(source_after, target_after).elements}
    source = {pair.element_id: pair.change for pair in changed_ratings(source_before, source_after)}
    target = {pair.element_id: pair.change for pair in changed_ratings(target_before, target_after)}
    pairs = [
        GapPair(element_id, change, old, new, source.get(element_id), target.get(element_id))
        for element_id in sorted({*before, *after})
        for old, new in [(before.get(element_id), after.get(element_id))]
        if (change := _gap_change(old, new)) is not None
    ]
    return sorted(pairs, key=lambda pair: -abs(_gap(pair.after) - _gap(pair.before)))


def _gap_change(before: ElementGap | None, after: ElementGap | None) -> GapChange | None:
    old, new = _gap(before), _gap(after)
    if old == new:
        return None
    if not old:
        return GapChange.APPEARED
    if not new:
        return GapChange.VANISHED
    return GapChange.WIDENED if new > old else GapChange.NARROWED


def _gap(element: ElementGap | None) -> int:
    """The gap in hundredths of a level."""
    return max(0, element.difference_hundredths) if element else 0


def _rating_change(before: Rating | None, after: Rating | None) -> RatingChange:
    if before is None:
        return RatingChange.NEWLY_RATED
    if after is None:
        return RatingChange.NO_LONGER_RATED
    if before.level == after.level and before.importance == after.importance:
        return RatingChange.CARRIED_OVER  # nearly all are
    estimates = [(before.level, after.level), (before.importance, after.importance)]
    if any(_survey(old) != _survey(new) for old, new in estimates if old and new):
        return RatingChange.RE_SURVEYED
    if any(_figures(old) != _figures(new) for old, new in estimates):
        return RatingChange.RESTATED
    return RatingChange.CARRIED_OVER


def _survey(estimate: Estimate) -> tuple[object, ...]:
    return (estimate.date_updated, estimate.domain_source)


def _figures(estimate: Estimate | None) -> tuple[object, ...] | None:
    """The figures a comparison uses; O*NET has widened its statistics' decimals without a survey."""
    if estimate is None:
        return None
    return (estimate.data_value, estimate.not_relevant, estimate.recommend_suppress)
