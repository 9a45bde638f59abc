"""Moves: all pairs at once, against the pairwise gap, worked examples and brute force."""

from __future__ import annotations

import csv
import tracemalloc
from decimal import Decimal
from functools import cache
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap import comparison, distances, paths
from skillgap.gap.distances import Measure
from skillgap.gap.matrix import Floats, ProfileMatrix
from skillgap.gap.ratings import Estimate, Profile, Rating


def rating(element_id: str, level: str, importance: str | None = "5", not_relevant: bool = False):
    return Rating(
        element_id=element_id,
        element_name=element_id,
        level=Estimate(Decimal(level), not_relevant=not_relevant),
        importance=None if importance is None else Estimate(Decimal(importance)),
    )


def profile(*ratings: Rating) -> Profile:
    return {each.element_id: each for each in ratings}


def hundredths(lowest: int, highest: int) -> st.SearchStrategy[str]:
    return st.integers(lowest, highest).map(lambda n: str(Decimal(n) / 100))


PROFILES = st.sets(st.sampled_from("ABCDE")).flatmap(
    lambda elements: st.tuples(
        *(
            st.builds(
                rating,
                st.just(element),
                hundredths(0, 700),
                st.none() | hundredths(100, 500),
                st.booleans(),
            )
            for element in sorted(elements)
        )
    ).map(lambda ratings: profile(*ratings))
)
OCCUPATIONS = st.lists(PROFILES, min_size=1, max_size=5).map(
    lambda profiles: {f"11-10{i}1.00": each for i, each in enumerate(profiles)}
)


@st.composite
def tables(draw: st.DrawFn) -> Floats:
    """Small distances, so that ties are common; all exact in binary, also their sums."""
    n = draw(st.integers(2, 5))
    steps = st.lists(st.integers(0, 8), min_size=n * n, max_size=n * n)
    table = np.array(draw(steps), dtype=float).reshape(n, n) / 4
    np.fill_diagonal(table, 0.0)
    return table


def weighted_gap(source: Profile, target: Profile) -> float:
    """Section 7's g, the slow way: from the gaps that the service lists."""
    weights = {element: Decimal(rating.importance_weight) / 400 for element, rating in target.items()}
    total = sum(weights.values())
    gaps = comparison.skill_gap(source, target)
    return float(sum(weights[e.element_id] * e.difference for e in gaps) / total) if total else 0.0


# The worked example of section 7 of the gap method.

SOURCE = profile(rating("A", "3.00"), rating("B", "2.00"), rating("C", "3.50"), rating("D", "0.88", "1", True))
TARGET = profile(
    rating("A", "4.50", "4.12"),
    rating("B", "2.50", "3.00"),
    rating("C", "3.00", "2.00"),
    rating("D", "0.88", "1.50"),
)


def test_worked_example_of_the_gap_method_comes_out_to_the_printed_digits():
    gaps = distances.weighted_gaps(ProfileMatrix.of({"source": SOURCE, "target": TARGET}))

    assert round(float(gaps.gap[0, 1]), 5) == 0.92447
    assert round(float(gaps.coverage[0, 1]), 5) == 0.72776


def test_a_move_there_is_not_a_move_back():
    gaps = distances.weighted_gaps(ProfileMatrix.of({"source": SOURCE, "target": TARGET}))

    # Back, only C asks for more: 0.50 at the full weight, of three full weights.
    assert gaps.gap[1, 0] == pytest.approx(0.5 / 3, abs=1e-12)


# One matrix, its rows, its columns and the pairwise functions are the same numbers.


@given(OCCUPATIONS)
def test_matrix_equals_the_pairwise_gap_and_coverage(occupations):
    matrix = ProfileMatrix.of(occupations)
    gaps = distances.weighted_gaps(matrix)

    for i, source in enumerate(occupations.values()):
        for j, target in enumerate(occupations.values()):
            assert gaps.coverage[i, j] == comparison.coverage(source, target)
            assert gaps.gap[i, j] == pytest.approx(weighted_gap(source, target), abs=1e-12)


