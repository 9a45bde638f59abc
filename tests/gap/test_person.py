"""A person's levels: what is unknown stays unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from skillgap.gap.comparison import compare_profiles, coverage, skill_gap
from skillgap.gap.person import all_alike, answered, person_profile
from tests.builders import profile, rating

TARGET = profile(
    rating("A", "4.50", "4.12"), rating("B", "2.50", "3.00"), rating("C", "3.00", "2.00"), rating("D", "0.88", "1.50")
)  # the worked example of the gap method, section 7
NAMES = {name: name for name in "ABCD"}


def person(**levels: str):
    return person_profile({name: Decimal(level) for name, level in levels.items()}, NAMES)


def test_a_person_who_answers_everything_is_the_worked_example() -> None:
    someone = person(A="3.00", B="2.00", C="3.50", D="0")
    assert round(compare_profiles(someone, TARGET).weighted_gap, 5) == 0.92447
    assert round(coverage(someone, TARGET), 5) == 0.72776
    assert [one.status for one in skill_gap(someone, TARGET)] == ["lower", "missing", "lower"]
    assert answered(someone, TARGET) == (4, 0, 1.0)


def test_what_is_unknown_is_left_out_and_its_weight_told() -> None:
    someone = person(A="3.00", D="0")
    assert [one.element_id for one in skill_gap(someone, TARGET)] == ["A", "D"]
    share = (0.78 + 0.125) / 1.655
    assert answered(someone, TARGET) == (2, 2, pytest.approx(share))
    assert round(compare_profiles(someone, TARGET).weighted_gap, 5) == round((1.17 + 0.11) / 0.905, 5)


def test_a_target_without_weight_is_answered() -> None:
    assert answered(person(A="1"), profile(rating("A", "1.00", "1.00"))) == (1, 0, 1.0)


@pytest.mark.parametrize(
    ("levels", "alike"),
    [(["3"] * 5, True), (["3"] * 4, False), (["3.0", "3.00", "3", "3", "3"], True),
     (["3"] * 4 + ["4"], False), ([], False)],
)  # fmt: skip
def test_five_equal_answers_and_no_other_are_alike(levels: list[str], alike: bool) -> None:
    ids = [f"2.A.{n}" for n in range(len(levels))]
    given = dict(zip(ids, map(Decimal, levels), strict=True))
    assert all_alike(person_profile(given, {key: key for key in ids})) is alike
