"""A server on loopback that answers like O*NET Web Services 2.0, with its oddities and any fault.

Try it by hand with ``python -m tests.onet.web_services.fake_onet --port 8899``. Its ratings are
made from our illustrative sample: they are not O*NET data.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
KEY = "t0p-s3cret-k3y"
DEFAULT_PAGE = 20
LARGEST_PAGE = 2000

RATED = ("15-1252.00", "29-1141.00", "31-1131.00")  # as in the sample
ALL_OTHER = "15-1299.00"  # the sample lists it unrated; here it is rated
NEVER_RATED = "55-1016.00"  # rated nowhere
TITLES = {
    "15-1252.00": "Software Developers",
    "15-1299.00": "Computer Occupations, All Other",
    "29-1141.00": "Registered Nurses",
    "31-1131.00": "Nursing Assistants",
    "55-1016.00": "Infantry Officers",
}
COLUMNS = {
    "onetsoc_code": ("O*NET-SOC Code", "Text"),
    "title": ("Title", "Text"),
    "element_id": ("Element ID", "Text"),
    "element_name": ("Element Name", "Text"),
    "scale_id": ("Scale ID", "Text"),
    "scale_name": ("Scale Name", "Text"),
    "data_value": ("Data Value", "Number"),
    "n": ("N", "Number"),
    "standard_error": ("Standard Error", "Number"),
    "lower_ci_bound": ("Lower CI Bound", "Number"),
    "upper_ci_bound": ("Upper CI Bound", "Number"),
    "recommend_suppress": ("Recommend Suppress", "Text"),
    "not_relevant": ("Not Relevant", "Text"),
    "date_updated": ("Date", "Date"),
    "domain_source": ("Domain Source", "Text"),
}
TABLES = {"skills": {"skills": "2."}, "split": {"essential_skills": "2.A.", "transferable_skills": "2.B."}}

Row = dict[str, Any]


def sample_rows() -> list[Row]:
    """Three occupations as in the sample; 15-1299.00 rated after the pattern of one of them.

    Its Programming is marked not relevant, its Writing as imprecise, and one level is certain.
    """
    with (SAMPLE / "Skills.txt").open(newline="") as file:
        published = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [_row(line, line["O*NET-SOC Code"]) for line in published if line["O*NET-SOC Code"] in RATED]
    pattern = [row for row in rows if row["onetsoc_code"] == RATED[0]]
    for row in pattern:
        other = row | {"onetsoc_code": ALL_OTHER, "title": TITLES[ALL_OTHER]}
        if row["scale_id"] == "LV":
            other |= {"data_value": round(max(row["data_value"] - 0.38, 0), 2)}
            if row["element_name"] == "Programming":
                other |= {"data_value": 0.0, "not_relevant": "Y"}
            if row["element_name"] == "Writing":
                other |= {"recommend_suppress": "Y", "standard_error": 0.9129}
            if row["element_name"] == "Speaking":
                other |= {"standard_error": 0.0}
        rows.append(other)
    return rows


def _row(line: dict[str, str], code: str) -> Row:
    scale_id = line["Scale ID"]
    level = float(line["Data Value"])
    return {
        "onetsoc_code": code,
        "title": TITLES[code],
        "element_id": line["Element ID"],
        "element_name": line["Element Name"],
        "scale_id": scale_id,
        "scale_name": {"IM": "Importance", "LV": "Level"}[scale_id],
        "data_value": level,
        "n": 8,
        "standard_error": 0.25,
        "lower_ci_bound": None,
        "upper_ci_bound": None,
        "recommend_suppress": "N",
        "not_relevant": None if scale_id == "IM" else line["Not Relevant"],
        "date_updated": "2026-11-01",
        "domain_source": "Illustrative",
    }


class Seen(NamedTuple):
    """A request that came in."""

    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    at: float  # on the fake's clock


@dataclass(frozen=True)
class Answer:
    """What goes out. ``sent`` is how much of the body really does, when not all of it."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None


Fault = Callable[[Answer, "FakeOnet", Seen], Answer]


