"""An answer's list as CSV: one mechanism for every answer that has a list to give.

A row is a response model; the fields of a model inside it follow with both names joined by an
underscore. So a column of the CSV is found in the JSON by its name, and no value differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fastapi import Query, Response
from pydantic import BaseModel

from skillgap.http.csv_text import csv_text

CSV = "text/csv; charset=utf-8"
Format = Literal["json", "csv"]
FORMAT_DESCRIPTION = "`csv` gives the answer's list as a table, with a header, to save as a file."
FormatParameter = Annotated[Format, Query(alias="format", description=FORMAT_DESCRIPTION)]

CSV_TOO: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


def csv_answer(
    rows: Iterable[BaseModel],
    row: type[BaseModel],
    *,
    names: Iterable[str | None],
    first: Mapping[str, str | None] | None = None,
) -> Response:
    """The rows as a CSV file that is called by these names; ``first`` begins every line."""
    leading = first or {}
    header = [*leading, *columns(row)]
    lines = ([*leading.values(), *cells(one)] for one in rows)
    return Response(csv_text([header, *lines]), media_type=CSV, headers=as_file(*names, suffix="csv"))


def as_file(*names: str | None, suffix: str) -> dict[str, str]:
    """The header that lets a browser save an answer under these names, joined by underscores."""
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


def _cells(values: Mapping[str, Any], row: type[BaseModel]) -> Iterator[object]:
    for name, nested in _fields(row):
        if nested:
            yield from _cells(values.get(name) or {}, nested)
        else:
            yield values.get(name)


@cache
def _fields(row: type[BaseModel]) -> tuple[tuple[str, type[BaseModel] | None], ...]:
    """The fields of a model by the names they are sent with, and the model a field is or may be."""
    found = []
    for name, field in row.model_fields.items():
        annotation = field.annotation
        either = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
        models = (one for one in (annotation, *either) if isinstance(one, type) and issubclass(one, BaseModel))
        found.append((field.serialization_alias or name, next(models, None)))
    return tuple(found)
