"""What the titles of a file mean: a code that is written there, or the coding of a title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from skillgap.errors import RequestError, SeveralFaults
from skillgap.occupations.titles.schemas import TitleCodes, TitleEvidenceOut
from skillgap.occupations.titles.service import code_titles
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.codes import DASHES

AT_A_TIME = 500  # titles coded in one call
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


class Coding(NamedTuple):
    """What a title means and what it may mean, the likeliest first; every candidate is rated."""

    coded: Coded
    candidates: tuple[Candidate, ...]


def codings(catalogue: Catalogue, titles: Iterable[str]) -> dict[str, Coding]:
    """What each of these titles means. Codes of O*NET are taken as they are written."""
    distinct = list(dict.fromkeys(titles))
    written = {title for title in distinct if A_CODE.fullmatch(title)}
    coded = {title: _written(catalogue, title) for title in written}
    others = [title for title in distinct if title not in written]
    for first in range(0, len(others), AT_A_TIME):
        part = others[first : first + AT_A_TIME]
        answers = code_titles(catalogue, part, CANDIDATES_ASKED)
        coded |= {title: _coding(catalogue, answer) for title, answer in zip(part, answers, strict=True)}
    return {title: coded[title] for title in distinct}


def _written(catalogue: Catalogue, text: str) -> Coding:
    try:
        code = catalogue.code_named(text)
        catalogue.require_ranked(code, None, "skills")
    except RequestError as error:
        fault = error.leading if isinstance(error, SeveralFaults) else error
        candidates = (Candidate(suggestion.onetsoc_code, None, None) for suggestion in fault.suggestions)
        return Coding(Coded(None, None, None, str(fault)), tuple(candidates))
    return Coding(Coded(code, "code", None, None), ())


def _coding(catalogue: Catalogue, answer: TitleCodes) -> Coding:
    rated = catalogue.matrix().positions
    candidates = _distinct(_candidates(catalogue, answer))
    probability = next((code.probability for code in answer.codes if code.onetsoc_code == answer.answer), None)
    if answer.answer is None:
        return Coding(Coded(None, None, None, answer.reason), candidates)
    if answer.answer in rated:
        return Coding(Coded(answer.answer, "title", probability, None), candidates)
    title = f"{answer.answer} {catalogue.occupations[answer.answer].title}"
    reason = NOT_RATED.format(release=catalogue.info.title, title=title)
    return Coding(Coded(None, None, None, reason), candidates)


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
