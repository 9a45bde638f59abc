"""Closest moves, stepping stones and door openers: arithmetic over all profiles at once.

Gaps follow ``gap.coverage`` and section 7 of the gap method, in the direction source to target:
w is the target's importance weight, s and t are counted levels (not relevant, or no row: 0).

Levels are kept in hundredths of a level and weights in hundredths of (IM - 1), as O*NET publishes
them. Both are whole numbers, so every sum is exact and each result is rounded once, by its last
division: the whole matrix, one row of it and ``gap.coverage`` agree, and equal gaps tie exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from skillgap.gap import Profile

Floats = NDArray[np.float64]

LEVEL = 100.0  # one level of the LV scale, in the unit of ProfileMatrix.levels
HIGHEST_LEVEL = 7 * LEVEL


class Measure(StrEnum):
    """How far apart two occupations are; 0 is nearest on each.

    The share of O*NET's own related occupations, where rated, in the nearest 20 (release 29.2):

    ================  ======  ====================
    measure           skills  skills and knowledge
    ================  ======  ====================
    resemblance         30 %                  51 %
    two_way_gap         27 %                  43 %
    gap                  5 %                   9 %
    ================  ======  ====================

    ``gap`` puts whatever asks for little first, so it says what a move takes, not what is alike.
    """

    RESEMBLANCE = "resemblance"  # 1 - correlation of the profiles: 0 to 2
    TWO_WAY_GAP = "two_way_gap"  # the mean of the gap there and the gap back, in levels
    GAP = "gap"  # the mean weighted gap from source to target, in levels


DEFAULT_MEASURE = Measure.RESEMBLANCE


@dataclass(frozen=True, eq=False)
class ProfileMatrix:
    """The profiles of one or more domains: a row per occupation, a column per element."""

    codes: tuple[str, ...]  # sorted
    elements: tuple[str, ...]  # sorted within each domain
    domains: tuple[slice, ...]  # the columns of each domain
    levels: Floats  # counted levels, in hundredths of a level
    weights: Floats  # importance weights, in hundredths of (IM - 1)

    @classmethod
    def of(cls, *domains: Mapping[str, Profile]) -> Self:
        """The occupations rated in every one of the domains; each has its profiles by code."""
        codes = tuple(sorted(set.intersection(*(set(domain) for domain in domains))))
        elements: list[str] = []
        columns: list[slice] = []
        for domain in domains:
            first = len(elements)
            elements.extend(sorted({element for code in codes for element in domain[code]}))
            columns.append(slice(first, len(elements)))
        levels = np.zeros((len(codes), len(elements)))
        weights = np.zeros_like(levels)
        column = {element: k for k, element in enumerate(elements)}
        for domain in domains:
            for i, code in enumerate(codes):
                for element, rating in domain[code].items():
                    levels[i, column[element]] = rating.counted
                    weights[i, column[element]] = rating.weight
        levels.flags.writeable = weights.flags.writeable = False
        return cls(codes, tuple(elements), tuple(columns), levels, weights)

    def on(self, elements: Collection[str]) -> Self:
        """The same occupations on these of the elements alone."""
        kept = [name in elements for name in self.elements]
        domains: list[slice] = []
        for columns in self.domains:
            first = domains[-1].stop if domains else 0
            domains.append(slice(first, first + sum(kept[columns])))
        return replace(
            self,
            elements=tuple(name for name in self.elements if name in elements),
            domains=tuple(domains),
            levels=self.levels[:, kept],
            weights=self.weights[:, kept],
        )

    @cached_property
    def positions(self) -> dict[str, int]:
        """The row of each occupation code."""
        return {code: i for i, code in enumerate(self.codes)}

    @cached_property
    def required(self) -> Floats:
        """The weighted level each occupation asks for: sum(w * t)."""
        return _row_sums(self.weights, self.levels)

    @cached_property
    def total_weights(self) -> Floats:
        """The weight of each occupation's elements together: sum(w)."""
        return np.asarray(self.weights.sum(axis=1))

    @cached_property
    def fingerprints(self) -> Floats:
        """Unit vectors whose product is the mean correlation of two profiles.

        Correlated are, in every domain by itself, the importance weights and the weighted levels.
        So each domain counts the same, however many elements it has and however it was rated.
        """
        views = [
            view[:, columns]
            for columns in self.domains
            for view in (self.weights, self.weights * self.levels)
        ]
        return np.hstack([_standardised(view) for view in views]) / sqrt(len(views))


class Gaps(NamedTuple):
    """The gap and the coverage of many moves, [n] or [source, target]."""

    gap: Floats  # sum(w * max(0, t - s)) / sum(w): the mean weighted gap, in levels
    coverage: Floats  # sum(w * min(s, t)) / sum(w * t): 0 to 1, and 1 when nothing is asked for


def gaps_from(matrix: ProfileMatrix, levels: Floats) -> Gaps:
    """From one source to every occupation; ``levels`` is a row of ``matrix.levels`` or alike."""
    held = _row_sums(matrix.weights, np.minimum(levels, matrix.levels))
    return _gaps(held, matrix.required, matrix.total_weights)


def gaps_to(matrix: ProfileMatrix, goal: int) -> Gaps:
    """From every occupation to one."""
    held = np.minimum(matrix.levels, matrix.levels[goal]) @ matrix.weights[goal]
    return _gaps(held, matrix.required[goal], matrix.total_weights[goal])


