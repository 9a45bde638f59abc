"""The body of a POST: one JSON object, read within limits; its members may stand in the query instead."""

import json
import re
from email.message import Message
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers

from skillgap.errors import BodyTooLarge, InvalidBody, InvalidParameter, SeveralFaults, UnsupportedMediaType

JSON = "application/json"
LONGEST_TYPE = 100  # characters of a header that a client has sent
LARGEST_BODY = 2 * 1024 * 1024  # bytes; 10,000 pairs take about 500,000
CHARACTERS = re.compile(
    r"(?:[^\\]++|\\[^u]|\\u(?!d[89a-f])|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})*+", re.IGNORECASE
)
"""JSON up to the first escape of half a character: a surrogate that is not one of a pair, which no UTF-8 can hold."""


class JsonRequest(Request):
    """A request whose body FastAPI finds parsed: JSON, as its Content-Type says where it has one."""

    def __init__(self, request: Request) -> None:
        self._declared = request.headers
        others = [header for header in request.scope["headers"] if header[0] != b"content-type"]
        headers = [*others, (b"content-type", b"application/json")]
        super().__init__({**request.scope, "headers": headers}, request.receive)
        self.members: dict[str, Any] = {}

    async def read_values(self) -> dict[str, Any]:
        """The members of the body and of the query together, before they are validated.

        Raises UnsupportedMediaType, BodyTooLarge, InvalidBody, or SeveralFaults when a name is in both.
        """
        require_json(self._declared)
        body = parse_object(await self._read())
        faults = [
            InvalidParameter(f"'{name}' is in the query and in the body.", parameter=name)
            for name in self.query_params
            if name in body
        ]
        if faults:
            raise SeveralFaults(faults)
        self.members = {**self.query_params, **body}
        return self.members

    async def body(self) -> bytes:
        """Anything but empty, so that FastAPI asks for the parsed body."""
        return b"{}"

    async def json(self) -> Any:
        """The values that were read."""
        return self.members

    async def _read(self) -> bytes:
        too_large = BodyTooLarge(f"The body is larger than {LARGEST_BODY:,} bytes.")
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > LARGEST_BODY:
            raise too_large  # before any of it is read
        body = bytearray()
        async for part in self.stream():
            body += part
            if len(body) > LARGEST_BODY:
                raise too_large
        return bytes(body)


def require_json(headers: Headers) -> None:
    """Raise UnsupportedMediaType unless the headers of a request declare JSON in UTF-8, or nothing at all."""
    for declared in headers.getlist("content-type"):
        media_type = Message()
        media_type["Content-Type"] = declared
        charset = media_type.get_content_charset("utf-8")
        if media_type.get_content_type() != JSON or charset not in ("utf-8", "us-ascii"):
            raise UnsupportedMediaType(f"The body is {declared[:LONGEST_TYPE]!r}. Send {JSON} in UTF-8.")
    for coding in headers.getlist("content-encoding"):
        if coding != "identity":
            raise UnsupportedMediaType(f"The body is compressed ({coding[:LONGEST_TYPE]!r}). Send it as it is.")


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; raises InvalidBody with the place of the fault."""
    try:
        text = body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_unique_names, parse_constant=_reject_constant)
    except json.JSONDecodeError as error:
        raise InvalidBody(f"The body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
    except UnicodeDecodeError as error:
        raise InvalidBody(f"The body is not UTF-8: byte {error.start + 1} is wrong.") from None
    except RecursionError:
        raise InvalidBody("The body is nested too deeply.") from None
    except ValueError:  # a whole number of thousands of digits, before Python will read it
        raise InvalidBody("The body holds a number that is too long.") from None
    _reject_half_characters(text)
    if not isinstance(value, dict):
        raise InvalidBody("The body is JSON, but not an object: begin it with { and end it with }.")
    return value


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise InvalidBody(f"{repeated[:40]!r} is there more than once in the same object.")
    return members


def _reject_half_characters(text: str) -> None:
    characters = CHARACTERS.match(text)
    end = characters.end() if characters else 0
    if end < len(text):
        line, column = text.count("\n", 0, end) + 1, end - text.rfind("\n", 0, end)
        escape = text[end : end + 6]
        raise InvalidBody(f"{escape} is half of a surrogate pair, not a character: line {line}, column {column}.")


def _reject_constant(name: str) -> float:
    raise InvalidBody(f"The body is not JSON: {name} is not a number in JSON.")
