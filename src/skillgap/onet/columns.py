"""Parsing of text into the value of a table column, by the column's type; no pandas, no database.

Release files and O*NET Web Services are parsed by the same rules. Numbers and dates stay text, in
exactly the form the database stores.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import CHAR, Column, Date, Integer, String

from skillgap.database.base import ExactDecimal

MISSING = ("", "n/a")

Parse = Callable[[str], str | int]


def reader(column: Column[Any]) -> Callable[[str], str | int | None]:
    """A function from text to the column's value, None where it is missing.

    It raises ValueError with a sentence that names the column and the text.
    """
    parse = _parser(column)

    def read(text: str) -> str | int | None:
        if text in MISSING:
            if column.nullable:
                return None
            raise ValueError(f"{column.name} is missing")
        try:
            return parse(text)
        except ValueError as error:
            raise ValueError(f"{column.name} {text[:80]!r} {error}") from error

    return read


def _parser(column: Column[Any]) -> Parse:
    """The parser for a column's type; it raises ValueError with the fault."""
    special = PATTERNS.get(column.name)
    if special:
        return lambda text: _matching(text, *special)
    match column.type:
        case ExactDecimal() as decimal:
            return lambda text: _decimal(text, decimal.precision, decimal.scale)
        case Integer():
            return _integer
        case Date():
            return _date
        case CHAR(length=1):
            return lambda text: _matching(text, r"[YN]", "is neither Y nor N")
        case String(length=int(length)):
            return lambda text: _short(text, length)
    raise TypeError(f"no parser for the type of {column}")


PATTERNS = {
    "onetsoc_code": (r"\d\d-\d{4}\.\d\d", "is not of the form NN-NNNN.NN"),
    "related_onetsoc_code": (r"\d\d-\d{4}\.\d\d", "is not of the form NN-NNNN.NN"),
    "onetsoc_2010_code": (r"\d\d-\d{4}\.\d\d", "is not of the form NN-NNNN.NN"),
    "job_zone": (r"[1-5]", "is not a zone from 1 to 5"),
    "commodity_code": (r"\d{8}", "is not a UNSPSC code of 8 digits"),
    "task_type": (r"Core|Supplemental", "is neither Core nor Supplemental"),
    "incumbents_responding": (r"\d{1,9}", "is not a whole number from 0"),
    "standard_error": (r"\d{1,3}(\.\d{1,4})?", "is not a number from 0 with up to 4 decimals"),
}


def _matching(text: str, pattern: str, fault: str) -> str:
    if not re.fullmatch(pattern, text, re.ASCII):
        raise ValueError(fault)
    return text


def _decimal(text: str, precision: int, scale: int) -> str:
    number = re.fullmatch(r"-?(\d+)(?:\.(\d+))?", text, re.ASCII)
    if not number:
        raise ValueError("is not a number")
    if len(number[2] or "") > scale:
        raise ValueError(f"has more than {scale} decimals")
    if len(number[1]) > precision - scale:
        raise ValueError("is too large")
    return text


def _integer(text: str) -> int:
    return int(_matching(text, r"-?\d{1,9}", "is not a whole number"))


def _date(text: str) -> str:
    month = re.fullmatch(r"(0[1-9]|1[0-2])/(\d{4})", text, re.ASCII)
    if month:
        return f"{month[2]}-{month[1]}-01"
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueError("is not a month (MM/YYYY) or a day (YYYY-MM-DD)")


def _short(text: str, length: int) -> str:
    if len(text) > length:
        raise ValueError(f"is longer than {length} characters")
    return text
