"""Door openers: the elements that, raised by one level, bring most occupations within reach."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from skillgap.gap.distances import gaps_of
from skillgap.gap.matrix import HIGHEST_LEVEL, HUNDREDTHS, Floats, ProfileMatrix, row_sums


class DoorOpener(NamedTuple):
    """One level more of one element, and the occupations that this brings within reach."""

    element_id: str
    raised_to: float  # on the LV scale
    opens: tuple[str, ...]  # codes, sorted


def door_openers(matrix: ProfileMatrix, levels: Floats, threshold: float) -> list[DoorOpener]:
    """The occupations whose gap falls to the threshold when an element is raised by a level.

    Every element is listed, raised to 7 at most; those that open most come first, equal ones by
    element id. ``levels`` is a row of ``matrix.levels``, ``threshold`` in levels.
    """
    within = np.minimum(levels, matrix.levels)
    raised = np.minimum(levels + HUNDREDTHS, HIGHEST_LEVEL)
    gain = matrix.weights * (np.minimum(raised, matrix.levels) - within)
    covered = row_sums(matrix.weights, within)
    closed = gaps_of(covered, matrix.required, matrix.total_weights).gap > threshold
    after = gaps_of(covered + gain.T, matrix.required, matrix.total_weights).gap  # [element, occupation]
    openers = [
        DoorOpener(element, float(level / HUNDREDTHS), tuple(matrix.codes[j] for j in np.flatnonzero(opens)))
        for element, level, opens in zip(matrix.elements, raised, closed & (after <= threshold), strict=True)
    ]
    return sorted(openers, key=lambda opener: (-len(opener.opens), opener.element_id))
