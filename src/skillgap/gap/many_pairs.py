"""Many pairs of occupations at once, element by element: what ``certainty.compare`` says without options, as arrays.

A pair is a position of the source and one of the target in a ``ProfileMatrix``; arrays have a row a pair and a
column an element. Differences are whole hundredths of a level and exact, so that all figures are those of the
comparison of two profiles, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillgap.gap.certainty import ComparisonOptions, normal_quantile
from skillgap.gap.distances import Gaps, gaps_of
from skillgap.gap.matrix import HUNDREDTHS, Floats, ProfileMatrix, row_sums
from skillgap.gap.ratings import Profile

Positions = NDArray[np.intp]
Flags = NDArray[np.bool_]
DEFAULTS = ComparisonOptions()


class PairGaps(NamedTuple):
    """The gaps of many pairs, by the default options: 95 %, half a level."""

    differences: Floats  # [pair, element], target minus source, in hundredths of a level
    missing: Flags  # a gap, and the source's level is 0
    wide: Flags  # a gap of at least half a level
    certain: Flags  # a wide gap whose interval is above 0
    judged: Flags  # both levels have a published standard error, so that the certainty is known
    weighted_gap: Floats  # [pair], in levels
    coverage: Floats  # [pair], 0-1

    @property
    def gaps(self) -> Flags:
        """Where the target's level is above the source's."""
        return np.asarray(self.differences > 0)


def level_errors(matrix: ProfileMatrix, profiles: Mapping[str, Profile]) -> Floats:
    """The standard errors of the matrix's levels, [occupation, element], in levels; NaN where none is published."""
    errors = np.full(matrix.levels.shape, np.nan)
    for i, code in enumerate(matrix.codes):
        profile = profiles[code]
        for k, element in enumerate(matrix.elements):
            error = profile[element].standard_error
            if error is not None:
                errors[i, k] = error
    return errors


def pair_gaps(matrix: ProfileMatrix, errors: Floats, sources: Positions, targets: Positions) -> PairGaps:
    """The gap of each source to the target at the same place."""
    from_levels, to_levels = matrix.levels[sources], matrix.levels[targets]
    differences = to_levels - from_levels
    half = normal_quantile(DEFAULTS.confidence) * np.hypot(errors[sources], errors[targets])
    wide = (differences > 0) & (differences >= 100 * float(DEFAULTS.threshold))
    sums = gaps_between(matrix, sources, targets)
    return PairGaps(
        differences=differences,
        missing=(differences > 0) & (from_levels == 0),
        wide=wide,
        certain=wide & (differences / HUNDREDTHS - half > 0),
        judged=~np.isnan(half),
        weighted_gap=sums.gap,
        coverage=sums.coverage,
    )


def gaps_between(matrix: ProfileMatrix, sources: Positions, targets: Positions) -> Gaps:
    """Weighted gap and coverage from each source to the target at the same place."""
    covered = row_sums(matrix.weights[targets], np.minimum(matrix.levels[sources], matrix.levels[targets]))
    return gaps_of(covered, matrix.required[targets], matrix.total_weights[targets])


def resemblance_between(matrix: ProfileMatrix, sources: Positions, targets: Positions) -> Floats:
    """How little the two of each pair resemble each other: ``Measure.RESEMBLANCE``, 0 to 2."""
    correlation = row_sums(matrix.fingerprints[sources], matrix.fingerprints[targets])
    distances: Floats = (1.0 - correlation).clip(0.0, 2.0)
    return distances
