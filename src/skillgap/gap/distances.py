"""Gap, coverage and distance between one occupation and many: a row or a column of all pairs.

A gap goes from source to target: w is the target's importance weight, s and t are effective levels.
No table of all pairs is made: with ten times the occupations
of O*NET it would take 618 MB.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from skillgap.gap.matrix import ALL, HUNDREDTHS, Floats, ProfileMatrix, Rows, row_sums


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

    ``gap`` puts undemanding occupations first: it says what a move takes, not what is alike.
    """

    RESEMBLANCE = "resemblance"  # 1 - correlation of the profiles: 0 to 2
    TWO_WAY_GAP = "two_way_gap"  # the mean of the gap there and the gap back, in levels
    GAP = "gap"  # the mean weighted gap from source to target, in levels


DEFAULT_MEASURE = Measure.RESEMBLANCE


class Gaps(NamedTuple):
    """Gap and coverage of many moves; the arrays have one entry a move."""

    gap: Floats  # sum(w * max(0, t - s)) / sum(w): the mean weighted gap, in levels
    coverage: Floats  # sum(w * min(s, t)) / sum(w * t): 0 to 1, and 1 where no level is required


def gaps_from(matrix: ProfileMatrix, levels: Floats, targets: Rows = ALL) -> Gaps:
    """From one source to the targets; ``levels`` is a row of ``matrix.levels`` or alike."""
    covered = row_sums(matrix.weights[targets], np.minimum(levels, matrix.levels[targets]))
    return gaps_of(covered, matrix.required[targets], matrix.total_weights[targets])


def gaps_to(matrix: ProfileMatrix, target: int, sources: Rows = ALL) -> Gaps:
    """From the sources to one target."""
    covered = np.minimum(matrix.levels[sources], matrix.levels[target]) @ matrix.weights[target]
    return gaps_of(covered, matrix.required[target], matrix.total_weights[target])


def gaps_of(covered: Floats, required: Floats, total_weights: Floats) -> Gaps:
    """Gap and coverage by the sums of w * min(s, t), w * t and w."""
    lacking = np.asarray(required - covered)
    gap = np.divide(lacking, total_weights * HUNDREDTHS, out=np.zeros_like(lacking), where=total_weights > 0)
    coverage = np.divide(covered, required, out=np.ones_like(lacking), where=required > 0)
    return Gaps(gap, coverage)


def differences_from(matrix: ProfileMatrix, levels: Floats) -> Floats:
    """From one source to every occupation: sum(w * |t - s|) / sum(w), in levels.

    Unlike the gap it also counts a surplus of the source. 0 where nothing has a weight.
    """
    differences = row_sums(matrix.weights, np.abs(matrix.levels - levels))
    weights = matrix.total_weights * HUNDREDTHS
    return np.divide(differences, weights, out=np.zeros_like(differences), where=weights > 0)


def distances_from(
    matrix: ProfileMatrix, source: int, measure: Measure = DEFAULT_MEASURE, targets: Rows = ALL
) -> Floats:
    """The distance from one occupation to the targets, in the unit of the measure."""
    if measure is Measure.RESEMBLANCE:
        correlation = matrix.fingerprints[targets] @ matrix.fingerprints[source]
        itself = np.arange(len(matrix.codes))[targets] == source
        correlation[itself] = 1.0  # also where rounding, or a profile without contrast, gives less
        distances: Floats = (1.0 - correlation).clip(0.0, 2.0)
        return distances
    gap = gaps_from(matrix, matrix.levels[source], targets).gap
    return gap if measure is Measure.GAP else (gap + gaps_to(matrix, source, targets).gap) / 2


def distances_to(matrix: ProfileMatrix, target: int, measure: Measure = DEFAULT_MEASURE) -> Floats:
    """The distance from every occupation to one; only ``gap`` depends on the direction."""
    if measure is Measure.GAP:
        return gaps_to(matrix, target).gap
    return distances_from(matrix, target, measure)


def nearest(distances: Floats, besides: int, most: int) -> list[int]:
    """The positions of the smallest distances, the nearest first; without the one at ``besides``.

    Equal distances in the order of codes.
    """
    order = np.argsort(distances, kind="stable")
    return [int(i) for i in order[: most + 1] if i != besides][:most]
