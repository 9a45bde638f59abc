"""The levels of language models for one release, and which levels a profile holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from skillgap.onet.rescored.calibration import Agreement, Calibration
from skillgap.onet.rescored.levels import Rater, RescoredOccupation

Levels = Literal["published", "rescored", "calibrated"]


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
