"""A full-text index of titles in memory: BM25 over English stems, unfinished and misspelt words included."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from tantivy import Index, Occur, Query, SchemaBuilder

from skillgap.onet.titles.words import FILLERS, STEMS, TypedTitle, readings, singular, stem, words_of

SHORT_WORD = 3  # up to here a word has no typing error; below it, only the last one is a beginning
LONG_WORD = 8  # from here on a word may have two typing errors
MAX_MISSPELT = 4  # corrected in one search
WRITER_HEAP = 30_000_000  # bytes while the index is built: one segment for a release

# Scores beside those of BM25, which are about 5 for a common word and 10 for a rare one.
INEXACT_WORD = 4.0  # a word that is unfinished or corrected
ALL_WORDS = 10.0  # a title that has every word
ASIDE = 0.3  # times its BM25 score: a word that does not say what the work is


class Hit(NamedTuple):
    """A title that was found: its number in the order of indexing, and its score."""

    number: int
    score: float


class Hits(NamedTuple):
    """The titles nearest to what was typed, the best first; ``corrected`` where a word was misspelt."""

    hits: list[Hit]
    corrected: bool


class TitleIndex:
    """Titles by their words; never changed after it is built, so threads may share it."""

    def __init__(self, titles: Iterable[str]) -> None:
        """Index ``titles``, numbered from 0 in their order; each part of "CEO (Chief Executive Officer)" by itself."""
        fields = SchemaBuilder()
        fields.add_text_field("stems", tokenizer_name="stems", index_option="freq")
        fields.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
        fields.add_text_field("key", tokenizer_name="raw", index_option="basic")
        fields.add_integer_field("number", fast=True)
        self._schema = fields.build()
        index = Index(self._schema)
        index.register_tokenizer("stems", STEMS)
        writer = index.writer(WRITER_HEAP, num_threads=1)
        for number, title in enumerate(titles):
            for words, keys in _parts(title):
                writer.add_json(json.dumps({"number": number, "stems": words, "words": words, "key": keys}))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def same(self, words: Sequence[str], limit: int = 200) -> list[int]:
        """The titles with exactly these words, in any order, plural and singular being the same."""
        key = Query.term_query(self._schema, "key", key_of(words), "basic")
        return [hit.number for hit in self._find(key, limit)]

    def nearest(self, typed: TypedTitle, limit: int = 100) -> Hits:
        """The titles nearest to what was typed, by whatever words of it are known; none where none is.

        Titles with every word of its core come first, then BM25 decides. A word that is in no title
        stands for those it begins or, where it begins none, for the two it is made of or those it may
        be a misspelling of. A word that is in some may begin others where no title has them all.
        """
        clauses, corrected = self._clauses(typed.core)
        asides = [Query.boost_query(self._stem(word), ASIDE) for word in typed.aside]
        hits = self._find(_ranked(clauses, asides), limit)
        if len(clauses) > 1 and not corrected and hits and hits[0].score < ALL_WORDS:
            begun = [self._begun(word, last=word == typed.core[-1]) for word in typed.core]
            if self._has(_all(begun)):
                hits = self._find(_ranked(begun, asides), limit)
        return Hits(hits, corrected)

    def _clauses(self, words: Sequence[str]) -> tuple[list[Query], bool]:
        """A query for each word that is known, or is like one; whether any is corrected."""
        clauses = [self._clause(word, last=word == words[-1]) for word in words]
        unknown = [place for place, clause in enumerate(clauses) if clause is None]
        for place, joined in enumerate(map("".join, pairwise(words))):  # "hair dresser" is written as one word too
            if self._is_known(joined):
                clauses[place : place + 2] = [_any(clause, self._stem(joined)) for clause in clauses[place : place + 2]]
        misspelt = [place for place in unknown if clauses[place] is None][:MAX_MISSPELT]
        for place in misspelt:
            clauses[place] = self._correction(words[place])
        corrected = any(clauses[place] is not None for place in misspelt)
        return [clause for clause in clauses if clause is not None], corrected

    def _clause(self, word: str, *, last: bool) -> Query | None:
        """The word, those that it begins, or the two that it is made of ("helpdesk")."""
        if self._is_known(word):
            return self._stem(word)
        if self._may_begin(word, last=last) and self._has(beginning := self._beginning(word)):
            return beginning
        for place in range(SHORT_WORD, len(word) - SHORT_WORD + 1):
            halves = word[:place], word[place:]
            if all(map(self._is_known, halves)) and self._has(both := _all(list(map(self._stem, halves)))):
                return both
        return None

    def _begun(self, word: str, *, last: bool) -> Query:
        stem_query = self._stem(word)
        return _any(stem_query, self._beginning(word)) if self._may_begin(word, last=last) else stem_query

    def _correction(self, word: str) -> Query | None:
        """The words of the fewest typing errors: letters changed, left out, added or swapped."""
        if len(word) <= SHORT_WORD:
            return None
        for errors in (1, 2) if len(word) >= LONG_WORD else (1,):
            spellings = {"words": word, "stems": stem(word)}  # by its stem a singular is like a plural
            similar = _any(*(Query.fuzzy_term_query(self._schema, *spelling, errors) for spelling in spellings.items()))
            if self._has(similar):
                return Query.const_score_query(similar, INEXACT_WORD)
        return None

    def _beginning(self, word: str) -> Query:
        words = Query.fuzzy_term_query(self._schema, "words", word, 0, prefix=True)
        return Query.const_score_query(words, INEXACT_WORD)

    def _may_begin(self, word: str, *, last: bool) -> bool:
        return last or len(word) >= SHORT_WORD

    def _is_known(self, word: str) -> bool:
        return bool(self._searcher.doc_freq("stems", stem(word)))

    def _stem(self, word: str) -> Query:
        return Query.term_query(self._schema, "stems", stem(word), "freq")

    def _has(self, query: Query) -> bool:
        return bool(self._searcher.search(query, 1, count=False).hits)

    def _find(self, query: Query, limit: int) -> list[Hit]:
        found = self._searcher.search(query, limit, count=False).hits
        numbers = self._searcher.fast_field_values("number", [address for _, address in found])
        return [Hit(int(number or 0), score) for number, (score, _) in zip(numbers, found, strict=True)]


def _parts(title: str) -> Iterator[tuple[str, list[str]]]:
    """The words of each part of a title, and its keys; the first is found by the key of the whole too."""
    parts = [words for part in readings(title) if (words := words_of(part))]
    for words in parts:
        keys = [key_of(words), key_of(words_of(title))] if len(parts) > 1 and words is parts[0] else [key_of(words)]
        yield " ".join(words), keys


def key_of(words: Sequence[str]) -> str:
    """What titles of the same words have in common, in whatever order, singular or plural."""
    return " ".join(sorted(set(map(singular, words)) - FILLERS) or words)


def _all(clauses: Sequence[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, clause) for clause in clauses])


def _any(*clauses: Query | None) -> Query:
    return Query.boolean_query([(Occur.Should, clause) for clause in clauses if clause is not None])


def _ranked(clauses: Sequence[Query], asides: Sequence[Query]) -> Query:
    """Any of the clauses, all of them before some."""
    every = [Query.const_score_query(_all(clauses), ALL_WORDS)] if len(clauses) > 1 else []
    return _any(*clauses, *asides, *every)
