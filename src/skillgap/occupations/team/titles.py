"""What the titles of a file mean: a code that is written there, or the coding of a title."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple

from skillgap.errors import RequestError, SeveralFaults
from skillgap.occupations.titles.schemas import TitleCodes, TitleEvidenceOut
from skillgap.occupations.titles.service import code_titles
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.codes import DASHES

CANDIDATES_ASKED = 5
LEAST_PROBABILITY = 0.02
MOST_CANDIDATES = 8  # with the neighbours of unrated ones
A_CODE = re.compile(rf"\d{{2}}[{DASHES}]\d{{4}}(\.\d{{2}})?", re.ASCII)
EVIDENCE = {
    "code": "the code was written",
    "exact": "“{title}” is {one}",
    "cleaned": "“{title}” is {one}, without level, place and the like",
    "similar": "like “{title}”, {one}",
    "corrected": "like “{title}”, {one}, once a word is corrected",
}
NOT_RATED = "{release} lists {title} but has not rated its skills: choose among the closest occupations with data."

How = Literal["code", "title", "hand"]


class Coded(NamedTuple):
    """The rated occupation that a title means and how it was found, or why there is none."""

    code: str | None
    how: How | None
    probability: float | None  # of a coded title alone
    reason: str | None


class Candidate(NamedTuple):
    """An occupation that a title may mean; without a probability it is the neighbour of an unrated one."""

    code: str
    probability: float | None
    evidence: str | None


def code_distinct(catalogue: Catalogue, titles: Iterable[str]) -> dict[str, Coded]:
    """What each of these titles means. Codes of O*NET are taken as they are written."""
    distinct = list(dict.fromkeys(titles))
    coded = {title: _written(catalogue, title)[0] for title in distinct if A_CODE.fullmatch(title)}
    others = [title for title in distinct if title not in coded]
    answers = code_titles(catalogue, others, 1)
    rated = catalogue.matrix().positions.keys()
    return coded | {title: _coded(catalogue, rated, answer) for title, answer in zip(others, answers, strict=True)}


def candidates_of(catalogue: Catalogue, titles: Iterable[str]) -> dict[str, tuple[Candidate, ...]]:
    """What each of these titles may mean, the likeliest first; every candidate is rated."""
    distinct = list(dict.fromkeys(titles))
    found = {title: _written(catalogue, title)[1] for title in distinct if A_CODE.fullmatch(title)}
    others = [title for title in distinct if title not in found]
    answers = code_titles(catalogue, others, CANDIDATES_ASKED)
    coded = zip(others, answers, strict=True)
    return found | {title: _distinct(_candidates(catalogue, answer)) for title, answer in coded}


def _written(catalogue: Catalogue, text: str) -> tuple[Coded, tuple[Candidate, ...]]:
    """What a code means, or what to take in its place."""
    try:
        code = catalogue.code_named(text)
        catalogue.require_ranked(code, None, "skills")
    except RequestError as error:
        fault = error.leading if isinstance(error, SeveralFaults) else error
        candidates = (Candidate(suggestion.onetsoc_code, None, None) for suggestion in fault.suggestions)
        return Coded(None, None, None, str(fault)), tuple(candidates)
    return Coded(code, "code", None, None), ()


def _coded(catalogue: Catalogue, rated: Collection[str], answer: TitleCodes) -> Coded:
    if answer.answer is None:
        return Coded(None, None, None, answer.reason)
    if answer.answer in rated:
        return Coded(answer.answer, "title", answer.codes[0].probability, None)
    title = f"{answer.answer} {catalogue.occupations[answer.answer].title}"
    return Coded(None, None, None, NOT_RATED.format(release=catalogue.info.title, title=title))


def _candidates(catalogue: Catalogue, answer: TitleCodes) -> Iterator[Candidate]:
    """The occupations that are likely enough to name; the closest rated ones in the place of one that is not rated."""
    rated = catalogue.matrix().positions
    for code in answer.codes:
        if code.probability < LEAST_PROBABILITY:
            continue
        if code.onetsoc_code in rated:
            yield Candidate(code.onetsoc_code, code.probability, _sentence(code.evidence))
            continue
        for neighbour in catalogue.rated_neighbours(code.onetsoc_code):
            yield Candidate(neighbour.onetsoc_code, None, f"closest with data to {code.title}")


def _sentence(evidence: TitleEvidenceOut) -> str:
    one = "its title" if evidence.matched == "title" else "one of its job titles"
    return EVIDENCE[evidence.how].format(title=evidence.matched_text, one=one)


def _distinct(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    by_code: dict[str, Candidate] = {}
    for candidate in candidates:
        by_code.setdefault(candidate.code, candidate)
    return tuple(by_code.values())[:MOST_CANDIDATES]
