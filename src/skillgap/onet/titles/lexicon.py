"""What the words of a release's titles weigh, in which occupations they stand, and how alike titles are by them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillgap.onet.titles.cleaning import turned
from skillgap.onet.titles.words import counted, readings, stem, words_of

if TYPE_CHECKING:
    from skillgap.onet.titles.numbered import NumberedTitles

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.signedinteger[Any]]

BACKGROUND = 40.0  # words of the release as a whole that are counted beside an occupation's own
SIMILAR = 0.8  # of the letters of a misspelt word, in their order
SHORT = 4  # letters up to which a word is not misspelt
BEGINNING = 3  # letters that an unfinished word has at least
INEXACT = 0.7  # of a word's weight: it is unfinished or misspelt


class Weighed(NamedTuple):
    """A typed title in numbers."""

    weights: Mapping[int, float]  # by stem
    stems: Sequence[int]  # in their order
    total: float  # weight of all words, those that are in no title among them
    norm: float  # root of the sum of its squares
    unknown: float  # share of it that is in no title
    inexact: float  # share of it that is unfinished or misspelt
    agent: float  # how often the last word ends the titles that have it: often "nurse", seldom "guitar"


class Likenesses(NamedTuple):
    """How alike a typed title and some of a release are by their words: an entry a title, each 0-1."""

    cosine: Floats
    covered: Floats  # share of the typed words' weight that the title has
    spare: Floats  # share of the weight of the title's words that are not typed
    head: Floats  # 1 where the last word is the same: "nurse" of "staff nurse"
    order: Floats  # share of neighbouring typed words that are neighbours there


class Lexicon:
    """The stems of every title by number; never changed after it is made, so threads may share it."""

    def __init__(self, titles: NumberedTitles) -> None:
        """Read the words of ``titles``, each part of "CEO (Chief Executive Officer)" by itself."""
        self._numbers: dict[str, int] = {}  # by stem
        self._by_word: dict[str, int] = {}
        stems, starts, parts = array("i"), array("i", [0]), array("i", [0])
        for text in titles.texts:
            for part in readings(text):
                stems.extend(self._read(part))
                starts.append(len(stems))
            parts.append(len(starts) - 1)
        self._stems, self._starts, self._parts = (np.array(one, dtype="i4") for one in (stems, starts, parts))
        self._spelt = list(self._numbers)
        self._weigh(len(titles.texts))
        places = {code: place for place, code in enumerate(titles.codes)}
        self.owners = np.fromiter(map(places.__getitem__, titles.owners), dtype="i4", count=len(titles.owners))
        self._count(self.owners, len(places))

    def weighed(self, words: Iterable[str], nearest: Integers) -> Weighed:
        """The words of a typed title; one that is in no title stands for one of the ``nearest`` that is like it."""
        weights: dict[int, float] = {}
        stems: list[int] = []
        total = squares = unknown = inexact = 0.0
        for word in words:
            number, share = self._numbers.get(stem(word)), 1.0
            if number is None:
                number, share = self._like(word, nearest), INEXACT
            weight = self._heaviest if number is None else float(self._weights[number])
            total, squares = total + weight, squares + weight**2
            if number is None:
                unknown += weight
            else:
                weights[number] = max(weights.get(number, 0.0), share * weight)
                inexact += weight * (share < 1)
                stems.append(number)
        total = total or 1.0
        agent = float(self._agents[stems[-1]]) if stems else 0.0
        return Weighed(weights, stems, total, math.sqrt(squares) or 1.0, unknown / total, inexact / total, agent)

    def likenesses(self, typed: Weighed, titles: Integers) -> Likenesses:
        """How alike the typed title and these, by number, are; of each the part that is most alike."""
        parts, owners = _ranges(self._parts, titles)
        places, holders = _ranges(self._starts, parts)
        stems = self._stems[places]
        known = np.zeros(len(self._weights))
        known[list(typed.weights)] = list(typed.weights.values())
        found, there = known[stems], self._weights[stems]

        def summed(values: Floats) -> Floats:
            return np.bincount(holders, values, len(parts)).astype("f8", copy=False)

        cosine = summed(found * there) / (self._norms[parts] * typed.norm)
        best = np.lexsort((-cosine, owners))[np.searchsorted(owners, np.arange(len(titles)))]
        spare = 1 - summed(there * (found > 0)) / self._totals[parts]
        pairs = [first * len(self._weights) + second for first, second in pairwise(typed.stems)]
        neighbours = sum((summed(self._pairs[places] == pair).clip(max=1) for pair in pairs), np.zeros(len(parts)))
        last = typed.stems[-1] if typed.stems else -1
        return Likenesses(
            cosine[best],
            (summed(found) / typed.total)[best],
            spare[best],
            (self._stems[self._starts[parts + 1] - 1] == last)[best].astype("f8"),
            (neighbours / max(len(pairs), 1))[best],
        )

    def likelihoods(self, typed: Weighed) -> Floats:
        """For each occupation the logarithm of its probability by the typed words alone, as its titles use them."""
        logs = np.zeros(len(self._sizes))
        for number in typed.weights:
            held = slice(self._held[number], self._held[number + 1])
            counts = np.full(len(logs), BACKGROUND * self._shares[number])
            counts[self._holders[held]] += self._counts[held]
            logs += np.log(counts / self._sizes)
        logs -= logs.max(initial=-np.inf)
        logs -= np.log(np.exp(logs).sum())
        return logs

    def _read(self, part: str) -> Iterator[int]:
        for word in counted(words_of(turned(part) if " of " in part else part)):
            number = self._by_word.get(word)
            if number is None:
                number = self._by_word[word] = self._numbers.setdefault(stem(word), len(self._numbers))
            yield number

    def _like(self, word: str, nearest: Integers) -> int | None:
        """Of the stems of these titles the one that a word begins or may be a misspelling of."""
        places, _ = _ranges(self._starts, _ranges(self._parts, nearest)[0])
        there = {self._spelt[one]: one for one in self._stems[places].tolist()}
        begun = min((one for one in there if len(word) >= BEGINNING and one.startswith(word)), default=None)
        similar = begun
        if begun is None and len(word) > SHORT:
            similar = next(iter(get_close_matches(stem(word), there, 1, SIMILAR)), None)
        return None if similar is None else there[similar]

    def _weigh(self, titles: int) -> None:
        """Weigh each stem by how few titles have it, and each part of a title."""
        held = np.bincount(self._stems, minlength=len(self._numbers))
        self._weights = np.log((titles + 1) / (held + 0.5))
        self._heaviest = math.log((titles + 1) / 0.5)  # of a word that is in no title
        parts = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))
        weights = self._weights[self._stems]
        last = np.bincount(self._stems[self._starts[1:] - 1], minlength=len(held)) if len(held) else held
        self._agents = last / (held + 2)
        self._totals = np.bincount(parts, weights, len(self._starts) - 1).clip(min=1)  # 1 where there is no word
        self._norms = np.sqrt(np.bincount(parts, weights**2, len(self._starts) - 1).clip(min=1))
        self._pairs = np.append(self._stems[:-1].astype("i8") * len(self._numbers) + self._stems[1:], -1)
        self._pairs[self._starts[1:] - 1] = -1  # none across the end of a part

    def _count(self, owners: Integers, occupations: int) -> None:
        """Count each stem in each occupation's titles."""
        owner = np.repeat(owners, np.diff(self._starts[self._parts]))
        pairs, counts = np.unique(self._stems.astype("i8") * occupations + owner, return_counts=True)
        self._holders, self._counts = (pairs % max(occupations, 1)).astype("i4"), counts.astype("f8")
        self._held: list[int] = np.searchsorted(pairs, np.arange(len(self._numbers) + 1) * occupations).tolist()
        self._sizes = np.bincount(owner, minlength=occupations) + BACKGROUND
        self._shares: list[float] = (np.bincount(self._stems, minlength=1) / max(len(self._stems), 1)).tolist()


def _ranges(bounds: Integers, numbers: Integers) -> tuple[Integers, Integers]:
    """All of ``bounds[n]`` up to ``bounds[n + 1]`` for each of the numbers, and which of them each belongs to."""
    starts, lengths = bounds[numbers], bounds[numbers + 1] - bounds[numbers]
    owners = np.repeat(np.arange(len(numbers)), lengths)
    return np.arange(len(owners)) + np.repeat(starts - np.cumsum(lengths) + lengths, lengths), owners
