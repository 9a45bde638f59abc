"""How far each of many moves is: the verdict of a pair, for thousands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from skillgap.gap.many_pairs import Positions, gaps_between, resemblance_between
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.verdict import ORDER, Verdict, verdict_numbers
from skillgap.occupations.pair.verdict import NOT_IN_IT, NoVerdict, borders_note, borders_of, judged_domains
from skillgap.onet.catalogue import Catalogue

Codes = Sequence[tuple[str, str]]
"""Moves by the codes of both occupations."""


class Verdicts(NamedTuple):
    """The verdict of each move, None where there is none, and what to know about them."""

    verdicts: Sequence[Verdict | None]
    notes: Sequence[str]


def verdicts(catalogue: Catalogue, moves: Codes) -> Verdicts:
    """The verdicts of moves between occupations that have skills; none from an occupation to itself."""
    domains = judged_domains(catalogue)
    try:
        borders, _ = borders_of(catalogue, domains)
    except NoVerdict as reason:
        return Verdicts([None] * len(moves), [str(reason)])
    matrix = catalogue.transitions(*domains).matrix
    ranked = [i for i, move in enumerate(moves) if move[0] != move[1] and matrix.positions.keys() >= {*move}]
    pairs = [moves[i] for i in ranked]
    gaps = {
        domain: gaps_between(one, *_positions(one, pairs)).gap
        for domain in domains
        for one in (catalogue.transitions(domain).matrix,)
    }
    numbers = verdict_numbers(resemblance_between(matrix, *_positions(matrix, pairs)), gaps, borders)
    found: list[Verdict | None] = [None] * len(moves)
    for i, number in zip(ranked, numbers.tolist(), strict=True):
        found[i] = ORDER[number]
    return Verdicts(found, [*borders_note(borders), NOT_IN_IT])


def _positions(matrix: ProfileMatrix, moves: Codes) -> tuple[Positions, Positions]:
    sources, targets = ([matrix.positions[move[side]] for move in moves] for side in (0, 1))
    return np.array(sources, dtype=np.intp), np.array(targets, dtype=np.intp)
