"""Lists as CSV (RFC 4180: UTF-8, CRLF, quotes where needed), safe to open in a spreadsheet.

A row is a response model; the fields of a model inside it follow with both names joined by an underscore. So a
column of the CSV is found in the JSON by its name, and no value differs.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from io import StringIO
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from fastapi import Response
from pydantic import BaseModel, Field

CSV = "text/csv; charset=utf-8"
CSV_TOO: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet computes when a text begins so

Format = Literal["json", "csv"]


class Formatted(BaseModel):
    """The parameter of answers that hold a list."""

    format: Format = Field(
        default="json", description="`csv` gives the answer's list as a table, with a header, to save as a file."
    )


def csv_answer(
    rows: Iterable[BaseModel],
    row: type[BaseModel],
    *,
    names: Iterable[str | None],
    first: Mapping[str, str | None] | None = None,
) -> Response:
    """The rows as a CSV file that is named after ``names``; ``first`` begins every line."""
    leading = first or {}
    header = [*leading, *columns(row)]
    lines = ([*leading.values(), *cells(row)] for row in rows)
    return Response(csv_text([header, *lines]), media_type=CSV, headers=as_file(*names, suffix="csv"))


def as_file(*names: str | None, suffix: str) -> dict[str, str]:
    """The header that lets a browser save a response under these names, joined by underscores."""
    name = "_".join(re.sub(r"[^A-Za-z0-9.-]+", "-", name) for name in names if name)
    return {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}


def columns(row: type[BaseModel]) -> list[str]:
    """The names of a model's columns."""
    return [
        f"{name}_{inner}" if inner else name
        for name, nested in _fields(row)
        for inner in (columns(nested) if nested else [""])
    ]


def cells(row: BaseModel) -> list[object]:
    """The values of a row, one a column."""
    return list(_cells(row.model_dump(mode="json", by_alias=True), type(row)))


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """The rows as CSV; see ``cell`` for what a value becomes."""
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(cell, row) for row in rows)
    return text.getvalue()


def cell(value: object) -> object:
    """A value in a cell: nothing for None, true and false as in JSON, a list as its JSON.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if value is None or isinstance(value, bool | list | dict):
        return "" if value is None else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return value


def _cells(values: Mapping[str, Any], row: type[BaseModel]) -> Iterator[object]:
    for name, nested in _fields(row):
        if nested:
            yield from _cells(values.get(name) or {}, nested)
        else:
            yield values.get(name)


@cache
def _fields(row: type[BaseModel]) -> tuple[tuple[str, type[BaseModel] | None], ...]:
    """The fields of a model by the names they are sent with, and the model a field is or may be."""
    fields = []
    for name, field in row.model_fields.items():
        annotation = field.annotation
        either = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
        models = (kind for kind in (annotation, *either) if isinstance(kind, type) and issubclass(kind, BaseModel))
        fields.append((field.serialization_alias or name, next(models, None)))
    return tuple(fields)
