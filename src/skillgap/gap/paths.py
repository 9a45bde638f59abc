"""Stepping stones: the path between two occupations whose widest step is smallest.

Distances are computed a row or a column at a time, and only those that can matter: the search goes
from both ends towards the middle, over steps no wider than the best path found so far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillgap.gap.matrix import ALL, Floats, Rows

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Steps:
    """The distances of all steps between ``count`` positions; none is negative, 0 to oneself."""

    count: int
    from_one: Callable[[int, Rows], Floats]  # from a position to these
    to_one: Callable[[int, Rows], Floats]  # to a position from these


class Route(NamedTuple):
    """A path from one position to another, and the distance of each of its steps."""

    stops: tuple[int, ...]  # with both ends
    steps: tuple[float, ...]


def stepping_stones(steps: Steps, source: int, target: int, most_steps: int) -> Route:
    """The path of at most so many steps whose widest step is smallest, and then their sum.

    Equal paths: the one with fewest steps, then the first by position. From a position to itself
    there is no step.
    """
    if most_steps < 1:
        raise ValueError(f"a path has at least one step, not {most_steps}")
    if source == target:
        return Route((source,), ())
    stones, widest = _stones(steps, source, target, most_steps)
    stops = _shortest(steps, stones, widest, (source, target), most_steps)
    return Route(stops, tuple(float(steps.from_one(a, np.array([b]))[0]) for a, b in pairwise(stops)))


class _Reach:
    """The widest step of the best path between one end and every position, by number of steps.

    Widths above the limit of the search may be too large: such paths are not followed.
    """

    def __init__(self, end: int, count: int, distances: Callable[[int, Rows], Floats]) -> None:
        self.distances = distances  # of the steps between a position and others, away from this end
        self.widths = [np.full(count, np.inf)]
        self.widths[0][end] = 0.0

    def frontier(self, limit: float) -> Positions:
        """Positions that the last number of steps reaches by a narrower path, the narrowest first."""
        last = self.widths[-1]
        before = self.widths[-2] if len(self.widths) > 1 else np.inf
        narrower = np.flatnonzero((last <= limit) & (last < before))
        return narrower[np.argsort(last[narrower])]

    def extend(self, limit: float, other: Floats, *, meets: bool) -> float:
        """Allow one step more; the width of the best path to the other end found so far.

        ``other`` holds the widths from there. Where both sides meet, only positions count that the
        other side reaches within the limit.
        """
        last, frontier = self.widths[-1], self.frontier(limit)
        kept: Rows = np.flatnonzero(other <= limit) if meets else ALL
        best = last.copy()
        for position in frontier:
            if last[position] > limit:
                break
            best[kept] = np.minimum(best[kept], np.maximum(last[position], self.distances(int(position), kept)))
            limit = min(limit, float(np.maximum(best[kept], other[kept]).min()))
        self.widths.append(best)
        return limit

    def trace(self, middle: Positions, distances: Callable[[int, Rows], Floats], limit: float) -> Positions:
        """Positions on paths within the limit from this end to the middle."""
        found = reached = middle
        for widths in reversed(self.widths[:-1]):
            within = np.flatnonzero(widths <= limit)
            steps = [distances(int(position), within) <= limit for position in reached]
            reached = within[np.any(steps, axis=0)]
            found = np.union1d(found, reached)
        return found


def _stones(steps: Steps, source: int, target: int, most_steps: int) -> tuple[Positions, float]:
    """Every position on a path whose widest step is the smallest possible, and that step's width."""
    forward = _Reach(source, steps.count, steps.from_one)
    backward = _Reach(target, steps.count, steps.to_one)
    limit = float(steps.from_one(source, np.array([target]))[0])
    for left in reversed(range(most_steps)):
        fewer, more = sorted((forward, backward), key=lambda reach: len(reach.frontier(limit)))
        limit = fewer.extend(limit, more.widths[-1], meets=left == 0)
    middle = np.flatnonzero((forward.widths[-1] <= limit) & (backward.widths[-1] <= limit))
    behind = forward.trace(middle, steps.to_one, limit)
    ahead = backward.trace(middle, steps.from_one, limit)
    return np.union1d(behind, ahead), limit


def _shortest(
    steps: Steps, stones: Positions, widest: float, ends: tuple[int, int], most_steps: int
) -> tuple[int, ...]:
    """The path over the stones, by steps no wider than that, with the smallest sum of distances."""
    source, target = (int(np.searchsorted(stones, end)) for end in ends)

    def passable(stone: int) -> Floats:
        distances = steps.from_one(int(stones[stone]), stones)
        return np.where(distances <= widest, distances, np.inf)

    sums = [np.full(len(stones), np.inf)]  # to the target, for 0, 1, ... steps at most
    sums[0][target] = 0.0
    for _ in range(most_steps):
        sums.append(np.array([min(before, float((passable(i) + sums[-1]).min())) for i, before in enumerate(sums[-1])]))
    fewest = next(n for n, sum_ in enumerate(sums) if sum_[source] == sums[-1][source])
    stops = [source]
    for sum_ in reversed(sums[:fewest]):
        stops.append(int(np.argmin(passable(stops[-1]) + sum_)))
    return tuple(int(stones[stop]) for stop in stops)
