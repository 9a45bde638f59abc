"""Rows in the body of a POST: CSV with a header, or JSON lines; a row that cannot be read keeps its place."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice
from typing import Any, NamedTuple

from skillgap.errors import InvalidBody
from skillgap.http.json_text import decoded, parse_object

CSV = "text/csv"
JSON_LINES = "application/x-ndjson"
DELIMITERS = ",;\t"  # a spreadsheet writes the second where the comma is in numbers


class Rows(NamedTuple):
    """The list of a body that may be sent as rows."""

    name: str
    column: str  # that a CSV must have
    most: int


class RowFault(str):
    """Why a row cannot be read."""

    __slots__ = ()


def parse_rows(body: bytes, media_type: str, rows: Rows) -> list[Mapping[str, Any] | RowFault]:
    """The rows of a body by column or name; one more than the most where there are more.

    Raises InvalidBody for what is not UTF-8, or a CSV without a header of distinct names, the column among them.
    """
    text = decoded(body).removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    parsed = _csv_rows(text, rows.column) if media_type == CSV else _json_rows(text)
    return list(islice(parsed, rows.most + 1))


def _json_rows(text: str) -> Iterator[Mapping[str, Any] | RowFault]:
    for line in text.split("\n"):
        if line.strip():
            try:
                yield parse_object(line.encode())
            except InvalidBody as error:
                yield RowFault(str(error).replace("The body", "The line", 1))


def _csv_rows(text: str, column: str) -> Iterator[Mapping[str, str] | RowFault]:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = map(str.strip, next(lines, []))
        header = [column if name.casefold() == column else name for name in names]
        _require_names(header, column)
        yield from (_csv_row(header, cells) for cells in lines if cells)
    except csv.Error as error:
        raise InvalidBody(f"The body is not CSV: {error}, in line {lines.line_num}.") from None


def _csv_row(header: list[str], cells: list[str]) -> Mapping[str, str] | RowFault:
    if len(cells) != len(header):
        return RowFault(f"The row has {len(cells)} cells, the header {len(header)}.")
    return dict(zip(header, cells, strict=True))


def _require_names(header: list[str], column: str) -> None:
    if column not in header:
        raise InvalidBody(f"The CSV has no column {column!r}: begin it with the names of its columns.")
    repeated = next((name for name in header if header.count(name) > 1), None)
    if repeated is not None:
        raise InvalidBody(f"The header of the CSV has {repeated[:40]!r} more than once.")
