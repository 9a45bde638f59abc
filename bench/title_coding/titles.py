"""The titles of a release, and what of them is fitted, calibrated and reported on.

Distinct are titles with different words: order, plural and case do not count. Right is every occupation in whose
Sample of Reported Titles the title is.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from skillgap.onet.titles.coding import TitleCoder
from skillgap.onet.titles.index import key_of
from skillgap.onet.titles.model import Model
from skillgap.onet.titles.search import SearchIndex
from skillgap.onet.titles.words import readings, words_of

SEED = 29
FOLDS = 10
FITTED, CALIBRATED, REPORTED = range(5), range(5, 7), range(7, 10)  # folds


class Release(NamedTuple):
    """Every title that a release has."""

    titles: Mapping[str, str]  # by onetsoc_code
    alternates: Collection[tuple[str, str]]  # (onetsoc_code, title)
    reported: Mapping[tuple[str, str], bool]  # whether My Next Move shows it


class Right(NamedTuple):
    """A reported title and the occupations that it is right for."""

    title: str
    codes: frozenset[str]
    listing: frozenset[str]  # those that have it as any title of theirs


def read_release(folder: Path) -> Release:
    """The titles in the folder of a release."""
    titles = {code: title for code, title, *_ in _rows(folder / "Occupation Data.txt")}
    alternates = [(code, title) for code, title, *_ in _rows(folder / "Alternate Titles.txt")]
    reported = {(code, title): shown == "Y" for code, title, shown in _rows(folder / "Sample of Reported Titles.txt")}
    return Release(titles, alternates, reported)


def folds(release: Release) -> list[list[Right]]:
    """The distinct reported titles in folds, drawn by a fixed seed."""
    codes, listing = defaultdict(set), defaultdict(set)
    texts: dict[str, str] = {}
    for code, title in sorted(release.reported):
        codes[_key(title)].add(code)
        texts.setdefault(_key(title), title)
    for code, title in (*release.alternates, *release.reported):
        listing[_key(title)].add(code)
    keys = np.random.default_rng(SEED).permutation(sorted(codes)).tolist()
    rights = [Right(texts[key], frozenset(codes[key]), frozenset(listing[key])) for key in keys]
    return [rights[fold::FOLDS] for fold in range(FOLDS)]


def coder_without(release: Release, held_out: Collection[Right], model: Model | None = None) -> TitleCoder:
    """A coder whose index has none of these titles, nor any that is the same as a part of one."""
    out = {_key(part) for right in held_out for part in (right.title, *readings(right.title))}

    def is_in(title: str) -> bool:
        return not any(_key(part) in out for part in (title, *readings(title)))

    alternates = [(code, title) for code, title in release.alternates if is_in(title)]
    reported = {one: shown for one, shown in release.reported.items() if is_in(one[1])}
    return TitleCoder(SearchIndex(release.titles, alternates, set(), reported), model)


def coder_without_standing(release: Release, blanked: Collection[Right], model: Model | None = None) -> TitleCoder:
    """A coder that has every title, but does not know of these that they are reported."""
    out = {_key(right.title) for right in blanked}
    reported = {one: shown for one, shown in release.reported.items() if _key(one[1]) not in out}
    alternates = [*release.alternates, *release.reported]
    return TitleCoder(SearchIndex(release.titles, alternates, set(), reported), model)


def _key(title: str) -> str:
    return key_of(words_of(title))


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
