"""What speaks for each occupation that a typed title can mean: figures of the titles nearest to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillgap.onet.titles.lexicon import Floats, Integers, Lexicon
from skillgap.onet.titles.numbered import NumberedTitles

if TYPE_CHECKING:
    from skillgap.onet.titles.index import TitleIndex
    from skillgap.onet.titles.words import TypedTitle

NEAREST = 100  # titles that are read
COMPARED = 20  # of them: those whose words an unknown one may stand for
STEEP, SOFT = 6, 2  # power of a title's score, and of its likeness, in its vote
LEAST_SHARE = 1e-3
LEAST_LOGARITHM = -8.0

FIGURES = (
    "exact",  # 1 where the typed title is one of the occupation's
    "exact_core",  # 1 where only the core of it is
    "votes",  # logarithm of its share in the scores of the nearest titles
    "soft_votes",  # ... in their likeness, less steep
    "words",  # logarithm of its probability by the words of its titles
    "likeness",  # of its most alike title
    "own_likeness",  # of O*NET's title of it
    "reported_likeness",  # of its most alike reported title
    "covered",  # the four of its most alike title, as Likenesses has them
    "spare",
    "head",
    "order",
    "score",  # the best score of its titles over the best of all
    "titles",  # logarithm of the number of its titles
    "single",  # 1 where one word is typed
    "unknown",  # share of the typed words' weight that is in no title
    "inexact",  # ... that is unfinished or misspelt
    "agent",  # how often the last typed word ends the titles that have it: often "nurse", seldom "guitar"
    "minor_group",  # logarithm of the share of its SOC minor group in the likeness of the nearest titles
    "major_group",  # ... of its major group
    "likeness_squared",
    "covered_squared",
)
"""What an occupation has in its favour; nothing is 0, or the least logarithm."""


class Nearest(NamedTuple):
    """The titles nearest to a typed one, by number, with their scores."""

    numbers: Integers
    scores: Floats
    same: frozenset[int]
    same_core: frozenset[int]
    corrected: bool


class Evidence(NamedTuple):
    """The occupations of the nearest titles, an entry each."""

    places: Integers  # of their codes in NumberedTitles
    figures: Floats  # a column for each of FIGURES
    numbers: Integers  # of the title that speaks for it most: an exact one, or the most alike
    standings: Integers  # of an exact title; 0 for others
    detailed: NDArray[np.bool_]  # whether the occupation is a part of its SOC occupation, its code not ending with .00


class EvidenceReader:
    """Reads what a release's titles say of a typed one; threads may share it."""

    def __init__(self, titles: NumberedTitles, index: TitleIndex) -> None:
        """Weigh the words of ``titles``, which ``index`` holds by the same numbers."""
        self._index = index
        self._lexicon = Lexicon(titles)
        self._standings = np.frombuffer(titles.standings, "u1").astype("i4")
        self._own = np.array([titles.own[code] for code in titles.codes], dtype="i4")
        self._detailed = np.array([not code.endswith(".00") for code in titles.codes])
        self._minor = np.unique([code[:4] for code in titles.codes], return_inverse=True)[1]
        self._major = np.unique([code[:2] for code in titles.codes], return_inverse=True)[1]
        self._sizes = np.log(np.bincount(self._lexicon.owners, minlength=len(titles.codes)).clip(min=1))

    def nearest(self, typed: TypedTitle) -> Nearest:
        """The nearest titles, those with exactly the typed words among them."""
        nearest = self._index.nearest(typed, NEAREST)
        same = frozenset(self._index.same(typed.words))
        same_core = frozenset(self._index.same(typed.core)) - same if typed.core != typed.words else frozenset()
        scores = {hit.number: hit.score for hit in nearest.hits}
        lowest = min(scores.values(), default=1.0)
        scores |= {number: lowest for number in sorted(same | same_core) if number not in scores}
        numbers = np.array(list(scores), dtype="i4")
        return Nearest(numbers, np.array(list(scores.values())), same, same_core, nearest.corrected)

    def read(self, typed: TypedTitle, nearest: Nearest) -> Evidence:
        """The occupations of the nearest titles, by the place of their code, and what speaks for each."""
        weighed = self._lexicon.weighed(typed.core, nearest.numbers[:COMPARED])
        places, which = np.unique(self._lexicon.owners[nearest.numbers], return_inverse=True)
        own = self._own[places]
        alike = self._lexicon.likenesses(weighed, np.concatenate([nearest.numbers, own]))
        own_likeness = alike.cosine[len(which) :]
        cosine, covered, spare, head, order = (values[: len(which)] for values in alike)
        scores = nearest.scores / nearest.scores.max()
        exact, standing = self._exact(nearest)
        best = _first(which, nearest.numbers, -covered, -cosine)
        top = _first(which, nearest.numbers, -standing, -exact)
        kind, is_exact = exact[top], exact[top] > 0
        figures = {
            "exact": kind == 2,
            "exact_core": kind == 1,
            "votes": _log_shares(which, scores**STEEP),
            "soft_votes": _log_shares(which, cosine**SOFT),
            "words": self._lexicon.likelihoods(weighed)[places].clip(min=LEAST_LOGARITHM),
            "likeness": cosine[best],
            "own_likeness": own_likeness,
            "reported_likeness": _most(which, cosine * (self._standings[nearest.numbers] > 0)),
            "covered": covered[best],
            "spare": spare[best],
            "head": head[best],
            "order": order[best],
            "score": _most(which, scores),
            "titles": self._sizes[places],
            "single": np.full(len(places), len(typed.core) == 1),
            "unknown": np.full(len(places), weighed.unknown),
            "inexact": np.full(len(places), weighed.inexact),
            "agent": np.full(len(places), weighed.agent),
            "minor_group": _log_shares(self._minor[places[which]], cosine**SOFT)[self._minor[places]],
            "major_group": _log_shares(self._major[places[which]], cosine**SOFT)[self._major[places]],
            "likeness_squared": cosine[best] ** 2,
            "covered_squared": covered[best] ** 2,
        }
        numbers = np.where(is_exact, nearest.numbers[top], nearest.numbers[best])
        return Evidence(
            places,
            np.column_stack([figures[name] for name in FIGURES]).astype("f8"),
            numbers,
            np.where(is_exact, standing[top], 0),
            self._detailed[places],
        )

    def _exact(self, nearest: Nearest) -> tuple[Integers, Integers]:
        """Of each nearest title 2 where it is the typed one, 1 where it is the core; and its standing then."""
        numbers = nearest.numbers.tolist()
        exact = np.array([2 * (number in nearest.same) + (number in nearest.same_core) for number in numbers])
        return exact, np.where(exact > 0, self._standings[nearest.numbers], 0)


def _first(which: Integers, *keys: Floats | Integers) -> Integers:
    """For each occupation the place of its first title by these keys, the last of which matters most."""
    order = np.lexsort((*keys, which))
    return order[np.searchsorted(which[order], np.arange(which.max() + 1))]


def _most(which: Integers, values: Floats) -> Floats:
    most = np.zeros(which.max() + 1)
    np.maximum.at(most, which, values)
    return most


def _log_shares(which: Integers, votes: Floats) -> Floats:
    return np.log(np.bincount(which, votes) / (votes.sum() or 1.0) + LEAST_SHARE)
