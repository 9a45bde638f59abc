"""A client of O*NET Web Services 2.0: the skills ratings of one occupation, as it has them now.

The service's database rows are read (``/database/rows``): its reports on occupations give no level.
Nothing is taken for granted that the documentation leaves open: which tables hold the skills, what
their columns are called and how rows are filtered is found out first. The key travels in one
header, to one host, and into no log and no error.

It lives below the catalogue because two who do not know each other use it: ``skillgap supplement``
and the serving process. One thread at a time may use a client.
"""

from __future__ import annotations

import json
import logging
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from skillgap import __version__
from skillgap.errors import WebServicesError, WebServicesRefused, WebServicesUnavailable
from skillgap.onet.supplements.ratings import SOURCE, Fetched, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tenacity import RetryCallState


logger = logging.getLogger(__name__)

KEY_PAGE = "https://services.onetcenter.org/"
UNKNOWN_RELEASE = "unknown"

ATTEMPTS = 4
LARGEST_PAGE = 2_000  # rows; the service gives no more at once
LARGEST_BODY = 20_000_000  # bytes; a page of 2,000 rows has about 800,000
PIECE = 65_536  # bytes
MOST_DIGITS = 20  # of a number; written out, 1e999999999 would fill the memory
ROWS_TO_PROVE_A_FILTER = 200  # an occupation has at most 70 rows in a skills table
LAYOUT_HOLDS = 3_600.0  # seconds; the service's release changes four times a year

LAYOUTS = (("essential_skills", "transferable_skills"), ("skills",))  # from 30.3 on; up to 30.2
FILTERS = ("filter", "filter1")  # both are in use; a name the service does not know it ignores
COLUMNS = {
    "O*NET-SOC Code": "onetsoc_code",
    "Element ID": "element_id",
    "Scale ID": "scale_id",
    "Data Value": "data_value",
    "N": "n",
    "Standard Error": "standard_error",
    "Lower CI Bound": "lower_ci_bound",
    "Upper CI Bound": "upper_ci_bound",
    "Recommend Suppress": "recommend_suppress",
    "Not Relevant": "not_relevant",
    "Date": "date_updated",
    "Domain Source": "domain_source",
}
NEEDED = ("onetsoc_code", "element_id", "scale_id", "data_value")


@dataclass(frozen=True)
class Pace:
    """How fast to ask, and the clocks: seconds of a steady clock, and the time of day in UTC."""

    spacing: float = 0.2  # seconds between the starts of two requests
    longest_wait: float = 10.0  # seconds before another try, whatever Retry-After says
    timeouts: tuple[float, float] = (5.0, 10.0)  # seconds to connect, and without a byte
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


class SkillsTable(NamedTuple):
    """A table of skills ratings: its id, and our names of its columns by the service's."""

    table_id: str
    columns: Mapping[str, str]

    @property
    def code_column(self) -> str:
        """The service's name of the column with the O*NET-SOC code."""
        return next(theirs for theirs, ours in self.columns.items() if ours == "onetsoc_code")


class Layout(NamedTuple):
    """What was found out about the service before any rating is asked for."""

    release: str
    tables: tuple[SkillsTable, ...]
    filter_name: str


class _WorthAnotherTry(Exception):
    """A fault that may pass, and the seconds the service asks us to wait."""

    def __init__(self, fault: str, seconds: float = 0) -> None:
        super().__init__(fault)
        self.seconds = seconds


class _NothingThere(Exception):
    """404 or 422: there is no such thing, or no data for it; the text is the service's sentence."""


REQUEST_OUTCOMES: Mapping[type[Exception], str] = {
    _NothingThere: "nothing_there",
    _WorthAnotherTry: "away",
    WebServicesRefused: "refused",
    WebServicesError: "unusable",
}
"""How requests that gave no answer are counted; all others are ``ok``."""


