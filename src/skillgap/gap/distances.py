"""Closest moves, stepping stones and door openers: arithmetic over all profiles at once.

Gaps follow ``gap.coverage`` and section 7 of the gap method, in the direction source to target:
w is the target's importance weight, s and t are counted levels (not relevant, or no row: 0).

Levels are kept in hundredths of a level and weights in hundredths of (IM - 1), as O*NET publishes
them. Both are whole numbers, so every sum is exact and each result is rounded once, by its last
division: the whole matrix, one row of it and ``gap.coverage`` agree, and equal gaps tie exactly.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skillgap.gap.matrix import HUNDREDTHS, Floats, ProfileMatrix, _row_sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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
    weights = matrix.total_weights * HUNDREDTHS
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


def _gaps(held: Floats, required: Floats, total_weights: Floats) -> Gaps:
    """Gap and coverage of a sum(w * min(s, t)); the gap is what is required and not held."""
    lacking = np.asarray(required - held)
    gap = np.divide(lacking, total_weights * HUNDREDTHS, out=np.zeros_like(lacking), where=total_weights > 0)
    coverage = np.divide(held, required, out=np.ones_like(lacking), where=required > 0)
    return Gaps(gap, coverage)
