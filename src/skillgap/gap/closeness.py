"""Up to which distance two occupations count as close: calibrated on groups of the SOC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from skillgap.gap.distances import Measure, distances_from
from skillgap.gap.matrix import Floats, ProfileMatrix, Rows


class Group(IntEnum):
    """A group of the SOC, by how many characters its codes share."""

    MINOR = 4  # 15-1 of 15-1251.00
    BROAD = 6  # 15-125


class Closeness(NamedTuple):
    """A distance up to which two occupations count as close, and the number of pairs behind it."""

    threshold: float  # in the unit of the distances; 0 where there is no pair
    pairs: int


def calibrated_closeness(matrix: ProfileMatrix, measure: Measure, group: Group = Group.BROAD) -> Closeness:
    """The closeness of a measure, calibrated on the pairs inside SOC groups."""
    return closeness_of_groups(
        groups_of(matrix.codes, group), lambda source, targets: distances_from(matrix, source, measure, targets)
    )


def closeness_of_groups(groups: Sequence[str], distances: Callable[[int, Rows], Floats]) -> Closeness:
    """Mean plus one standard deviation of the distances inside a group (gap method, section 8).

    ``groups`` names the group of each position; ``distances`` gives those from a position to others.
    Pairs are ordered and of two different positions.
    """
    _, labels = np.unique(np.asarray(groups), return_inverse=True)
    inside = [np.empty(0)]
    for i, label in enumerate(labels):
        same = labels == label
        same[i] = False
        inside.append(distances(i, np.flatnonzero(same)))
    within = np.concatenate(inside)
    threshold = float(within.mean() + within.std()) if within.size else 0.0
    return Closeness(threshold, within.size)


def groups_of(codes: Sequence[str], group: Group) -> list[str]:
    """The SOC group of each code: the broad occupation of ``15-1251.00`` is ``15-125``."""
    return [code[:group] for code in codes]
