"""Responses of many lines, made as they are sent, so that memory stays flat."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from skillgap.http.csv_response import CSV, as_file
from skillgap.http.rows import JSON_LINES

LARGEST_PART = 32_768  # characters, but for one line; while a part is made, other requests wait for the interpreter

LinesFormat = Literal["json-lines", "csv"]
LINES_DESCRIPTION = "`json-lines`: a JSON object a line. `csv`: the same as a table with a header."


def in_parts(lines: Iterable[str]) -> Iterator[str]:
    """The lines, as many together as a part holds."""
    part: list[str] = []
    size = 0
    for line in lines:
        if part and size + len(line) > LARGEST_PART:
            yield "".join(part)
            part, size = [], 0
        part.append(line)
        size += len(line)
    yield "".join(part)


def stream_lines(parts: Iterator[str], format_: LinesFormat, *names: str | None) -> StreamingResponse:
    """The parts as JSON lines, or as a CSV file that is named after ``names``."""
    if format_ == "csv":
        return StreamingResponse(parts, media_type=CSV, headers=as_file(*names, suffix="csv"))
    return StreamingResponse(parts, media_type=JSON_LINES)


def lines_of(*rows: type[BaseModel], what: str) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of a response whose lines are one of these models each."""
    line = {"anyOf": [{"$ref": f"#/components/schemas/{row.__name__}"} for row in rows]}
    content = {JSON_LINES: {"schema": line}, "text/csv": {"schema": {"type": "string"}}}
    return {200: {"description": what, "content": content}}
