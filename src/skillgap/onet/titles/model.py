"""How probable each candidate is: a conditional logistic model whose numbers ``make title-coding`` fits.

Every candidate competes with the others and with "none of them", whose score is 0: the probabilities of one
answer are never more than 1 together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from skillgap.onet.titles.evidence import FIGURES, Evidence
from skillgap.onet.titles.lexicon import Floats

PRIOR = np.array([0.0, 1.0, 2.5, 4.0])
"""Added to the score of an exact title by its standing. Set, not fitted: the reported titles, by which all other
numbers are fitted, are those of this standing."""
DETAILED = -1.0
"""Added where the occupation is a part of its SOC occupation: a title that both have means the whole, unless it says
more. Set, not fitted: every occupation reports about ten titles, however many people have it."""
EXACT = [FIGURES.index("exact"), FIGURES.index("exact_core")]


class Model(NamedTuple):
    """Numbers that are fitted."""

    weights: Floats  # of FIGURES
    constant: float
    slope: float = 1.0  # of the calibration
    shift: float = 0.0

    def probabilities(self, evidence: Evidence) -> Floats:
        """The probability of each candidate that it is the occupation, given the others."""
        scores = evidence.figures @ self.weights + self.constant + self.fixed(evidence)
        scores = self.slope * scores + self.shift
        highest = scores.max(initial=0.0)
        powers = np.exp(scores - highest)
        shares: Floats = powers / (np.exp(-highest) + powers.sum())
        return shares

    @staticmethod
    def fixed(evidence: Evidence) -> Floats:
        """What is added to a score whatever the weights are."""
        exact = evidence.figures[:, EXACT].any(axis=1)
        added: Floats = PRIOR[evidence.standings] + DETAILED * (evidence.detailed & exact)
        return added

    @classmethod
    def of(cls, numbers: Mapping[str, Any]) -> Model:
        """The model of the numbers as they are written down."""
        weights = np.array([numbers["weights"][name] for name in FIGURES])
        return cls(weights, numbers["constant"], numbers["slope"], numbers["shift"])


@cache
def shipped() -> Model:
    """The model with the numbers of the package."""
    return Model.of(json.loads(files("skillgap.onet.titles").joinpath("numbers.json").read_text(encoding="utf-8")))
