"""Many titles: a line each, made as it is sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from skillgap.errors import InvalidParameter
from skillgap.http.csv_response import csv_text
from skillgap.http.lines import in_parts
from skillgap.http.rows import RowFault
from skillgap.occupations.titles.query import TitlesBody
from skillgap.occupations.titles.schemas import TitleCode, TitleCodes, TitleLine
from skillgap.occupations.titles.service import code_titles
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.titles.cleaning import LONGEST

TITLE = "title"
COLUMNS = ("row", "release", "title", "cleaned", "answer", "reason", "problem", "detail")
CODE_COLUMNS = ("onetsoc_code", "title", "rated", "probability", "matched_text", "how")


def code_lines(catalogue: Catalogue, body: TitlesBody) -> Iterator[str]:
    """Lines for every row, in their order, some at a time: JSON, or CSV after a header."""
    lines = _lines(catalogue, body)
    if body.format == "json-lines":
        return in_parts(f"{line.model_dump_json()}\n" for line in lines)
    return in_parts(_csv_lines(lines, _other_names(body.titles), body.n))


def _lines(catalogue: Catalogue, body: TitlesBody) -> Iterator[TitleLine]:
    coded: dict[str, TitleCodes] = {}
    release = catalogue.info.release
    for row, given in enumerate(body.titles, start=1):
        others = {name: value for name, value in given.items() if name != TITLE} if isinstance(given, dict) else {}
        title, fault = _title_of(given)
        if fault is not None:
            yield TitleLine.faulty(release, row, others, title, InvalidParameter.code, fault)
            continue
        if title not in coded:
            coded[title] = code_titles(catalogue, [title], body.n)[0]
        yield TitleLine(row=row, given=others, problem=None, detail=None, **dict(coded[title]))


def _title_of(given: str | Mapping[str, Any] | RowFault) -> tuple[str, str | None]:
    """The title of a row, and what is wrong with it."""
    if isinstance(given, RowFault):
        return "", str(given)
    title = given if isinstance(given, str) else given.get(TITLE)
    if not isinstance(title, str):
        return "", "The row has no text in 'title'."
    if len(title) > LONGEST:
        return title[:LONGEST], f"The title is longer than {LONGEST} characters."
    return title, None


def _other_names(rows: Iterable[str | Mapping[str, Any] | RowFault]) -> list[str]:
    """The names that rows have beside the title, in the order of their appearance."""
    names = (name for row in rows if isinstance(row, dict) for name in row)
    return [name for name in dict.fromkeys(names) if name != TITLE]


def _csv_lines(lines: Iterable[TitleLine], others: Sequence[str], n: int) -> Iterator[str]:
    """A header and the lines: what was given, the answer, then the columns of each occupation."""
    numbered = [f"{name}_{place}" for place in range(1, n + 1) for name in CODE_COLUMNS]
    taken = {*COLUMNS, *numbered}
    yield csv_text([[*(f"given_{name}" if name in taken else name for name in others), *COLUMNS, *numbered]])
    for line in lines:
        own = (getattr(line, name) for name in COLUMNS)
        codes = [cell for code in line.codes or () for cell in _code_cells(code)]
        yield csv_text([[*map(line.given.get, others), *own, *codes, *[None] * (len(numbered) - len(codes))]])


def _code_cells(code: TitleCode) -> tuple[object, ...]:
    evidence = code.evidence
    return (code.onetsoc_code, code.title, code.rated, code.probability, evidence.matched_text, evidence.how)
