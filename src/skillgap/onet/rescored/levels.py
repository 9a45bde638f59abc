"""Levels of a language model, pure: the median of runs, and profiles made of them.

A rescored level is the median of its runs, on O*NET's LV scale (0-7). It is never mixed into an
occupation's published levels: a profile is O*NET's throughout, or the model's throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from skillgap.gap.ratings import Estimate, Profile, Rating

LOWEST, HIGHEST = Decimal(0), Decimal(7)
HIGHEST_IMPORTANCE = Decimal(5)
HUNDREDTH = Decimal("0.01")
WIDE_SPREAD = Decimal(1)  # levels; runs that differ by more make confidence low
CONFIDENCES = ("low", "medium", "high")


class Rater(NamedTuple):
    """What gave the levels: a model, with one version of the prompt."""

    model: str
    prompt_version: str


class RunLevel(NamedTuple):
    """The level of one run."""

    level: Decimal
    not_relevant: bool
    confidence: str
    reason: str


class RescoredLevel(NamedTuple):
    """The median of the runs, and how far they lie apart."""

    level: Decimal
    not_relevant: bool
    spread: Decimal  # highest minus lowest
    confidence: str  # the model's own, the least of its runs; low where the spread is wide
    reason: str  # of the run nearest to the median: a model's words

    @classmethod
    def of(cls, runs: Iterable[RunLevel]) -> RescoredLevel:
        """The aggregate of runs. Not relevant is what more than half of them say."""
        runs = list(runs)
        levels = [run.level for run in runs]
        middle, spread = median(levels).quantize(HUNDREDTH), max(levels) - min(levels)
        least = min(runs, key=lambda run: CONFIDENCES.index(run.confidence)).confidence
        return cls(
            middle,
            2 * sum(run.not_relevant for run in runs) > len(runs),
            spread,
            "low" if spread > WIDE_SPREAD else least,
            min(runs, key=lambda run: abs(run.level - middle)).reason,
        )


@dataclass(frozen=True)
class RescoredOccupation:
    """All skills of one occupation as one model sees them."""

    onetsoc_code: str
    rater: Rater
    last_asked: date
    runs: int  # of the skill with the fewest
    levels: Mapping[str, RescoredLevel]  # by element id

    @property
    def source(self) -> str:
        """Where the levels come from, in words."""
        return f"language model {self.rater.model}"


def rescored_profile(occupation: RescoredOccupation, names: Mapping[str, str], published: Profile) -> Profile:
    """The occupation's ratings with the model's levels; importances are O*NET's or are None.

    ``n`` and the standard error stay None: they are statistics of O*NET's analysts.
    """
    return {
        element_id: Rating(
            element_id,
            names[element_id],
            Estimate(
                level.level,
                not_relevant=level.not_relevant,
                date_updated=occupation.last_asked,
                domain_source=occupation.source,
            ),
            published[element_id].importance if element_id in published else None,
        )
        for element_id, level in occupation.levels.items()
    }


def weighed_equally(profile: Profile) -> Profile:
    """The profile with one and the same importance for every element, for sums where none is known;
    never to be shown.
    """
    importance = Estimate(HIGHEST_IMPORTANCE)
    return {key: Rating(key, rating.element_name, rating.level, importance) for key, rating in profile.items()}