@given(OCCUPATIONS)
def test_one_row_and_one_column_equal_the_whole_matrix_to_the_last_bit(occupations):
    matrix = ProfileMatrix.of(occupations)
    gaps = distances.weighted_gaps(matrix)

    for i in range(len(matrix.codes)):
        there, back = distances.gaps_from(matrix, matrix.levels[i]), distances.gaps_to(matrix, i)
        assert np.array_equal(there, [gaps.gap[i], gaps.coverage[i]])
        assert np.array_equal(back, [gaps.gap[:, i], gaps.coverage[:, i]])


@given(OCCUPATIONS)
def test_coverage_is_a_share_and_complete_for_the_occupation_itself(occupations):
    coverage = distances.weighted_gaps(ProfileMatrix.of(occupations)).coverage

    assert np.all((coverage >= 0) & (coverage <= 1))
    assert np.all(np.diagonal(coverage) == 1)


@pytest.mark.parametrize("measure", Measure)
@given(occupations=OCCUPATIONS)
def test_distances_of_one_occupation_are_its_row_and_its_column(measure, occupations):
    matrix = ProfileMatrix.of(occupations)
    table = distances.distances(matrix, measure)

    assert np.all(table >= 0)
    assert np.all(np.diagonal(table) == 0)
    for i in range(len(matrix.codes)):
        assert np.array_equal(distances.distances_from(matrix, i, measure), table[i])
        assert distances.distances_to(matrix, i, measure) == pytest.approx(table[:, i], abs=1e-12)


def test_not_relevant_counts_as_level_0_and_an_unrated_importance_as_no_weight():
    matrix = ProfileMatrix.of(
        {"a": profile(rating("A", "0.88", "1.50", True)), "b": profile(rating("B", "2.12", None))}
    )

    assert matrix.elements == ("A", "B")
    assert matrix.levels.tolist() == [[0, 0], [0, 212]]
    assert matrix.weights.tolist() == [[50, 0], [0, 0]]


def test_occupations_are_sorted_and_only_those_rated_in_every_domain_are_compared():
    skills = {code: profile(rating("2.A.1.a", "2")) for code in ("c", "a", "b")}
    knowledge = {code: profile(rating("2.C.1.a", "3")) for code in ("d", "b", "c")}

    matrix = ProfileMatrix.of(skills, knowledge)

    assert matrix.codes == ("b", "c")
    assert matrix.elements == ("2.A.1.a", "2.C.1.a")
    assert matrix.domains == (slice(0, 1), slice(1, 2))


# Resemblance


def test_resemblance_is_one_minus_the_mean_correlation_of_importance_and_weighted_level():
    # Importance weights 1, 0.5, 0.25, 0 and 0.5, 1, 0, 0.25; weighted levels 4, 1, 0.25, 0 and
    # 1, 6, 0, 0.5. Their correlations, worked with statistics.correlation: 0.42857 and 0.01017.
    first = profile(rating("A", "4", "5"), rating("B", "2", "3"), rating("C", "1", "2"), rating("D", "0", "1"))
    second = profile(rating("A", "2", "3"), rating("B", "6", "5"), rating("C", "0", "1"), rating("D", "2", "2"))

    table = distances.distances(ProfileMatrix.of({"a": first, "b": second}), Measure.RESEMBLANCE)

    assert table[0, 1] == pytest.approx(1 - (0.42857 + 0.01017) / 2, abs=1e-5)


def test_each_domain_counts_the_same_however_many_elements_it_has():
    rising = profile(*(rating(f"2.A.{k}", str(k), str(k / 2 + 1)) for k in range(1, 8)))
    falling = profile(*(rating(f"2.A.{k}", str(8 - k), str(5 - k / 2)) for k in range(1, 8)))
    same = profile(rating("2.C.1", "1", "2"), rating("2.C.2", "2", "3"))
    wide, narrow = {"a": rising, "b": falling}, {"a": same, "b": same}

    apart = distances.distances(ProfileMatrix.of(wide))[0, 1]

    assert apart > 1
    assert distances.distances(ProfileMatrix.of(wide, narrow))[0, 1] == pytest.approx(apart / 2)


