"""Many pairs of occupations in short: a block at a time, so that none but one is in memory.

The figures are those of a comparison without options, see ``gap.py``; rounded to five decimals, as
everything that we compute, when they become text.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillgap.gap.distances import Gaps, gaps_from, gaps_to
from skillgap.gap.matrix import Floats, ProfileMatrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


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
        figures = (self.gaps, self.missing, self.coverage, self.weighted_gap)
        return zip(self.sources, self.targets, *(one.tolist() for one in figures), strict=False)


def blocks(matrix: ProfileMatrix, source: str | None = None, target: str | None = None) -> Iterator[Block]:
    """Every pair with this source and this target; without one of them, with each occupation.

    By source, then by target. An occupation beside itself is a pair too. Raises KeyError.
    """
    codes = matrix.codes
    if target is not None:
        goal = matrix.positions[target]
        chosen = slice(None) if source is None else _only(matrix.positions[source])
        held, asked = matrix.levels[chosen], matrix.levels[goal]
        to_goal = Gaps(*(figures[chosen] for figures in gaps_to(matrix, goal)))
        yield _block(codes[chosen], repeat(target), held, asked, to_goal)
        return
    for i in range(len(codes)) if source is None else (matrix.positions[source],):
        held = matrix.levels[i]
        yield _block(repeat(codes[i]), codes, held, matrix.levels, gaps_from(matrix, held))


def _only(position: int) -> slice:
    return slice(position, position + 1)


def _block(sources: Iterable[str], targets: Iterable[str], held: Floats, asked: Floats, figures: Gaps) -> Block:
    wider = asked > held
    missing = wider & (held == 0)
    return Block(
        sources,
        targets,
        wider.sum(axis=1),
        missing.sum(axis=1),
        figures.coverage,
        figures.gap,
    )
