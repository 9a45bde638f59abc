"""What the page's address holds: all of its state, so that a link shows the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError

RatedDomain = Literal["skills", "knowledge", "abilities", "work_activities"]
Shown = Literal["gaps", "all", "surplus"]


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


def _in_query(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return "1" if value is True else f"{value:g}"