def test_nearest_leaves_out_the_occupation_itself_and_breaks_ties_by_code():
    assert distances.nearest(np.array([0.5, 0.0, 0.0, 0.2, 0.2]), besides=2, most=3) == [1, 3, 4]


def test_nearest_gives_no_more_occupations_than_there_are():
    assert distances.nearest(np.array([0.5, 0.0]), besides=1, most=10) == [0]


# Closeness


def test_closeness_is_mean_plus_one_standard_deviation_over_ordered_pairs_of_a_group():
    table = np.array([[0.0, 0.2, 9.0], [0.4, 0.0, 9.0], [9.0, 9.0, 0.0]])

    closeness = distances.closeness_threshold(table, ["15-125", "15-125", "15-126"])

    assert closeness.threshold == pytest.approx(0.3 + 0.1)
    assert closeness.pairs == 2


def test_closeness_without_a_pair_rests_on_none_and_calls_nothing_close():
    assert distances.closeness_threshold(np.zeros((2, 2)), ["a", "b"]) == (0.0, 0)


def test_closeness_needs_no_table_of_all_pairs() -> None:
    occupations = 1_500
    groups = [f"{i // 3:06}" for i in range(occupations)]
    tracemalloc.start()

    closeness = distances.closeness_threshold((np.ones(occupations) for _ in groups), groups)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert closeness == (1.0, occupations * 2)
    assert peak < occupations**2  # the table would have eight bytes a pair


def test_broad_occupation_is_the_code_up_to_its_fifth_digit():
    assert distances.broad_occupations(["15-1251.00", "15-1255.01"]) == ["15-125", "15-125"]


# Stepping stones


def every_way(n: int, start: int, goal: int, most_steps: int) -> list[tuple[int, ...]]:
    between = [i for i in range(n) if i not in (start, goal)]
    return [(start, *stops, goal) for count in range(most_steps) for stops in permutations(between, count)]


@given(tables(), st.integers(1, 5))
def test_no_other_way_has_a_narrower_widest_step_or_the_same_and_a_smaller_sum(table, most_steps):
    goal = len(table) - 1

    def rank(stops: tuple[int, ...]) -> tuple[float, float, int]:
        steps = [table[step] for step in pairwise(stops)]
        return max(steps), sum(steps), len(steps)

    route = paths.stepping_stones(table, 0, goal, most_steps)

    # The first of the equal ways: min() keeps the earliest, and ways are in the order of codes.
    assert route.stops == min(sorted(every_way(len(table), 0, goal, most_steps)), key=rank)
    assert route.steps == tuple(table[step] for step in pairwise(route.stops))


def test_a_stepping_stone_is_used_where_it_makes_the_widest_step_smaller():
    table = np.array([[0.0, 0.6, 1.0], [0.0, 0.0, 0.6], [0.0, 0.0, 0.0]])

    assert paths.stepping_stones(table, 0, 2, most_steps=2) == ((0, 1, 2), (0.6, 0.6))
    assert paths.stepping_stones(table, 0, 2, most_steps=1) == ((0, 2), (1.0,))


def test_of_ways_with_the_same_widest_step_the_smallest_sum_wins_though_it_takes_more_steps():
    table = np.full((5, 5), 9.0)
    table[0, 1] = table[1, 4] = 2.0
    table[0, 2], table[2, 3], table[3, 4] = 2.0, 0.5, 0.5

    assert paths.stepping_stones(table, 0, 4, most_steps=3) == ((0, 2, 3, 4), (2.0, 0.5, 0.5))
    assert paths.stepping_stones(table, 0, 4, most_steps=2) == ((0, 1, 4), (2.0, 2.0))


def test_of_equal_ways_the_one_with_fewest_steps_wins_and_then_the_first_by_code():
    table = np.full((5, 5), 9.0)
    table[0, 1], table[1, 2], table[2, 4] = 0.0, 1.0, 1.0
    table[0, 2] = table[0, 3] = table[3, 4] = 1.0

    assert paths.stepping_stones(table, 0, 4, most_steps=4).stops == (0, 2, 4)


