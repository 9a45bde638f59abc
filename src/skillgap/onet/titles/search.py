"""Finding occupations by code, title, alternate title, or the words of a title as people write it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from skillgap.onet.titles.index import TitleIndex
from skillgap.onet.titles.match import Match, Matched, Step
from skillgap.onet.titles.numbered import NumberedTitles, Standing
from skillgap.onet.titles.words import counted, stems, typed_title, words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from skillgap.onet.titles.words import TypedTitle

CODE_DIGITS = range(2, 9)  # 15-1252.00 has eight; a single digit is not yet a code
VOTES = 100  # titles that decide on the occupation, each by its score to this power:
VOTE_POWER = 6
BONUS = 1.0  # on the score of a similar title that is reported or the occupation's own
RANK = (0.0, 0.15, 0.7, 1.0)  # of an exact title, by its standing


class Fit(NamedTuple):
    """How a title was found; of two titles of an occupation the greater is the better one."""

    step: Step
    rank: float  # within an exact step, 0-1: the standing of the title, or how much of it was typed
    order: int  # the negative number of the title: the first of equals


class SearchIndex:
    """The titles of one release; never changed, so threads may share it."""

    def __init__(
        self,
        titles: Mapping[str, str],
        job_titles: Iterable[tuple[str, str]],
        rated: Collection[str],
        reported_titles: Mapping[tuple[str, str], bool] | None = None,
    ) -> None:
        """Index the titles as NumberedTitles has them; ``rated`` holds the codes with ratings."""
        self.titles = NumberedTitles(titles, job_titles, reported_titles or {})
        self._rated = rated
        self._beginnings = sorted(
            (" ".join(counted(words_of(titles[code]))), number) for code, number in self.titles.own.items()
        )
        self._stems = [(stems(titles[code]), number) for code, number in self.titles.own.items()]
        self.index = TitleIndex(self.titles.texts)

    def find(self, text: str) -> list[Match]:
        """Occupations that ``text`` can mean, each once, the best match first; none where no word is known.

        A code or the beginning of one, with or without its punctuation, is answered in code order.
        Otherwise by step: the title, an alternate title, the beginning of a title, similar words.
        Within a step by the titles that resemble the text and are the occupation's own or reported
        in it; then rated occupations first, the shorter title, the code.
        """
        typed = typed_title(text)
        codes = self._codes("".join(typed.words))
        if codes or not typed.words:
            return codes
        shares, found = self._similar(typed)
        for fit in (*self._containing(typed.core), *self._beginning(typed.words), *self._same(typed)):
            code = self.titles.owners[-fit.order]
            found[code] = max(fit, found.get(code, fit))
        matches = [self._match(fit, shares.get(code, 0.0)) for code, fit in found.items()]
        own = self.titles.own
        return sorted(matches, key=lambda match: (-match.score, not match.rated, own[match.onetsoc_code]))

    def _codes(self, digits: str) -> list[Match]:
        if not digits.isdigit() or len(digits) not in CODE_DIGITS:
            return []
        found = []
        for code in self.titles.codes:
            code_digits = "".join(words_of(code))
            if code_digits.startswith(digits):
                step = Step.CODE if code_digits in (digits, digits + "00") else Step.BEGINNING_OF_CODE
                found.append(Match(code, Matched.CODE, code, float(step), code in self._rated))
        return sorted(found, key=lambda match: (-match.score, match.onetsoc_code))

    def _similar(self, typed: TypedTitle) -> tuple[dict[str, float], dict[str, Fit]]:
        """The share of each occupation (0-1) in the titles nearest to the text, and the nearest of its own."""
        nearest = self.index.nearest(typed, VOTES)
        step = Step.CORRECTED if nearest.corrected else Step.TEXT
        standings, owners = self.titles.standings, self.titles.owners
        scores = {number: score + BONUS * (standings[number] > 0) for number, score in reversed(nearest.hits)}
        highest = max(scores.values(), default=1.0)
        votes: dict[str, float] = defaultdict(float)
        found: dict[str, Fit] = {}
        for number, score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
            votes[owners[number]] += (score / highest) ** VOTE_POWER
            found.setdefault(owners[number], Fit(step, 0.0, -number))
        total = sum(votes.values())
        return {code: vote / total for code, vote in votes.items()}, found

    def _containing(self, words: list[str]) -> list[Fit]:
        """The occupations whose title has all the words, however many there are."""
        wanted = stems(" ".join(words))
        return [Fit(Step.TEXT, 0.0, -number) for title, number in self._stems if wanted and wanted <= title]

    def _beginning(self, words: list[str]) -> Iterator[Fit]:
        """The occupations whose title begins with the words, the last of which may be unfinished."""
        text = " ".join(words)
        for title, number in self._beginnings[bisect_left(self._beginnings, (text,)) :]:
            if not title.startswith(text):
                return
            is_whole = title[len(text) :][:1] in ("", " ")
            step = Step.BEGINNING_OF_TITLE if is_whole else Step.UNFINISHED_TITLE
            yield Fit(step, len(words) / len(title.split()), -number)

    def _same(self, typed: TypedTitle) -> Iterator[Fit]:
        """The titles that are the text or, where none is, the core of it."""
        same = self.index.same(typed.words)
        most = Step.TITLE if same else Step.BEGINNING_OF_TITLE
        for number in same or self.index.same(typed.core):
            yield Fit(min(self._step(number), most), RANK[self.titles.standings[number]], -number)

    def _step(self, number: int) -> Step:
        """The step of a text that is exactly this title."""
        standing = self.titles.standings[number]
        if standing == Standing.OWN:
            return Step.TITLE
        title = self.titles.texts[self.titles.own[self.titles.owners[number]]]
        is_stray = standing == Standing.ALTERNATE and stems(title).isdisjoint(stems(self.titles.texts[number]))
        return Step.STRAY_ALTERNATE_TITLE if is_stray else Step.ALTERNATE_TITLE

    def _match(self, fit: Fit, share: float) -> Match:
        """A match with the score of its step: within it by the rank of its title, then by its share of the votes."""
        number = -fit.order
        within = share if fit.step <= Step.TEXT else (fit.rank + share) / 2
        matched = Matched.TITLE if self.titles.standings[number] == Standing.OWN else Matched.JOB_TITLE
        code = self.titles.owners[number]
        return Match(code, matched, self.titles.texts[number], fit.step + 0.999 * within, code in self._rated)
