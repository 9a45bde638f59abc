"""The words of a title, their stems, and which of them say what the work is. Pure functions of text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from skillgap.onet.titles.cleaning import cleaned

if TYPE_CHECKING:
    from collections.abc import Sequence

FILLERS = frozenset({"a", "an", "and", "except", "for", "in", "of", "the", "to"})
ABBREVIATIONS = {
    "acct": "account",
    "asst": "assistant",
    "engr": "engineer",
    "mfg": "manufacturing",
    "mgmt": "management",
    "mgr": "manager",
    "mktg": "marketing",
    "mngr": "manager",
    "physio": "physiotherapist",
    "programme": "program",
    "supv": "supervisor",
    "svc": "service",
}
"""Those that are not the beginning of their word: a beginning is found as such."""

STEMS = (
    TextAnalyzerBuilder(Tokenizer.whitespace())
    .filter(Filter.custom_stopword(sorted(FILLERS)))
    .filter(Filter.stemmer("english"))
    .build()
)

_SILENT = re.compile("['\N{RIGHT SINGLE QUOTATION MARK}.\u0300-\u036f]")  # driver's, Ph.D., accents
_WORD = re.compile("[a-z0-9]+")
_IN_PARENTHESES = re.compile(r"\(([^()]*)\)")


class TypedTitle(NamedTuple):
    """The distinct words of a title that somebody wrote, by what they are worth; fillers are left out."""

    words: list[str]  # all of them
    core: list[str]  # what the work is; never empty unless ``words`` is
    aside: list[str]  # level, brackets, and what follows a dash: place, employer, field
    cleaned: str  # the core as readable text; empty where no word says what the work is


def typed_title(text: str) -> TypedTitle:
    """A title as in postings and CVs taken apart: "Sr. Nurse - Boston (m/f/d)" has the core "nurse"."""
    words = counted(words_of(text))
    text = cleaned(text)
    core = counted(words_of(text)) or words
    aside = [word for word in words if word not in core]
    return TypedTitle(words, counted([ABBREVIATIONS.get(word, word) for word in core]), aside, text)


def words_of(text: str) -> list[str]:
    """The words of a text in small ASCII letters, none from an "except" on: those are not meant."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    words = _WORD.findall(_SILENT.sub("", text.casefold()))
    return words[: words.index("except") or None] if "except" in words else words


def counted(words: Sequence[str]) -> list[str]:
    """The distinct words that are no fillers; all of them where there are only fillers."""
    distinct = list(dict.fromkeys(words))
    return [word for word in distinct if word not in FILLERS] or distinct


def stem(word: str) -> str:
    """A word without its English ending: "nurses", "nursing" and "nurse" are one."""
    return "".join(STEMS.analyze(word)) or word


def stems(title: str) -> set[str]:
    """The distinct words of a title without their endings and without fillers."""
    return set(STEMS.analyze(" ".join(words_of(title))))


def singular(word: str) -> str:
    """A word without its plural ending."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


def readings(text: str) -> list[str]:
    """A title's parts, as O*NET has "CEO (Chief Executive Officer)"; without parentheses the text itself."""
    inside = _IN_PARENTHESES.findall(text) if "(" in text else []
    return [_IN_PARENTHESES.sub(" ", text), *inside] if inside else [text]
