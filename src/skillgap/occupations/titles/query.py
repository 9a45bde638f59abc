"""The parameters of coding titles."""

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field, WithJsonSchema

from skillgap.http.csv_response import Formatted
from skillgap.http.lines import LINES_DESCRIPTION, LinesFormat
from skillgap.http.parameters import ReleaseQuery
from skillgap.http.rows import Rows
from skillgap.onet.titles.cleaning import LONGEST

MOST_TITLES = 10_000
MOST_CODES = 20
DEFAULT_CODES = 5
CODES_DESCRIPTION = "How many occupations to list, at most."


def _require_row(value: object) -> object:
    match value:
        case str() | dict():
            return value
        case _:
            raise ValueError("Give a text, or an object with 'title'")


TitleRow = Annotated[
    Any,
    BeforeValidator(_require_row),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "properties": {"title": {"type": "string"}}}]}),
]
"""A title, or an object that has one beside whatever else belongs to the row."""


class TitleQuery(ReleaseQuery, Formatted):
    """The parameters of ``GET /titles/code``."""

    title: str = Field(
        max_length=LONGEST,
        description="A job title as people write it, or an O*NET-SOC code.",
        examples=["Sr. Registered Nurse (ICU) - Boston, MA"],
    )
    n: int = Field(default=DEFAULT_CODES, ge=1, le=MOST_CODES, description=CODES_DESCRIPTION)


class TitlesBody(ReleaseQuery):
    """The body of ``POST /titles/code``."""

    rows: ClassVar[Rows | None] = Rows("titles", column="title", most=MOST_TITLES)

    titles: list[TitleRow] = Field(
        min_length=1,
        max_length=MOST_TITLES,
        description="Titles, or objects with a `title`, whose other members come back with the row. Also as CSV with "
        "a column `title`, or as JSON lines: the other parameters then stand in the query.",
        examples=[["Registered Nurse", {"id": 7, "title": "Jr. truck driver (m/f/d)"}]],
    )
    n: int = Field(default=DEFAULT_CODES, ge=1, le=MOST_CODES, description=CODES_DESCRIPTION)
    format: LinesFormat = Field(default="json-lines", description=LINES_DESCRIPTION)
