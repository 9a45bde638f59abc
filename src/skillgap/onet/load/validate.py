"""Rows of text to rows that the tables take, or a reason why not.

What a column may hold is read from its table: ``onet.columns`` reads one text, and here are
the rules across rows: the key, the foreign keys, the scales. Numbers and dates stay text, in
exactly the form the database stores.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Column, Table

from skillgap.errors import SourceFileError
from skillgap.onet.columns import reader

ENDS = {"LV": (0, 7), "IM": (1, 5)}  # the scales of levels and importances, as the tables check


MOST_REJECTED = 50_000  # of a table, whatever share of them is accepted
LONGEST_CONTENT = 10_000  # characters of a rejected row: MySQL's text has room for 64 KiB


class Parents(NamedTuple):
    """The ids that a column may refer to: where they are listed, and of the rejected ones why."""

    listed_in: str
    ids: Collection[str]
    rejected: Mapping[str, str]


class Known(NamedTuple):
    """What a row may refer to, by column, and the ends of each scale."""

    parents: Mapping[str, Parents]
    scales: Mapping[str, tuple[int, int]]


class Rejected(NamedTuple):
    """A row that is left out; ``follows`` where the fault is in the row that it refers to."""

    file: str
    line: int
    reason: str
    content: str
    follows: bool = False

    @property
    def place(self) -> str:
        """Where the row is, as a text names it."""
        return f"{self.file}, line {self.line}"


def validate(table: Table, frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, list[Rejected]]:
    """The rows the table can take, and the others with the first reason found for each.

    ``frame`` has text in the table's columns, the line as its index and the file in ``file``; of
    equal rows with the same key the first is kept, of different ones none. Raises SourceFileError for
    too many faults to keep.
    """
    reasons = _no_faults(frame)
    typed = pd.DataFrame({"file": frame["file"].to_numpy(), "line": frame.index.to_numpy()})
    for column in table.columns:
        if column.name in frame:
            typed[column.name], faults = _typed(frame[column.name], column)
            reasons = reasons.where(reasons.notna(), faults)
            _check_number(typed, reasons)
    unknown, follows = _unknown_ids(typed, known)
    follows &= reasons.isna()
    for faults in (unknown, _outside_scale(typed, known), _wrong_ends(typed)):
        reasons = reasons.where(reasons.notna(), faults)
    reasons = reasons.where(reasons.notna(), _repeated(typed[reasons.isna()], _key(table)))

    good = reasons.isna()
    _check_number(typed, reasons)
    contents = frame.drop(columns="file")[~good.to_numpy()].itertuples(index=False, name=None)
    rejected = [
        Rejected(typed["file"][row], int(typed["line"][row]), reasons[row], _content(values), bool(follows[row]))
        for row, values in zip(good.index[~good], contents, strict=True)
    ]
    return typed[good], rejected


def _check_number(typed: pd.DataFrame, reasons: pd.Series[Any]) -> None:
    faulty = int(reasons.count())
    if faulty > MOST_REJECTED:
        first = int(reasons.notna().to_numpy().argmax())
        fault = f"it is the first of {faulty:,} rows with faults: {reasons[first]}"
        raise SourceFileError(str(typed["file"][first]), fault, line=int(typed["line"][first]))


def _content(values: tuple[Any, ...]) -> str:
    content = "\t".join(map(str, values))
    if len(content) <= LONGEST_CONTENT:
        return content
    return f"{content[:LONGEST_CONTENT]} ... ({len(content):,} characters)"


def _typed(texts: pd.Series[str], column: Column[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The column's values (None where missing), and what is wrong with each (None where nothing).

    A column holds few distinct texts, so each is read once.
    """
    codes, distinct = pd.factorize(texts.to_numpy())
    read = reader(column)
    results: list[tuple[str | int | None, str | None]] = []
    for text in distinct:
        try:
            results.append((read(text), None))
        except ValueError as error:
            results.append((None, str(error)))
    columns = [value for value, _ in results], [fault for _, fault in results]
    values, faults = (pd.Series(column, dtype=object).take(codes).reset_index(drop=True) for column in columns)
    return values, faults


def _no_faults(frame: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series([None] * len(frame), dtype=object)


def _unknown_ids(typed: pd.DataFrame, known: Known) -> tuple[pd.Series[Any], pd.Series[bool]]:
    """What is wrong with the ids a row refers to, and whether that is because the row of the id is rejected."""
    faults = _no_faults(typed)
    follows = pd.Series(False, index=typed.index)
    for column, parents in known.parents.items():
        if column in typed:
            ids = typed[column]
            unknown = ids[ids.notna() & ~ids.isin(parents.ids) & faults.isna()]
            faults[unknown.index] = unknown.map(partial(_unknown, column, parents)).astype(object)
            follows[unknown.index] = unknown.isin(parents.rejected.keys())
    return faults, follows


def _unknown(column: str, parents: Parents, name: object) -> str:
    why = parents.rejected.get(str(name))
    return f"{column} {name!r} " + (f"is not in {parents.listed_in}" if why is None else f"is rejected: {why}")


def _outside_scale(typed: pd.DataFrame, known: Known) -> pd.Series[Any]:
    faults = _no_faults(typed)
    column = next((name for name in ("data_value", "anchor_value") if name in typed), None)
    if column is None:
        return faults
    values = pd.to_numeric(typed[column], errors="coerce")
    for scale_id in typed["scale_id"].dropna().unique():
        if scale_id in known.scales:
            minimum, maximum = known.scales[scale_id]
            outside = (typed["scale_id"] == scale_id) & ~values.between(minimum, maximum)
            faults[outside] = (
                f"{column} " + typed[column][outside].map(repr) + f" is outside scale {scale_id} ({minimum}-{maximum})"
            )
    return faults


def _wrong_ends(typed: pd.DataFrame) -> pd.Series[Any]:
    """What is wrong with the ends of a scale; those of LV and IM are fixed."""
    faults = _no_faults(typed)
    if not {"minimum", "maximum"} <= set(typed):
        return faults
    columns = typed[["scale_id", "minimum", "maximum"]].itertuples(index=False, name=None)
    for row, (scale_id, minimum, maximum) in enumerate(columns):
        ends = ENDS.get(scale_id, (minimum, maximum))
        if minimum is None or maximum is None:
            continue
        if minimum >= maximum:
            faults[row] = f"minimum {minimum} is not below maximum {maximum}"
        elif (minimum, maximum) != ends:
            faults[row] = f"scale {scale_id} is from {ends[0]} to {ends[1]}"
    return faults


def _repeated(typed: pd.DataFrame, key: list[str]) -> pd.Series[Any]:
    """Of equal rows the first is kept; of rows with one key that differ none: nothing says which is right."""
    faults = pd.Series([None] * len(typed), index=typed.index, dtype=object)
    rows = typed[typed.duplicated(key, keep=False)] if key else typed[:0]
    if rows.empty:
        return faults
    columns = [name for name in rows if name not in ("file", "line")]
    by_key = rows.groupby(key)["line"]
    differ = by_key.transform("size") != rows.groupby(columns, dropna=False)["line"].transform("size")
    lines = by_key.transform(lambda group: ", ".join(map(str, group)))
    faults[rows.index] = ("same key as line " + by_key.transform("first").astype(str)).where(rows.duplicated(key), None)
    faults[rows.index[differ]] = "rows with the same key differ: lines " + lines[differ]
    return faults


def _key(table: Table) -> list[str]:
    """The key within a release, where the file has one: job titles are numbered by us."""
    key = [column.name for column in table.primary_key if column.name != "release"]
    return [] if "position" in key else key