@dataclass
class FakeOnet:
    """The service's data, its ways where the documentation leaves them open, and its faults."""

    layout: str = "split"
    release: str | None = "30.3"
    rows: list[Row] = field(default_factory=sample_rows)
    titles: dict[str, str] = field(default_factory=lambda: dict(TITLES))
    filter_names: tuple[str, ...] = ("filter",)
    code_column: str = "onetsoc_code"
    unknown_status: int = 422  # of an occupation that does not exist; a dated note has 404
    no_rows_status: int = 200  # of rows of an occupation without any
    page_limit: int = LARGEST_PAGE
    clock: Callable[[], float] = time.monotonic
    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    once: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Fault] = field(default_factory=dict)

    def script(self, path: str, *faults: Fault) -> None:
        """Let the next answers on a path go wrong, one fault each."""
        self.once[path].extend(faults)

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [one.path for one in self.seen]

    def answer(self, seen: Seen) -> Answer:
        """The answer to a request, with the fault that is due."""
        self.seen.append(seen)
        honest = self._honest(seen)
        if self.once[seen.path]:
            return self.once[seen.path].popleft()(honest, self, seen)
        return self.always.get(seen.path, _no_fault)(honest, self, seen)

    def _honest(self, seen: Seen) -> Answer:
        if seen.headers.get("x-api-key") != KEY:
            return Answer(403, b"<html><h1>403 Forbidden</h1><hr>nginx</html>", "text/html")
        for pattern, answer in self._routes().items():
            found = re.fullmatch(pattern, seen.path)
            if found:
                return answer(seen, *found.groups())
        return Answer(404, b"<html>404 Not Found</html>", "text/html")

    def _routes(self) -> dict[str, Callable[..., Answer]]:
        return {
            "/about": self._about,
            "/database": self._tables,
            "/database/info/([^/]+)": self._info,
            "/database/rows/([^/]+)": self._rows,
            "/online/occupations": self._listed,
            "/online/search": self._search,
            "/online/occupations/([^/]+)/": self._occupation,
            "/online/occupations/([^/]+)/details/skills": self._skills,
        }

    def _about(self, _seen: Seen) -> Answer:
        if self.release is None:
            return Answer(404, b"<html>404 Not Found</html>", "text/html")
        return as_json({"api_version": "2.0", "database": {"name": f"O*NET {self.release}"}})

    def _tables(self, _seen: Seen) -> Answer:
        return as_json([self._table(table_id) for table_id in TABLES[self.layout]])

    def _table(self, table_id: str) -> dict[str, Any]:
        return {
            "table_id": table_id,
            "title": table_id.replace("_", " ").title(),
            "description": "Provide a mapping of O*NET-SOC codes (occupations) to ratings.",
            "info": f"{self.url}/database/info/{table_id}",
            "rows": f"{self.url}/database/rows/{table_id}",
        }

    def _info(self, _seen: Seen, table_id: str) -> Answer:
        if table_id not in TABLES[self.layout]:
            return error("unknown table")
        columns = [
            {"column_id": self._column(name), "title": title, "type": kind, "optional": False}
            for name, (title, kind) in COLUMNS.items()
        ]
        return as_json(self._table(table_id) | {"column": columns})

    def _column(self, name: str) -> str:
        return self.code_column if name == "onetsoc_code" else name

    def _rows(self, seen: Seen, table_id: str) -> Answer:
        if table_id not in TABLES[self.layout]:
            return error("unknown table")
        prefix = TABLES[self.layout][table_id]
        rows = [
            {self._column(name): value for name, value in row.items()}
            for row in self.rows
            if row["element_id"].startswith(prefix)
        ]
        for name, condition in seen.query:
            if name in self.filter_names:
                column, operator, value = condition.split(".", 2)
                assert operator == "eq"
                rows = [row for row in rows if str(row[column]).lower() == value.lower()]
        if not rows and self.no_rows_status != 200:
            return error("no data", self.no_rows_status)
        return as_json(self._page(seen, "row", rows) | {"table_id": table_id})

    def _page(self, seen: Seen, name: str, items: list[Any]) -> dict[str, Any]:
        path, query = seen.path, dict(seen.query)
        start = int(query.get("start", 1))
        end = int(query.get("end", start + DEFAULT_PAGE - 1))
        end = min(end, start + self.page_limit - 1, len(items))
        page: dict[str, Any] = {"start": start, "end": end, "total": len(items)}
        if end < len(items):
            page["next"] = f"{self.url}{path}?start={end + 1}&end={2 * end - start + 1}"
        if start > 1:
            page["prev"] = f"{self.url}{path}?start=1&end={start - 1}"
        return page | {name: items[start - 1 : end]}

    def _occupations(self, text: str = "") -> list[dict[str, Any]]:
        return [
            {"href": f"{self.url}/online/occupations/{code}/", "code": code, "title": title, "tags": {}}
            for code, title in sorted(self.titles.items())
            if text.lower() in f"{code} {title}".lower()
        ]

    def _listed(self, seen: Seen) -> Answer:
        return as_json(self._page(seen, "occupation", self._occupations()))

    def _search(self, seen: Seen) -> Answer:
        query = dict(seen.query)
        if "keyword" not in query:
            return error("must have required property 'keyword'")
        return as_json(self._page(seen, "occupation", self._occupations(query["keyword"])))

    def _occupation(self, _seen: Seen, code: str) -> Answer:
        if code not in self.titles:
            return error("unknown occupation", self.unknown_status)
        return as_json({"code": code, "title": self.titles[code], "description": "..."})

    def _skills(self, seen: Seen, code: str) -> Answer:
        elements = [
            {"id": row["element_id"], "name": row["element_name"], "importance": round((row["data_value"] - 1) * 25)}
            for row in self.rows
            if row["onetsoc_code"] == code and row["scale_id"] == "IM"
        ]
        if code not in self.titles:
            return error("unknown occupation", self.unknown_status)
        return as_json(self._page(seen, "element", elements)) if elements else error("no data")