class WebServices:
    """The service at an address, asked with a key: politely, and believing nothing unseen."""

    def __init__(self, url: str, key: str, pace: Pace | None = None) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._pace = pace or Pace()
        self._host = urlsplit(url).hostname or url
        self._session = requests.Session()
        self._session.headers.update(
            {
                "X-API-Key": key,
                "Accept": "application/json",
                "User-Agent": f"skillgap/{__version__} (self-hosted O*NET skill gaps)",
            }
        )
        self.requests: Counter[str] = Counter()  # by outcome
        self._last_request: float | None = None
        self._layout: Layout | None = None
        self._layout_found = 0.0
        self._attempts = Retrying(
            retry=retry_if_exception_type(_WorthAnotherTry),
            stop=stop_after_attempt(ATTEMPTS),
            wait=self._seconds_to_wait,
            sleep=self._pace.sleep,
            reraise=True,
        )

    def ratings(self, code: str) -> Fetched:
        """The skills ratings of an occupation (``NN-NNNN.NN``), or that there are none.

        Raises WebServicesError: WebServicesRefused, WebServicesUnavailable, or one that says in
        what the answers differ from the documented ones. Nothing half read is ever given back.
        """
        if not re.fullmatch(r"\d\d-\d{4}\.\d\d", code, re.ASCII):
            raise ValueError(f"{code!r} is not an O*NET-SOC code")
        layout = self.layout()
        try:
            rows = list(self._ratings(layout, code))
        except _NothingThere:  # "no data for it", but a table that has been renamed says the same
            self._layout = None
            if self.layout() != layout:
                return self.ratings(code)
            rows = []
        outcome = Outcome.RATED if rows else self._why_nothing(code)
        return Fetched(
            onetsoc_code=code,
            outcome=outcome,
            host=self._host,
            release=layout.release,
            table_ids=tuple(table.table_id for table in layout.tables),
            fetched_at=self._pace.now(),
            rows=tuple(rows),
        )

    def layout(self) -> Layout:
        """Release, skills tables and filter of the service, found out at most once an hour."""
        clock = self._pace.clock
        if self._layout is None or clock() - self._layout_found > LAYOUT_HOLDS:
            self._layout = self._find_layout()
            self._layout_found = clock()
            logger.info(
                "%s at %s: release %s, skills in %s",
                SOURCE,
                self._host,
                self._layout.release,
                " and ".join(table.table_id for table in self._layout.tables),
            )
        return self._layout

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _find_layout(self) -> Layout:
        try:
            release = self._release()
            listed = self._get("/database")
            if not isinstance(listed, list):
                raise self._difference("/database", "a list of tables was expected")
            there = {str(entry.get("table_id")) for entry in listed if isinstance(entry, dict)}
            ids = next((ids for ids in LAYOUTS if there.issuperset(ids)), None)
            if ids is None:
                raise self._difference("/database", "neither 'skills' nor both of its successors are there")
            tables = tuple(self._table(table_id) for table_id in ids)
            return Layout(release, tables, self._filter_name(tables[0]))
        except _NothingThere as error:
            raise WebServicesError(f"{self._host} has no database services: {error}") from error

    def _release(self) -> str:
        """The database release that ``/about`` names, or "unknown": never a guess.

        Its fields are not documented for 2.0, so: the one number like 30.3 under "database".
        """
        try:
            about = self._get("/about")
        except _NothingThere:
            return UNKNOWN_RELEASE
        said = [value for name, value in _fields(about) if "database" in name.lower()]
        named = set(re.findall(r"(?<![\d.])\d{1,3}\.\d{1,2}(?![\d.])", json.dumps(said, default=str)))
        return named.pop() if len(named) == 1 else UNKNOWN_RELEASE

    def _table(self, table_id: str) -> SkillsTable:
        """The table's columns by id, or by title where an id is not O*NET's own."""
        path = f"/database/info/{table_id}"
        info = self._get(path)
        described = info.get("column") if isinstance(info, dict) else None
        if not isinstance(described, list) or not all(isinstance(one, dict) for one in described):
            raise self._difference(path, "a list 'column' was expected")
        columns = {}
        for column in described:
            theirs, title = str(column.get("column_id")), str(column.get("title"))
            ours = theirs if theirs in COLUMNS.values() else COLUMNS.get(title)
            if ours is not None:
                columns[theirs] = ours
        missing = [name for name in NEEDED if name not in columns.values()]
        if missing:
            raise self._difference(path, f"there is no column {missing[0]!r}")
        return SkillsTable(table_id, columns)

    def _filter_name(self, table: SkillsTable) -> str:
        """The parameter by which the service filters, proved on an occupation that is there.

        An unknown parameter is ignored without a word, and everything comes back.
        """
        path = f"/database/rows/{table.table_id}"
        first = self._page(path, table, 1, 1, {})
        if not first.rows:
            raise self._difference(path, "the table is empty")
        code = first.rows[0]["onetsoc_code"]
        for name in FILTERS:
            condition = {name: f"{table.code_column}.eq.{code}"}
            try:
                page = self._page(path, table, 1, ROWS_TO_PROVE_A_FILTER, condition)
            except _NothingThere:
                continue
            complete = len(page.rows) == page.total
            if page.rows and complete and all(row["onetsoc_code"] == code for row in page.rows):
                return name
        raise self._difference(path, "filters are ignored")

    def _ratings(self, layout: Layout, code: str) -> Iterator[Mapping[str, str]]:
        for table in layout.tables:
            path = f"/database/rows/{table.table_id}"
            condition = {layout.filter_name: f"{table.code_column}.eq.{code}"}
            for row in self._rows(path, table, condition):
                if row["onetsoc_code"] != code:
                    raise self._difference(path, f"a row of another occupation than {code} came")
                yield row

    def _rows(self, path: str, table: SkillsTable, condition: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
        """All rows, page by page; ``next`` is never followed, so it cannot lead us elsewhere."""
        done, total = 0, None
        while total is None or done < total:
            page = self._page(path, table, done + 1, done + LARGEST_PAGE, condition)
            if total is not None and page.total != total:
                raise self._difference(path, f"the total changed from {total} to {page.total} on the way")
            total = page.total
            if not page.rows and total > done:
                raise self._difference(path, f"{total} rows were promised and {done} came")
            yield from page.rows
            done += len(page.rows)

    def _page(self, path: str, table: SkillsTable, start: int, end: int, condition: Mapping[str, str]) -> _Page:
        """Rows ``start`` to ``end``, both included, counted from 1; fewer where there are fewer."""
        answer = self._get(path, {"start": str(start), "end": str(end), **condition})
        try:
            first, last, total = (int(answer[name]) for name in ("start", "end", "total"))
            rows = [{ours: _text(row.get(theirs)) for theirs, ours in table.columns.items()} for row in answer["row"]]
        except (TypeError, LookupError, ValueError, AttributeError, ArithmeticError) as error:
            raise self._difference(path, "a page of rows was expected") from error
        if rows and (first != start or last != start + len(rows) - 1):
            raise self._difference(path, f"rows {start} to {end} were asked for, {first} to {last} came")
        if len(rows) > end - start + 1 or last > total:
            raise self._difference(path, f"row {last} of {total} came")
        return _Page(rows, total)

    def _why_nothing(self, code: str) -> Outcome:
        try:
            self._get(f"/online/occupations/{code}/")
        except _NothingThere:
            return Outcome.UNKNOWN
        return Outcome.NOT_RATED

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON at a path, after as many tries as it takes; numbers come as they are written."""
        try:
            return self._attempts(self._get_counted, path, query or {})
        except _WorthAnotherTry as error:
            raise WebServicesUnavailable(
                f"{SOURCE} at {self._host} cannot be had now ({ATTEMPTS} tries): {path}: {error}"
            ) from error

    def _get_counted(self, path: str, query: Mapping[str, str]) -> Any:
        try:
            answer = self._get_once(path, query)
        except tuple(REQUEST_OUTCOMES) as fault:
            self.requests[REQUEST_OUTCOMES[type(fault)]] += 1
            raise
        self.requests["ok"] += 1
        return answer

    def _get_once(self, path: str, query: Mapping[str, str]) -> Any:
        self._keep_distance()
        try:
            with self._session.get(
                f"{self._url}{path}",
                params=query,
                timeout=self._pace.timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                self._check_status(path, response)
                body = self._body(path, response)
        except requests.RequestException as error:
            raise _WorthAnotherTry(_reason(error)) from None  # it holds the request, and so the key
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise self._difference(path, f"JSON was expected, {kind[:40] or 'something'} came")
        try:
            return json.loads(body.decode("utf-8"), parse_float=Decimal)
        except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, nested too deeply
            raise self._difference(path, "what came is not JSON in UTF-8") from error

    def _keep_distance(self) -> None:
        clock = self._pace.clock
        if self._last_request is not None:
            too_early = self._last_request + self._pace.spacing - clock()
            if too_early > 0:
                self._pace.sleep(too_early)
        self._last_request = clock()

    def _check_status(self, path: str, response: requests.Response) -> None:
        """Says what a status means before anything of the body is looked at."""
        status = response.status_code
        if status == 200:
            return
        if status in (401, 403):
            raise WebServicesRefused(
                f"{self._host} does not take the key in ONET_API_KEY ({status}). Keys are made at {KEY_PAGE}."
            )
        if status in (404, 422):
            raise _NothingThere(f"{path}: {status} {self._sentence(path, response)}".strip())
        if status in (429, 500, 502, 503, 504):
            raise _WorthAnotherTry(f"it answers {status}", self._retry_after(response))
        if response.is_redirect:
            raise self._difference(path, f"it redirects ({status}), which is not followed")
        raise self._difference(path, f"it answers {status}")

    def _sentence(self, path: str, response: requests.Response) -> str:
        """The service's own words, which only a 422 promises."""
        if response.status_code != 422:
            return ""
        try:
            said = str(json.loads(self._body(path, response))["error"])[:200]
        except (ValueError, LookupError, TypeError):
            return ""
        return repr(said.replace(self._key, "***"))

    def _body(self, path: str, response: requests.Response) -> bytes:
        body = bytearray()
        for piece in response.iter_content(PIECE):
            body += piece
            if len(body) > LARGEST_BODY:
                raise self._difference(path, f"more than {LARGEST_BODY} bytes came")
        return bytes(body)

    def _retry_after(self, response: requests.Response) -> float:
        """The seconds that ``Retry-After`` asks for, as a number or a date; 0 without it."""
        asked = response.headers.get("Retry-After", "").strip()
        if re.fullmatch(r"\d+", asked, re.ASCII):
            return float(asked)
        try:
            return (parsedate_to_datetime(asked) - self._pace.now()).total_seconds()
        except (ValueError, TypeError):
            return 0

    def _seconds_to_wait(self, state: RetryCallState) -> float:
        """What the service asks for, or 0.2 s doubled each time, and a little more; capped."""
        fault = state.outcome.exception() if state.outcome else None
        asked = fault.seconds if isinstance(fault, _WorthAnotherTry) else 0
        own = 0.2 * 2 ** (state.attempt_number - 1)
        jitter = random.uniform(0, own / 2)  # noqa: S311
        return float(min(max(asked, own) + jitter, self._pace.longest_wait))

    def _difference(self, path: str, fault: str) -> WebServicesError:
        return WebServicesError(f"{SOURCE} at {self._host}, {path}: {fault}")


class _Page(NamedTuple):
    rows: list[dict[str, str]]
    total: int


def _fields(answer: Any) -> Iterator[tuple[str, Any]]:
    """Every named field of a JSON document, outer ones first."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            yield name, value
            yield from _fields(value)


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


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer was cut short"
    return "no connection"
