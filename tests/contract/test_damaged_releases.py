"""Damaged files of a release: every row is accounted for, or the load says where the damage is."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from skillgap.database.transactions import reading
from skillgap.errors import SkillgapError
from skillgap.onet import tables
from skillgap.onet.load.run import LoadResult
from tests.conftest import SAMPLE, database_url, engine_at, load
from tests.onet.load.test_load import contents

Change = Callable[[bytes], bytes]
Damage = Callable[[Path], object]
"""Damages a file in place."""

FEW, MANY = 15, 40
KEPT_OCCUPATIONS = 12  # of 29.2: its own files, cut to what concerns the first of them
ARABIC_THREE, FULL_WIDTH_THREE, EN_DASH = "\u0663", "\uff13", "\u2013"
NASTY = (
    *("", " ", "n/a", "N/A", "NULL", "nan", "NaN", "inf", "-inf", "1e309", "1e3", "0x10", "1_000"),
    *("-0", "-0.00", "+1", "1,5", " 2.50", "2.50 ", "0002.50", "2.505", "7.01", "8", "9" * 20),
    *(ARABIC_THREE, f"{FULL_WIDTH_THREE}.5", "Y", "y", "LV ", "lv", "2.A.1.a ", "11-1011.00 "),
    *(f"11{EN_DASH}1011.00", "07/2024", "13/2024", "2024-02-30", "0000-00-00", "99/9999", "=1+1"),
    *("'", '"', '""', '"\t"', "\\", "\\N", "\\t", "\x1f", "\x7f", "\x85", "\u200b", "\u2028"),
    *("\ufeff", "\U0001f600", "\u00e9" * 3000, "x" * 300_000),
)
STRAY = (
    *(b"\0", b"\xef\xbb\xbf", b'"', b"'", b"\t", b"\t\t", b"\n", b"\r", b"\r\n", b"\x0b", b"\x0c"),
    *(b"\x1a", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b",", b"\\"),
)
WHOLE = (b"", b"\n", b"\t\t\n", b"\xef\xbb\xbf", b"\r\r\r", b'"')
ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037", "utf-7", "cp1252")


def cut_release(onet: Path, folder: Path) -> Path:
    """The real files with the rows of a few occupations that refer to no other."""
    lines = (onet / "Occupation Data.txt").read_text("utf-8").splitlines()[1 : KEPT_OCCUPATIONS + 1]
    kept = {line[:10] for line in lines}
    folder.mkdir()
    for file in onet.glob("*.txt"):
        header, *rows = file.read_text("utf-8").splitlines(keepends=True)
        if file.name not in FILES:
            continue
        if header.startswith("O*NET-SOC"):
            rows = [row for row in rows if set(re.findall(r"\b\d\d-\d{4}\.\d\d\b", row)) <= kept]
            rows = [row for row in rows if row[:10] in kept]
        (folder / file.name).write_text(header + "".join(rows), "utf-8", newline="")
    return folder


FILES = (  # what each of these holds is checked
    "Occupation Data.txt",
    "Scales Reference.txt",
    "Skills.txt",
    "Content Model Reference.txt",
    "Level Scale Anchors.txt",
    "Alternate Titles.txt",
    "Sample of Reported Titles.txt",
    "Technology Skills.txt",
    "Task Statements.txt",
    "Related Occupations.txt",
    "Job Zones.txt",
)


PARENTS = FILES[:2] + FILES[3:4]  # whose ids the rows of others refer to

# What is wrong with a file as a whole; every other fault has a line.
OF_THE_WHOLE_FILE = re.compile(
    r"the file is empty|there is a header and no row|is missing \(there: |cannot be read: "
    r"|no O\*NET release here|not a zip file, or cut short|two releases in one folder"
    r"|which release is this|is incomplete: |rejected: "
)


@pytest.fixture(scope="module", params=["sample", "29.2"])
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that loads without a rejected row."""
    if request.param == "sample":
        return SAMPLE
    onet = request.getfixturevalue("onet")
    return cut_release(onet, tmp_path_factory.mktemp("real") / "29.2")


def shared_engine(backend: str, folder: Path) -> Iterator[Engine]:
    """A database that all examples share, with our sample in it."""
    for url in database_url(backend, folder):
        for engine in engine_at(url):
            load(engine, SAMPLE)
            yield engine


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from shared_engine("sqlite", tmp_path_factory.mktemp("damaged"))


