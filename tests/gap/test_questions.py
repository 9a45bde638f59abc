"""The questions that tell most: distinct, in a fixed order, and the ones that a worked example needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.questions import telling_questions
from tests.builders import profile, rating


def matrix_of(*rows: str, importances: str = "5555") -> ProfileMatrix:
    """Occupations whose levels, and importances, are a digit each."""
    return ProfileMatrix.of(
        {
            f"11-10{i:02}.00": profile(
                *(
                    rating(name, level, importance)
                    for name, level, importance in zip("ABCD", row, importances, strict=False)
                )
            )
            for i, row in enumerate(rows)
        }
    )


def asked(matrix: ProfileMatrix, start: str | None = None, most: int = 4) -> list[str]:
    return [question.element_id for question in telling_questions(matrix, start, most)]


def test_an_element_that_stands_for_another_makes_that_one_needless() -> None:
    matrix = matrix_of("1171", "7711", "1177", "7717")  # B and C are one question, opposite; A and D others
    first, *_, last = telling_questions(matrix, None, 4)
    assert first.element_id == "A"
    assert (last.share, last.explained) == (0.0, 1.0)


def test_a_wide_spread_comes_first_and_what_never_differs_last() -> None:
    assert asked(matrix_of("1234", "7244", "1254", "7264")) == ["A", "C", "B", "D"]


def test_the_same_spread_is_worth_more_where_it_matters_more() -> None:
    assert asked(matrix_of("1113", "3113", "1313", "3313", importances="2455"))[:2] == ["B", "A"]


def test_with_a_start_the_first_is_where_its_neighbours_differ_most_from_it() -> None:
    matrix = matrix_of("3333", "3363", "3343", "3373")
    question = telling_questions(matrix, "11-1000.00", 1)[0]
    assert (question.element_id, question.share, question.explained) == ("C", 1.0, 1.0)


def test_alike_occupations_leave_the_order_of_the_elements() -> None:
    matrix = matrix_of("3333", "3333")
    for start in (None, "11-1000.00"):
        assert asked(matrix, start) == ["A", "B", "C", "D"]
        assert {question.explained for question in telling_questions(matrix, start, 4)} == {0.0}


def test_without_an_occupation_there_is_nothing_to_ask() -> None:
    assert telling_questions(ProfileMatrix.of({}), None, 10) == []


LEVELS = st.lists(st.text("01234567", min_size=4, max_size=4), min_size=1, max_size=6)


@given(rows=LEVELS, most=st.integers(1, 6), with_start=st.booleans())
def test_questions_are_distinct_and_the_first_of_more_are_the_same(
    rows: list[str], most: int, with_start: bool
) -> None:
    matrix = matrix_of(*rows)
    start = matrix.codes[0] if with_start else None
    questions = telling_questions(matrix, start, most)
    ids = [question.element_id for question in questions]
    assert len(set(ids)) == len(ids) == min(most, 4)
    assert ids == asked(matrix, start)[: len(ids)]
    assert all(0 <= question.share <= 1 and 0 <= question.explained <= 1 for question in questions)


@given(rows=LEVELS)
def test_every_element_together_explains_everything_there_is(rows: list[str]) -> None:
    matrix = matrix_of(*rows)
    differ = len(set(rows)) > 1
    assert abs(telling_questions(matrix, None, 4)[-1].explained - differ) < 1e-6
