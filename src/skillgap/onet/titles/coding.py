"""Coding a title: the occupations that it can mean, each with the probability that it is the right one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from skillgap.onet.codes import DASHES
from skillgap.onet.titles.cleaning import LONGEST
from skillgap.onet.titles.evidence import Evidence, EvidenceReader, Nearest
from skillgap.onet.titles.match import Matched
from skillgap.onet.titles.model import Model, shipped
from skillgap.onet.titles.numbered import Standing
from skillgap.onet.titles.words import typed_title, words_of

if TYPE_CHECKING:
    from skillgap.onet.titles.search import SearchIndex

ANSWERED = 0.5  # probability from which the first code is the answer
LIKELY = 0.15  # ... from which an occupation is named among several
MOST_NAMED = 3
CODE = re.compile(rf"\s*\d{{2}}[{DASHES}]\d{{4}}(?:\.\d{{2}})?\s*", re.ASCII)


class How(StrEnum):
    """How the typed title and the title of the evidence agree."""

    CODE = "code"  # an O*NET-SOC code was typed
    EXACT = "exact"  # the same words, in any order, plural or singular
    CLEANED = "cleaned"  # the same words once level, place, pay and the like are left out
    SIMILAR = "similar"  # the most alike of the occupation's titles
    CORRECTED = "corrected"  # ... with a word that had to be corrected


class Code(NamedTuple):
    """An occupation that the title can mean."""

    onetsoc_code: str
    probability: float
    matched: Matched
    matched_text: str
    how: How


class Coding(NamedTuple):
    """A coded title; ``codes`` are in order of probability, whether or not there is an answer."""

    cleaned: str
    answer: str | None
    reason: str | None  # why there is no answer
    codes: Sequence[Code]


class TitleCoder:
    """Codes titles by a release; never changed, so threads may share it."""

    def __init__(self, search: SearchIndex, model: Model | None = None) -> None:
        """Code by the titles and the index of ``search``."""
        self._search = search
        self._evidence = EvidenceReader(search.titles, search.index)
        self._model = model or shipped()

    def code(self, title: str, n: int = 5) -> Coding:
        """The ``n`` most probable occupations of a title, and the answer where the first is probable enough."""
        if CODE.fullmatch(title) and (coding := self._typed_code(title.strip(), n)):
            return coding
        typed = typed_title(title[:LONGEST])
        if not typed.words:
            return Coding(typed.cleaned, None, "The title has no word in it.", [])
        nearest = self._evidence.nearest(typed)
        if not typed.cleaned and not nearest.same:
            return Coding("", None, "None of its words says what the work is.", [])
        if not len(nearest.numbers):
            return Coding(typed.cleaned, None, "No title of an occupation has any of its words.", [])
        evidence = self._evidence.read(typed, nearest)
        probabilities = self._model.probabilities(evidence)
        first = np.argsort(-probabilities, kind="stable")[: max(n, MOST_NAMED)]
        found = zip(evidence.numbers[first].tolist(), probabilities[first].tolist(), strict=True)
        codes = [self._code(number, probability, nearest) for number, probability in found]
        if codes[0].probability >= ANSWERED:
            return Coding(typed.cleaned, codes[0].onetsoc_code, None, codes[:n])
        return Coding(typed.cleaned, None, self._reason(codes), codes[:n])

    def evidence(self, title: str) -> Evidence | None:
        """What is read of a title, for fitting; None where no word of it is known."""
        typed = typed_title(title[:LONGEST])
        nearest = self._evidence.nearest(typed) if typed.words else None
        return self._evidence.read(typed, nearest) if nearest and len(nearest.numbers) else None

    @property
    def codes(self) -> Sequence[str]:
        """The codes of the release, by the places that evidence has."""
        return self._search.titles.codes

    def _typed_code(self, text: str, n: int) -> Coding | None:
        """The answer to a code; None for one that no occupation has."""
        found = [match.onetsoc_code for match in self._search.find(text) if match.matched is Matched.CODE]
        whole = [code for code in found if "".join(words_of(code)).removesuffix("00") == _digits(text)]
        meant = whole or found
        codes = [Code(code, 1 / len(meant), Matched.CODE, code, How.CODE) for code in meant]
        if len(codes) == 1:
            return Coding(text, codes[0].onetsoc_code, None, codes)
        return Coding(text, None, f"The code is that of {len(codes)} occupations.", codes[:n]) if codes else None

    def _code(self, number: int, probability: float, nearest: Nearest) -> Code:
        titles = self._search.titles
        matched = Matched.TITLE if titles.standings[number] == Standing.OWN else Matched.JOB_TITLE
        return Code(titles.owners[number], probability, matched, titles.texts[number], _how(number, nearest))

    def _reason(self, codes: Sequence[Code]) -> str:
        """Why none of these codes is the answer."""
        likely = [code for code in codes[:MOST_NAMED] if code.probability >= LIKELY]
        if len(likely) > 1:
            named = ", ".join(f"{self._title(code)} ({code.probability:.0%})" for code in likely)
            return f"Several occupations are likely: {named}."
        first = codes[0]
        return f"No title is enough like it; the nearest is {first.matched_text} ({first.probability:.0%})."

    def _title(self, code: Code) -> str:
        titles = self._search.titles
        return titles.texts[titles.own[code.onetsoc_code]]


def _digits(text: str) -> str:
    return "".join(words_of(text)).ljust(8, "0").removesuffix("00")


def _how(number: int, nearest: Nearest) -> How:
    if number in nearest.same:
        return How.EXACT
    if number in nearest.same_core:
        return How.CLEANED
    return How.CORRECTED if nearest.corrected else How.SIMILAR
