"""What the words of a release's titles weigh, in which occupations they stand, and how alike titles are by them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillgap.onet.titles.cleaning import turned
from skillgap.onet.titles.words import counted, readings, stem, words_of

if TYPE_CHECKING:
    from skillgap.onet.titles.numbered import NumberedTitles

Floats: TypeAlias = NDArray[np.float64]

BACKGROUND = 40.0  # words of the release as a whole that are counted beside an occupation's own
SIMILAR = 0.8  # of the letters of a misspelt word, in their order
BEGINNING = 3  # letters that an unfinished word has at least
INEXACT = 0.7  # of a word's weight: it is unfinished or misspelt


class Weighed(NamedTuple):
    """A typed title in numbers."""

    weights: Mapping[int, float]  # by stem
    stems: Sequence[int]  # in their order
    total: float  # weight of all words, those that are in no title among them
    norm: float  # root of the sum of their squares


class Likeness(NamedTuple):
    """How alike a typed title and a release's are by their words, each 0-1; the greater is the more alike."""

    cosine: float = 0.0
    covered: float = 0.0  # share of the typed words' weight that the title has
    spare: float = 1.0  # share of the weight of the title's words that are not typed
    head: float = 0.0  # the last word is the same: "nurse" of "staff nurse"
    order: float = 0.0  # share of neighbouring typed words that are neighbours there


UNLIKE = Likeness()


class Lexicon:
    """The stems of every title by number; never changed after it is made, so threads may share it."""

    def __init__(self, titles: NumberedTitles) -> None:
        """Read the words of ``titles``, each part of "CEO (Chief Executive Officer)" by itself."""
        self._numbers: dict[str, int] = {}  # by stem
        self._by_word: dict[str, int] = {}
        self._stems, self._starts, self._parts = array("i"), array("i", [0]), array("i", [0])
        for text in titles.texts:
            for part in readings(text):
                self._stems.extend(self._read(part))
                self._starts.append(len(self._stems))
            self._parts.append(len(self._starts) - 1)
        self._spelt = list(self._numbers)
        places = {code: place for place, code in enumerate(titles.codes)}
        owners = np.fromiter(map(places.__getitem__, titles.owners), dtype="i4", count=len(titles.owners))
        self._weigh(len(titles.texts))
        self._count(owners, len(places))

    def weighed(self, words: Iterable[str], nearest: Iterable[int]) -> Weighed:
        """The words of a typed title; one that is in no title stands for one of the ``nearest`` that is like it."""
        weights: dict[int, float] = {}
        stems: list[int] = []
        unknown = 0
        for word in words:
            number, share = self._numbers.get(stem(word)), 1.0
            if number is None:
                number, share = self._like(word, nearest), INEXACT
            if number is None:
                unknown += 1
            else:
                weights[number] = max(weights.get(number, 0.0), share * self._weights[number])
                stems.append(number)
        squares = sum(weight * weight for weight in weights.values()) + unknown * self._heaviest**2
        return Weighed(weights, stems, sum(weights.values()) + unknown * self._heaviest, math.sqrt(squares) or 1.0)

    def likeness(self, typed: Weighed, number: int) -> Likeness:
        """How alike a typed title and the part of this title are that is most alike."""
        best = UNLIKE
        for part in range(self._parts[number], self._parts[number + 1]):
            stems = self._stems[self._starts[part] : self._starts[part + 1]]
            common = [one for one in stems if one in typed.weights]
            if common:
                dot = sum([self._weights[one] * typed.weights[one] for one in common])
                cosine = dot / (self._norms[part] * typed.norm)
                if cosine > best.cosine:
                    best = self._likeness(typed, stems, common, cosine, self._totals[part])
        return best

    def likelihoods(self, typed: Weighed) -> list[float]:
        """For each occupation the logarithm of its probability by the typed words alone, as its titles use them."""
        logs = np.zeros(len(self._sizes))
        for number in typed.weights:
            start, end = self._pairs[number], self._pairs[number + 1]
            counts = np.full(len(logs), BACKGROUND * self._shares[number])
            counts[self._places[start:end]] += self._counts[start:end]
            logs += np.log(counts / self._sizes)
        highest = logs.max(initial=0.0) if len(logs) == 0 else logs.max()
        found: list[float] = (logs - highest - np.log(np.exp(logs - highest).sum())).tolist()
        return found

    def _read(self, part: str) -> Iterator[int]:
        for word in counted(words_of(turned(part) if " of " in part else part)):
            number = self._by_word.get(word)
            if number is None:
                number = self._by_word[word] = self._numbers.setdefault(stem(word), len(self._numbers))
            yield number

    def _like(self, word: str, nearest: Iterable[int]) -> int | None:
        """Of the stems of these titles the one that a word begins or may be a misspelling of."""
        there = {self._spelt[one]: one for title in nearest for one in self._stems_of(title)}
        begun = min((one for one in there if len(word) >= BEGINNING and one.startswith(word)), default=None)
        similar = begun or next(iter(get_close_matches(stem(word), there, 1, SIMILAR)), None)
        return None if similar is None else there[similar]

    def _stems_of(self, title: int) -> Sequence[int]:
        return self._stems[self._starts[self._parts[title]] : self._starts[self._parts[title + 1]]]

    def _likeness(
        self, typed: Weighed, stems: Sequence[int], common: Sequence[int], cosine: float, total: float
    ) -> Likeness:
        pairs = list(pairwise(typed.stems))
        there = set(pairwise(stems)) if pairs else set()
        return Likeness(
            cosine,
            covered=sum([typed.weights[one] for one in common]) / typed.total,
            spare=max(0.0, 1 - sum([self._weights[one] for one in common]) / total),
            head=float(stems[-1] == typed.stems[-1]),
            order=sum([pair in there for pair in pairs]) / len(pairs) if pairs else 0.0,
        )

    def _weigh(self, titles: int) -> None:
        """Weigh each stem by how few titles have it, and each part of a title."""
        stems = np.array(self._stems, dtype="i4")
        held = np.bincount(stems, minlength=len(self._numbers))
        weights = np.log((titles + 1) / (held + 0.5))
        sums = np.concatenate([[0.0], np.cumsum(weights[stems])])
        squares = np.concatenate([[0.0], np.cumsum(weights[stems] ** 2)])
        starts = np.array(self._starts, dtype="i8")
        self._weights: list[float] = weights.tolist()
        self._heaviest = math.log((titles + 1) / 0.5)  # of a word that is in no title
        self._totals = array("d", np.diff(sums[starts]))
        self._norms = array("d", np.sqrt(np.diff(squares[starts])))

    def _count(self, owners: NDArray[np.int32], occupations: int) -> None:
        """Count each stem in each occupation's titles."""
        stems = np.array(self._stems, dtype="i8")
        ends = np.array(self._starts, dtype="i8")[np.array(self._parts, dtype="i8")]
        owner = np.repeat(owners, np.diff(ends))
        pairs, counts = np.unique(stems * max(occupations, 1) + owner, return_counts=True)
        self._places = (pairs % max(occupations, 1)).astype("i4")
        self._counts = counts.astype("f8")
        self._pairs: list[int] = np.searchsorted(
            pairs, np.arange(len(self._numbers) + 1) * max(occupations, 1)
        ).tolist()
        self._sizes = np.bincount(owner, minlength=occupations) + BACKGROUND
        self._shares: list[float] = (np.bincount(stems, minlength=len(self._numbers)) / max(len(stems), 1)).tolist()