def as_json(value: Any, status: int = 200) -> Answer:
    """A document as JSON."""
    return Answer(status, json.dumps(value).encode())


def error(sentence: str, status: int = 422) -> Answer:
    """What the service says when a request is wrong or there are no data."""
    return as_json({"error": sentence}, status)


def _no_fault(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
    return honest


def busy(retry_after: str | None = None, status: int = 429) -> Fault:
    """Too many requests, or trouble there."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return lambda *_: Answer(status, b"later", "text/plain", headers)


def cut_short(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
    """The connection breaks in the middle of the body."""
    return replace(honest, sent=len(honest.body) // 2)


def no_answer(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
    """The connection breaks before a word was said."""
    return replace(honest, status=0)


def html(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
    """A page for people, with status 200."""
    return Answer(200, b"<html>We are improving our service</html>", "text/html")


def invalid_utf8(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
    """Latin-1 where UTF-8 was promised."""
    return replace(honest, body=honest.body[:-1] + ', "x": "caf\u00e9"}'.encode("latin-1"))


def changed(**fields: Any) -> Fault:
    """The answer with other fields at its top: a total that lies, a ``next`` on another host."""

    def change(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
        return as_json(json.loads(honest.body) | fields)

    return change


def first_page_again(honest: Answer, fake: FakeOnet, seen: Seen) -> Answer:
    """The first page, whichever was asked for."""
    query = [(name, value) for name, value in seen.query if name not in ("start", "end")]
    first = [*query, ("start", "1"), ("end", str(fake.page_limit))]
    return fake._honest(seen._replace(query=first))


def redirect(url: str) -> Fault:
    """Elsewhere, please."""
    return lambda *_: Answer(302, b"", "text/html", {"Location": url})


def slow(until: threading.Event) -> Fault:
    """Nothing, until the test says so."""

    def wait(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
        until.wait(30)
        return honest

    return wait


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def serving(fake: FakeOnet, port: int = 0) -> Iterator[FakeOnet]:
    """The fake on loopback, at ``fake.url``, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65_536

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen = Seen(address.path, parse_qsl(address.query), headers, fake.clock())
            self._send(fake.answer(seen))

        def _send(self, answer: Answer) -> None:
            if answer.status:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body[: answer.sent])
            self.close_connection = answer.status == 0 or answer.sent is not None

        def log_message(self, *_: Any) -> None:
            """Keep the tests' output clean."""

    server = _QuietServer(("127.0.0.1", port), Handler)
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--layout", choices=TABLES, default="split")
    options = parser.parse_args()
    with serving(FakeOnet(layout=options.layout), options.port) as fake:
        print(f"a fake O*NET Web Services at {fake.url}, key {KEY}")  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
