"""What the page's address holds: all of its state, so that a link shows the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skillgap.catalogue import Catalogue, parse_code
from skillgap.errors import OccupationNotFound, OccupationNotRated, Suggestion

RatedDomain = Literal["skills", "knowledge", "abilities", "work_activities"]
Shown = Literal["gaps", "all", "surplus"]

CODE_IN_TEXT = re.compile(r"(?:^|\()\s*(\d{2}-\d{4}(?:\.\d{2})?)\s*\)?\s*$", re.ASCII)
MOST_CHOICES = 8


class Address(BaseModel):
    """The query of the page. What it does not understand counts as not said."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    source: str = Field(default="", alias="from", max_length=200)
    target: str = Field(default="", alias="to", max_length=200)
    release: str | None = Field(default=None, max_length=20)
    domain: RatedDomain = "skills"
    show: Shown = "gaps"
    min_gap: float = Field(default=0, ge=0, le=7, allow_inf_nan=False)
    certain: bool = False
    sort: str = Field(default="gap", pattern=r"^-?(name|from|to|gap|importance|certainty)$")
    tab: Literal["occupations", "person"] = "occupations"

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The address of a request's query."""
        said = {name: text for name, text in query.items() if text.strip()}
        try:
            return cls.model_validate(said)
        except ValidationError as error:
            faulty = {fault["loc"][0] for fault in error.errors()}
            understood = {name: text for name, text in said.items() if name not in faulty}
            return cls.model_validate(understood)

    def to(self, **changes: Any) -> str:
        """A link to the page with these changes; what is the default is left out."""
        said = self.model_copy(update=changes).model_dump(exclude_defaults=True, by_alias=True)
        return "?" + urlencode({name: _in_query(value) for name, value in said.items()})


class Choice(NamedTuple):
    """What was chosen for one side, or why nothing is chosen yet and what could be."""

    text: str  # as it stands in the field
    code: str | None = None
    problem: str | None = None
    instead: tuple[Suggestion, ...] = ()
    not_rated: OccupationNotRated | None = None


def chosen(catalogue: Catalogue, text: str, domain: str) -> Choice:
    """The occupation that a text means: a code, a title with or without its code, or a search."""
    text = text.strip()
    if not text:
        return Choice("")
    if code := CODE_IN_TEXT.search(text):
        return _by_code(catalogue, parse_code(code[1]), domain, text)
    found = list(catalogue.search().find(text))
    exact = [
        one
        for one in found
        if catalogue.occupations[one.onetsoc_code].title.casefold() == text.casefold()
    ]
    if len(exact) == 1 or len(found) == 1:
        return _by_code(catalogue, (exact or found)[0].onetsoc_code, domain, text)
    if not found:
        return Choice(text, problem=f"No occupation is found for “{text}”. Try another word.")
    instead = tuple(
        Suggestion(one.onetsoc_code, catalogue.occupations[one.onetsoc_code].title)
        for one in found[:MOST_CHOICES]
    )
    return Choice(text, problem=f"Which occupation is “{text}”?", instead=instead)


def named(catalogue: Catalogue, code: str) -> str:
    """An occupation as it stands in a field: title and code."""
    return f"{catalogue.occupations[code].title} ({code})"


def _in_query(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return "1" if value is True else f"{value:g}"


def _by_code(catalogue: Catalogue, code: str, domain: str, text: str) -> Choice:
    try:
        catalogue.profile(code, domain=domain)
    except OccupationNotFound as error:
        return Choice(text, problem=str(error))
    except OccupationNotRated as error:
        return Choice(
            named(catalogue, code),
            problem=str(error),
            instead=tuple(error.suggestions),
            not_rated=error,
        )
    return Choice(named(catalogue, code), code)
