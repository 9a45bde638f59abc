"""The form of ``/me``: a person's profile and how its matches are shown.

It is read from a POST's body, so that no level is in an address; a link (GET) may name all but the levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from skillgap.occupations.charts.rows import RatedDomain
from skillgap.occupations.person.query import PersonLevel
from skillgap.onet.catalogue import Catalogue

PREFIX = "level."
LEVEL = TypeAdapter[float](PersonLevel)
MOST_CARDS = 100
FEW_CARDS = 12


class View(BaseModel):
    """What is shown, and of what; values that are malformed or unknown are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    source: str = Field(default="", alias="from", max_length=200)
    target: str = Field(default="", alias="to", max_length=200)
    domain: RatedDomain = "skills"
    release: str | None = Field(default=None, max_length=20)
    every: bool = Field(default=False, alias="all")
    max_job_zone: int | None = Field(default=None, ge=1, le=5)
    zones: int | None = Field(default=None, ge=0, le=4)
    other_major_group: bool = False
    min_coverage: float = Field(default=0, ge=0, le=1)
    cards: int = Field(default=FEW_CARDS, ge=1, le=MOST_CARDS)


class ProfileForm(NamedTuple):
    """The form as it was sent."""

    view: View
    levels: Mapping[str, float]  # by element id, of any domain and release
    unread: tuple[str, ...]  # answers that are no level, as they were sent

    @classmethod
    def of(cls, fields: Iterable[tuple[str, str]]) -> Self:
        """The form of its fields; of a field that is sent twice the last counts, which a button adds."""
        sent = {name: text for name, text in {name: text.strip() for name, text in fields}.items() if text}
        answers = {name.removeprefix(PREFIX): text for name, text in sent.items() if name.startswith(PREFIX)}
        levels = {element_id: level for element_id, text in answers.items() if (level := _level(text)) is not None}
        unread = tuple(
            f"{element_id}: {answers[element_id][:20]}" for element_id in answers if element_id not in levels
        )
        return cls(_view(sent), levels, unread)

    def known_to(self, catalogue: Catalogue) -> dict[str, float]:
        """The answers about elements that the release rates."""
        return {key: level for key, level in self.levels.items() if catalogue.is_rated_element(key)}

    def unknown_to(self, catalogue: Catalogue) -> list[str]:
        """The elements of answers that the release does not rate."""
        return sorted(key for key in self.levels if not catalogue.is_rated_element(key))


def _view(sent: Mapping[str, str]) -> View:
    try:
        return View.model_validate(sent)
    except ValidationError as error:
        malformed = {fault["loc"][0] for fault in error.errors()}
        values: dict[str, Any] = {name: text for name, text in sent.items() if name not in malformed}
        return View.model_validate(values)


def _level(text: str) -> float | None:
    try:
        return LEVEL.validate_python(float(text))
    except ValueError:  # ValidationError too
        return None
