"""Levels of language models for one release: calibrated, their agreement with O*NET's, and which a profile holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from statistics import fmean
from typing import Literal, NamedTuple

from skillgap.gap.ratings import Profile
from skillgap.onet.rescored.levels import HIGHEST, HUNDREDTH, LOWEST, Rater, RescoredOccupation

Levels = Literal["published", "rescored", "calibrated"]


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


@dataclass(frozen=True, eq=False)
class ModelLevels:
    """Levels of a release's skills by language models, beside O*NET's."""

    occupations: Mapping[str, RescoredOccupation] = field(default_factory=dict)  # by onetsoc_code
    agreements: Mapping[Rater, Agreement] = field(default_factory=dict)
    calibrations: Mapping[Rater, Calibration] = field(default_factory=dict)


class LevelsUsed(NamedTuple):
    """Whose levels a profile holds. All but ``levels`` are None where they are O*NET's."""

    levels: Levels
    occupation: RescoredOccupation | None = None
    agreement: Agreement | None = None  # of the rater with O*NET, where that is known
    calibration: Calibration | None = None


PUBLISHED = LevelsUsed("published")


def calibrated(occupation: RescoredOccupation, calibration: Calibration) -> RescoredOccupation:
    """The occupation with its levels moved onto O*NET's; not relevant stays 0.

    Raises ValueError for the levels of another model or prompt than the calibration was made for.
    """
    if calibration.rater != occupation.rater:
        raise ValueError(f"calibrated for {calibration.rater}, not for {occupation.rater}")
    return moved_occupation(occupation, calibration.lines)


def moved_occupation(occupation: RescoredOccupation, lines: Mapping[str, Line]) -> RescoredOccupation:
    """The occupation with each level moved along its skill's line."""
    moved = {key: level._replace(level=move(level.level, lines.get(key))) for key, level in occupation.levels.items()}
    return replace(occupation, levels=moved)


def move(level: Decimal, line: Line | None) -> Decimal:
    """A level moved along its line, within 0-7. A level of 0 is the skill's absence and stays."""
    if line is None or not level:
        return level
    moved = line.slope * level + line.intercept
    return min(max(moved, LOWEST), HIGHEST).quantize(HUNDREDTH)


def agreements(rescored: Iterable[RescoredOccupation], published: Mapping[str, Profile]) -> dict[Rater, Agreement]:
    """How far each rater is from O*NET, over the elements that both have a level of."""
    differences: dict[Rater, list[list[float]]] = defaultdict(list)  # by occupation
    for occupation in rescored:
        profile = published.get(occupation.onetsoc_code, {})
        if both := occupation.levels.keys() & profile.keys():
            levels = occupation.levels
            differences[occupation.rater].append(
                [float(levels[element_id].level - profile[element_id].effective_level) for element_id in both]
            )
    return {rater: _agreement(by_occupation) for rater, by_occupation in differences.items()}


def _agreement(differences: list[list[float]]) -> Agreement:
    every = [difference for of_occupation in differences for difference in of_occupation]
    return Agreement(len(differences), len(every), fmean(every), fmean(map(abs, every)))
