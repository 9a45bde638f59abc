"""Levels of a language model, pure: runs put together, calibrated, and set beside O*NET's.

A rescored level is the median of its runs, on O*NET's LV scale (0-7). It is never mixed into an
occupation's published levels: a profile is O*NET's throughout, or the model's throughout.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from statistics import fmean
from typing import NamedTuple

from skillgap.gap.ratings import Profile
from skillgap.onet.rescored.levels import HIGHEST, HUNDREDTH, LOWEST, Rater, RescoredOccupation


class Line(NamedTuple):
    """From a model's level to O*NET's: slope * level + intercept."""

    slope: Decimal
    intercept: Decimal


class Agreement(NamedTuple):
    """How a rater's levels differ from O*NET's where both are there (model minus O*NET, levels)."""

    occupations: int
    levels: int
    bias: float
    mean_absolute_error: float


@dataclass(frozen=True)
class Calibration:
    """Lines fitted on some occupations and tested on others; only for the rater they are for."""

    calibration_id: int
    created_at: datetime
    rater: Rater
    seed: int
    lines: Mapping[str, Line]  # by element id
    fitted: frozenset[str]  # onetsoc codes
    held_out: frozenset[str]
    agreement: Agreement  # on the half held out, calibrated


def calibrated(occupation: RescoredOccupation, calibration: Calibration) -> RescoredOccupation:
    """The occupation with its levels moved onto O*NET's; not relevant stays 0.

    Raises ValueError for the levels of another model or prompt than the calibration was made for.
    """
    if calibration.rater != occupation.rater:
        raise ValueError(f"calibrated for {calibration.rater}, not for {occupation.rater}")
    return moved_occupation(occupation, calibration.lines)


def moved_occupation(occupation: RescoredOccupation, lines: Mapping[str, Line]) -> RescoredOccupation:
    """The occupation with each level moved along its skill's line."""
    levels = {
        element_id: one._replace(level=move(one.level, lines.get(element_id)))
        for element_id, one in occupation.levels.items()
    }
    return replace(occupation, levels=levels)


def move(level: Decimal, line: Line | None) -> Decimal:
    """A level moved along its line, within 0-7. A level of 0 is the skill's absence and stays."""
    if line is None or not level:
        return level
    moved = line.slope * level + line.intercept
    return min(max(moved, LOWEST), HIGHEST).quantize(HUNDREDTH)


def differences(
    rescored: Iterable[RescoredOccupation], published: Mapping[str, Profile]
) -> dict[Rater, dict[str, dict[str, float]]]:
    """Model minus O*NET by rater, occupation and element, where both have a level."""
    found: dict[Rater, dict[str, dict[str, float]]] = defaultdict(dict)
    for occupation in rescored:
        profile = published.get(occupation.onetsoc_code, {})
        by_element = {
            element_id: float(one.level - profile[element_id].effective_level)
            for element_id, one in occupation.levels.items()
            if element_id in profile
        }
        if by_element:
            found[occupation.rater][occupation.onetsoc_code] = by_element
    return dict(found)


def agreements(rescored: Iterable[RescoredOccupation], published: Mapping[str, Profile]) -> dict[Rater, Agreement]:
    """How far each rater is from O*NET."""
    found = {}
    for rater, by_occupation in differences(rescored, published).items():
        apart = [one for by_element in by_occupation.values() for one in by_element.values()]
        found[rater] = Agreement(len(by_occupation), len(apart), fmean(apart), fmean(abs(one) for one in apart))
    return found
