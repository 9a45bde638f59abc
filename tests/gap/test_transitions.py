"""Moves: rows and columns of all pairs, against the pairwise gap, worked examples and brute force."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap import closeness, comparison, distances, door_openers
from skillgap.gap.distances import Measure
from skillgap.gap.matrix import Floats, ProfileMatrix, Rows
from skillgap.gap.paths import Steps, stepping_stones
from skillgap.gap.ratings import Estimate, Profile, Rating
from skillgap.gap.transitions import Direction, Transitions


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


def profiles_on(elements: str) -> st.SearchStrategy[Profile]:
    ratings = (
        st.builds(rating, st.just(element), hundredths(0, 700), hundredths(100, 500), st.booleans())
        for element in elements
    )
    return st.tuples(*ratings).map(lambda ratings: profile(*ratings))


OCCUPATIONS = (
    st.sampled_from(["", "A", "ABCDE"])
    .flatmap(lambda elements: st.lists(profiles_on(elements), min_size=1, max_size=5))
    .map(lambda profiles: {f"11-10{i}1.00": each for i, each in enumerate(profiles)})
)


def all_pairs(matrix: ProfileMatrix) -> tuple[Floats, Floats]:
    """Gap and coverage, [source, target]."""
    rows = [distances.gaps_from(matrix, levels) for levels in matrix.levels]
    return np.array([row.gap for row in rows]), np.array([row.coverage for row in rows])


def table_of(matrix: ProfileMatrix, measure: Measure = distances.DEFAULT_MEASURE) -> Floats:
    """The distance of every ordered pair, [source, target]."""
    return np.array([distances.distances_from(matrix, i, measure) for i in range(len(matrix.codes))])


def weighted_gap(source: Profile, target: Profile) -> float:
    """Section 7's g, the slow way: from the gaps that the service lists."""
    weights = {element: Decimal(rating.importance_weight) / 400 for element, rating in target.items()}
    total = sum(weights.values())
    gaps = comparison.skill_gap(source, target)
    return float(sum(weights[e.element_id] * e.difference for e in gaps) / total) if total else 0.0


# The worked example of section 7 of the gap method.

SOURCE = profile(rating("A", "3.00"), rating("B", "2.00"), rating("C", "3.50"), rating("D", "0.88", "1", True))
TARGET = profile(
    rating("A", "4.50", "4.12"), rating("B", "2.50", "3.00"), rating("C", "3.00", "2.00"), rating("D", "0.88", "1.50")
)


def test_worked_example_of_the_gap_method_comes_out_to_the_printed_digits():
    gap, coverage = all_pairs(ProfileMatrix.of({"source": SOURCE, "target": TARGET}))

    assert round(float(gap[0, 1]), 5) == 0.92447
    assert round(float(coverage[0, 1]), 5) == 0.72776


def test_a_move_there_is_not_a_move_back():
    gap, _ = all_pairs(ProfileMatrix.of({"source": SOURCE, "target": TARGET}))

    # Back, only C is higher: 0.50 at the full weight, of three full weights.
    assert gap[1, 0] == pytest.approx(0.5 / 3, abs=1e-12)


# One matrix, its rows, its columns and the pairwise functions are the same numbers.


@given(OCCUPATIONS)
def test_matrix_equals_the_pairwise_gap_and_coverage(occupations):
    matrix = ProfileMatrix.of(occupations)
    gap, coverage = all_pairs(matrix)

    for i, source in enumerate(occupations.values()):
        for j, target in enumerate(occupations.values()):
            assert coverage[i, j] == comparison.coverage(source, target)
            assert gap[i, j] == pytest.approx(weighted_gap(source, target), abs=1e-12)


