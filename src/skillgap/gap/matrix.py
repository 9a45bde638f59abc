"""The profiles of many occupations as arrays: a row per occupation, a column per element.

Levels are kept in hundredths of a level and weights in hundredths of (IM - 1), as O*NET publishes
them. Both are whole numbers, so every sum is exact and each result is rounded once, by its last
division: a row, a column and a comparison of two profiles agree to the last bit, and equal gaps tie.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from skillgap.gap.ratings import Profile

Floats = NDArray[np.float64]
Rows = slice | NDArray[np.intp]
"""Some of the occupations, by their positions."""

ALL = slice(None)
HUNDREDTHS = 100.0  # one level of the LV scale, in the unit of ProfileMatrix.levels
HIGHEST_LEVEL = 7 * HUNDREDTHS


@dataclass(frozen=True, eq=False)
class ProfileMatrix:
    """The profiles of one or more domains; the arrays have the shape [occupation, element]."""

    codes: tuple[str, ...]  # sorted
    elements: tuple[str, ...]  # sorted within each domain
    domains: tuple[slice, ...]  # the columns of each domain
    levels: Floats  # effective levels, in hundredths of a level
    weights: Floats  # importance weights, in hundredths of (IM - 1)

    @classmethod
    def of(cls, *domains: Mapping[str, Profile]) -> Self:
        """The occupations rated completely in every one of the domains; each has its profiles by code.

        Without a level or an importance of one element an occupation has no rank among the others.
        """
        codes = tuple(sorted(set.intersection(*(_complete(domain) for domain in domains))))
        elements: list[str] = []
        columns: list[slice] = []
        for domain in domains:
            first = len(elements)
            elements.extend(sorted(domain[codes[0]]) if codes else ())
            columns.append(slice(first, len(elements)))
        levels = np.zeros((len(codes), len(elements)))
        weights = np.zeros_like(levels)
        column = {element: k for k, element in enumerate(elements)}
        for domain in domains:
            for i, code in enumerate(codes):
                for element, rating in domain[code].items():
                    levels[i, column[element]] = rating.effective_hundredths
                    weights[i, column[element]] = rating.importance_weight
        levels.flags.writeable = weights.flags.writeable = False
        return cls(codes, tuple(elements), tuple(columns), levels, weights)

    def on(self, elements: Collection[str]) -> Self:
        """The same occupations on these of the elements alone."""
        kept = [name in elements for name in self.elements]
        domains: list[slice] = []
        for columns in self.domains:
            first = domains[-1].stop if domains else 0
            domains.append(slice(first, first + sum(kept[columns])))
        return replace(
            self,
            elements=tuple(name for name in self.elements if name in elements),
            domains=tuple(domains),
            levels=self.levels[:, kept],
            weights=self.weights[:, kept],
        )

    @cached_property
    def positions(self) -> dict[str, int]:
        """The row of each occupation code."""
        return {code: i for i, code in enumerate(self.codes)}

    @cached_property
    def required(self) -> Floats:
        """The weighted level of each occupation: sum(w * t)."""
        return row_sums(self.weights, self.levels)

    @cached_property
    def total_weights(self) -> Floats:
        """The weights of each occupation's elements together: sum(w)."""
        return np.asarray(self.weights.sum(axis=1))

    @cached_property
    def fingerprints(self) -> Floats:
        """Unit vectors whose product is the mean correlation of two profiles.

        Correlated are, in every domain by itself, the importance weights and the weighted levels.
        So each domain counts the same, however many elements it has and however it was rated.
        """
        views = [view[:, columns] for columns in self.domains for view in (self.weights, self.weights * self.levels)]
        return np.hstack([_standardised(view) for view in views]) / sqrt(len(views))


def row_sums(left: Floats, right: Floats) -> Floats:
    """The sum of left * right along each row, without an array of the products."""
    sums: Floats = np.vecdot(left, right)
    return sums


def _complete(domain: Mapping[str, Profile]) -> set[str]:
    """The occupations with a level and an importance for every element that the domain has."""
    elements = {element for profile in domain.values() for element in profile}
    return {
        code
        for code, profile in domain.items()
        if len(profile) == len(elements) and all(rating.importance for rating in profile.values())
    }


def _standardised(rows: Floats) -> Floats:
    """Each row with mean 0 and length 1; a row of equal values becomes zeros."""
    centred: Floats = rows - rows.sum(axis=1, keepdims=True) / max(rows.shape[1], 1)
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    np.divide(centred, lengths, out=centred, where=lengths > 0)
    return centred