@pytest.fixture(scope="module")
def mysql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    yield from shared_engine("mysql", tmp_path_factory.mktemp("damaged"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("copies")


def rewriting(change: Change, name: str) -> Damage:
    def damage(release: Path) -> None:
        file = release / name
        file.write_bytes(change(file.read_bytes()))

    return damage


def with_lines(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    return lambda content: b"".join(change(content.splitlines(keepends=True)))


def with_header(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    def changed(content: bytes) -> bytes:
        header, end, rows = content.partition(b"\n")
        return b"\t".join(change(header.split(b"\t"))) + end + rows

    return changed


def with_fields(change: Callable[[list[bytes]], list[bytes]]) -> Change:
    """The same change in every line: columns in another order, missing or there twice."""

    def changed(line: bytes) -> bytes:
        return b"\t".join(change(line.strip(b"\r\n").split(b"\t"))) + b"\n"

    return with_lines(lambda lines: [changed(line) for line in lines])


def place(items: Sequence[object], share: float) -> int:
    return min(int(share * len(items)), max(len(items) - 1, 0))


def swapped(items: list[bytes], first: float, second: float) -> list[bytes]:
    i, j = sorted((place(items, first), place(items, second)))
    return [*items[:i], *items[j : j + 1], *items[i + 1 : j], *items[i : i + 1], *items[j + 1 :]]


def without(items: list[bytes], share: float) -> list[bytes]:
    return [*items[: place(items, share)], *items[place(items, share) + 1 :]]


def twice(items: list[bytes], share: float) -> list[bytes]:
    return [*items[: place(items, share) + 1], *items[place(items, share) :]]


def with_byte(where: float, byte: int) -> Change:
    return lambda content: content[: place(content, where)] + bytes([byte]) + content[place(content, where) + 1 :]


def cut_off(where: float) -> Change:
    return lambda content: content[: place(content, where)]


def with_stray(where: float, stray: bytes) -> Change:
    return lambda content: content[: place(content, where)] + stray + content[place(content, where) :]


def in_encoding(name: str) -> Change:
    return lambda content: content.decode(errors="replace").encode(name, "replace")


def nothing_but(content: bytes) -> Change:
    return lambda _: content


SHARE = st.floats(0, 1, exclude_max=True)
ITEMS = st.one_of(
    st.builds(lambda a, b: lambda items: swapped(items, a, b), SHARE, SHARE),
    st.builds(lambda a: lambda items: without(items, a), SHARE),
    st.builds(lambda a: lambda items: twice(items, a), SHARE),
)
CONTENTS = st.one_of(
    st.builds(with_byte, SHARE, st.integers(0, 255)),
    st.builds(cut_off, SHARE),
    st.builds(with_stray, SHARE, st.sampled_from(STRAY)),
    ITEMS.map(with_lines),
    ITEMS.map(with_header),
    ITEMS.map(with_fields),
    st.sampled_from(ENCODINGS).map(in_encoding),
    (st.sampled_from(WHOLE) | st.binary(max_size=200)).map(nothing_but),
)
DAMAGES = st.builds(rewriting, CONTENTS, st.sampled_from(FILES))


def damaged_copy(release: Path, folder: Path, damages: list[Damage]) -> Path:
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(release, copy)
    for damage in damages:
        damage(copy)
    return copy


def check_accounts(engine: Engine, result: LoadResult, path: Path) -> None:
    """Every line that is not blank was read, and is in a table or in ``rejected_rows``."""
    with reading(engine) as connection:
        run = select(func.max(tables.LoadRuns.run_id)).scalar_subquery()
        rejected = connection.execute(
            select(tables.RejectedRows.file, func.count().label("rows"))
            .where(tables.RejectedRows.run_id == run)
            .group_by(tables.RejectedRows.file)
        )
        left_out = {row.file: row.rows for row in rejected}
    for report in result.files:
        assert report.rows_rejected == left_out.get(report.file, 0)
        if path.is_dir():
            content = (path / report.file).read_bytes().removeprefix(b"\xef\xbb\xbf")
            lines = re.split(rb"\r\n|\r|\n", content)[1:]
            assert report.rows_read == sum(bool(line.strip(b"\t")) for line in lines)
    in_tables = {
        "occupations": ["Occupation Data.txt"],
        "scales": ["Scales Reference.txt"],
        "ratings": ["Skills.txt", "Knowledge.txt"],
        "level_anchors": ["Level Scale Anchors.txt"],
        "job_titles": ["Alternate Titles.txt"],
        "reported_titles": ["Sample of Reported Titles.txt"],
        "technologies": ["Technology Skills.txt"],
        "tasks": ["Task Statements.txt"],
        "related_occupations": ["Related Occupations.txt"],
        "job_zones": ["Job Zones.txt"],
    }
    loaded = {report.file: report.rows_loaded for report in result.files}
    for table, files in in_tables.items():
        assert result.rows[table] == sum(loaded.get(file, 0) for file in files), table


def tried(engine: Engine, path: Path, max_rejected: float, *, accept: bool) -> LoadResult | SkillgapError:
    """The result of a load, or the error that it raised; any other error fails the test."""
    options = {"release": "damaged", "max_rejected": max_rejected, "accept_incomplete": accept}
    try:
        return load(engine, path, again=True, **options)
    except SkillgapError as error:
        return error


def check_load(engine: Engine, path: Path, max_rejected: float, *, accept: bool) -> None:
    before = contents(engine)
    result = tried(engine, path, max_rejected, accept=accept)
    if isinstance(result, LoadResult):
        check_accounts(engine, result, path)
        assert accept or not result.rejected
        return
    text = str(result)
    assert any(name in text for name in (*FILES, "Read Me.txt", path.name)), text
    assert OF_THE_WHOLE_FILE.search(text) or re.search(r"line \d+: ", text), text
    assert contents(engine) == before


SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@given(
    damages=st.lists(DAMAGES, min_size=1, max_size=2), max_rejected=st.sampled_from([0.001, 1]), accept=st.booleans()
)
@settings(max_examples=MANY, suppress_health_check=SHARED)
def test_damaged_files_are_accounted_for_or_refused(
    sqlite: Engine, release: Path, folder: Path, damages: list[Damage], max_rejected: float, accept: bool
) -> None:
    check_load(sqlite, damaged_copy(release, folder, damages), max_rejected, accept=accept)


@given(
    damages=st.lists(DAMAGES, min_size=1, max_size=2), max_rejected=st.sampled_from([0.001, 1]), accept=st.booleans()
)
@settings(max_examples=FEW, suppress_health_check=SHARED)
def test_damaged_files_are_accounted_for_or_refused_on_mysql(
    mysql: Engine, folder: Path, damages: list[Damage], max_rejected: float, accept: bool
) -> None:
    check_load(mysql, damaged_copy(SAMPLE, folder, damages), max_rejected, accept=accept)


@given(
    name=st.sampled_from([name for name in FILES if name not in PARENTS]),
    line=SHARE,
    field=SHARE,
    text=st.sampled_from(NASTY) | st.text(st.characters(exclude_characters="\r\n"), max_size=8),
)
@settings(max_examples=MANY, suppress_health_check=SHARED)
def test_a_damaged_field_is_told_with_its_line_or_loaded(
    sqlite: Engine, release: Path, folder: Path, name: str, line: float, field: float, text: str
) -> None:
    copy = damaged_copy(release, folder, [])
    lines = re.split(r"(?<=\n)", (copy / name).read_bytes().decode())[:-1]
    number = 1 + place(lines[1:], line)
    fields = lines[number].rstrip("\r\n").split("\t")
    fields[place(fields, field)] = text
    lines[number] = "\t".join(fields) + "\n"
    (copy / name).write_bytes("".join(lines).encode("utf-8", "surrogatepass"))
    before = contents(sqlite)
    result = tried(sqlite, copy, 0, accept=True)
    if isinstance(result, LoadResult):
        check_accounts(sqlite, result, copy)
        return
    # A key that is changed into another one leaves the later of the two out.
    same_key = re.search(r"line (\d+): same key as line (\d+)", str(result))
    told = same_key.groups() if same_key else re.findall(r"line (\d+)", str(result))
    assert str(number + 1) in told, str(result)
    assert name in str(result)
    assert contents(sqlite) == before


@given(
    where=SHARE,
    byte=st.integers(0, 255),
    cut=st.booleans(),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
@settings(max_examples=MANY, suppress_health_check=SHARED)
def test_a_damaged_zip_is_refused_or_loads_what_was_in_it(
    sqlite: Engine, release: Path, folder: Path, where: float, byte: int, cut: bool, method: int
) -> None:
    archive = folder / "damaged-29.2.zip"
    with zipfile.ZipFile(archive, "w", method) as writing:
        for file in sorted(release.iterdir()):
            writing.write(file, file.name)
    content = bytearray(archive.read_bytes())
    if cut:
        del content[place(content, where) :]
    else:
        content[place(content, where)] = byte
    archive.write_bytes(content)
    check_load(sqlite, archive, max_rejected=0, accept=True)
