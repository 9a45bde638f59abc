"""A broken release: a clear message, and a database in which nothing has changed."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from skillgap.database.transactions import reading
from skillgap.errors import SkillgapError
from skillgap.onet import tables
from tests.conftest import SAMPLE, load
from tests.onet.load.test_load import contents, runs


def change_line(name: str, line: int, change: Callable[[list[str]], list[str]]) -> Callable[[Path], Path]:
    def spoil(folder: Path) -> Path:
        file = folder / name
        lines = file.read_text().splitlines()
        lines[line - 1] = "\t".join(change(lines[line - 1].split("\t")))
        file.write_text("\n".join(lines) + "\n")
        return folder

    return spoil


def with_value(position: int, value: str) -> Callable[[list[str]], list[str]]:
    return lambda fields: [*fields[:position], value, *fields[position + 1 :]]


def without(name: str) -> Callable[[Path], Path]:
    def spoil(folder: Path) -> Path:
        (folder / name).unlink()
        return folder

    return spoil


def holding(name: str, content: bytes) -> Callable[[Path], Path]:
    def spoil(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder

    return spoil


def with_bad_rows(share: float) -> Callable[[Path], Path]:
    def spoil(folder: Path) -> Path:
        file = folder / "Skills.txt"
        header, *rows = file.read_text().splitlines()
        for row in range(round(share * len(rows))):
            rows[row] = rows[row].replace("\t2.", "\t9.", 1)
        file.write_text("\n".join([header, *rows]) + "\n")
        return folder

    return spoil


def one_file_of_two(folder: Path) -> Path:
    (folder / "Skills.txt").rename(folder / "Essential Skills.txt")
    return folder


def zipped(folder: Path) -> Path:
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as writing:
        for file in folder.iterdir():
            writing.write(file, file.name)
    return archive


def truncated_zip(folder: Path) -> Path:
    archive = zipped(folder)
    archive.write_bytes(archive.read_bytes()[:-100])
    return archive


def damaged_zip(folder: Path) -> Path:
    archive = zipped(folder)
    content = bytearray(archive.read_bytes())
    place = content.index(b"11-1011.00\t")
    content[place : place + 2] = b"99"
    archive.write_bytes(bytes(content))
    return archive


def zip_of_another_method(folder: Path) -> Path:
    archive = zipped(folder)
    content = bytearray(archive.read_bytes())
    entry = content.index(b"PK\x01\x02")  # in the directory at the end: what a file is packed with
    while b"Skills.txt" not in content[entry : entry + 60]:
        entry = content.index(b"PK\x01\x02", entry + 1)
    content[entry + 10 : entry + 12] = b"\x63\x00"
    archive.write_bytes(content)
    return archive


def escaping_zip(folder: Path) -> Path:
    archive = zipped(folder)
    with zipfile.ZipFile(archive, "a") as writing:
        writing.writestr("../Skills.txt", "")
    return archive


def empty_folder(folder: Path) -> Path:
    empty = folder / "empty"
    empty.mkdir()
    return empty


BROKEN = {
    "a missing file": (without("Scales Reference.txt"), r"'Scales Reference' is missing"),
    "a missing column": (
        change_line("Skills.txt", 1, with_value(4, "Value")),
        r"Skills\.txt, line 1: column 'Data Value' is missing",
    ),
    "one file of two": (one_file_of_two, r"the file 'Transferable Skills' is missing"),
    "an empty file": (holding("Skills.txt", b""), r"Skills\.txt: the file is empty"),
    "a byte-order mark alone": (holding("Skills.txt", b"\xef\xbb\xbf"), r"Skills\.txt: the file is empty"),
    "a scale upside down": (
        change_line("Scales Reference.txt", 2, lambda row: [*row[:2], row[3], row[2]]),
        r"Scales Reference\.txt: 1 of 2 .* at line 2: minimum \d is not below maximum \d",
    ),
    "a scale of another length": (
        change_line("Scales Reference.txt", 3, with_value(3, "100")),
        r"Scales Reference\.txt: 1 of 2 .* at line 3: scale LV is from 0 to 7",
    ),
    "a header alone": (
        holding("Job Zones.txt", b"O*NET-SOC Code\tJob Zone\tDate\tDomain Source\r\n"),
        r"Job Zones\.txt: there is a header and no row",
    ),
    "a binary file": (
        holding("Occupation Data.txt", b"PK\x03\x04\x00\xff\xfe"),
        r"Occupation Data\.txt, line 1: not a text file",
    ),
    "a value outside its scale": (
        change_line("Job Zones.txt", 3, with_value(1, "6")),
        r"Job Zones\.txt: 1 of 24 rows .* the first is at line 3: job_zone '6' is not a zone",
    ),
    "an orphan code": (
        change_line("Alternate Titles.txt", 5, with_value(0, "99-9999.00")),
        r"Alternate Titles\.txt: .* at line 5: onetsoc_code '99-9999.00' is not in Occupation Data\.txt",
    ),
    "a duplicate key": (
        change_line("Occupation Data.txt", 3, lambda _: ["11-1011.00", "Chief Again", "Twice."]),
        r"Occupation Data\.txt: .* at line 3: same key as line 2",
    ),
    "0.2 % bad rows": (
        with_bad_rows(0.002),
        r"Skills\.txt: 3 of 1680 rows have faults, more than 0\.1%; the first is at line 2",
    ),
    "a truncated zip": (truncated_zip, r"sample\.zip: not a zip file, or cut short"),
    "a damaged zip": (damaged_zip, r"Alternate Titles\.txt: cannot be read: Bad CRC-32"),
    "a zip packed in a way that is not known": (
        zip_of_another_method,
        r"sample\.zip: rejected: 'Skills\.txt' is packed by method 99; stored and deflated can be read",
    ),
    "a zip that escapes": (escaping_zip, r"'\.\./Skills\.txt' points outside the zip"),
    "a folder without a release": (empty_folder, r"no O\*NET release here"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_release_is_refused_and_changes_nothing(engine: Engine, sample: Path, case: str) -> None:
    spoil, message = BROKEN[case]
    load(engine, SAMPLE)
    before = contents(engine)
    with pytest.raises(SkillgapError, match=message):
        load(engine, spoil(sample))
    assert contents(engine) == before
    assert [outcome for _, outcome in runs(engine)] == ["loaded", "failed"]
    with reading(engine) as connection:
        said = connection.scalar(select(tables.LoadRuns.message).order_by(tables.LoadRuns.run_id.desc()))
        current = connection.scalar(select(tables.CurrentRelease.release))
    assert said
    assert current == "sample"


def test_a_share_of_bad_rows_below_the_limit_loads_the_others(engine: Engine, sample: Path) -> None:
    assert load(engine, with_bad_rows(0.0006)(sample), accept_incomplete=True).rows["ratings"] == 1_679


def test_the_limit_can_be_set(engine: Engine, sample: Path) -> None:
    result = load(engine, with_bad_rows(0.01)(sample), accept_incomplete=True, max_rejected=0.05)
    assert result.rows["ratings"] == 1_680 - 17