def weighted_gaps(matrix: ProfileMatrix) -> Gaps:
    """From every occupation to every occupation: two matrices [source, target]."""
    n = len(matrix.codes)
    gaps = Gaps(np.empty((n, n)), np.empty((n, n)))
    for i, levels in enumerate(matrix.levels):  # a row at a time: [n, n, k] would be 216 MB
        gaps.gap[i], gaps.coverage[i] = gaps_from(matrix, levels)
    return gaps


def differences_from(matrix: ProfileMatrix, levels: Floats) -> Floats:
    """From one source to every occupation: sum(w * |t - s|) / sum(w), in levels.

    Unlike the gap it also counts what the source has and the target does not ask for. 0 where
    nothing has a weight.
    """
    apart = _row_sums(matrix.weights, np.abs(matrix.levels - levels))
    weights = matrix.total_weights * LEVEL
    return np.divide(apart, weights, out=np.zeros_like(apart), where=weights > 0)


def distances_from(matrix: ProfileMatrix, start: int, measure: Measure = DEFAULT_MEASURE) -> Floats:
    """How far every occupation is from one, in the unit of the measure."""
    if measure is Measure.RESEMBLANCE:
        correlation = matrix.fingerprints @ matrix.fingerprints[start]
        correlation[start] = 1.0  # also where rounding, or a profile without contrast, says less
        away: Floats = (1.0 - correlation).clip(0.0, 2.0)
        return away
    gap = gaps_from(matrix, matrix.levels[start]).gap
    return gap if measure is Measure.GAP else (gap + gaps_to(matrix, start).gap) / 2


def distances_to(matrix: ProfileMatrix, goal: int, measure: Measure = DEFAULT_MEASURE) -> Floats:
    """How far one occupation is from every other; only ``gap`` depends on the direction."""
    if measure is Measure.GAP:
        return gaps_to(matrix, goal).gap
    return distances_from(matrix, goal, measure)


def distances(matrix: ProfileMatrix, measure: Measure = DEFAULT_MEASURE) -> Floats:
    """The distance of every ordered pair, [source, target]."""
    table = np.empty((len(matrix.codes), len(matrix.codes)))
    for i in range(len(matrix.codes)):
        table[i] = distances_from(matrix, i, measure)
    return table


def nearest(row: Floats, besides: int, most: int) -> list[int]:
    """The positions of the smallest distances but one's own, nearest first; ties by code."""
    order = np.argsort(row, kind="stable")
    return [int(i) for i in order[: most + 1] if i != besides][:most]


class Closeness(NamedTuple):
    """A distance up to which two occupations count as close, and how many pairs it rests on."""

    threshold: float  # in the unit of the distances; 0 where there is no pair
    pairs: int


def closeness_threshold(rows: Iterable[Floats], groups: Sequence[str]) -> Closeness:
    """Mean plus one standard deviation of the distances inside a group (gap method, section 8).

    ``rows`` are those of the table [source, target], one at a time: all of them at once would be
    600 MB for ten times the occupations of today. ``groups`` names the group of each row; pairs are
    ordered and of two different occupations.
    """
    _, labels = np.unique(np.asarray(groups), return_inverse=True)
    inside = [np.empty(0)]
    for i, row in enumerate(rows):
        same = labels == labels[i]
        same[i] = False
        inside.append(row[same])
    within = np.concatenate(inside)
    threshold = float(within.mean() + within.std()) if within.size else 0.0
    return Closeness(threshold, within.size)


def broad_occupations(codes: Sequence[str]) -> list[str]:
    """The SOC broad occupation of each code: ``15-125`` of ``15-1251.00``."""
    return [code[:6] for code in codes]


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
    raised = np.minimum(levels + LEVEL, HIGHEST_LEVEL)
    gain = matrix.weights * (np.minimum(raised, matrix.levels) - within)
    held = _row_sums(matrix.weights, within)
    closed = _gaps(held, matrix.required, matrix.total_weights).gap > threshold
    after = _gaps(held + gain.T, matrix.required, matrix.total_weights).gap  # [element, occupation]
    openers = [
        DoorOpener(
            element, float(level / LEVEL), tuple(matrix.codes[j] for j in np.flatnonzero(row))
        )
        for element, level, row in zip(
            matrix.elements, raised, closed & (after <= threshold), strict=True
        )
    ]
    return sorted(openers, key=lambda opener: (-len(opener.opens), opener.element_id))


def _gaps(held: Floats, required: Floats, total_weights: Floats) -> Gaps:
    """Gap and coverage of a sum(w * min(s, t)); the gap is what is required and not held."""
    lacking = np.asarray(required - held)
    gap = np.divide(
        lacking, total_weights * LEVEL, out=np.zeros_like(lacking), where=total_weights > 0
    )
    coverage = np.divide(held, required, out=np.ones_like(lacking), where=required > 0)
    return Gaps(gap, coverage)


def _row_sums(left: Floats, right: Floats) -> Floats:
    """The sum of left * right along each row, without the product in between."""
    sums: Floats = np.einsum("ik,ik->i", left, right)
    return sums


def _standardised(rows: Floats) -> Floats:
    """Each row with mean 0 and length 1; a row of equal values becomes zeros."""
    centred: Floats = rows - rows.sum(axis=1, keepdims=True) / max(rows.shape[1], 1)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    np.divide(centred, lengths, out=centred, where=lengths > 0)
    return centred


def _best_ways(table: Floats, goal: int, most_steps: int, join: np.ufunc) -> list[Floats]:
    """For 0, 1, ... most_steps: from each occupation the best way to the goal within so many."""
    ways = [np.full(len(table), np.inf)]
    ways[0][goal] = 0.0
    for _ in range(most_steps):
        ways.append(np.minimum(ways[-1], join(table, ways[-1]).min(axis=1)))
    return ways
