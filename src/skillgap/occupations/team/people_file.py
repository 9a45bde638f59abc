"""Reading a file of people: pure text in, people and faults by line out. Never all or nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from skillgap.errors import InvalidParameter
from skillgap.occupations.team.columns import Columns, columns_of, known_columns
from skillgap.occupations.team.text import PARAMETER, Text, decode

MOST_PEOPLE = 10_000
LONGEST_CELL = 200  # characters of a name or a title
LONGEST_HEADER = 10_000  # characters that say what separates the cells
LINES_OF_A_ROW = 10  # a cell in quotes may hold line breaks; beyond that its end is taken to be missing
DELIMITERS = (",", ";", "\t")


class Person(NamedTuple):
    """One row: who, and the titles as they are written; ``line`` is the first of the row, from 1."""

    line: int
    name: str
    present: str
    target: str


class Fault(NamedTuple):
    """A row that cannot be used: where it is, what is wrong, and what to do."""

    line: int
    column: str | None
    text: str


class PeopleFile(NamedTuple):
    """The people of a file in its order, the rows that are left out, and what to know about the reading."""

    text: str  # the file itself, lines ending in LF
    people: tuple[Person, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


class Record(NamedTuple):
    """The cells of a row, or why there are none."""

    line: int
    cells: Sequence[str]
    fault: str | None


def read_people(data: bytes, target: str = "") -> PeopleFile:
    """The people of a CSV file; ``target`` is the target title of rows without one.

    Raises InvalidParameter, with what to do, where the file as a whole cannot be read: it is no text, its first
    line names no present title, it holds no row, or more than 10,000. Raises BodyTooLarge above 2 MB.
    """
    read = decode(data)
    lines = read.text.split("\n")
    delimiter, first = _delimiter(lines)
    rows = list(islice(_records(lines, first, delimiter), MOST_PEOPLE + 2))
    if not rows:
        raise InvalidParameter("There is no row: choose a file, or paste rows.", parameter=PARAMETER)
    header, *records = rows
    columns = columns_of(header.cells)
    if len(records) > MOST_PEOPLE:
        raise InvalidParameter(
            f"The file has more than {MOST_PEOPLE:,} rows, which is the most for one plan. Send it in parts.",
            parameter=PARAMETER,
        )
    if not records:
        raise InvalidParameter("The file has a first line with names, and no row below it.", parameter=PARAMETER)
    return _people_file(read, columns, len(header.cells), records, _one_line(target))


def _people_file(read: Text, columns: Columns, width: int, records: Sequence[Record], target: str) -> PeopleFile:
    rows = [_person(record, columns, width, target) for record in records]
    notes = list(read.notes)
    if columns.unused:
        notes.append(f"Columns that are not used: {', '.join(columns.unused)}.")
    return PeopleFile(
        read.text,
        tuple(row for row in rows if isinstance(row, Person)),
        tuple(row for row in rows if isinstance(row, Fault)),
        tuple(notes),
    )


def _delimiter(lines: Sequence[str]) -> tuple[str, int]:
    """What separates the cells, and the line to begin at; Excel may say it in a line before: ``sep=;``."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    line = lines[first].strip(" ")
    if line.casefold().startswith("sep=") and line[4:] in DELIMITERS:
        return line[4:], first + 1
    return max(DELIMITERS, key=lambda mark: known_columns(line[:LONGEST_HEADER].replace('"', "").split(mark))), first


def _records(lines: Sequence[str], first: int, delimiter: str) -> Iterator[Record]:
    """The rows from a line on, blank ones left out. After a row that cannot be read the next line is read."""
    place = first
    while place < len(lines):
        if not lines[place].strip(f" {delimiter}"):
            place += 1
            continue
        reader = csv.reader(
            (f"{line}\n" for line in islice(lines, place, place + LINES_OF_A_ROW)), delimiter=delimiter, strict=True
        )
        try:
            cells = next(reader)
        except csv.Error:
            yield Record(
                place + 1, (), "A quotation mark is not closed, or stands inside a cell: write it twice there."
            )
            place += 1
        else:
            yield Record(place + 1, cells, None)
            place += reader.line_num


def _person(record: Record, columns: Columns, width: int, target: str) -> Person | Fault:
    line, cells, fault = record
    if fault:
        return Fault(line, None, fault)
    if any(cell.strip() for cell in cells[width:]):
        return Fault(line, None, f"There are {len(cells)} cells for {width} columns: put a cell with commas in quotes.")

    def cell(place: int | None) -> str:
        return _one_line(cells[place]) if place is not None and place < len(cells) else ""

    name, number = cell(columns.name), cell(columns.id)
    who = f"{name} ({number})" if name and number else name or number or f"line {line}"
    person = Person(line, who, cell(columns.present), cell(columns.target) or target)
    for column, text in (("name", who), ("present title", person.present), ("target title", person.target)):
        if not text:
            also = ", or give one target for all" if column == "target title" else ""
            return Fault(line, column, f"The {column} is missing: fill it in{also}.")
        if len(text) > LONGEST_CELL:
            return Fault(line, column, f"The {column} has {len(text):,} characters: {LONGEST_CELL} are read.")
    return person


def _one_line(text: str) -> str:
    """A text without control characters and with single blanks."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
