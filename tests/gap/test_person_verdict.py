"""How far an occupation is from a person: borders that allow for the error of answers, and no word on too little."""

from __future__ import annotations

import numpy as np
import pytest

from skillgap.gap.closeness import Closeness
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.person_verdict import EXPECTED, LEVELS, person_borders, person_verdict
from skillgap.gap.verdict import Borders, Verdict
from tests.builders import profile, rating

BORDERS = Borders(Closeness(0.9, 40), Closeness(1.2, 90), {LEVELS: Closeness(0.6, 40)})


@pytest.mark.parametrize(
    ("difference", "gap", "verdict"),
    [(0.9, 0.6, Verdict.CLOSE), (0.9, 0.61, Verdict.STRETCH), (0.91, 0.0, Verdict.STRETCH), (1.21, 0.0, Verdict.FAR)],
)
def test_difference_and_gap_decide(difference: float, gap: float, verdict: Verdict) -> None:
    assert person_verdict(difference, gap, 0.5, BORDERS) is verdict


def test_less_than_half_answered_has_no_verdict() -> None:
    assert person_verdict(0.0, 0.0, 0.49, BORDERS) is None


def test_borders_on_too_few_pairs_give_no_verdict() -> None:
    assert person_verdict(0.0, 0.0, 1.0, BORDERS._replace(close=Closeness(0.9, 29))) is None


def test_an_error_widens_a_small_difference_and_hardly_a_large_one() -> None:
    assert round(EXPECTED[0]) == 60  # sqrt(2 / pi) of 0.75 levels
    assert round(EXPECTED[300]) == 300
    assert np.all(np.diff(EXPECTED) >= 0)


def test_borders_are_the_expected_differences_inside_groups() -> None:
    levels = {"15-1251.00": "3.00", "15-1252.00": "4.00", "15-1299.00": "7.00"}
    borders = person_borders(
        ProfileMatrix.of({code: profile(rating("A", level, "3.00")) for code, level in levels.items()})
    )
    assert borders.close == Closeness(EXPECTED[100] / 100, 2)
    up, down = (EXPECTED[100] + 100) / 200, (EXPECTED[100] - 100) / 200
    assert borders.gaps[LEVELS].threshold == pytest.approx((up + down) / 2 + (up - down) / 2)
    assert borders.far.pairs == 6
