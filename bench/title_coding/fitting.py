"""Fitting the numbers of the model: a conditional logistic regression, and its calibration, by likelihood.

What is right is shared evenly where several occupations report the title, and is "none of them" for nonsense and
where no candidate is right.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from skillgap.onet.titles.coding import TitleCoder
from skillgap.onet.titles.evidence import FIGURES, Evidence
from skillgap.onet.titles.model import Model

RIDGE = 1.0  # on the weights of standardised figures

Floats = NDArray[np.float64]


class Example(NamedTuple):
    """What is read of a title, and which of the candidates are right."""

    evidence: Evidence
    right: Floats


class Problem(NamedTuple):
    """Candidates of many titles below one another."""

    figures: Floats
    fixed: Floats  # what the model adds to a score by itself
    target: Floats  # share of the title's likelihood
    title: NDArray[np.int64]
    none: Floats  # share of "none of them", by title


def examples(coder: TitleCoder, titles: Sequence[str], right: Sequence[Collection[str]]) -> list[Example]:
    """The titles that have candidates, with these occupations being right."""
    found = []
    for title, codes in zip(titles, right, strict=True):
        evidence = coder.evidence(title)
        if evidence is not None:
            flags = [coder.codes[place] in codes for place in evidence.places.tolist()]
            found.append(Example(evidence, np.array(flags, dtype="f8")))
    return found


def fit(fitted: Sequence[Example], calibrated: Sequence[Example]) -> dict[str, Any]:
    """The numbers of the model as they are written down: weights by ``fitted``, calibration by ``calibrated``."""
    problem = _problem(fitted)
    mean, spread = problem.figures.mean(0), problem.figures.std(0)
    spread[spread == 0] = 1.0
    scaled = np.column_stack([(problem.figures - mean) / spread, np.ones(len(problem.figures))])
    found = _minimum(scaled, problem, np.zeros(scaled.shape[1]), np.array([RIDGE] * len(mean) + [0.0]))
    weights = found[:-1] / spread
    model = Model(weights, float(found[-1] - (weights * mean).sum()))
    slope, shift = _calibration(model, calibrated)
    numbers = {name: round(float(weight), 4) for name, weight in zip(FIGURES, weights, strict=True)}
    constants = {"constant": model.constant, "slope": slope, "shift": shift}
    return {"weights": numbers} | {name: round(float(value), 4) for name, value in constants.items()}


def _calibration(model: Model, of: Sequence[Example]) -> Floats:
    """The slope and shift by which the first code's probability is most likely, given whether it is right."""

    def loss(numbers: Floats) -> float:
        moved = model._replace(slope=float(numbers[0]), shift=float(numbers[1]))
        found = [moved.probabilities(one.evidence) for one in of]
        first = np.array([probabilities.max() for probabilities in found]).clip(1e-6, 1 - 1e-6)
        right = np.array([one.right[p.argmax()] for one, p in zip(of, found, strict=True)])
        return float(-np.mean(right * np.log(first) + (1 - right) * np.log(1 - first)))

    return minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead", options={"maxiter": 200}).x


def _problem(of: Sequence[Example]) -> Problem:
    targets = [one.right / max(one.right.sum(), 1.0) for one in of]
    return Problem(
        np.concatenate([one.evidence.figures for one in of]),
        np.concatenate([Model.fixed(one.evidence) for one in of]),
        np.concatenate(targets),
        np.repeat(np.arange(len(of)), [len(one.right) for one in of]),
        np.array([1 - target.sum() for target in targets]),
    )


def _minimum(figures: Floats, problem: Problem, start: Floats, ridge: Floats) -> Floats:
    """The weights of least negative log-likelihood with this ridge."""
    count = len(problem.none)

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = figures @ weights + problem.fixed
        highest = np.zeros(count)
        np.maximum.at(highest, problem.title, scores)
        powers = np.exp(scores - highest[problem.title])
        logs = highest + np.log(np.exp(-highest) + np.bincount(problem.title, powers, count))
        logs_each = scores - logs[problem.title]
        likelihood = problem.target @ logs_each - problem.none @ logs
        gradient = figures.T @ (problem.target - np.exp(logs_each))
        return ridge @ weights**2 / 2 - likelihood, ridge * weights - gradient

    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 1000}).x
