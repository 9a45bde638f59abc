"""How far an occupation is from a person, in one word, where enough is answered to say it.

A person has levels and no importances, so that the resemblance of two profiles (``verdict.py``) cannot be had. What
takes its place is the weighted difference: the mean of |target - person|, in levels. Its borders are calibrated as
those of occupations are, on the elements that the person's levels are of; but a person's answers are not the exact
mean of eight raters, so each difference inside a group is the one expected of answers with an error of ANSWER_ERROR.

- close: no further than somebody of another occupation of the same SOC broad occupation, and no wider a gap;
- far: further than somebody of another occupation of the same SOC minor group;
- a stretch: all between.
"""

from __future__ import annotations

from math import erf, exp, pi, sqrt

import numpy as np

from skillgap.gap.closeness import Group, closeness_of_groups, groups_of
from skillgap.gap.distances import gaps_of
from skillgap.gap.matrix import HIGHEST_LEVEL, HUNDREDTHS, Floats, ProfileMatrix, Rows, row_sums
from skillgap.gap.verdict import Borders, Verdict, verdict_of

ENOUGH = 0.5  # share of the occupation's importance that the person has answered
ANSWER_ERROR = 0.75  # standard deviation of an answer, in levels
LEVELS = "levels"


def _expected_difference(difference: float) -> float:
    """The mean of |difference + error| of a normal error; both in hundredths of a level."""
    error = ANSWER_ERROR * HUNDREDTHS
    spread = error * sqrt(2 / pi) * exp(-((difference / error) ** 2) / 2)
    return spread + difference * erf(difference / (error * sqrt(2)))


EXPECTED = np.array([_expected_difference(difference) for difference in range(int(HIGHEST_LEVEL) + 1)])
"""The expected difference by the difference without an error, in hundredths of a level."""


def person_borders(matrix: ProfileMatrix) -> Borders:
    """What divides the verdicts, on the elements of the matrix."""

    def differences(source: int, targets: Rows) -> Floats:
        expected = EXPECTED[np.abs(_differences(matrix, source, targets)).astype(np.intp)]
        weights = matrix.total_weights[targets]
        return gaps_of(np.zeros_like(weights), row_sums(matrix.weights[targets], expected), weights).gap

    def gaps(source: int, targets: Rows) -> Floats:
        raised = _differences(matrix, source, targets)
        expected = (EXPECTED[np.abs(raised).astype(np.intp)] + raised) / 2
        weights = matrix.total_weights[targets]
        return gaps_of(np.zeros_like(weights), row_sums(matrix.weights[targets], expected), weights).gap

    broad, minor = (groups_of(matrix.codes, group) for group in (Group.BROAD, Group.MINOR))
    return Borders(
        closeness_of_groups(broad, differences),
        closeness_of_groups(minor, differences),
        {LEVELS: closeness_of_groups(broad, gaps)},
    )


def person_verdict(difference: float, gap: float, answered: float, borders: Borders) -> Verdict | None:
    """The verdict by difference and gap in levels; None where too little is answered, or nothing to calibrate on."""
    if answered < ENOUGH or not borders.calibrated:
        return None
    return verdict_of(difference, {LEVELS: gap}, borders)


def _differences(matrix: ProfileMatrix, source: int, targets: Rows) -> Floats:
    differences: Floats = matrix.levels[targets] - matrix.levels[source]
    return differences
