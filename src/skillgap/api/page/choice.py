"""The occupation that a text on the page means: a code, a title with or without its code, or a search."""

from __future__ import annotations

import re
from typing import NamedTuple

from skillgap.errors import OccupationNotFound, OccupationNotRated, Suggestion
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.codes import parse_code
from skillgap.onet.rescored.model_levels import Levels

CODE_IN_TEXT = re.compile(r"(?:^|\()\s*(\d{2}-\d{4}(?:\.\d{2})?)\s*\)?\s*$", re.ASCII)
MOST_CHOICES = 8


class Choice(NamedTuple):
    """What was chosen for one side, or why nothing is chosen yet and what could be."""

    text: str  # as it stands in the field
    code: str | None = None
    problem: str | None = None
    instead: tuple[Suggestion, ...] = ()
    not_rated: OccupationNotRated | None = None


def chosen(catalogue: Catalogue, text: str, domain: str, levels: Levels) -> Choice:
    """The occupation that a text means: a code, a title with or without its code, or a search.

    It is chosen where it has ratings in the domain by these levels.
    """
    text = text.strip()
    if not text:
        return Choice("")
    if code := CODE_IN_TEXT.search(text):
        return _by_code(catalogue, parse_code(code[1]), domain, levels, text)
    found = catalogue.search().find(text)
    if not found:
        return Choice(text, problem=f"No occupation is found for “{text}”. Try another word.")
    best = [match for match in found if match.step == found[0].step]
    if len(found) == 1 or (len(best) == 1 and found[0].is_exact):
        return _by_code(catalogue, found[0].onetsoc_code, domain, levels, text)
    instead = tuple(
        Suggestion(match.onetsoc_code, catalogue.occupations[match.onetsoc_code].title)
        for match in found[:MOST_CHOICES]
    )
    return Choice(text, problem=f"Which occupation is “{text}”?", instead=instead)


def named(catalogue: Catalogue, code: str) -> str:
    """An occupation as it stands in a field: title and code."""
    return f"{catalogue.occupations[code].title} ({code})"


def _by_code(catalogue: Catalogue, code: str, domain: str, levels: Levels, text: str) -> Choice:
    try:
        catalogue.profile_by_levels(code, levels, domain=domain)
    except OccupationNotFound as error:
        return Choice(text, problem=str(error))
    except OccupationNotRated as error:
        return Choice(named(catalogue, code), problem=str(error), instead=tuple(error.suggestions), not_rated=error)
    return Choice(named(catalogue, code), code)
