"""Summaries of many pairs of occupations, a block at a time: never more than one is in memory.

The figures are those of a comparison without options, see ``comparison.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillgap.gap.distances import Gaps, gaps_from, gaps_to
from skillgap.gap.matrix import ALL, Floats, ProfileMatrix

COLUMNS = ("release", "from", "to", "gaps", "missing", "coverage", "weighted_gap")


class Block(NamedTuple):
    """Pairs that share an occupation; the arrays have one entry a pair."""

    sources: Iterable[str]
    targets: Iterable[str]
    gaps: NDArray[np.int64]  # elements where the target's level is above the source's
    missing: NDArray[np.int64]  # those of them where the source's level is 0
    coverage: Floats  # 0-1
    weighted_gap: Floats  # levels

    def rows(self) -> Iterator[tuple[str, str, int, int, float, float]]:
        """The pairs one by one, in the order of the columns."""
        arrays = (self.gaps, self.missing, self.coverage, self.weighted_gap)
        return zip(self.sources, self.targets, *(array.tolist() for array in arrays), strict=False)


def blocks(matrix: ProfileMatrix, source: str | None = None, target: str | None = None) -> Iterator[Block]:
    """Every pair with this source and this target; without one of them, with each occupation.

    By source, then by target. An occupation beside itself is a pair too. Raises KeyError.
    """
    codes, positions, levels = matrix.codes, matrix.positions, matrix.levels
    if target is not None:
        goal = positions[target]
        sources = ALL if source is None else slice(positions[source], positions[source] + 1)
        gaps = gaps_to(matrix, goal, sources)
        yield _block(codes[sources], repeat(target), levels[sources], levels[goal], gaps)
        return
    for i in range(len(codes)) if source is None else (positions[source],):
        yield _block(repeat(codes[i]), codes, levels[i], levels, gaps_from(matrix, levels[i]))


def _block(
    sources: Iterable[str], targets: Iterable[str], source_levels: Floats, target_levels: Floats, gaps: Gaps
) -> Block:
    higher = target_levels > source_levels
    missing = higher & (source_levels == 0)
    return Block(sources, targets, higher.sum(axis=1), missing.sum(axis=1), gaps.coverage, gaps.gap)
