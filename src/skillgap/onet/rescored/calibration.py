"""Calibration of a language model's levels, and their agreement with O*NET's; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
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
        element_id: level._replace(level=move(level.level, lines.get(element_id)))
        for element_id, level in occupation.levels.items()
    }
    return replace(occupation, levels=levels)


def move(level: Decimal, line: Line | None) -> Decimal:
    """A level moved along its line, within 0-7. A level of 0 is the skill's absence and stays."""
    if line is None or not level:
        return level
    moved = line.slope * level + line.intercept
    return min(max(moved, LOWEST), HIGHEST).quantize(HUNDREDTH)


def agreements(rescored: Iterable[RescoredOccupation], published: Mapping[str, Profile]) -> dict[Rater, Agreement]:
    """How far each rater is from O*NET, over the elements that both have a level of."""
    occupations: Counter[Rater] = Counter()
    differences: dict[Rater, list[float]] = defaultdict(list)
    for occupation in rescored:
        profile = published.get(occupation.onetsoc_code, {})
        both = occupation.levels.keys() & profile.keys()
        if both:
            occupations[occupation.rater] += 1
            differences[occupation.rater] += [
                float(occupation.levels[element_id].level - profile[element_id].effective_level) for element_id in both
            ]
    return {
        rater: Agreement(occupations[rater], len(values), fmean(values), fmean(map(abs, values)))
        for rater, values in differences.items()
    }
