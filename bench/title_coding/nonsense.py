"""Texts that are no title of a job, made by a fixed seed: some to fit with, others, of other words, to report on."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from string import ascii_lowercase
from typing import Literal, NamedTuple

import numpy as np


class Words(NamedTuple):
    """What nonsense is made of."""

    objects: list[str]  # of fields that are no work
    phrases: list[str]  # of advertising
    first_names: list[str]
    last_names: list[str]
    places: list[str]
    rows: list[str]  # of a keyboard


def nonsense(use: Literal["fitted", "reported"], count: int, seed: int) -> list[str]:
    """Distinct texts of each kind in turn; once a kind is used up, of the others."""
    words = Words(**json.loads(Path(__file__).with_name("nonsense.json").read_text(encoding="utf-8"))[use])
    rng = np.random.default_rng(seed)
    kinds: list[Callable[[], str]] = [
        lambda: " ".join(_letters(rng) for _ in range(rng.integers(1, 4))),
        lambda: " ".join(rng.choice(words.objects, rng.integers(1, 4), replace=False)),
        lambda: str(rng.choice(words.phrases)),
        lambda: f"{rng.choice(words.first_names)} {rng.choice(words.last_names)}",
        lambda: ", ".join(rng.choice(words.places, rng.integers(1, 3), replace=False)),
        lambda: _slice(rng, str(rng.choice(words.rows))),
    ]
    made: dict[str, None] = {}
    for kind in cycle(kinds):
        if len(made) == count:
            break
        made.setdefault(kind())
    return list(made)


def _letters(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list(ascii_lowercase), rng.integers(3, 10)))


def _slice(rng: np.random.Generator, row: str) -> str:
    start = rng.integers(0, len(row) - 2)
    return row[start : start + rng.integers(3, 7)] * rng.integers(1, 3)
