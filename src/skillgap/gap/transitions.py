"""How near the occupations of one release are: what ``moves`` computes, told by occupation code.

Nothing is computed before it is asked for, and every table is computed once: the catalogue keeps
one ``Nearness`` for each choice of domains as long as it keeps the release.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from skillgap.gap import distances, paths
from skillgap.gap.distances import Closeness, Gaps, Measure
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.paths import DoorOpener

if TYPE_CHECKING:
    from collections.abc import Mapping

    from skillgap.gap.ratings import Profile


class Direction(StrEnum):
    """Whether the occupation asked about is where moves begin, or where they end."""

    FROM = "from"
    TO = "to"


class Step(NamedTuple):
    """What a move takes."""

    source: str  # onetsoc_code
    target: str
    gap: float  # the mean weighted gap, in levels (0-7)
    coverage: float  # 0-1


class Move(NamedTuple):
    """A move between the occupation asked about and another one."""

    rank: int  # 1 is the nearest
    other: str  # onetsoc_code
    distance: float  # in the unit of the measure
    step: Step


class Nearness:
    """The occupations of a release that are rated on every one of some domains."""

    def __init__(self, domains: Mapping[str, Mapping[str, Profile]]) -> None:
        """``domains`` holds, by its name, the profiles of each domain by occupation code."""
        self._profiles = domains
        self._closeness: dict[Measure, Closeness] = {}

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the domains."""
        return tuple(self._profiles)

    @cached_property
    def matrix(self) -> ProfileMatrix:
        """All profiles."""
        return ProfileMatrix.of(*self._profiles.values())

    @cached_property
    def gaps(self) -> Gaps:
        """Gap and coverage of every move, [source, target]."""
        return distances.weighted_gaps(self.matrix)

    def profile(self, code: str) -> Profile:
        """The ratings of an occupation on all the domains; raises KeyError."""
        return {element: rating for by_code in self._profiles.values() for element, rating in by_code[code].items()}

    def closeness(self, measure: Measure) -> Closeness:
        """Up to which distance two occupations are close: calibrated on SOC broad occupations."""
        if measure not in self._closeness:
            codes = self.matrix.codes
            rows = (distances.distances_from(self.matrix, i, measure) for i in range(len(codes)))
            groups = distances.broad_occupations(codes)
            self._closeness[measure] = distances.closeness_threshold(rows, groups)
        return self._closeness[measure]

    def ranked(self, code: str, direction: Direction, measure: Measure) -> list[tuple[str, float]]:
        """Every other occupation with its distance, the nearest first; ties by code."""
        position = self.matrix.positions[code]
        of_all = distances.distances_from if direction is Direction.FROM else distances.distances_to
        row = of_all(self.matrix, position, measure)
        return [(self.matrix.codes[i], float(row[i])) for i in distances.nearest(row, besides=position, most=len(row))]

    def step(self, source: str, target: str) -> Step:
        """What one move takes."""
        there = self.matrix.positions[source], self.matrix.positions[target]
        return Step(source, target, float(self.gaps.gap[there]), float(self.gaps.coverage[there]))

    def steps(self, code: str, direction: Direction) -> dict[str, Step]:
        """What each move from (or to) an occupation takes, by the code of the other one."""
        position = self.matrix.positions[code]
        if direction is Direction.FROM:
            gaps = distances.gaps_from(self.matrix, self.matrix.levels[position])
        else:
            gaps = distances.gaps_to(self.matrix, position)
        steps = {}
        figures = zip(gaps.gap.tolist(), gaps.coverage.tolist(), strict=True)
        for other, (gap, coverage) in zip(self.matrix.codes, figures, strict=True):
            source, target = (code, other) if direction is Direction.FROM else (other, code)
            steps[other] = Step(source, target, gap, coverage)
        del steps[code]  # no move leads from an occupation to itself
        return steps

    def stepping_stones(self, source: str, target: str, most_steps: int) -> list[Step]:
        """The way whose widest step is smallest, then the sum of its gaps; to oneself no step."""
        ends = self.matrix.positions[source], self.matrix.positions[target]
        stops = paths.stepping_stones(self.gaps.gap, *ends, most_steps).stops
        return [self.step(*step) for step in pairwise(self.matrix.codes[stop] for stop in stops)]

    def door_openers(self, code: str, threshold: float) -> list[DoorOpener]:
        """What one level more of each element brings within the threshold, in levels."""
        levels = self.matrix.levels[self.matrix.positions[code]]
        return paths.door_openers(self.matrix, levels, threshold)


def ranked_moves(
    ranking: Nearness, comparing: Nearness, code: str, direction: Direction, measure: Measure
) -> list[Move]:
    """The moves from (or to) an occupation, the nearest first.

    Occupations are ranked on the domains of ``ranking``; what a move takes is told on those of
    ``comparing``, which are some or all of them.
    """
    steps = comparing.steps(code, direction)
    return [
        Move(rank, other, distance, steps[other])
        for rank, (other, distance) in enumerate(ranking.ranked(code, direction, measure), start=1)
    ]
