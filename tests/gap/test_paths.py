"""Stepping stones, against brute force over every path."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap import paths
from skillgap.gap.matrix import Floats
from skillgap.gap.paths import Route, Steps


@st.composite
def tables(draw: st.DrawFn) -> Floats:
    """Small distances, so that ties are common; all exact in binary, also their sums."""
    n = draw(st.integers(2, 7))
    highest = draw(st.sampled_from([1, 3, 8, 40]))
    steps = st.lists(st.integers(0, highest), min_size=n * n, max_size=n * n)
    table = np.array(draw(steps), dtype=float).reshape(n, n) / 4
    np.fill_diagonal(table, 0.0)
    return table


def distant(n: int) -> Floats:
    return 9.0 * (1 - np.eye(n))


def path(table: Floats, source: int, target: int, most_steps: int) -> Route:
    steps = Steps(len(table), lambda i, some: table[i, some], lambda i, some: table[some, i])
    return paths.stepping_stones(steps, source, target, most_steps)


def every_path(n: int, source: int, target: int, most_steps: int) -> list[tuple[int, ...]]:
    between = [i for i in range(n) if i not in (source, target)]
    return [(source, *stops, target) for count in range(most_steps) for stops in permutations(between, count)]


@given(tables(), st.integers(1, 6), st.data())
def test_no_other_path_has_a_narrower_widest_step_or_the_same_and_a_smaller_sum(table, most_steps, data):
    source, target = data.draw(st.permutations(range(len(table))))[:2]

    def rank(stops: tuple[int, ...]) -> tuple[float, float, int]:
        steps = [table[step] for step in pairwise(stops)]
        return max(steps), sum(steps), len(steps)

    route = path(table, source, target, most_steps)

    # The first of the equal paths: min() keeps the earliest, and paths are in the order of codes.
    assert route.stops == min(sorted(every_path(len(table), source, target, most_steps)), key=rank)
    assert route.steps == tuple(table[step] for step in pairwise(route.stops))


def test_a_stepping_stone_is_used_where_it_makes_the_widest_step_smaller():
    table = np.array([[0.0, 0.6, 1.0], [0.0, 0.0, 0.6], [0.0, 0.0, 0.0]])

    assert path(table, 0, 2, most_steps=2) == ((0, 1, 2), (0.6, 0.6))
    assert path(table, 0, 2, most_steps=1) == ((0, 2), (1.0,))


def test_of_paths_with_the_same_widest_step_the_smallest_sum_wins_though_it_takes_more_steps():
    table = distant(5)
    table[0, 1] = table[1, 4] = 2.0
    table[0, 2], table[2, 3], table[3, 4] = 2.0, 0.5, 0.5

    assert path(table, 0, 4, most_steps=3) == ((0, 2, 3, 4), (2.0, 0.5, 0.5))
    assert path(table, 0, 4, most_steps=2) == ((0, 1, 4), (2.0, 2.0))


def test_of_equal_paths_the_one_with_fewest_steps_wins_and_then_the_first_by_code():
    table = distant(5)
    table[0, 1], table[1, 2], table[2, 4] = 0.0, 1.0, 1.0
    table[0, 2] = table[0, 3] = table[3, 4] = 1.0

    assert path(table, 0, 4, most_steps=4).stops == (0, 2, 4)


def test_an_occupation_is_reached_from_itself_without_a_step():
    assert path(np.array([[0.0, 1.0], [1.0, 0.0]]), 1, 1, 3) == ((1,), ())


def test_a_path_of_no_steps_is_rejected():
    with pytest.raises(ValueError, match="at least one step, not 0"):
        path(np.zeros((2, 2)), 0, 1, 0)


def test_distances_that_cannot_matter_are_not_computed() -> None:
    computed: list[int] = []

    def distances(source: int, some: object) -> Floats:
        computed.append(source)
        return abs(np.arange(1_000.0)[some] - source) ** 2  # a line: short steps are the narrowest

    assert paths.stepping_stones(Steps(1_000, distances, distances), 100, 106, 6).stops == tuple(range(100, 107))
    assert len(set(computed)) < 20
