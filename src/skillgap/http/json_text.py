"""JSON that a client has sent, read strictly: UTF-8, every name once, no half characters."""

import json
import re
from typing import Any

from skillgap.errors import InvalidBody

CHARACTERS = re.compile(
    r"(?:[^\\]++|\\[^u]|\\u(?!d[89a-f])|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})*+", re.IGNORECASE
)
"""JSON up to the first escape of half a character: a surrogate that is not one of a pair, which no UTF-8 can hold."""


def decoded(body: bytes) -> str:
    """The text of a body in UTF-8; raises InvalidBody with the place of the fault."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidBody(f"The body is not UTF-8: byte {error.start + 1} is wrong.") from None


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body; raises InvalidBody with the place of the fault."""
    text = decoded(body)
    try:
        value = json.loads(text, object_pairs_hook=_unique_names, parse_constant=_reject_constant)
    except json.JSONDecodeError as error:
        raise InvalidBody(f"The body is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None
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
