"""What speaks for each occupation that a typed title can mean: figures of the titles nearest to it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from skillgap.onet.titles.lexicon import Lexicon, Likeness, Weighed
from skillgap.onet.titles.numbered import NumberedTitles, Standing

if TYPE_CHECKING:
    from skillgap.onet.titles.index import TitleIndex
    from skillgap.onet.titles.words import TypedTitle

NEAREST = 100  # titles that are read
COMPARED = 20  # of them: those whose words an unknown one may stand for
STEEP, SOFT = 6, 2  # power of a title's score, and of its likeness, in its vote
LEAST_SHARE = 1e-3
LEAST_LOGARITHM = -8.0


class Figures(NamedTuple):
    """What an occupation has in its favour; nothing is 0, or the least logarithm."""

    exact: float  # 1 where the typed title is one of its titles
    exact_core: float  # 1 where only the core of it is
    votes: float  # logarithm of its share in the scores of the nearest titles
    soft_votes: float  # ... in their likeness, less steep
    words: float  # logarithm of its probability by the words of its titles
    likeness: float  # of its most alike title
    own_likeness: float  # of O*NET's title of it
    reported_likeness: float  # of its most alike reported title
    covered: float  # the rest is of its most alike title, as Likeness has it
    spare: float
    head: float
    order: float
    score: float  # the best score of its titles over the best of all
    titles: float  # logarithm of the number of its titles
    single: float  # 1 where one word is typed


class Candidate(NamedTuple):
    """An occupation, what speaks for it, and the title of it that does most."""

    onetsoc_code: str
    figures: Figures
    number: int  # of the title
    exact: bool
    standing: Standing  # of an exact title


class Nearest(NamedTuple):
    """The titles nearest to a typed one, by number."""

    scores: Mapping[int, float]
    same: frozenset[int]
    same_core: frozenset[int]
    corrected: bool


class EvidenceReader:
    """Reads what a release's titles say of a typed one; threads may share it."""

    def __init__(self, titles: NumberedTitles, index: TitleIndex) -> None:
        """Weigh the words of ``titles``, which ``index`` holds by the same numbers."""
        self.titles = titles
        self._index = index
        self._lexicon = Lexicon(titles)
        self._places = {code: place for place, code in enumerate(titles.codes)}
        self._sizes = {code: math.log(count) for code, count in Counter(titles.owners).items()}

    def nearest(self, typed: TypedTitle) -> Nearest:
        """The nearest titles, those with exactly the typed words among them."""
        nearest = self._index.nearest(typed, NEAREST)
        same = frozenset(self._index.same(typed.words))
        same_core = frozenset(self._index.same(typed.core)) - same if typed.core != typed.words else frozenset()
        scores = {hit.number: hit.score for hit in nearest.hits}
        lowest = min(scores.values(), default=1.0)
        exact = {number: lowest for number in (*sorted(same), *sorted(same_core)) if number not in scores}
        return Nearest(scores | exact, same, same_core, nearest.corrected)

    def candidates(self, typed: TypedTitle, nearest: Nearest) -> list[Candidate]:
        """The occupations of the nearest titles, in the order of these."""
        weighed = self._lexicon.weighed(typed.core, list(nearest.scores)[:COMPARED])
        by_words = self._lexicon.likelihoods(weighed)
        by_code: dict[str, list[int]] = defaultdict(list)
        for number in nearest.scores:
            by_code[self.titles.owners[number]].append(number)
        alike = {number: self._lexicon.likeness(weighed, number) for number in nearest.scores}
        highest = max(nearest.scores.values(), default=1.0)
        votes = {number: (score / highest) ** STEEP for number, score in nearest.scores.items()}
        all_votes = sum(votes.values())
        all_soft = sum([one.cosine**SOFT for one in alike.values()]) or 1.0
        found = []
        for code, numbers in by_code.items():
            best = max(numbers, key=lambda number: alike[number])
            figures = Figures(
                exact=0.0,
                exact_core=0.0,
                votes=math.log(sum([votes[number] for number in numbers]) / all_votes + LEAST_SHARE),
                soft_votes=math.log(sum([alike[number].cosine ** SOFT for number in numbers]) / all_soft + LEAST_SHARE),
                words=max(by_words[self._places[code]], LEAST_LOGARITHM),
                likeness=alike[best].cosine,
                own_likeness=self._likeness_of_own(weighed, alike, code),
                reported_likeness=max(
                    [alike[number].cosine for number in numbers if self.titles.standings[number]], default=0.0
                ),
                covered=alike[best].covered,
                spare=alike[best].spare,
                head=alike[best].head,
                order=alike[best].order,
                score=max([nearest.scores[number] for number in numbers]) / highest,
                titles=self._sizes[code],
                single=float(len(typed.core) == 1),
            )
            found.append(self._candidate(code, figures, numbers, best, nearest))
        return found

    def _likeness_of_own(self, weighed: Weighed, alike: Mapping[int, Likeness], code: str) -> float:
        own = self.titles.own[code]
        return (alike[own] if own in alike else self._lexicon.likeness(weighed, own)).cosine

    def _candidate(self, code: str, figures: Figures, numbers: list[int], best: int, nearest: Nearest) -> Candidate:
        """The occupation with its exact title of the best standing, where it has one."""
        standings = self.titles.standings
        for same in (nearest.same, nearest.same_core):
            exact = [number for number in numbers if number in same]
            if exact:
                number = max(exact, key=lambda number: standings[number])
                flag = {"exact": 1.0} if same is nearest.same else {"exact_core": 1.0}
                return Candidate(
                    code, figures._replace(**flag), number, exact=True, standing=Standing(standings[number])
                )
        return Candidate(code, figures, best, exact=False, standing=Standing.ALTERNATE)
