"""Finding occupations by code, title or lay title: one release's texts, indexed in memory.

A search is a table look-up, never a scan. Every text (title or lay title) is a set of folded words;
a sorted vocabulary leads from a word, or from all words with one beginning, to the texts that hold
it. Every word that was typed must be found in one and the same text, in any order.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray


# The kind of a match: the whole part of its score.
EXACT_CODE, CODE_PREFIX = 8, 7
EXACT_TITLE, EXACT_JOB_TITLE = 6, 5
TITLE_PREFIX, TITLE_WORDS, JOB_TITLE_WORDS = 4, 3, 2
STRAY_JOB_TITLE = TITLE_PREFIX  # exact, but far from the title: "Police" is one of secretaries
MISSPELT = 10  # divides every score of a search in which a word had to be corrected

# How a typed word fits a text: not at all (0), as the beginning of a word, or as a word.
BEGINNING, COMPLETE = 1, 2

CODE_DIGITS = range(2, 9)  # 15-1252.00 has eight; a single digit is not yet a code
FILLERS = frozenset({"a", "an", "and", "except", "for", "in", "of", "the", "to"})
SHORT_WORD = 3  # up to here a word has no typing error; below it, only the last one is a beginning
LONG_WORD = 8  # from here on a word may have two typing errors
MAX_MISSPELT = 4  # in one search: each is compared with the whole vocabulary


class Matched(StrEnum):
    """What of an occupation has been found."""

    CODE = "code"
    TITLE = "title"
    JOB_TITLE = "job_title"


class Match(NamedTuple):
    """One occupation and why it was found; of two matches the higher score is the better one."""

    onetsoc_code: str
    matched: Matched
    matched_text: str
    score: float
    rated: bool


class SearchIndex:
    """The titles and lay titles of one release; never changed, so threads may share it.

    Occupations are numbered by the shorter title, then the code. Texts are numbered by occupation:
    its own title, then its lay titles, the shortest first.
    """

    def __init__(
        self,
        titles: Mapping[str, str],
        job_titles: Iterable[tuple[str, str]],
        rated: Collection[str],
    ) -> None:
        """Index ``titles`` (onetsoc_code -> title) and ``job_titles`` (onetsoc_code, lay title).

        ``rated`` holds the codes with ratings. Lay titles of a code without a title are left out.
        """
        lay_titles: dict[str, set[str]] = defaultdict(set)
        for code, lay_title in job_titles:
            lay_titles[code].add(lay_title)

        self._codes = sorted(titles, key=lambda code: (len(titles[code]), code))
        self._rated = np.array([code in rated for code in self._codes], dtype=np.bool_)
        self._title_words = [_counted(_words(titles[code])) for code in self._codes]
        self._texts: list[str] = []
        self._bounds: list[int] = []  # the number of each occupation's title, then of all texts
        sizes: list[int] = []  # the words of each text, fillers not counted
        postings: dict[str, list[int]] = defaultdict(list)  # word -> texts that hold it
        for code in self._codes:
            self._bounds.append(len(self._texts))
            for text in (titles[code], *sorted(lay_titles[code], key=lambda t: (len(t), t))):
                for reading in _readings(text):
                    words = _words(reading)
                    folded = {_fold(word) for word in words}
                    for word in folded.union(words):  # "secretari" begins "secretaries" only
                        postings[word].append(len(self._texts))
                    sizes.append(len(folded - FILLERS))
                    self._texts.append(text)

        self._bounds.append(len(self._texts))
        self._starts = np.array(self._bounds[:-1], dtype=np.int64)
        self._sizes = np.array(sizes, dtype=np.int64).clip(min=1)
        self._kinds = np.full(len(sizes), JOB_TITLE_WORDS, dtype=np.int64)
        self._kinds[self._starts] = TITLE_WORDS
        self._vocabulary = sorted(postings)
        self._offsets = np.cumsum([0, *(len(postings[word]) for word in self._vocabulary)])
        self._postings = np.array([text for word in self._vocabulary for text in postings[word]], dtype=np.int32)

    def find(self, text: str) -> list[Match]:
        """Every occupation that ``text`` can mean, once, the best match first; blank: none.

        A code or the beginning of one, with or without its punctuation, is answered in code order.
        Of anything else each word must be, or begin, a word of one and the same title or lay title;
        only a word that neither is nor begins any word of the release is corrected.

        Equal scores: rated occupations first, then those with more texts that fit, then the shorter
        title, then the code.
        """
        words = _words(text)
        if not words or not self._codes:
            return []
        return self._find_code("".join(words)) or self._find_words(words)

    def _find_code(self, digits: str) -> list[Match]:
        if not digits.isdigit() or len(digits) not in CODE_DIGITS:
            return []
        found = []
        for code, rated in zip(self._codes, self._rated.tolist(), strict=True):
            code_digits = "".join(_words(code))
            if code_digits.startswith(digits):
                kind = EXACT_CODE if code_digits in (digits, digits + "00") else CODE_PREFIX
                found.append(Match(code, Matched.CODE, code, float(kind), rated))
        return sorted(found, key=lambda match: (-match.score, match.onetsoc_code))

    def _find_words(self, words: list[str]) -> list[Match]:
        *others, last = words
        needed = sorted({*others} - FILLERS | {last})
        fits = {w: self._fit(w, begins=w == last or len(w) >= SHORT_WORD) for w in needed}
        unknown = [word for word in needed if not fits[word].any()]
        if len(unknown) > MAX_MISSPELT:
            return []
        fits |= {word: self._fit_corrected(word) for word in unknown}
        fit = np.minimum.reduce(list(fits.values()))
        in_title = np.mean([fits[word][self._starts] for word in needed], axis=0) / COMPLETE
        points = self._points(fit, in_title, _counted(words))

        best = np.maximum.reduceat(points, self._starts)
        fitting = np.add.reduceat(fit > 0, self._starts, dtype=np.int64)
        ranking = np.lexsort((-fitting, ~self._rated, -best))[: np.count_nonzero(best)]
        whole = 100 * MISSPELT if unknown else 100
        matches = []
        for i in ranking.tolist():
            start, end = self._bounds[i : i + 2]
            text = self._texts[start + int(points[start:end].argmax())]
            matched = Matched.TITLE if text == self._texts[start] else Matched.JOB_TITLE
            score = float(best[i] / whole)
            matches.append(Match(self._codes[i], matched, text, score, bool(self._rated[i])))
        return matches

    def _fit(self, word: str, *, begins: bool) -> NDArray[np.uint8]:
        """How ``word`` fits each text; as a beginning only where ``begins``."""
        fit = np.zeros(len(self._texts), dtype=np.uint8)
        if begins:
            first, end = (bisect_left(self._vocabulary, w) for w in (word, word + "~"))
            fit[self._postings[self._offsets[first] : self._offsets[end]]] = BEGINNING
        number = bisect_left(self._vocabulary, _fold(word))
        if self._vocabulary[number : number + 1] == [_fold(word)]:
            fit[self._texts_with(number)] = COMPLETE
        return fit

    def _fit_corrected(self, word: str) -> NDArray[np.uint8]:
        """How the words of the vocabulary that are nearest to ``word`` fit each text.

        Nearest: the fewest letters changed, left out, added or swapped, then the same first letter.
        """
        folded = _fold(word)
        fit = np.zeros(len(self._texts), dtype=np.uint8)
        if len(folded) > SHORT_WORD:
            errors = 2 if len(folded) >= LONG_WORD else 1
            near = [
                ((distance, known[0] != folded[0]), number)
                for known, distance, number in process.extract(
                    folded, self._vocabulary, scorer=OSA.distance, score_cutoff=errors, limit=None
                )
            ]
            nearest = min((distance for distance, _ in near), default=None)
            for distance, number in near:
                if distance == nearest:
                    fit[self._texts_with(number)] = COMPLETE
        return fit

    def _texts_with(self, number: int) -> NDArray[np.int32]:
        """The texts that hold the word of that number in the vocabulary."""
        return self._postings[self._offsets[number] : self._offsets[number + 1]]

    def _points(self, fit: NDArray[np.uint8], in_title: NDArray[np.float64], words: list[str]) -> NDArray[np.int64]:
        """The score of each text in hundredths, 0 where it does not fit.

        Within a kind: words before beginnings of words, then what was typed as a share of the text,
        together with the share of it that fits the occupation's own title (``in_title``, 0-1).
        """
        kind = self._kinds.copy()
        for i in np.flatnonzero(fit[self._starts]).tolist():
            if _begins(self._title_words[i], words):
                kind[self._starts[i]] = TITLE_PREFIX
        in_title = np.repeat(in_title, np.diff(self._bounds))
        exact = (fit == COMPLETE) & (self._sizes == len({_fold(word) for word in words}))
        is_title = self._kinds == TITLE_WORDS
        kind[exact & is_title] = EXACT_TITLE
        kind[exact & ~is_title] = EXACT_JOB_TITLE
        kind[exact & ~is_title & (in_title == 0)] = STRAY_JOB_TITLE

        typed = np.minimum(len(words) / self._sizes, 1)
        closeness = 50 * (fit == COMPLETE) + 25 * typed + 24 * in_title
        return np.where(fit > 0, 100 * kind + closeness.astype(np.int64), 0)


_SILENT = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}.\u0300-\u036f]")  # driver's, Ph.D., accents
_WORD = re.compile("[a-z0-9]+")
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")


def _words(text: str) -> list[str]:
    """The words of a text in small ASCII letters, none after an "except": those are not meant."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    words = _WORD.findall(_SILENT.sub("", text.casefold()))
    return words[: words.index("except") + 1] if "except" in words else words


@lru_cache(20_000)  # 29.2 has some 14,000 words
def _fold(word: str) -> str:
    """A word without its plural ending."""
    if len(word) <= SHORT_WORD or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


def _counted(words: list[str]) -> list[str]:
    """The words that are no fillers; all of them where there are only fillers."""
    return [word for word in words if word not in FILLERS] or words


def _readings(text: str) -> list[str]:
    """A text as it stands and, as O*NET has "CEO (Chief Executive Officer)", each of its parts."""
    inside = _IN_PARENTHESES.findall(text)
    return [text, _IN_PARENTHESES.sub(" ", text), *inside] if inside else [text]


def _begins(title_words: list[str], words: list[str]) -> bool:
    """Whether a title begins with these words, the last of which may be unfinished."""
    *whole, last = words
    title = title_words[: len(words)]
    return (
        len(title) == len(words)
        and all(_fold(a) == _fold(b) for a, b in zip(title, whole, strict=False))
        and (_fold(title[-1]) == _fold(last) or title[-1].startswith(last))
    )
