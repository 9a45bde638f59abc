"""CSV as RFC 4180 has it: UTF-8, CRLF, quotes where needed, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet computes when a text begins so


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
