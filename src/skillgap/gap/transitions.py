"""Moves between the occupations of one release, by occupation code: nearest, path, door openers.

Nothing is computed before it is needed and every result that several requests share is computed
once, whichever threads need it: the catalogue holds one ``Transitions`` for each choice of domains.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from threading import RLock
from typing import NamedTuple

from skillgap.gap import door_openers, paths
from skillgap.gap.closeness import Closeness, Group, calibrated_closeness
from skillgap.gap.distances import Gaps, Measure, distances_from, distances_to, gaps_from, gaps_to, nearest
from skillgap.gap.matrix import ProfileMatrix, Rows
from skillgap.gap.ratings import Profile


class Direction(StrEnum):
    """Whether moves begin or end at an occupation."""

    FROM = "from"
    TO = "to"


class Step(NamedTuple):
    """A move and what it takes."""

    source: str  # onetsoc_code
    target: str
    gap: float  # the mean weighted gap, in levels (0-7)
    coverage: float  # 0-1


class Move(NamedTuple):
    """A move between an occupation and another one, ranked among all such moves."""

    rank: int  # 1 is the nearest
    other: str  # onetsoc_code
    distance: float  # in the unit of the measure
    step: Step


class Transitions:
    """Moves between the occupations that are rated on every one of some domains."""

    def __init__(self, domains: Mapping[str, Mapping[str, Profile]]) -> None:
        """``domains`` holds, by its name, the profiles of each domain by occupation code."""
        self._profiles = domains
        self._matrix: ProfileMatrix | None = None
        self._closeness: dict[tuple[Measure, Group], Closeness] = {}
        self._lock = RLock()

    @property
    def domains(self) -> tuple[str, ...]:
        """The names of the domains."""
        return tuple(self._profiles)

    @property
    def incomplete(self) -> int:
        """How many occupations are rated on all the domains, but without some level or importance."""
        return len(set.intersection(*map(set, self._profiles.values()))) - len(self.matrix.codes)

    @property
    def matrix(self) -> ProfileMatrix:
        """All profiles."""
        with self._lock:
            if self._matrix is None:
                self._matrix = ProfileMatrix.of(*self._profiles.values())
            return self._matrix

    def profile(self, code: str) -> Profile:
        """The ratings of an occupation on all the domains; raises KeyError."""
        return {element: rating for by_code in self._profiles.values() for element, rating in by_code[code].items()}

    def closeness(self, measure: Measure, group: Group = Group.BROAD) -> Closeness:
        """Up to which distance two occupations are as close as those of one SOC group."""
        with self._lock:
            if (measure, group) not in self._closeness:
                self._closeness[measure, group] = calibrated_closeness(self.matrix, measure, group)
            return self._closeness[measure, group]

    def ranked(self, code: str, direction: Direction, measure: Measure) -> list[tuple[str, float]]:
        """Every other occupation with its distance, the nearest first; ties by code."""
        matrix = self.matrix
        position = matrix.positions[code]
        distances = (distances_from if direction is Direction.FROM else distances_to)(matrix, position, measure)
        order = nearest(distances, besides=position, most=len(distances))
        return [(matrix.codes[i], float(distances[i])) for i in order]

    def step(self, source: str, target: str) -> Step:
        """What one move takes."""
        positions = self.matrix.positions
        gaps = self._gaps_from(positions[source], slice(positions[target], positions[target] + 1))
        return Step(source, target, float(gaps.gap[0]), float(gaps.coverage[0]))

    def steps(self, code: str, direction: Direction) -> dict[str, Step]:
        """What each move from (or to) an occupation takes, by the code of the other one."""
        position = self.matrix.positions[code]
        outward = direction is Direction.FROM
        gaps = self._gaps_from(position) if outward else gaps_to(self.matrix, position)
        steps = {
            other: Step(code, other, gap, coverage) if outward else Step(other, code, gap, coverage)
            for other, gap, coverage in zip(self.matrix.codes, gaps.gap.tolist(), gaps.coverage.tolist(), strict=True)
        }
        del steps[code]  # no move leads from an occupation to itself
        return steps

    def stepping_stones(self, source: str, target: str, most_steps: int) -> list[Step]:
        """The path whose widest gap is smallest, then the sum of its gaps; to itself no step."""
        matrix = self.matrix
        gaps = paths.Steps(
            len(matrix.codes),
            lambda position, targets: self._gaps_from(position, targets).gap,
            lambda position, sources: gaps_to(matrix, position, sources).gap,
        )
        route = paths.stepping_stones(gaps, matrix.positions[source], matrix.positions[target], most_steps)
        return [self.step(*step) for step in pairwise(matrix.codes[stop] for stop in route.stops)]

    def door_openers(self, code: str, threshold: float) -> list[door_openers.DoorOpener]:
        """The occupations that one level more of each element brings within the threshold, in levels."""
        levels = self.matrix.levels[self.matrix.positions[code]]
        return door_openers.door_openers(self.matrix, levels, threshold)

    def _gaps_from(self, position: int, targets: Rows = slice(None)) -> Gaps:
        return gaps_from(self.matrix, self.matrix.levels[position], targets)


def ranked_moves(
    ranking: Transitions, comparing: Transitions, code: str, direction: Direction, measure: Measure
) -> list[Move]:
    """The moves from (or to) an occupation, the nearest first.

    Occupations are ranked on the domains of ``ranking``; gap and coverage of a move are on those of
    ``comparing``, which are some or all of them.
    """
    steps = comparing.steps(code, direction)
    return [
        Move(rank, other, distance, steps[other])
        for rank, (other, distance) in enumerate(ranking.ranked(code, direction, measure), start=1)
    ]