@given(OCCUPATIONS)
def test_a_column_and_parts_of_a_row_or_column_equal_the_rows_to_the_last_bit(occupations):
    matrix = ProfileMatrix.of(occupations)
    gap, coverage = all_pairs(matrix)

    for i in range(len(matrix.codes)):
        assert np.array_equal(distances.gaps_to(matrix, i), [gap[:, i], coverage[:, i]])
        for some in (slice(i, i + 1), np.array([0, i])):
            there = distances.gaps_from(matrix, matrix.levels[i], some)
            back = distances.gaps_to(matrix, i, some)
            assert np.array_equal(there, [gap[i, some], coverage[i, some]])
            assert np.array_equal(back, [gap[some, i], coverage[some, i]])


@given(OCCUPATIONS)
def test_coverage_is_a_share_and_complete_for_the_occupation_itself(occupations):
    _, coverage = all_pairs(ProfileMatrix.of(occupations))

    assert np.all((coverage >= 0) & (coverage <= 1))
    assert np.all(np.diagonal(coverage) == 1)


@pytest.mark.parametrize("measure", Measure)
@given(occupations=OCCUPATIONS)
def test_distances_of_one_occupation_are_its_row_and_its_column(measure, occupations):
    matrix = ProfileMatrix.of(occupations)
    table = table_of(matrix, measure)

    assert np.all(table >= 0)
    assert np.all(np.diagonal(table) == 0)
    for i in range(len(matrix.codes)):
        some = np.array([i, 0])
        assert distances.distances_from(matrix, i, measure, some) == pytest.approx(table[i, some], abs=1e-12)
        assert distances.distances_to(matrix, i, measure) == pytest.approx(table[:, i], abs=1e-12)


def test_not_relevant_counts_as_level_0():
    matrix = ProfileMatrix.of(
        {
            "a": profile(rating("A", "0.88", "1.50", True), rating("B", "2.12")),
            "b": profile(rating("A", "1.00"), rating("B", "2.12", "1")),
        }
    )

    assert matrix.elements == ("A", "B")
    assert matrix.levels.tolist() == [[0, 212], [100, 212]]
    assert matrix.weights.tolist() == [[50, 400], [400, 0]]


@pytest.mark.parametrize("lacking", [[rating("A", "3")], [rating("A", "3"), rating("B", "2.12", None)]])
def test_an_occupation_without_a_level_or_an_importance_has_no_rank(lacking):
    whole = profile(rating("A", "1"), rating("B", "2"))
    domain = {"a": whole, "b": profile(*lacking), "c": whole}

    assert ProfileMatrix.of(domain).codes == ("a", "c")
    assert Transitions({"skills": domain}).incomplete == 1


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

    table = table_of(ProfileMatrix.of({"a": first, "b": second}), Measure.RESEMBLANCE)

    assert table[0, 1] == pytest.approx(1 - (0.42857 + 0.01017) / 2, abs=1e-5)


def test_each_domain_counts_the_same_however_many_elements_it_has():
    rising = profile(*(rating(f"2.A.{k}", str(k), str(k / 2 + 1)) for k in range(1, 8)))
    falling = profile(*(rating(f"2.A.{k}", str(8 - k), str(5 - k / 2)) for k in range(1, 8)))
    same = profile(rating("2.C.1", "1", "2"), rating("2.C.2", "2", "3"))
    wide, narrow = {"a": rising, "b": falling}, {"a": same, "b": same}

    apart = table_of(ProfileMatrix.of(wide))[0, 1]

    assert apart > 1
    assert table_of(ProfileMatrix.of(wide, narrow))[0, 1] == pytest.approx(apart / 2)


def test_nearest_leaves_out_the_occupation_itself_and_breaks_ties_by_code():
    assert distances.nearest(np.array([0.5, 0.0, 0.0, 0.2, 0.2]), besides=2, most=3) == [1, 3, 4]


def test_nearest_gives_no_more_occupations_than_there_are():
    assert distances.nearest(np.array([0.5, 0.0]), besides=1, most=10) == [0]


# Closeness


