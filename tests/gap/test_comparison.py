"""The gap: what counts as one, in which order, and how much is covered."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap.certainty import ComparisonOptions, compare
from skillgap.gap.comparison import Status, compare_profiles, coverage, skill_gap
from skillgap.gap.ratings import Profile
from tests.builders import profile, rating

ELEMENTS = [f"2.A.1.{letter}" for letter in "abcdef"]

levels = st.integers(0, 56).map(lambda eighths: f"{Decimal(eighths) / 8:.2f}")
importances = st.integers(8, 40).map(lambda eighths: f"{Decimal(eighths) / 8:.2f}")


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    elements = draw(st.sets(st.sampled_from(ELEMENTS)))
    return profile(
        *(
            rating(
                element_id,
                level=draw(levels),
                importance=draw(st.none() | importances),
                not_relevant=draw(st.booleans()),
                suppress=draw(st.booleans()),
            )
            for element_id in sorted(elements)
        )
    )


def test_a_higher_target_level_is_a_gap_of_their_difference() -> None:
    gaps = skill_gap(profile(rating(level="2.88")), profile(rating(level="3.75", importance="4.12")))
    assert [(gap.status, gap.source_level, gap.target_level, gap.difference) for gap in gaps] == [
        (Status.LOWER, Decimal("2.88"), Decimal("3.75"), Decimal("0.87"))
    ]
    assert gaps[0].target_importance == Decimal("4.12")


@pytest.mark.parametrize("target", ["3.00", "2.99", "0.00"])
def test_a_level_that_is_met_is_no_gap(target: str) -> None:
    assert skill_gap(profile(rating(level="3.00")), profile(rating(level=target))) == []


def test_a_source_level_of_0_is_missing() -> None:
    (gap,) = skill_gap(profile(rating(level="0.00")), profile(rating(level="2.12")))
    assert (gap.status, gap.difference) == (Status.MISSING, Decimal("2.12"))


def test_a_not_relevant_source_level_counts_as_0_even_where_it_is_above() -> None:
    source = profile(rating(level="1.00", not_relevant=True))
    (gap,) = skill_gap(source, profile(rating(level="1.50")))
    assert (gap.status, gap.source_level, gap.difference) == (
        Status.MISSING, Decimal(0), Decimal("1.50")
    )  # fmt: skip


def test_a_not_relevant_target_asks_for_nothing() -> None:
    target = profile(rating(level="1.00", not_relevant=True))
    assert skill_gap(profile(rating(level="0.00")), target) == []


@pytest.mark.parametrize("absent", ["source", "target"])
def test_an_element_without_a_level_on_one_side_is_unknown_and_in_no_figure(absent: str) -> None:
    sides = [rating("A", "2.00", "3.00")], [rating("A", "3.00", "3.00")]
    sides[absent == "source"].append(rating("B", "6.00", "5.00"))
    compared = compare(profile(*sides[0]), profile(*sides[1]), ComparisonOptions())
    assert [gap.element.element_id for gap in compared.gaps] == ["A"]
    assert (compared.unknown, round(compared.coverage, 5), compared.weighted_gap) == (1, 0.66667, 1.0)


@pytest.mark.parametrize("side", ["source", "target", "both"])
def test_a_suppressed_level_on_either_side_is_low_precision(side: str) -> None:
    source = profile(rating(level="1.00", suppress=side in ("source", "both")))
    target = profile(rating(level="4.00", suppress=side in ("target", "both")))
    assert skill_gap(source, target)[0].low_precision is True


def test_the_widest_gap_is_first_then_the_more_important_then_the_lower_id() -> None:
    target = profile(
        rating("2.A.1.a", level="2.00", importance="3.00"),
        rating("2.A.1.b", level="3.00", importance="2.00"),
        rating("2.A.1.c", level="3.00", importance="4.00"),
        rating("2.A.1.d", level="2.00", importance="3.00"),
    )
    source = profile(*(rating(element_id, level="0.00") for element_id in target))
    order = [gap.element_id for gap in skill_gap(source, target)]
    assert order == ["2.A.1.c", "2.A.1.b", "2.A.1.a", "2.A.1.d"]


def test_coverage_is_weighted_by_the_targets_importance() -> None:
    """The worked example of the method: sum(w min(s, t)) / sum(w t) over four skills."""
    source = profile(
        rating("A", level="3.00"),
        rating("B", level="2.00"),
        rating("C", level="3.50"),
        rating("D", level="0.50", not_relevant=True),
    )
    target = profile(
        rating("A", level="4.50", importance="4.12"),
        rating("B", level="2.50", importance="3.00"),
        rating("C", level="3.00", importance="2.00"),
        rating("D", level="0.88", importance="1.50"),
    )
    assert round(coverage(source, target), 5) == 0.72776
    assert [gap.element_id for gap in skill_gap(source, target)] == ["A", "D", "B"]


def test_a_target_that_asks_for_nothing_is_covered() -> None:
    assert coverage(profile(rating()), profile(rating(level="0.00", importance="1.00"))) == 1.0


@given(profiles())
def test_there_is_no_gap_to_oneself(own: Profile) -> None:
    assert skill_gap(own, own) == []
    assert coverage(own, own) == 1.0


@given(profiles(), profiles())
def test_every_gap_is_positive_and_target_minus_source(source: Profile, target: Profile) -> None:
    for gap in skill_gap(source, target):
        assert gap.difference > 0
        assert gap.target_level == target[gap.element_id].level.data_value
        assert gap.difference == gap.target_level - source[gap.element_id].effective_level
        assert not target[gap.element_id].not_relevant
        assert (gap.status is Status.MISSING) == (gap.source_level == 0)


@given(profiles(), profiles())
def test_the_order_is_total_and_the_rows_order_does_not_matter(source: Profile, target: Profile) -> None:
    turned = dict(reversed(target.items()))
    gaps = skill_gap(source, target)
    assert skill_gap(source, turned) == gaps
    keys = [(-gap.difference, -(gap.target_importance or 0), gap.element_id) for gap in gaps]
    assert keys == sorted(set(keys))


@given(profiles(), profiles())
def test_comparing_names_every_element_that_both_sides_have_once(source: Profile, target: Profile) -> None:
    assert sorted(one.element_id for one in compare_profiles(source, target).elements) == sorted(
        source.keys() & target.keys()
    )


@given(profiles(), profiles())
def test_coverage_is_a_share_and_1_exactly_when_no_weighted_level_is_short(source: Profile, target: Profile) -> None:
    share = coverage(source, target)
    assert 0 <= share <= 1
    short = any(gap.target_importance and gap.target_importance > 1 for gap in skill_gap(source, target))
    assert (share < 1) == short
