"""How far the titles of a file are coded: what is sure, what is to be chosen, and what was chosen by hand.

Nothing is kept on the server, so that a client sends what was coded and chosen with every request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skillgap.occupations.team.people_file import PeopleFile
from skillgap.occupations.team.plan import LEFT_OUT
from skillgap.occupations.team.titles import Coded, How, code_distinct
from skillgap.onet.catalogue import Catalogue


class CarriedTitle(BaseModel):
    """What a title was coded as."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str | None
    how: How | None
    probability: float | None = Field(ge=0, le=1)
    reason: str | None = Field(max_length=1000)


class Carried(BaseModel):
    """What a client sends along: what was coded by a release, and what was chosen; None leaves the rows out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: str = ""
    titles: dict[str, CarriedTitle] = {}
    choices: dict[str, str | None] = {}

    @classmethod
    def read(cls, text: str, catalogue: Catalogue) -> Carried:
        """What was sent; nothing where it is malformed. What another release coded is coded anew."""
        try:
            carried = cls.model_validate_json(text) if text else cls()
        except ValidationError:
            return cls()
        rated = catalogue.matrix().positions
        same = carried.release == catalogue.info.release
        return cls(
            release=catalogue.info.release,
            titles={
                title: one for title, one in carried.titles.items() if same and (one.code is None or one.code in rated)
            },
            choices={title: code for title, code in carried.choices.items() if code is None or code in rated},
        )


@dataclass(frozen=True, eq=False)
class Review:
    """The titles of a file, coded as far as they are."""

    file: PeopleFile
    spellings: Mapping[str, str]  # every title to the one it is the same as but for capitals
    rows: Mapping[str, int]  # of each title, the most frequent first
    titles: Mapping[str, Coded]  # those that are coded, without choices
    choices: Mapping[str, str | None]  # by hand, by title; None leaves the rows out

    @property
    def waiting(self) -> int:
        """How many titles are not coded yet."""
        return len(self.rows) - len(self.titles)

    @property
    def sure(self) -> list[str]:
        """The titles that are coded without a choice."""
        return [title for title in self.rows if title in self.titles and self.titles[title].code]

    @property
    def unsure(self) -> list[str]:
        """The titles that are coded and mean nothing for sure."""
        return [title for title in self.rows if title in self.titles and not self.titles[title].code]

    @property
    def open(self) -> list[str]:
        """The unsure titles for which nothing is chosen yet."""
        return [title for title in self.unsure if title not in self.choices]

    def rows_of(self, titles: Iterable[str]) -> int:
        """How many titles in the file are one of these."""
        return sum(self.rows[title] for title in titles)

    @property
    def meanings(self) -> dict[str, Coded]:
        """What every title of the file means once choices are made."""
        chosen = {title: _chosen(code, self.titles.get(title)) for title, code in self.choices.items()}
        found = {**self.titles, **chosen}
        return {title: found[same] for title, same in self.spellings.items() if same in found}

    def carried(self, release: str) -> Carried:
        """What to send along with the next request."""
        titles = {title: CarriedTitle(**coded._asdict()) for title, coded in self.titles.items()}
        return Carried(release=release, titles=titles, choices=dict(self.choices))


def review_titles(catalogue: Catalogue, file: PeopleFile, carried: Carried, most: int | None = None) -> Review:
    """The titles of a file with what was coded and chosen before; ``most`` others are coded now, all without it."""
    written = [title for person in file.people for title in (person.present, person.target)]
    first: dict[str, str] = {}
    spellings = {title: first.setdefault(title.casefold(), title) for title in written}
    rows = dict(Counter(spellings[title] for title in written).most_common())
    titles = {title: Coded(**dict(one)) for title, one in carried.titles.items() if title in rows}
    new = [title for title in rows if title not in titles]
    titles |= code_distinct(catalogue, new[:most])
    return Review(
        file, spellings, rows, titles, {title: code for title, code in carried.choices.items() if title in rows}
    )


def _chosen(code: str | None, coded: Coded | None) -> Coded:
    if code is None:
        return Coded(None, "hand", None, LEFT_OUT)
    if coded is not None and coded.code == code:
        return coded
    return Coded(code, "hand", None, None)
