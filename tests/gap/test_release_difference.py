"""What changed between two releases, on literals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from skillgap.gap.ratings import Rating
from skillgap.gap.release_difference import (
    GapChange,
    LevelChange,
    OccupationChange,
    RatingChange,
    changed_gaps,
    changed_occupations,
    changed_ratings,
    occupation_diff,
)
from tests.builders import profile, rating

OLD, NEW = date(2023, 8, 1), date(2025, 8, 1)


def surveyed(rated: Rating, when: date = OLD, source: str = "Analyst", **level: Any) -> Rating:
    """The rating with the date and source of a survey, and other figures of its level."""
    survey = {"date_updated": when, "domain_source": source}
    importance = rated.importance._replace(**survey) if rated.importance else None
    return replace(rated, level=rated.level._replace(**survey, **level), importance=importance)


@pytest.mark.parametrize(
    ("after", "change"),
    [
        (surveyed(rating()), RatingChange.CARRIED_OVER),
        (surveyed(rating(standard_error="0.1300")), RatingChange.CARRIED_OVER),
        (surveyed(rating(level="3.12")), RatingChange.RESTATED),
        (surveyed(rating(importance="3.12")), RatingChange.RESTATED),
        (surveyed(rating(importance=None)), RatingChange.RESTATED),
        (surveyed(rating(not_relevant=True)), RatingChange.RESTATED),
        (surveyed(rating(suppress=True)), RatingChange.RESTATED),
        (surveyed(rating(), NEW), RatingChange.RE_SURVEYED),
        (surveyed(rating(), source="Incumbent"), RatingChange.RE_SURVEYED),
        (surveyed(rating(level="3.12"), NEW), RatingChange.RE_SURVEYED),
        (None, RatingChange.NO_LONGER_RATED),
    ],
)
def test_a_survey_is_known_by_its_date_and_source(after: Rating | None, change: str) -> None:
    (pair,) = changed_ratings(profile(surveyed(rating())), profile(after) if after is not None else {})
    assert pair.change is change


def test_every_occupation_says_what_became_of_it() -> None:
    old, new = surveyed(rating()), surveyed(rating("2.A.1.b"), NEW)
    before = {"a": profile(old), "b": profile(old), "c": profile(old), "d": profile(old)}
    after = {
        "b": profile(old),
        "c": profile(old, surveyed(rating("2.A.1.b"))),
        "d": profile(surveyed(rating(), NEW)),
        "e": profile(new),
    }
    assert [(one.onetsoc_code, one.change) for one in changed_occupations(before, after)] == [
        ("a", OccupationChange.NO_LONGER_RATED),
        ("b", OccupationChange.UNCHANGED),
        ("c", OccupationChange.RESTATED),
        ("d", OccupationChange.RE_SURVEYED),
        ("e", OccupationChange.NEWLY_RATED),
    ]


def test_the_ratings_of_an_occupation_are_counted_by_kind() -> None:
    old = profile(surveyed(rating()), surveyed(rating("2.A.1.b")), surveyed(rating("2.A.1.c")))
    new = profile(surveyed(rating()), surveyed(rating("2.A.1.b"), NEW), surveyed(rating("2.B.1.a")))
    assert occupation_diff("a", old, new).ratings == {
        RatingChange.CARRIED_OVER: 1,
        RatingChange.RE_SURVEYED: 1,
        RatingChange.NO_LONGER_RATED: 1,
        RatingChange.NEWLY_RATED: 1,
    }


def test_a_gap_appears_vanishes_widens_and_narrows() -> None:
    source = profile(*(surveyed(rating(element, "3.00")) for element in "abcdef"))
    levels_before = {"a": "3.00", "b": "4.00", "c": "4.00", "d": "4.00", "e": "4.00", "f": "2.00"}
    levels_after = {"a": "3.50", "b": "2.00", "c": "5.75", "d": "3.25", "e": "4.00", "f": "1.00"}
    before = profile(*(surveyed(rating(one, level)) for one, level in levels_before.items()))
    after = profile(*(surveyed(rating(one, level), NEW) for one, level in levels_after.items()))
    found = changed_gaps(source, before, source, after)
    assert [(one.element_id, one.change) for one in found] == [
        ("c", GapChange.WIDENED),
        ("b", GapChange.VANISHED),
        ("d", GapChange.NARROWED),
        ("a", GapChange.APPEARED),
    ]
    widest = found[0]
    assert (widest.source, widest.target) == (RatingChange.CARRIED_OVER, RatingChange.RE_SURVEYED)
    assert widest.before is not None
    assert widest.after is not None
    assert (widest.before.target_level, widest.after.target_level) == (Decimal("4.00"), Decimal("5.75"))


def test_an_element_that_one_release_lacks_has_no_gap_there() -> None:
    source = profile(rating("a", "1.00"))
    (one,) = changed_gaps(source, profile(rating("a", "2.00")), source, {})
    assert (one.change, one.after, one.target) == (
        GapChange.VANISHED, None, RatingChange.NO_LONGER_RATED
    )  # fmt: skip
    (one,) = changed_gaps(source, profile(), source, profile(rating("a", "2.00")))
    assert (one.change, one.before, one.target) == (GapChange.APPEARED, None, RatingChange.NEWLY_RATED)
    assert changed_gaps({}, profile(), {}, profile(rating("a", "2.00"))) == []  # the source's level is unknown


def test_nothing_changes_between_a_release_and_itself() -> None:
    source, target = profile(rating("a", "1.00")), profile(rating("a", "2.00"))
    assert changed_gaps(source, target, source, target) == []
    assert changed_occupations({"a": source}, {"a": source})[0].change is OccupationChange.UNCHANGED


@pytest.mark.parametrize(
    ("level", "error", "difference", "change"),
    [
        ("4.00", "0.1250", 100, LevelChange.CERTAIN),
        ("2.00", "0.1250", -100, LevelChange.CERTAIN),  # 3.00 to 2.00: downwards as upwards
        ("3.62", "0.4000", 62, LevelChange.POSSIBLE),  # 1.96 * hypot(0.125, 0.4) = 0.82
        ("3.49", "0.1250", 49, LevelChange.NEGLIGIBLE),
        ("4.00", None, 100, None),
        ("3.00", "0.1250", 0, None),
    ],
)
def test_a_level_changes_for_certain_by_the_rules_of_a_gap(
    level: str, error: str | None, difference: int, change: LevelChange | None
) -> None:
    (pair,) = changed_ratings(
        profile(surveyed(rating())), profile(surveyed(rating(level=level, standard_error=error), NEW))
    )
    assert (pair.difference_hundredths, pair.level_change) == (difference, change)


def test_an_occupation_counts_the_levels_that_are_others() -> None:
    before = profile(surveyed(rating()), surveyed(rating("2.A.1.b")), surveyed(rating("2.A.1.c")))
    after = profile(
        surveyed(rating(level="4.00"), NEW),
        surveyed(rating("2.A.1.b", level="3.50", standard_error=None), NEW),
        surveyed(rating("2.A.1.c"), NEW),
    )
    assert occupation_diff("29-1141.00", before, after).levels == {LevelChange.CERTAIN: 1, None: 1}
    assert not occupation_diff("29-1141.00", None, after).levels
