"""Rows of text to rows that the tables take, or a reason why not.

What a column may hold is read from its table: ``onet.columns`` reads one text, and here are
the rules across rows: the key, the foreign keys, the scales. Numbers and dates stay text, in
exactly the form the database stores.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Column, Table

from skillgap.onet.columns import reader

ENDS = {"LV": (0, 7), "IM": (1, 5)}  # the scales of levels and importances, as the tables check


class Known(NamedTuple):
    """The ids that a row may refer to, by column, and the ends of each scale."""

    ids: Mapping[str, Collection[str]]
    scales: Mapping[str, tuple[int, int]]


class Rejected(NamedTuple):
    """A row that is left out."""

    file: str
    line: int
    reason: str
    content: str


def validate(table: Table, frame: pd.DataFrame, known: Known) -> tuple[pd.DataFrame, list[Rejected]]:
    """The rows the table can take, and the others with the first reason found for each.

    ``frame`` has text in the table's columns, the line as its index and the file in ``file``; of
    rows with the same key the first is kept.
    """
    reasons = _no_faults(frame)
    typed = pd.DataFrame({"file": frame["file"].to_numpy(), "line": frame.index.to_numpy()})
    for column in table.columns:
        if column.name in frame:
            typed[column.name], faults = _typed(frame[column.name], column)
            reasons = reasons.where(reasons.notna(), faults)
    for faults in (_unknown_ids(typed, known), _outside_scale(typed, known), _wrong_ends(typed)):
        reasons = reasons.where(reasons.notna(), faults)
    reasons = reasons.where(reasons.notna(), _repeated(typed[reasons.isna()], _key(table)))

    good = reasons.isna()
    contents = frame.drop(columns="file")[~good.to_numpy()].itertuples(index=False, name=None)
    rejected = [
        Rejected(typed["file"][row], int(typed["line"][row]), reasons[row], "\t".join(map(str, values)))
        for row, values in zip(good.index[~good], contents, strict=True)
    ]
    return typed[good], rejected


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


def _unknown_ids(typed: pd.DataFrame, known: Known) -> pd.Series[Any]:
    faults = _no_faults(typed)
    for column, ids in known.ids.items():
        if column in typed:
            unknown = typed[column][~typed[column].isin(ids) & faults.isna()]
            faults[unknown.index] = column + " " + unknown.map(repr) + " is not in this release"
    return faults


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
    if not key:
        return pd.Series([None] * len(typed), index=typed.index, dtype=object)
    repeated = typed.duplicated(key, keep=False)
    rows = typed[repeated]
    first = rows.groupby(key)["line"].transform("first")
    return ("same key as line " + first.astype(str)).where(rows.duplicated(key), None).reindex(typed.index)


def _key(table: Table) -> list[str]:
    """The key within a release, where the file has one: job titles are numbered by us."""
    key = [column.name for column in table.primary_key if column.name != "release"]
    return [] if "position" in key else key
