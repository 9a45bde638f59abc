"""How far a move is, in one word: close, a stretch or far, and where the target stands among all occupations.

Two questions decide. Are the two occupations alike? The resemblance of their profiles says that; it has no
direction. And how much must levels rise? The weighted gap of each domain says that, from source to target.

- close: as alike as occupations of one SOC broad occupation are, and the gap of every domain no wider than theirs;
- far: less alike than occupations of one SOC minor group are, however little must rise;
- a stretch: all between, which is alike with much to raise, or less alike.

Every border is the mean plus one standard deviation of the distances inside such groups (``closeness.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillgap.gap.closeness import Closeness
from skillgap.gap.matrix import Floats

FEWEST_PAIRS = 30  # for a border of a release's own


class Verdict(StrEnum):
    """How far a move is; the nearest first."""

    CLOSE = "close"
    STRETCH = "stretch"
    FAR = "far"


ORDER = tuple(Verdict)


class Borders(NamedTuple):
    """What divides the verdicts."""

    close: Closeness  # of the resemblance, on SOC broad occupations
    far: Closeness  # of the resemblance, on SOC minor groups
    gaps: Mapping[str, Closeness]  # of the weighted gap, in levels, by domain

    @property
    def calibrated(self) -> bool:
        """Whether every border rests on enough pairs."""
        return min(border.pairs for border in (self.close, self.far, *self.gaps.values())) >= FEWEST_PAIRS


CALIBRATED_ON = "29.2"
SKILLS_GAP, KNOWLEDGE_GAP = Closeness(0.44894, 2122), Closeness(0.88759, 2122)
PUBLISHED_BORDERS = {
    ("skills",): Borders(Closeness(0.24033, 2122), Closeness(0.25713, 15218), {"skills": SKILLS_GAP}),
    ("knowledge",): Borders(Closeness(0.34259, 2122), Closeness(0.44716, 15218), {"knowledge": KNOWLEDGE_GAP}),
    ("skills", "knowledge"): Borders(
        Closeness(0.26231, 2122), Closeness(0.31646, 15218), {"skills": SKILLS_GAP, "knowledge": KNOWLEDGE_GAP}
    ),
}
"""The borders of that release by domains, for one with too few occupations of a group to have its own."""


class Standing(NamedTuple):
    """A target as seen from the source, among all ranked occupations but the source.

    They stand in the order of their verdicts, those of one verdict by resemblance, then by position.
    """

    verdict: Verdict
    rank: int  # 1 is the nearest
    ranked: int
    farther: int  # how many are farther; those exactly as far are not among them
    counts: Mapping[Verdict, int]  # how many of all have each verdict


def verdict_of(resemblance: float, gaps: Mapping[str, float], borders: Borders) -> Verdict:
    """The verdict of one move by its distance and the weighted gap of each domain, in levels."""
    arrays = {domain: np.array([gap]) for domain, gap in gaps.items()}
    return ORDER[int(verdict_numbers(np.array([resemblance]), arrays, borders)[0])]


def verdict_numbers(resemblance: Floats, gaps: Mapping[str, Floats], borders: Borders) -> NDArray[np.int64]:
    """The verdicts of many moves, each by its position in ``ORDER``."""
    numbers = np.where(resemblance > borders.far.threshold, 2, 0)
    for distances, border in [(resemblance, borders.close), *((gaps[name], borders.gaps[name]) for name in gaps)]:
        numbers = np.maximum(numbers, np.where(distances > border.threshold, 1, 0))
    return numbers


def standing(
    resemblance: Floats, gaps: Mapping[str, Floats], borders: Borders, *, source: int, target: int
) -> Standing:
    """Where the target stands by the distances from the source to every occupation.

    ``source`` and ``target`` are positions in the arrays, and two.
    """
    numbers = verdict_numbers(resemblance, gaps, borders)
    others = np.arange(len(resemblance)) != source
    nearer = (numbers < numbers[target]) | ((numbers == numbers[target]) & (resemblance < resemblance[target]))
    level = (numbers == numbers[target]) & (resemblance == resemblance[target])
    before = nearer | (level & (np.arange(len(resemblance)) < target))
    return Standing(
        verdict=ORDER[int(numbers[target])],
        rank=1 + int((before & others).sum()),
        ranked=int(others.sum()),
        farther=int((~nearer & ~level & others).sum()),
        counts={verdict: int(((numbers == i) & others).sum()) for i, verdict in enumerate(ORDER)},
    )
