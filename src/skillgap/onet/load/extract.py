"""Files to frames of text: nothing is typed, filled or dropped here but wholly blank lines."""

from __future__ import annotations

import csv
import io
import re
from importlib.resources.abc import Traversable

import pandas as pd

from skillgap.errors import SourceFileError
from skillgap.onet.load.content import read_content
from skillgap.onet.load.source_files import LONGEST_HEADER, SourceFile

MOST_COLUMNS = 50
MOST_CELLS = 3_000_000  # of a file; the largest one has 1.4 million
MOST_TEXTS = 500_000  # different ones in a file: each takes memory of its own


def read_source(file: Traversable, source: SourceFile) -> pd.DataFrame:
    """The rows of a file as text; see ``parse_source``."""
    return parse_source(file, read_content(file), source)


def parse_source(file: Traversable, content: bytes, source: SourceFile) -> pd.DataFrame:
    """The rows of a file's bytes as text, columns named as in the tables, ``line`` as the index.

    Takes tab- and comma-separated text with LF or CRLF, with or without a byte-order mark or a
    last line end. Raises SourceFileError for a file that is not text, is empty, lacks a column or
    has a line with too many fields.
    """
    header = _check_text(file, content)
    tabs = "\t" in header
    columns = _check_columns(file, header, source, tabs=tabs)
    cells = columns * max(content.count(b"\n"), content.count(b"\r"))
    if cells > MOST_CELLS:
        raise SourceFileError(file.name, f"rejected: {cells:,} cells, over {MOST_CELLS:,}")
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            sep="\t" if tabs else ",",
            dtype=object,
            na_filter=False,
            quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL,
            encoding="utf-8-sig",
            skip_blank_lines=False,
        )
    except pd.errors.ParserError as error:
        raise _parser_fault(file, str(error)) from error
    if not isinstance(frame.index, pd.RangeIndex):  # pandas takes a field too many for an index
        raise SourceFileError(file.name, "more fields than the header has columns", line=2)
    frame = frame[list(source.columns)].rename(columns=dict(source.columns))
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="line")
    frame = frame[(frame != "").any(axis="columns")]
    if frame.empty:
        raise SourceFileError(file.name, "there is a header and no row")
    texts = int(frame.nunique().sum())
    if texts > MOST_TEXTS:
        raise SourceFileError(file.name, f"rejected: {texts:,} different values, over {MOST_TEXTS:,}")
    return frame


def _check_text(file: Traversable, content: bytes) -> str:
    """The header line; raises when the bytes are not a text with lines."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = f"not a text file: byte {content[error.start]:#04x} is not UTF-8"
        raise SourceFileError(file.name, fault, line=_line_at(content, error.start)) from error
    if not text.strip():
        raise SourceFileError(file.name, "the file is empty")
    return re.split(r"[\r\n]", text, maxsplit=1)[0]  # other line ends of Unicode end no line here


def _check_columns(file: Traversable, header: str, source: SourceFile, *, tabs: bool) -> int:
    """The number of columns; raises where one that is needed is missing or not the only one of its name."""
    if len(header) > LONGEST_HEADER:
        raise SourceFileError(file.name, f"rejected: a header of more than {LONGEST_HEADER:,} characters", line=1)
    there = header.split("\t") if tabs else next(csv.reader([header]))
    if len(there) > MOST_COLUMNS:
        raise SourceFileError(file.name, f"rejected: {len(there):,} columns, over {MOST_COLUMNS}", line=1)
    missing = [name for name in source.columns if name not in there]
    if missing:
        fault = f"column {', '.join(map(repr, missing))} is missing (there: {', '.join(there)})"
        raise SourceFileError(file.name, fault[:1000], line=1)
    repeated = sorted({name for name in source.columns if there.count(name) > 1})
    if repeated:
        raise SourceFileError(file.name, f"column {repeated[0]!r} is there twice", line=1)
    return len(there)


def _parser_fault(file: Traversable, message: str) -> SourceFileError:
    where = re.search(r"line (\d+)|row (\d+)", message)
    line = int(where[1] or int(where[2]) + 1) if where else None
    fault = message.removeprefix("Error tokenizing data. C error: ")
    return SourceFileError(file.name, fault, line=line)


def _line_at(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
