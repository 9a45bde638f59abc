"""How much of a person's ranking do a few questions keep? ``python -m bench.questions``.

Loads the release in the folder ONET_DATA into a passing database. Every rated occupation is a person once: its levels
with a normal error (NOISE levels), as whole numbers from 0 to 7, as somebody would answer by level anchors. The full
ranking is that of ``/matches`` by all answers; the figure is the share of its first 20 that is among the first 20 when
only 8, 9 or 10 questions are answered. Without a start the others are left out, with one they are assumed from it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.recall import read_release
from skillgap.gap.distances import differences_from, distances_from, nearest
from skillgap.gap.matrix import HUNDREDTHS, Floats, ProfileMatrix
from skillgap.gap.questions import telling_questions

FIRST = 20
ASKED = (8, 9, 10)
NOISE = 0.75  # standard deviation of an answer, in levels
SEED = 1


Choice = Callable[[int], Sequence[int]]
"""The columns to ask, the first first, of a person by number."""


def main() -> None:
    """Print the shares with and without a start."""
    catalogue = read_release(Path(os.environ["ONET_DATA"]))
    matrix = catalogue.matrix()
    random = np.random.default_rng(SEED)
    persons = answers(matrix, random)
    whole = [first_of(matrix, person) for person in persons]
    near = [
        int(random.choice(nearest(distances_from(matrix, person), person, FIRST))) for person in range(len(persons))
    ]
    table = Table("questions", "start", *map(str, (0, *ASKED)), title=f"{len(persons)} persons, {catalogue.info.title}")
    for name, choose in choices(matrix, random, None):
        table.add_row(name, "none", "", *shares(whole, persons, choose, matrix, None))
    for start, title in ((near, "one of the 20 nearest"), (list(range(len(persons))), "the own occupation")):
        for name, choose in choices(matrix, random, start):
            table.add_row(name, title, *shares(whole, persons, choose, matrix, start))
    again = [first_of(matrix, person) for person in answers(matrix, random)]
    console = Console(width=120)
    console.print(table)
    console.print(f"All questions answered a second time: {agreement(whole, again):.3f}")


def answers(matrix: ProfileMatrix, random: np.random.Generator) -> Floats:
    """The levels that each person answers, in hundredths."""
    noisy = matrix.levels / HUNDREDTHS + random.normal(0, NOISE, matrix.levels.shape)
    given: Floats = np.clip(np.round(noisy), 0, 7) * HUNDREDTHS
    return given


def choices(
    matrix: ProfileMatrix, random: np.random.Generator, start: Sequence[int] | None
) -> Iterator[tuple[str, Choice]]:
    """The ways to choose questions, by name."""
    column = {element: k for k, element in enumerate(matrix.elements)}
    mean_weights = matrix.weights.mean(axis=0)

    def telling(person: int) -> list[int]:
        code = None if start is None else matrix.codes[start[person]]
        return [column[question.element_id] for question in telling_questions(matrix, code, max(ASKED))]

    def important(person: int) -> list[int]:
        weights = mean_weights if start is None else matrix.weights[start[person]]
        return np.argsort(-weights, kind="stable").tolist()

    if start is None:
        same = telling(0)
        yield "chosen", lambda _: same
    else:
        yield "chosen", telling
    yield "most important", important
    yield "at random", lambda _: random.permutation(len(column)).tolist()


def shares(
    whole: list[set[int]], persons: Floats, choose: Choice, matrix: ProfileMatrix, start: Sequence[int] | None
) -> list[str]:
    """The mean share of the first 20 that is kept, for each number of questions."""
    asked = [choose(person) for person in range(len(persons))]
    if start is None:
        return [
            f"{agreement(whole, [_partial(matrix, *one) for one in _firsts(persons, asked, n)]):.3f}" for n in ASKED
        ]
    return [
        f"{agreement(whole, [_assumed(matrix, persons[i], asked[i][:n], start[i]) for i in range(len(persons))]):.3f}"
        for n in (0, *ASKED)
    ]


def first_of(matrix: ProfileMatrix, levels: Floats) -> set[int]:
    """The first 20 occupations for a person's levels."""
    return set(np.argsort(differences_from(matrix, levels), kind="stable")[:FIRST].tolist())


def agreement(whole: Sequence[set[int]], part: Sequence[set[int]]) -> float:
    """The mean share of the first 20 that two rankings have in common."""
    return float(np.mean([len(a & b) / FIRST for a, b in zip(whole, part, strict=True)]))


def _firsts(persons: Floats, asked: list[Sequence[int]], n: int) -> Iterator[tuple[Floats, Sequence[int]]]:
    for person, columns in zip(persons, asked, strict=True):
        yield person, columns[:n]


def _partial(matrix: ProfileMatrix, person: Floats, columns: Sequence[int]) -> set[int]:
    part = matrix.on({matrix.elements[k] for k in columns})
    return first_of(part, person[sorted(columns)])


def _assumed(matrix: ProfileMatrix, person: Floats, columns: Sequence[int], start: int) -> set[int]:
    levels = matrix.levels[start].copy()
    levels[list(columns)] = person[list(columns)]
    return first_of(matrix, levels)


if __name__ == "__main__":
    main()
