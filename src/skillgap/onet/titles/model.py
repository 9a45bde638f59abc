"""How probable each candidate is: a conditional logistic model whose numbers ``make title-coding`` fits.

Every candidate competes with the others and with "none of them", whose score is 0: the probabilities of one
answer are never more than 1 together.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from skillgap.onet.titles.evidence import Candidate, Figures
from skillgap.onet.titles.numbered import Standing

HIGHEST = 50.0  # score, so that its exponential is a number
PRIOR = {Standing.ALTERNATE: 0.0, Standing.REPORTED: 1.5, Standing.SHOWN: 2.0, Standing.OWN: 3.0}
"""Added to the score of an exact title by its standing. Set, not fitted: the reported titles, by which all other
numbers are fitted, are those of this standing."""


class Model(NamedTuple):
    """Numbers that are fitted."""

    weights: Figures
    constant: float
    slope: float  # of the calibration
    shift: float

    def probabilities(self, candidates: Sequence[Candidate]) -> list[float]:
        """The probability of each candidate that it is the occupation, given the others."""
        scores = [self._score(candidate) for candidate in candidates]
        powers = [math.exp(min(score, HIGHEST)) for score in scores]
        total = 1.0 + sum(powers)
        return [power / total for power in powers]

    def _score(self, candidate: Candidate) -> float:
        products = map(float.__mul__, self.weights, candidate.figures)
        score = self.constant + sum(products) + PRIOR[candidate.standing]
        return self.slope * score + self.shift

    @classmethod
    def of(cls, numbers: Mapping[str, Mapping[str, float]]) -> Model:
        """The model of the numbers as they are written down."""
        weights = Figures(**numbers["weights"])
        return cls(weights, **numbers["constants"])


@cache
def shipped() -> Model:
    """The model with the numbers of the package."""
    return Model.of(json.loads(files("skillgap.onet.titles").joinpath("numbers.json").read_text(encoding="utf-8")))
