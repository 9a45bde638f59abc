"""Coding titles by a release."""

from collections.abc import Sequence
from math import floor

from skillgap.occupations.titles.query import DEFAULT_CODES
from skillgap.occupations.titles.schemas import TitleCode, TitleCodes, TitleEvidenceOut
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.titles.coding import Code, Coding, How

STEP = 10_000  # of a probability: four decimals, rounded down, so that those of an answer are at most 1 together


def code_titles(catalogue: Catalogue, titles: Sequence[str], n: int = DEFAULT_CODES) -> list[TitleCodes]:
    """Each title coded, in their order, with up to ``n`` occupations; equal titles are coded once."""
    coder = catalogue.coder()
    codings = {title: coder.code(title, n) for title in dict.fromkeys(titles)}
    return [_answer(catalogue, title, codings[title]) for title in titles]


def code_title(catalogue: Catalogue, title: str, n: int = DEFAULT_CODES) -> TitleCodes:
    """One title coded, with up to ``n`` occupations."""
    return code_titles(catalogue, [title], n)[0]


def _answer(catalogue: Catalogue, title: str, coding: Coding) -> TitleCodes:
    return TitleCodes(
        release=catalogue.info.release,
        title=title,
        cleaned=coding.cleaned,
        answer=coding.answer,
        reason=coding.reason,
        codes=[_code(catalogue, code) for code in coding.codes],
    )


def _code(catalogue: Catalogue, code: Code) -> TitleCode:
    return TitleCode(
        onetsoc_code=code.onetsoc_code,
        title=catalogue.occupations[code.onetsoc_code].title,
        rated=catalogue.is_rated(code.onetsoc_code),
        probability=_rounded(code),
        evidence=TitleEvidenceOut(matched=code.matched.value, matched_text=code.matched_text, how=code.how.value),
    )


def _rounded(code: Code) -> float:
    """The probability to four decimals; 1 is that of a typed code alone."""
    certain = code.how is How.CODE and code.probability == 1
    return 1.0 if certain else min(floor(code.probability * STEP), STEP - 1) / STEP