def test_an_occupation_is_reached_from_itself_without_a_step():
    assert paths.stepping_stones(np.array([[0.0, 1.0], [1.0, 0.0]]), 1, 1, 3) == ((1,), ())


def test_a_route_of_no_steps_is_refused():
    with pytest.raises(ValueError, match="at least one step, not 0"):
        paths.stepping_stones(np.zeros((2, 2)), 0, 1, 0)


# Door openers


@given(OCCUPATIONS, st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0]))
def test_door_openers_are_what_raising_each_element_by_hand_gives(occupations, threshold):
    matrix = ProfileMatrix.of(occupations)
    source = matrix.levels[0]
    before = distances.gaps_from(matrix, source).gap

    expected = []
    for k, element in enumerate(matrix.elements):
        raised = source.copy()
        raised[k] = min(raised[k] + 100, 700)
        after = distances.gaps_from(matrix, raised).gap
        opens = [code for code, was, now in zip(matrix.codes, before, after, strict=True) if now <= threshold < was]
        expected.append((element, raised[k] / 100, tuple(opens)))

    openers = paths.door_openers(matrix, source, threshold)

    assert openers == sorted(expected, key=lambda opener: (-len(opener[2]), opener[0]))


def test_a_door_opens_where_the_gap_is_then_exactly_the_threshold():
    occupations = {
        "a": profile(rating("A", "1"), rating("B", "6.50")),
        "b": profile(rating("A", "2.50"), rating("B", "1")),
        "c": profile(rating("A", "2.52"), rating("B", "1")),
    }
    matrix = ProfileMatrix.of(occupations)

    openers = paths.door_openers(matrix, matrix.levels[0], threshold=0.25)

    assert openers == [("A", 2.0, ("b",)), ("B", 7.0, ())]


# O*NET's own files


def read_rows(onet: Path, name: str) -> list[dict[str, str]]:
    with (onet / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def onet_skills(onet: Path) -> dict[str, Profile]:
    scales: dict[tuple[str, str], dict[str, Estimate]] = {}
    for row in read_rows(onet, "Skills.txt"):
        estimate = Estimate(Decimal(row["Data Value"]), not_relevant=row["Not Relevant"] == "Y")
        scales.setdefault((row["O*NET-SOC Code"], row["Element ID"]), {})[row["Scale ID"]] = estimate
    profiles: dict[str, dict[str, Rating]] = {}
    for (code, element), estimates in scales.items():
        profiles.setdefault(code, {})[element] = Rating(element, element, estimates["LV"], estimates["IM"])
    return profiles


def test_every_twentieth_published_occupation_agrees_with_the_pairwise_gap(onet: Path):
    profiles = onet_skills(onet)
    gaps = distances.weighted_gaps(ProfileMatrix.of(profiles))

    codes = sorted(profiles)
    for i in range(0, len(codes), 20):
        for j in range(0, len(codes), 20):
            source, target = profiles[codes[i]], profiles[codes[j]]
            assert gaps.coverage[i, j] == comparison.coverage(source, target)
            assert gaps.gap[i, j] == pytest.approx(weighted_gap(source, target), abs=1e-12)


def test_the_default_measure_finds_more_related_occupations_than_the_others(onet: Path):
    matrix = ProfileMatrix.of(onet_skills(onet))
    related: dict[str, set[str]] = {code: set() for code in matrix.codes}
    for row in read_rows(onet, "Related Occupations.txt"):
        source, target = row["O*NET-SOC Code"], row["Related O*NET-SOC Code"]
        if source in related and target in related:
            related[source].add(target)

    def recall(measure: Measure) -> float:
        shares = []
        for i, code in enumerate(matrix.codes):
            nearest = distances.nearest(distances.distances_from(matrix, i, measure), i, 20)
            found = {matrix.codes[j] for j in nearest} & related[code]
            shares.append(len(found) / len(related[code]))
        return sum(shares) / len(shares)

    recalls = {measure: recall(measure) for measure in Measure}

    assert max(recalls, key=lambda measure: recalls[measure]) is distances.DEFAULT_MEASURE
    assert recalls[distances.DEFAULT_MEASURE] > 0.28
