"""The page's address: what is compared and how it is shown, so that a link shows the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self
from urllib.parse import urlencode

from pydantic import ConfigDict, Field, ValidationError

from skillgap.occupations.charts.rows import Filters, RatedDomain

BOTH = "both"
SHOWN_ON_BOTH = ("skills", "knowledge")


class Address(Filters):
    """The query of the page; values that are malformed or unknown are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    source: str = Field(default="", alias="from", max_length=200)
    target: str = Field(default="", alias="to", max_length=200)
    domain: RatedDomain | Literal["both"] = "skills"
    release: str | None = Field(default=None, max_length=20)
    sort: str = Field(default="gap", pattern=r"^-?(name|from|to|gap|importance|certainty)$")
    zones: int | None = Field(default=None, ge=0, le=4)  # how far the job zone of a next step may be

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The address of a request's query."""
        values = {name: text for name, text in query.items() if text.strip()}
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            malformed = {fault["loc"][0] for fault in error.errors()}
            return cls.model_validate({name: text for name, text in values.items() if name not in malformed})

    def to(self, **changes: Any) -> str:
        """A link to the page with these changes; defaults are left out."""
        values = self.model_copy(update=changes).model_dump(exclude_defaults=True, by_alias=True)
        pair = {name: values.pop(name) for name in ("from", "to") if name in values}  # these come first
        return "?" + urlencode({name: _in_query(value) for name, value in (pair | values).items()})

    def hidden(self, *names: str) -> dict[str, str]:
        """These parameters as hidden fields of a form; defaults are left out."""
        values = self.model_dump(exclude_defaults=True, by_alias=True)
        return {name: _in_query(values[name]) for name in names if name in values}


def _in_query(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return "1" if value is True else f"{value:g}"
