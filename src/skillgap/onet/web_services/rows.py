"""Rows of a table of O*NET Web Services, page by page, as text that a release file would hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from skillgap.onet.web_services.transport import Transport


LARGEST_PAGE = 2_000  # rows; the service gives no more at once
MOST_DIGITS = 20  # of a number; written out, 1e999999999 would fill the memory


class Page(NamedTuple):
    """Some rows by our names of the columns, and how many rows there are in all."""

    rows: list[dict[str, str]]
    total: int


def read_rows(
    transport: Transport, path: str, columns: Mapping[str, str], condition: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """All rows that meet a condition; ``columns`` are our names by the service's.

    ``next`` is never followed, so that no response leads elsewhere. Raises as ``Transport.get``
    does, and WebServicesError where the pages do not add up.
    """
    done, total = 0, None
    while total is None or done < total:
        page = read_page(transport, path, columns, done + 1, done + LARGEST_PAGE, condition)
        if total is not None and page.total != total:
            raise transport.difference(path, f"the total changed from {total} to {page.total} on the way")
        total = page.total
        if not page.rows and total > done:
            raise transport.difference(path, f"{total} rows were announced and {done} returned")
        yield from page.rows
        done += len(page.rows)


def read_page(
    transport: Transport,
    path: str,
    columns: Mapping[str, str],
    start: int,
    end: int,
    condition: Mapping[str, str] | None = None,
) -> Page:
    """Rows ``start`` to ``end``, both included, counted from 1; fewer where there are fewer."""
    document = transport.get(path, {"start": str(start), "end": str(end), **(condition or {})})
    try:
        first, last, total = (int(document[name]) for name in ("start", "end", "total"))
        rows = [{ours: _text(row.get(theirs)) for theirs, ours in columns.items()} for row in document["row"]]
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
