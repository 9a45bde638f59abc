"""Which tables of O*NET Web Services hold skills ratings, their columns, how rows are filtered; and their rows.

The documentation leaves the first three open, so they are read from the service before any rating is.
Rows are read page by page, as text that a release file would hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from skillgap.errors import WebServicesError
from skillgap.onet.load.source_files import RATING_COLUMNS
from skillgap.onet.web_services.transport import ResourceNotFound, Transport

UNKNOWN_RELEASE = "unknown"
LAYOUTS = (("essential_skills", "transferable_skills"), ("skills",))  # from 30.3 on; up to 30.2
FILTERS = ("filter", "filter1")  # both are in use; the service ignores a name it does not know
COLUMNS = {header: name for header, name in RATING_COLUMNS.items() if name != "element_name"}
REQUIRED = ("onetsoc_code", "element_id", "scale_id", "data_value")
ROWS_TO_PROVE_A_FILTER = 200  # an occupation has at most 70 rows in a skills table
LARGEST_PAGE = 2_000  # rows; the service gives no more at once
MOST_DIGITS = 20  # of a number; written out, 1e999999999 would fill the memory


class SkillsTable(NamedTuple):
    """A table of skills ratings: its id, and our names of its columns by the service's."""

    table_id: str
    columns: Mapping[str, str]

    @property
    def path(self) -> str:
        """Where its rows are."""
        return f"/database/rows/{self.table_id}"

    def condition(self, filter_name: str, code: str) -> dict[str, str]:
        """The query for the rows of one occupation."""
        column = next(theirs for theirs, ours in self.columns.items() if ours == "onetsoc_code")
        return {filter_name: f"{column}.eq.{code}"}


class Layout(NamedTuple):
    """The service's database release ("unknown" where it does not say), skills tables and filter parameter."""

    release: str
    tables: tuple[SkillsTable, ...]
    filter_name: str


def find_layout(transport: Transport) -> Layout:
    """The layout as it is now; raises WebServicesError where it is not as documented."""
    try:
        release = _release(transport)
        listed = transport.get("/database")
        if not isinstance(listed, list):
            raise transport.difference("/database", "a list of tables was expected")
        present = {str(entry.get("table_id")) for entry in listed if isinstance(entry, dict)}
        ids = next((ids for ids in LAYOUTS if present.issuperset(ids)), None)
        if ids is None:
            raise transport.difference("/database", "neither 'skills' nor both of its successors are there")
        tables = tuple(_table(transport, table_id) for table_id in ids)
        return Layout(release, tables, _filter_name(transport, tables[0]))
    except ResourceNotFound as error:
        raise WebServicesError(f"{transport.host} has no database services: {error}") from error


def _release(transport: Transport) -> str:
    """The database release that ``/about`` names, or "unknown": never a guess.

    Its fields are not documented for 2.0, so: the one number like 30.3 under "database".
    """
    try:
        about = transport.get("/about")
    except ResourceNotFound:
        return UNKNOWN_RELEASE
    values = [value for name, value in _fields(about) if "database" in name.lower()]
    numbers = set(re.findall(r"(?<![\d.])\d{1,3}\.\d{1,2}(?![\d.])", json.dumps(values, default=str)))
    return numbers.pop() if len(numbers) == 1 else UNKNOWN_RELEASE


def _fields(document: Any) -> Iterator[tuple[str, Any]]:
    """Every named field of a JSON document, outer ones first."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield name, value
            yield from _fields(value)


def _table(transport: Transport, table_id: str) -> SkillsTable:
    """The table's columns by id, or by title where an id is not O*NET's own."""
    path = f"/database/info/{table_id}"
    info = transport.get(path)
    described = info.get("column") if isinstance(info, dict) else None
    if not isinstance(described, list) or not all(isinstance(column, dict) for column in described):
        raise transport.difference(path, "a list 'column' was expected")
    columns = {}
    for column in described:
        theirs = str(column.get("column_id"))
        ours = theirs if theirs in COLUMNS.values() else COLUMNS.get(str(column.get("title")))
        if ours is not None:
            columns[theirs] = ours
    missing = [name for name in REQUIRED if name not in columns.values()]
    if missing:
        raise transport.difference(path, f"there is no column {missing[0]!r}")
    return SkillsTable(table_id, columns)


def _filter_name(transport: Transport, table: SkillsTable) -> str:
    """The parameter by which the service filters, proved on an occupation that it has.

    An unknown parameter is ignored without an error, and all rows are returned.
    """
    sample = read_page(transport, table, 1, 1).rows
    if not sample:
        raise transport.difference(table.path, "the table is empty")
    code = sample[0]["onetsoc_code"]
    for name in FILTERS:
        try:
            condition = table.condition(name, code)
            page = read_page(transport, table, 1, ROWS_TO_PROVE_A_FILTER, condition)
        except ResourceNotFound:
            continue
        complete = len(page.rows) == page.total
        if page.rows and complete and all(row["onetsoc_code"] == code for row in page.rows):
            return name
    raise transport.difference(table.path, "filters are ignored")


class Page(NamedTuple):
    """Some rows by our names of the columns, and how many rows there are in all."""

    rows: list[dict[str, str]]
    total: int


def read_rows(transport: Transport, table: SkillsTable, condition: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """All rows that meet a condition.

    ``next`` is never followed, so that no response leads elsewhere. Raises as ``Transport.get``
    does, and WebServicesError where the pages do not add up.
    """
    done, total = 0, None
    while total is None or done < total:
        page = read_page(transport, table, done + 1, done + LARGEST_PAGE, condition)
        if total is not None and page.total != total:
            raise transport.difference(table.path, f"the total changed from {total} to {page.total} on the way")
        total = page.total
        if not page.rows and total > done:
            raise transport.difference(table.path, f"{total} rows were announced and {done} returned")
        yield from page.rows
        done += len(page.rows)


def read_page(
    transport: Transport, table: SkillsTable, start: int, end: int, condition: Mapping[str, str] | None = None
) -> Page:
    """Rows ``start`` to ``end``, both included, counted from 1; fewer where there are fewer."""
    path = table.path
    document = transport.get(path, {"start": str(start), "end": str(end), **(condition or {})})
    try:
        first, last, total = (int(document[name]) for name in ("start", "end", "total"))
        rows = [{ours: _text(row.get(theirs)) for theirs, ours in table.columns.items()} for row in document["row"]]
    except (TypeError, LookupError, ValueError, AttributeError, ArithmeticError) as error:
        raise transport.difference(path, "a page of rows was expected") from error
    if rows and (first != start or last != start + len(rows) - 1):
        raise transport.difference(path, f"rows {start} to {end} were requested, {first} to {last} returned")
    if len(rows) > end - start + 1 or last > total:
        raise transport.difference(path, f"row {last} of {total} was returned")
    return Page(rows, total)


def _text(value: Any) -> str:
    """A JSON value as a release file would print it; null is the empty text."""
    match value:
        case None:
            return ""
        case bool() | dict() | list():
            raise TypeError("neither text nor number")
        case Decimal() if abs(value.adjusted()) > MOST_DIGITS:
            raise ValueError("a number of more digits than any that is published")
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
