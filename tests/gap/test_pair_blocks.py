"""Pairs in short: blocks against the pairwise gap, on any profiles."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap import pair_blocks
from skillgap.gap.comparison import compare_profiles, coverage, skill_gap
from skillgap.gap.distances import differences_from, gaps_from
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.ratings import Profile
from skillgap.occupations.batch import service
from tests.builders import profile, rating

ELEMENTS = ("2.A.1.a", "2.A.1.b", "2.B.1.a")


def hundredths(lowest: int, highest: int) -> st.SearchStrategy[str]:
    return st.integers(lowest, highest).map(lambda n: str(Decimal(n) / 100))


RATED = st.tuples(
    *(
        st.builds(rating, st.just(element), hundredths(0, 700), hundredths(100, 500), not_relevant=st.booleans())
        for element in ELEMENTS
    )
).map(lambda ratings: profile(*ratings))
OCCUPATIONS = st.lists(RATED, min_size=1, max_size=4).map(
    lambda profiles: {f"11-10{i}1.00": each for i, each in enumerate(profiles)}
)


@given(occupations=OCCUPATIONS)
def test_every_pair_is_what_the_pairwise_gap_says(occupations: dict[str, Profile]) -> None:
    matrix = ProfileMatrix.of(occupations)
    rows = [row for block in pair_blocks.blocks(matrix) for row in block.rows()]
    assert [row[:2] for row in rows] == [(a, b) for a in occupations for b in occupations]
    for source, target, gaps, missing, covered, gap in rows:
        own = skill_gap(occupations[source], occupations[target])
        assert gaps == len(own)
        assert missing == sum(one.status == "missing" for one in own)
        assert covered == pytest.approx(coverage(occupations[source], occupations[target]))
        assert gap == pytest.approx(compare_profiles(occupations[source], occupations[target]).weighted_gap)
        assert 0 <= covered <= 1


@given(occupations=OCCUPATIONS, data=st.data())
def test_a_row_a_column_and_one_pair_are_parts_of_the_whole(
    occupations: dict[str, Profile], data: st.DataObject
) -> None:
    matrix = ProfileMatrix.of(occupations)
    whole = [row for block in pair_blocks.blocks(matrix) for row in block.rows()]
    code = data.draw(st.sampled_from(sorted(occupations)))
    other = data.draw(st.sampled_from(sorted(occupations)))
    for source, target in ((code, None), (None, code), (code, other)):
        part = [row for block in pair_blocks.blocks(matrix, source, target) for row in block.rows()]
        assert part == [row for row in whole if source in (None, row[0]) and target in (None, row[1])]


def test_lines_of_both_kinds_say_the_same() -> None:
    matrix = ProfileMatrix.of(
        {
            "11-1011.00": profile(rating(level="3.00", importance="4.12")),
            "11-1021.00": profile(rating(level="3.01", importance="4.12")),
        }
    )
    as_csv, as_json = service.CSV_HEADER, ""
    for block in pair_blocks.blocks(matrix):
        as_csv += service.csv_lines('29.2 "a", b', block)
        as_json += service.json_lines('29.2 "a", b', block)
    table = list(csv.DictReader(StringIO(as_csv, newline="")))
    objects = [json.loads(line) for line in as_json.splitlines()]
    assert [list(one) for one in objects] == [list(pair_blocks.COLUMNS)] * 4
    for row, one in zip(table, objects, strict=True):
        assert row["release"] == one["release"] == '29.2 "a", b'
        assert (row["from"], row["to"]) == (one["from"], one["to"])
        for name in pair_blocks.COLUMNS[3:]:
            assert float(row[name]) == one[name]
    assert as_csv.splitlines()[2].endswith("11-1011.00,11-1021.00,1,0,0.99668,0.01000")


@given(occupations=OCCUPATIONS, kept=st.sets(st.sampled_from(ELEMENTS)))
def test_a_matrix_on_some_elements_is_that_of_profiles_without_the_others(
    occupations: dict[str, Profile], kept: set[str]
) -> None:
    part = ProfileMatrix.of(occupations).on(kept)
    cut = ProfileMatrix.of(
        {
            code: {element: one for element, one in ratings.items() if element in kept}
            for code, ratings in occupations.items()
        }
    )
    assert (part.codes, part.elements, part.domains) == (cut.codes, cut.elements, cut.domains)
    assert (part.levels == cut.levels).all()
    assert (part.weights == cut.weights).all()


@given(occupations=OCCUPATIONS)
def test_the_difference_is_the_gap_and_the_surplus(occupations: dict[str, Profile]) -> None:
    matrix = ProfileMatrix.of(occupations)
    levels = matrix.levels[0]
    differences = differences_from(matrix, levels)
    assert differences[0] == 0
    assert (differences >= gaps_from(matrix, levels).gap - 1e-12).all()
    highest = matrix.levels.max(axis=0)  # nothing is lacking there: all that is left is surplus
    assert gaps_from(matrix, highest).gap.max() == 0


def test_the_difference_weighs_both_ways_by_importance() -> None:
    matrix = ProfileMatrix.of(
        {"11-1011.00": profile(rating(ELEMENTS[0], "4.00", "5.00"), rating(ELEMENTS[1], "1.00", "2.00"))}
    )
    assert differences_from(matrix, matrix.levels[0] * 0 + 300).tolist() == [(4 * 1 + 1 * 2) / 5]
