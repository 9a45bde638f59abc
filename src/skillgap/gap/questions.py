"""Which questions tell most about where a person fits, so that eight to ten of them do.

Two cases, by what becomes of an element that is not asked:

- Without a starting occupation it is left out. So an answer has to stand for others: each next element is the one
  that explains most of what is left of the variance between the occupations (greedy column subset selection).
- With a starting occupation it keeps the level of that occupation. So the elements come first in which the
  occupations that are most alike differ most from it.

Levels count by their importance, as in the ranking that the answers are for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skillgap.gap.distances import distances_from, nearest
from skillgap.gap.matrix import Floats, ProfileMatrix

NEIGHBOURS = 100  # occupations around a start; 50 and 200 choose nearly as well
DECIMALS = 9  # of shares: what differs less is a tie, which the order of the elements breaks
NOTHING = 10**-DECIMALS  # share of the variance


class Question(NamedTuple):
    """An element to ask about.

    ``share`` (0-1) is what the answer adds: of the variance between all occupations, or of the difference between the
    start and the occupations around it. ``explained`` is the sum of the shares up to this question.
    """

    element_id: str
    share: float
    explained: float


def telling_questions(matrix: ProfileMatrix, start: str | None, most: int) -> list[Question]:
    """The elements whose levels tell most about the ranking, the most telling first; ``start`` is a ranked code."""
    if not matrix.codes:
        return []
    shares = _variance_shares(matrix, most) if start is None else _difference_shares(matrix, start)[:most]
    totals = np.cumsum([share for _, share in shares]).tolist()
    return [
        Question(matrix.elements[column], round(share, DECIMALS), round(min(total, 1.0), DECIMALS))
        for (column, share), total in zip(shares, totals, strict=True)
    ]


def _variance_shares(matrix: ProfileMatrix, most: int) -> list[tuple[int, float]]:
    """Column and share of each next element that explains most of what is left of the variance."""
    deviations = (matrix.levels - matrix.levels.mean(axis=0)) * matrix.weights.mean(axis=0)
    left: Floats = deviations.T @ deviations  # what is left of the covariances once some elements are known
    left /= left.trace() or 1.0
    shares: list[tuple[int, float]] = []
    known: list[int] = []
    for _ in range(min(most, len(left))):
        explained = _explained(left).round(DECIMALS)
        explained[known] = -1.0
        column = int(explained.argmax())
        known.append(column)
        shares.append((column, float(explained[column])))
        if left[column, column] > NOTHING:
            left = left - np.outer(left[:, column], left[column]) / left[column, column]
    return shares


def _explained(left: Floats) -> Floats:
    """How much of the variance each element explains, its own and that of all others."""
    own = left.diagonal()
    explained: Floats = np.divide((left**2).sum(axis=0), own, out=np.zeros_like(own), where=own > NOTHING)
    return explained


def _difference_shares(matrix: ProfileMatrix, start: str) -> list[tuple[int, float]]:
    """Column and share of each element in the difference between a start and the occupations around it."""
    position = matrix.positions[start]
    around = np.array(nearest(distances_from(matrix, position), position, NEIGHBOURS), dtype=np.intp)
    differences = np.abs(matrix.levels[around] - matrix.levels[position]) * matrix.weights[around]
    sums = differences.sum(axis=0)
    shares = (sums / (float(sums.sum()) or 1.0)).round(DECIMALS)
    return [(int(column), float(shares[column])) for column in np.argsort(-shares, kind="stable")]
