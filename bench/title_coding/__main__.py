"""Fit, calibrate, measure, and write the numbers and docs/title-coding.md."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from bench.title_coding.fitting import Example, examples, fit
from bench.title_coding.nonsense import nonsense
from bench.title_coding.report import write_report
from bench.title_coding.titles import (
    CALIBRATED,
    FITTED,
    SEED,
    Release,
    Right,
    coder_without,
    coder_without_standing,
    folds,
    read_release,
)
from skillgap.onet.titles import model
from skillgap.onet.titles.evidence import FIGURES

UNFITTED = model.Model(np.zeros(len(FIGURES)), 0.0)
NUMBERS = Path(model.__file__).with_name("numbers.json")
DECORATIONS = ("Senior {}", "{} II", "{} - Boston, MA", "{} (m/f/d)", "Part-time {}", "{} $25/hr", "{} at Acme")


def main() -> None:
    """Write the numbers, then the report."""
    onet = os.environ.get("ONET_DATA")
    if not onet:
        sys.exit("title coding: name the folder of a real release in ONET_DATA")
    release = read_release(Path(onet))
    parts = folds(release)
    if "--report" not in sys.argv:  # measure the numbers that are there
        fitted = _examples(release, [parts[fold] for fold in FITTED], nonsense("fitted", 900, seed=1))
        calibrated = _examples(
            release, [parts[fold] for fold in CALIBRATED], nonsense("fitted", 120, seed=2), in_index=False
        )
        NUMBERS.write_text(json.dumps(fit(fitted, calibrated), indent=2) + "\n")
        model.shipped.cache_clear()
    write_report(release, parts)


def _examples(
    release: Release, parts: Sequence[list[Right]], texts: Sequence[str], *, in_index: bool = True
) -> list[Example]:
    """Titles coded without them in the index and, without their standing, with them; and texts that mean nothing."""
    found: list[Example] = []
    for part in parts:
        coder = coder_without(release, part, UNFITTED)
        found += examples(coder, [right.title for right in part], [right.codes for right in part])
    found += examples(coder, texts, [()] * len(texts))
    if in_index:
        rights = list(chain.from_iterable(parts))
        coder = coder_without_standing(release, rights, UNFITTED)
        found += examples(coder, list(_written(rights)), [right.codes for right in rights])
    return found


def _written(rights: Iterable[Right]) -> Iterator[str]:
    """Titles as people write them: every second as a posting may have it, every eighth with a typing error."""
    rng = np.random.default_rng(SEED)
    for place, right in enumerate(rights):
        if place % 8 == 0:
            yield misspelt(right.title, rng)
        else:
            yield DECORATIONS[place // 2 % len(DECORATIONS)].format(right.title) if place % 2 else right.title


def misspelt(title: str, rng: np.random.Generator) -> str:
    """The title with two letters of its longest word swapped, or one of them left out."""
    word = max(title.split(), key=len)
    place = int(rng.integers(1, max(2, len(word) - 1)))
    changed = word[:place] + word[place + 1 :]
    if rng.random() < 0.5:
        changed = word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :]
    return title.replace(word, changed, 1)


main()