def test_closeness_is_mean_plus_one_standard_deviation_over_ordered_pairs_of_a_group():
    table = np.array([[0.0, 0.2, 9.0], [0.4, 0.0, 9.0], [9.0, 9.0, 0.0]])

    groups = ["15-125", "15-125", "15-126"]

    threshold, pairs = closeness.closeness_of_groups(groups, lambda source, targets: table[source, targets])

    assert threshold == pytest.approx(0.3 + 0.1)
    assert pairs == 2


def test_closeness_without_a_pair_rests_on_none_and_calls_nothing_close():
    table = np.zeros((2, 2))
    assert closeness.closeness_of_groups(["a", "b"], lambda source, targets: table[source, targets]) == (0.0, 0)


def test_closeness_compares_occupations_of_one_group_only() -> None:
    asked: list[int] = []

    def ones(_source: int, targets: Rows) -> Floats:
        asked.append(len(np.arange(1_500)[targets]))
        return np.ones(asked[-1])

    groups = [f"{i // 3:06}" for i in range(1_500)]
    assert closeness.closeness_of_groups(groups, ones) == (1.0, 3_000)
    assert set(asked) == {2}


def test_broad_occupation_is_the_code_up_to_its_fifth_digit():
    assert closeness.groups_of(["15-1251.00", "15-1255.01"], closeness.Group.BROAD) == ["15-125", "15-125"]


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

    openers = door_openers.door_openers(matrix, source, threshold)

    assert openers == sorted(expected, key=lambda opener: (-len(opener[2]), opener[0]))


def test_a_door_opens_where_the_gap_is_then_exactly_the_threshold():
    occupations = {
        "a": profile(rating("A", "1"), rating("B", "6.50")),
        "b": profile(rating("A", "2.50"), rating("B", "1")),
        "c": profile(rating("A", "2.52"), rating("B", "1")),
    }
    matrix = ProfileMatrix.of(occupations)

    openers = door_openers.door_openers(matrix, matrix.levels[0], threshold=0.25)

    assert openers == [("A", 2.0, ("b",)), ("B", 7.0, ())]


# Transitions


@given(OCCUPATIONS, st.integers(1, 6))
def test_a_path_between_occupations_is_the_one_that_all_gaps_give(occupations, most_steps):
    gap, coverage = all_pairs(ProfileMatrix.of(occupations))
    table = Steps(len(gap), lambda i, some: gap[i, some], lambda i, some: gap[some, i])
    codes = list(occupations)

    steps = Transitions({"skills": occupations}).stepping_stones(codes[0], codes[-1], most_steps)

    stops = stepping_stones(table, 0, len(codes) - 1, most_steps).stops
    assert steps == [(codes[a], codes[b], gap[a, b], coverage[a, b]) for a, b in pairwise(stops)]


@given(OCCUPATIONS, st.sampled_from(Direction))
def test_one_step_is_one_of_all_steps_from_or_to_an_occupation(occupations, direction):
    transitions = Transitions({"skills": occupations})
    code = next(iter(occupations))

    steps = transitions.steps(code, direction)

    assert sorted(steps) == sorted(occupations.keys() - {code})
    assert all(transitions.step(step.source, step.target) == step for step in steps.values())


def test_threads_that_ask_at_once_share_one_matrix_and_one_closeness():
    transitions = Transitions({"skills": {"15-1251.00": SOURCE, "15-1252.00": TARGET}})

    with ThreadPoolExecutor(8) as threads:
        matrices = list(threads.map(lambda _: transitions.matrix, range(64)))
        found = list(threads.map(lambda _: transitions.closeness(Measure.GAP), range(64)))

    assert {id(matrix) for matrix in matrices} == {id(transitions.matrix)}
    assert {id(each) for each in found} == {id(found[0])}


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
    gap, coverage = all_pairs(ProfileMatrix.of(profiles))

    codes = sorted(profiles)
    for i in range(0, len(codes), 20):
        for j in range(0, len(codes), 20):
            source, target = profiles[codes[i]], profiles[codes[j]]
            assert coverage[i, j] == comparison.coverage(source, target)
            assert gap[i, j] == pytest.approx(weighted_gap(source, target), abs=1e-12)


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
