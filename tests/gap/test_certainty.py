"""How certain a gap is, and what the filters leave."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap.certainty import AppliedFilter, Certainty, ComparisonOptions, compare
from skillgap.gap.comparison import compare_profiles
from skillgap.gap.ratings import Profile
from tests.builders import profile, rating
from tests.gap.test_comparison import profiles

PLAIN = ComparisonOptions()


def judged(source: Profile, target: Profile, options: ComparisonOptions = PLAIN) -> list[tuple[object, ...]]:
    gaps = compare(source, target, options).gaps
    return [(one.element.element_id, one.certainty) for one in gaps]


def test_the_interval_of_a_difference_follows_the_worked_example() -> None:
    source = profile(rating(level="2.88", standard_error="0.1250"))
    target = profile(rating(level="3.75", standard_error="0.1636"))
    (one,) = compare(source, target, PLAIN).gaps
    assert one.element.difference == Decimal("0.87")
    assert one.interval is not None
    assert round(one.interval.standard_error, 5) == 0.20589
    assert (round(one.interval.lower, 5), round(one.interval.upper, 5)) == (0.46646, 1.27354)
    assert (one.interval.floored, one.certainty) == (False, Certainty.GAP)


def test_the_weighted_gap_follows_the_worked_example() -> None:
    source = profile(rating("A", "3.00"), rating("B", "2.00"), rating("C", "3.50"), rating("D", "0.00"))
    target = profile(
        rating("A", "4.50", "4.12"),
        rating("B", "2.50", "3.00"),
        rating("C", "3.00", "2.00"),
        rating("D", "0.88", "1.50"),
    )
    assert round(compare_profiles(source, target).weighted_gap, 5) == 0.92447
    comparison = compare(source, target, PLAIN)
    assert round(comparison.coverage, 5) == 0.72776
    assert [gap.element.element_id for gap in comparison.gaps] == ["A", "D", "B"]
    assert [one.element_id for one in comparison.surplus] == ["C"]


@pytest.mark.parametrize(
    ("target", "certainty"),
    [
        ("3.49", Certainty.NEGLIGIBLE),
        ("3.50", Certainty.GAP),  # the two errors of 0.125 clear 0.35
    ],
)
def test_half_a_level_divides_negligible_from_real(target: str, certainty: Certainty) -> None:
    assert judged(profile(rating()), profile(rating(level=target))) == [("2.A.1.a", certainty)]


def test_a_wide_difference_of_imprecise_levels_is_only_possible() -> None:
    source = profile(rating(level="2.00", standard_error="0.5000"))
    target = profile(rating(level="3.00", standard_error="0.5000"))
    assert judged(source, target) == [("2.A.1.a", Certainty.POSSIBLE_GAP)]
    assert judged(source, target, ComparisonOptions(confidence=0.8)) == [("2.A.1.a", Certainty.GAP)]


def test_an_error_of_0_has_a_floor_and_says_so() -> None:
    source = profile(rating(level="2.00", standard_error="0.0000"))
    target = profile(rating(level="3.00", standard_error="0.0000"))
    (one,) = compare(source, target, PLAIN).gaps
    assert one.interval is not None
    assert one.interval.floored is True
    assert round(one.interval.standard_error, 5) == 0.14434  # sqrt(2 * (1/12) / 8)


@pytest.mark.parametrize("side", ["source", "target"])
def test_without_published_errors_nothing_is_said_of_certainty(side: str) -> None:
    source = profile(rating(standard_error=None if side == "source" else "0.1"))
    target = profile(rating(level="5.00", standard_error=None if side == "target" else "0.1"))
    assert judged(source, target) == [("2.A.1.a", None)]


def test_holm_allows_for_many_elements_at_once() -> None:
    """One clear difference among 35 equal elements keeps its class, a marginal one loses it."""
    others = [rating(f"2.B.{number:02}") for number in range(33)]
    source = profile(rating("clear"), rating("marginal"), *others)
    target = profile(rating("clear", "6.00"), rating("marginal", "3.50", "1.00"), *others)
    plain, holm = judged(source, target), judged(source, target, ComparisonOptions(holm=True))
    assert plain[:2] == [("clear", Certainty.GAP), ("marginal", Certainty.GAP)]
    assert holm[:2] == [("clear", Certainty.GAP), ("marginal", Certainty.POSSIBLE_GAP)]


def test_every_filter_says_how_many_it_took_out() -> None:
    source = profile(rating("A"), rating("B"), rating("C"), rating("D", suppress=True), rating("E"))
    target = profile(
        rating("A", "3.25"), rating("B", "4.00", "2.00"), rating("C", "4.00"), rating("D", "6.00"),
        rating("E", "3.00"),
    )  # fmt: skip
    options = ComparisonOptions(min_gap=Decimal("0.5"), min_importance=Decimal("2.5"), strict=True)
    comparison = compare(source, target, options)
    assert comparison.filters == [
        AppliedFilter("precision", "strict", 1),
        AppliedFilter("min_importance", Decimal("2.5"), 1),
        AppliedFilter("min_gap", Decimal("0.5"), 1),
    ]
    assert [gap.element.element_id for gap in comparison.gaps] == ["C"]
    assert [one.element_id for one in comparison.met] == ["E"]


def test_what_is_not_rated_for_importance_is_below_every_importance() -> None:
    target = profile(rating("A", "4.00", None))
    comparison = compare(profile(rating("A", "1.00")), target, ComparisonOptions(min_importance=Decimal(1)))
    assert (comparison.compared, comparison.filters[0].removed) == (0, 1)


def test_without_filters_none_is_named_and_nothing_left_out() -> None:
    target = profile(rating("A"), rating("B", "0.00"))
    comparison = compare(profile(rating("A", "0.00"), rating("B")), target, PLAIN)
    assert (comparison.filters, comparison.compared) == ([], 2)


options = st.builds(
    ComparisonOptions,
    min_gap=st.decimals(0, 7, places=3),
    min_importance=st.none() | st.decimals(1, 5, places=3),
    strict=st.booleans(),
    confidence=st.floats(0.5, 0.999),
    threshold=st.decimals(0, 7, places=3),
    holm=st.booleans(),
)


@given(profiles(), profiles(), options)
def test_the_interval_contains_the_difference_and_every_element_is_accounted_for(
    source: Profile, target: Profile, asked: ComparisonOptions
) -> None:
    comparison = compare(source, target, asked)
    removed = sum(one.removed for one in comparison.filters)
    assert comparison.compared + removed == len(source.keys() & target.keys())
    assert 0 <= comparison.coverage <= 1
    assert 0 <= comparison.weighted_gap <= 7
    for element, found, certainty in comparison.gaps:
        assert (found is None) == (certainty is None)
        if found:
            assert found.lower <= element.difference <= found.upper


@given(profiles(), profiles(), st.floats(0.5, 0.99))
def test_more_confidence_never_makes_a_gap_more_certain(source: Profile, target: Profile, confidence: float) -> None:
    less = compare(source, target, ComparisonOptions(confidence=confidence)).certainties()
    more = compare(source, target, ComparisonOptions(confidence=confidence + 0.009)).certainties()
    assert more[Certainty.GAP] <= less[Certainty.GAP]


@given(profiles())
def test_against_oneself_everything_is_met(own: Profile) -> None:
    comparison = compare(own, own, PLAIN)
    assert (comparison.gaps, comparison.surplus, len(comparison.met)) == ([], [], len(own))
    assert (comparison.coverage, comparison.weighted_gap) == (1.0, 0.0)
