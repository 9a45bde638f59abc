"""Closest moves, stepping stones and door openers: arithmetic over all profiles at once.

Gaps follow ``gap.coverage`` and section 7 of the gap method, in the direction source to target:
w is the target's importance weight, s and t are counted levels (not relevant, or no row: 0).

Levels are kept in hundredths of a level and weights in hundredths of (IM - 1), as O*NET publishes
them. Both are whole numbers, so every sum is exact and each result is rounded once, by its last
division: the whole matrix, one row of it and ``gap.coverage`` agree, and equal gaps tie exactly.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from skillgap.gap.distances import _gaps
from skillgap.gap.matrix import HIGHEST_LEVEL, HUNDREDTHS, Floats, ProfileMatrix, _row_sums


class Route(NamedTuple):
    """A way from one occupation to another, and the distance of each of its steps."""

    stops: tuple[int, ...]  # positions, with both ends
    steps: tuple[float, ...]


def stepping_stones(table: Floats, start: int, goal: int, most_steps: int) -> Route:
    """The way of at most so many steps whose widest step is smallest, and then their sum.

    ``table`` holds finite distances [source, target], none negative. Equal ways: the one with
    fewest steps, then the first by code.
    """
    if most_steps < 1:
        raise ValueError(f"a route has at least one step, not {most_steps}")
    widest = _best_ways(table, goal, most_steps, np.maximum)[-1][start]
    passable = np.where(table <= widest, table, np.inf)
    sums = _best_ways(passable, goal, most_steps, np.add)
    fewest = next(n for n, best in enumerate(sums) if best[start] == sums[-1][start])
    stops = [start]
    for best in reversed(sums[:fewest]):
        stops.append(int(np.argmin(passable[stops[-1]] + best)))
    return Route(tuple(stops), tuple(float(table[step]) for step in pairwise(stops)))


class DoorOpener(NamedTuple):
    """One level more of one element, and the occupations that this brings within reach."""

    element_id: str
    raised_to: float  # on the LV scale
    opens: tuple[str, ...]  # codes, sorted


def door_openers(matrix: ProfileMatrix, levels: Floats, threshold: float) -> list[DoorOpener]:
    """What raising each element by one level (at most to 7) adds to the gaps <= threshold.

    Every element is there; those that open most come first, equal ones by element id.
    """
    within = np.minimum(levels, matrix.levels)
    raised = np.minimum(levels + HUNDREDTHS, HIGHEST_LEVEL)
    gain = matrix.weights * (np.minimum(raised, matrix.levels) - within)
    held = _row_sums(matrix.weights, within)
    closed = _gaps(held, matrix.required, matrix.total_weights).gap > threshold
    after = _gaps(held + gain.T, matrix.required, matrix.total_weights).gap  # [element, occupation]
    openers = [
        DoorOpener(element, float(level / HUNDREDTHS), tuple(matrix.codes[j] for j in np.flatnonzero(row)))
        for element, level, row in zip(matrix.elements, raised, closed & (after <= threshold), strict=True)
    ]
    return sorted(openers, key=lambda opener: (-len(opener.opens), opener.element_id))


def _best_ways(table: Floats, goal: int, most_steps: int, join: np.ufunc) -> list[Floats]:
    """For 0, 1, ... most_steps: from each occupation the best way to the goal within so many."""
    ways = [np.full(len(table), np.inf)]
    ways[0][goal] = 0.0
    for _ in range(most_steps):
        ways.append(np.minimum(ways[-1], join(table, ways[-1]).min(axis=1)))
    return ways
