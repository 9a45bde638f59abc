"""Verdicts: worked values at the borders, and what holds of every move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap.closeness import Closeness, Group, groups_of
from skillgap.gap.verdict import ORDER, PUBLISHED_BORDERS, Borders, Standing, Verdict, standing, verdict_of

BORDERS = Borders(Closeness(0.25, 100), Closeness(0.5, 100), {"skills": Closeness(0.4, 100)})

DISTANCES = st.lists(
    st.tuples(st.integers(0, 8).map(lambda n: n / 8), st.integers(0, 8).map(lambda n: n / 10)), min_size=2, max_size=12
)


@pytest.mark.parametrize(
    ("resemblance", "gap", "verdict"),
    [
        (0.25, 0.40, Verdict.CLOSE),  # both borders are still close
        (0.26, 0.00, Verdict.STRETCH),  # less alike, with nothing to raise
        (0.00, 0.41, Verdict.STRETCH),  # alike, with much to raise
        (0.00, 7.00, Verdict.STRETCH),
        (0.50, 0.00, Verdict.STRETCH),
        (0.51, 0.00, Verdict.FAR),  # unlike, with nothing to raise
        (2.00, 7.00, Verdict.FAR),
    ],
)
def test_the_verdict_at_each_border(resemblance: float, gap: float, verdict: Verdict) -> None:
    assert verdict_of(resemblance, {"skills": gap}, BORDERS) is verdict


def test_one_wide_gap_in_any_domain_is_a_stretch() -> None:
    borders = PUBLISHED_BORDERS["skills", "knowledge"]
    assert verdict_of(0.1, {"skills": 0.3, "knowledge": 0.8}, borders) is Verdict.CLOSE
    assert verdict_of(0.1, {"skills": 0.3, "knowledge": 0.9}, borders) is Verdict.STRETCH


def test_the_standing_of_a_target_among_five_occupations() -> None:
    resemblance = np.array([0.0, 0.1, 0.2, 0.3, 0.9])
    gaps = {"skills": np.array([0.0, 0.9, 0.1, 0.0, 0.0])}  # the most alike takes much, so it comes second

    place = standing(resemblance, gaps, BORDERS, source=0, target=1)

    assert place == Standing(
        verdict=Verdict.STRETCH,
        rank=2,
        ranked=4,
        farther=2,
        counts={Verdict.CLOSE: 1, Verdict.STRETCH: 2, Verdict.FAR: 1},
    )


def test_occupations_exactly_as_far_are_not_farther() -> None:
    alike = np.array([0.0, 0.2, 0.2, 0.2])
    places = [standing(alike, {}, BORDERS, source=0, target=target) for target in (1, 2, 3)]
    assert [(place.rank, place.farther) for place in places] == [(1, 0), (2, 0), (3, 0)]


@given(DISTANCES)
def test_ranks_count_through_all_occupations_and_never_pass_a_nearer_verdict(
    distances: list[tuple[float, float]],
) -> None:
    resemblance, gap = (np.array(column) for column in zip(*distances, strict=True))

    places = [standing(resemblance, {"skills": gap}, BORDERS, source=0, target=i) for i in range(1, len(distances))]

    assert sorted(place.rank for place in places) == list(range(1, len(distances)))
    by_rank = sorted(places, key=lambda place: place.rank)
    assert [ORDER.index(place.verdict) for place in by_rank] == sorted(ORDER.index(place.verdict) for place in places)
    assert all(place.rank + place.farther <= place.ranked == sum(place.counts.values()) for place in places)


@given(st.floats(0, 2), st.floats(0, 7), st.floats(0, 2), st.floats(0, 7))
def test_a_move_that_is_nearer_in_both_is_never_judged_farther(
    one: float, gap: float, more: float, wider: float
) -> None:
    near = verdict_of(min(one, more), {"skills": min(gap, wider)}, BORDERS)
    far = verdict_of(max(one, more), {"skills": max(gap, wider)}, BORDERS)
    assert ORDER.index(near) <= ORDER.index(far)


def test_borders_of_too_few_pairs_are_none_of_a_release() -> None:
    assert BORDERS.calibrated
    assert not BORDERS._replace(far=Closeness(0.5, 29)).calibrated
    assert not BORDERS._replace(gaps={"skills": Closeness(0.4, 2)}).calibrated


def test_a_minor_group_is_the_code_up_to_its_third_digit() -> None:
    assert groups_of(["15-1251.00", "15-1212.00"], Group.MINOR) == ["15-1", "15-1"]
