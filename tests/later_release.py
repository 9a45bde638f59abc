"""A later release that a test writes: a copy in the layout of 30.3, with known changes.

Against the release it is copied from:

- 29-1141.00 is surveyed anew: all its ratings have another date, two have another level;
- 31-1131.00 has one figure restated, with the date it had;
- 55-1016.00 is rated for the first time, with the figures of 53-5031.00;
- 41-9012.00 is no longer rated;
- 33-3051.00 is not in the taxonomy any more.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

RELEASE = "30.3"
RE_SURVEYED, RESTATED, NEWLY_RATED = "29-1141.00", "31-1131.00", "55-1016.00"
NO_LONGER_RATED, ABSENT = "41-9012.00", "33-3051.00"
COPIED = "53-5031.00"

CODE, ELEMENT, SCALE, VALUE = "O*NET-SOC Code", "Element ID", "Scale ID", "Data Value"
RELEASE_FILES = ("Occupation Data", "Scales Reference", "Content Model Reference", "Level Scale Anchors", "Skills")


def write_later_release(source: Path, folder: Path) -> Path:
    """Write it into a new folder."""
    folder.mkdir()
    for name in RELEASE_FILES:
        rows = _read(source / f"{name}.txt")
        if CODE in rows:
            rows = rows[rows[CODE] != ABSENT]
        if name == "Skills":
            rows = _resurvey(rows)
            essential = rows[ELEMENT].str.startswith("2.A.")
            _write(rows[essential], folder / "Essential Skills.txt")
            _write(rows[~essential], folder / "Transferable Skills.txt")
        else:
            _write(rows, folder / f"{name}.txt")
    (folder / "Read Me.txt").write_text("O*NET 30.3 Database\nMay 2026 Release\n")
    return folder


def _resurvey(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows[rows[CODE] != NO_LONGER_RATED]
    new = rows[rows[CODE] == COPIED].assign(**{CODE: NEWLY_RATED, "Date": "08/2025"})
    rows = pd.concat([rows, new], ignore_index=True)
    rows.loc[rows[CODE] == RE_SURVEYED, "Date"] = "08/2025"
    for code, element, level in (
        (RE_SURVEYED, "2.B.2.i", "7.00"),
        (RE_SURVEYED, "2.B.1.a", "1.00"),
        (RESTATED, "2.A.1.a", "2.50"),
    ):
        cell = (rows[CODE] == code) & (rows[ELEMENT] == element) & (rows[SCALE] == "LV")
        rows.loc[cell, VALUE] = level
    return rows


def _read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, sep="\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE, encoding="utf-8")


def _write(rows: pd.DataFrame, file: Path) -> None:
    rows.to_csv(file, sep="\t", index=False, lineterminator="\r\n", quoting=csv.QUOTE_NONE, encoding="utf-8")
