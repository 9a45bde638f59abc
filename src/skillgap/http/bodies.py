"""What a POST asks: one JSON object, read with limits; options may stand in the query too."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from skillgap.errors import BodyTooLarge, InvalidBody, InvalidParameter, SeveralFaults

LARGEST_BODY = 2 * 1024 * 1024  # bytes; 10,000 pairs take about 500,000


async def asked_in_body(request: Request) -> dict[str, Any]:
    """What the body and the query ask for together, by name; values are not looked at yet.

    Raises BodyTooLarge, InvalidBody, or SeveralFaults when a name is in both.
    """
    body = json_object(await _read(request))
    faults = [
        InvalidParameter(f"'{name}' is in the query and in the body.", parameter=name)
        for name in request.query_params
        if name in body
    ]
    if faults:
        raise SeveralFaults(faults)
    return {**request.query_params, **body}


def text_in(asked: dict[str, Any], name: str) -> str | None:
    """A value that is a text; None for anything else, which is a fault told elsewhere."""
    value = asked.get(name)
    return value if isinstance(value, str) else None


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is; raises InvalidBody with the place where it breaks off."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_each_name_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise InvalidBody(f"The body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except UnicodeDecodeError as error:
        raise InvalidBody(f"The body is not UTF-8: byte {error.start + 1} is wrong.") from None
    except RecursionError:
        raise InvalidBody("The body is nested too deeply.") from None
    except ValueError:  # a whole number of thousands of digits, before Python will read it
        raise InvalidBody("The body holds a number that is too long.") from None
    if not isinstance(value, dict):
        raise InvalidBody("The body is JSON, but not an object: begin it with { and end it with }.")
    return value


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """OpenAPI's words for a model that is read from the body."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def inlined(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return inlined(definitions[part["$ref"].rpartition("/")[2]])
            return {key: inlined(value) for key, value in part.items()}
        return [inlined(one) for one in part] if isinstance(part, list) else part

    content = {"application/json": {"schema": inlined(schema)}}
    return {"requestBody": {"required": True, "content": content}}


async def _read(request: Request) -> bytes:
    too_large = BodyTooLarge(f"The body is larger than {LARGEST_BODY:,} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        raise too_large  # before any of it is read
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise too_large
    return bytes(body)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidBody(f"{twice[:40]!r} is there more than once in the same object.")
    return found


def _no_number(name: str) -> float:
    raise InvalidBody(f"The body is not JSON: {name} is not a number in JSON.")
