"""An incomplete release is refused with what, where and which lines, or loaded where that is accepted."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from skillgap.database.transactions import reading
from skillgap.errors import IncompleteRelease, SourceError
from skillgap.onet import queries, tables
from skillgap.onet.load.complete import faults_of
from skillgap.onet.load.content import checksums
from skillgap.onet.load.find import open_place
from skillgap.onet.load.read import read_release
from skillgap.onet.load.source_files import release_files
from tests.conftest import SAMPLE, database_url, engine_at, load
from tests.occupations.worked_release import write_worked_release
from tests.onet.load.test_load import contents, runs

Lines = list[str]
Change = Callable[[Lines, int], Lines]
"""A file's lines with a change at the line of this index."""

DRAWS = 200
RATED = "29-1141.00"  # Registered Nurses
RATINGS = ("Skills", "Knowledge")
SMALL = (*RATINGS, "Occupation Data", "Scales Reference", "Content Model Reference", "Job Zones")


def rewrite(file: Path, change: Callable[[Lines], Lines]) -> None:
    lines = file.read_bytes().decode().splitlines(keepends=True)
    file.write_bytes("".join(change(lines)).encode())


def faults(folder: Path) -> list[str]:
    """What is incomplete about the release in a folder, also where it cannot be read at all."""
    files = release_files(open_place(folder).folder)
    try:
        rows = read_release(files, checksums(file for _, file in files), max_rejected=0.01, report=lambda *_: None)
    except SourceError as error:
        return [str(error)]
    return faults_of(rows, None)


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    for url in database_url("sqlite", tmp_path):
        yield from engine_at(url)


@pytest.fixture
def real(onet: Path, tmp_path: Path) -> Path:
    """A copy of what is rated in 29.2, which a test may change."""
    folder = tmp_path / "29.2"
    folder.mkdir()
    for name in SMALL:
        shutil.copyfile(onet / f"{name}.txt", folder / f"{name}.txt")
    return folder


def test_our_sample_is_complete() -> None:
    assert faults(SAMPLE) == []


def test_the_published_release_is_complete(onet: Path) -> None:
    assert faults(onet) == []


def test_half_of_a_file_is_refused_and_the_release_before_answers(sqlite: Engine, real: Path) -> None:
    load(sqlite, real)
    before = contents(sqlite)
    skills = (real / "Skills.txt").read_bytes()
    (real / "Skills.txt").write_bytes(skills[: len(skills) // 2])
    with pytest.raises(IncompleteRelease) as refused:
        load(sqlite, real)
    assert contents(sqlite) == before
    assert list(refused.value.faults) == [
        "Skills.txt: the last line has no end, the file may be cut short",
        "Skills.txt, line 30767: scale_id is missing",
        "Skills.txt, lines 30732-30766: 31-2011.00 has no row for 2.B.3.a on scale LV",
        "Skills.txt, lines 30732-30766: 31-2011.00 has no row for 2.B.3.b on scale IM",
        "Skills.txt, lines 30732-30766: 31-2011.00 has no row for 2.B.3.b on scale LV",
        "Skills.txt: 35 ratings on skills are missing in all",
        "Skills.txt: no row for 439 occupations that are rated on knowledge, the first 31-2012.00",
        "Knowledge.txt and Skills.txt: 88,779 rows for ratings, 119,544 in release 29.2",
        "Skills.txt: 440 occupations rated on skills, 879 in release 29.2",
    ]
    assert runs(sqlite) == [("29.2", "loaded"), (None, "failed")]


def test_half_of_a_file_cut_between_two_occupations_is_refused_as_the_first_load_too(real: Path) -> None:
    rewrite(real / "Skills.txt", lambda lines: [line for line in lines if line < "31"] + lines[:1])
    rewrite(real / "Skills.txt", lambda lines: [lines[-1], *lines[:-1]])
    assert faults(real) == ["Skills.txt: no row for 445 occupations that are rated on knowledge, the first 31-1121.00"]


def test_a_file_without_a_scale_is_refused(sample: Path) -> None:
    rewrite(sample / "Skills.txt", lambda lines: [line for line in lines if "\tIM\t" not in line])
    assert faults(sample) == ["Skills.txt: no row of scale IM"]


def test_a_last_line_without_its_end_is_refused(sample: Path) -> None:
    file = sample / "Related Occupations.txt"
    file.write_bytes(file.read_bytes().rstrip(b"\n"))
    assert faults(sample) == ["Related Occupations.txt: the last line has no end, the file may be cut short"]


def test_a_missing_row_is_said_with_the_lines_of_its_occupation(real: Path) -> None:
    row = f"{RATED}\t2.B.1.a\tSocial Perceptiveness\tLV"
    rewrite(real / "Skills.txt", lambda lines: [line for line in lines if not line.startswith(row)])
    (fault,) = faults(real)
    place = re.fullmatch(rf"Skills\.txt, lines (\d+)-(\d+): {RATED} has no row for 2\.B\.1\.a on scale LV", fault)
    assert place
    first, last = int(place[1]), int(place[2])
    lines = (real / "Skills.txt").read_text().splitlines()
    assert lines[first - 1].startswith(RATED)
    assert lines[last - 1].startswith(RATED)
    assert last - first == 68


def test_a_spoiled_row_is_said_with_its_line(real: Path) -> None:
    row = f"{RATED}\t2.B.1.a\tSocial Perceptiveness\tLV\t"
    spoil = re.compile(f"^({re.escape(row)})[^\t]+")
    rewrite(real / "Skills.txt", lambda lines: [spoil.sub(r"\g<1>9.12", line) for line in lines])
    lines = (real / "Skills.txt").read_text().splitlines()
    number = 1 + next(index for index, line in enumerate(lines) if line.startswith(row))
    rejected, missing = faults(real)
    assert rejected == f"Skills.txt, line {number}: data_value '9.12' is outside scale LV (0-7)"
    assert missing.endswith(f"{RATED} has no row for 2.B.1.a on scale LV")


def test_a_fault_in_the_occupations_is_said_as_theirs(real: Path) -> None:
    row = f"{RATED}\tRegistered Nurses\t"
    rewrite(real / "Occupation Data.txt", lambda lines: [line.replace(row, f"{RATED}\t\t") for line in lines])
    first, second, *_ = faults(real)
    assert re.fullmatch(r"Occupation Data\.txt, line \d+: title is missing", first)
    assert re.fullmatch(
        rf"Skills\.txt, line \d+: onetsoc_code '{RATED}' is rejected: Occupation Data\.txt, line \d+: title is missing",
        second,
    )


def test_an_occupation_that_is_missing_is_said_with_the_file_that_lacks_it(real: Path) -> None:
    rewrite(real / "Occupation Data.txt", lambda lines: [line for line in lines if not line.startswith(RATED)])
    assert re.match(rf"Skills\.txt, line \d+: onetsoc_code '{RATED}' is not in Occupation Data\.txt", faults(real)[0])


def test_a_level_that_does_not_say_whether_it_is_relevant_is_refused(real: Path) -> None:
    row = f"{RATED}\t2.B.1.a\tSocial Perceptiveness\tLV\t"
    rewrite(
        real / "Skills.txt",
        lambda lines: [line.replace("\tN\t0", "\tn/a\t0") if line.startswith(row) else line for line in lines],
    )
    (fault,) = faults(real)
    assert re.fullmatch(r"Skills\.txt, line \d+: not_relevant is missing", fault)


def test_only_the_first_faults_are_said_and_how_many_more_there_are(real: Path) -> None:
    rewrite(real / "Skills.txt", lambda lines: [line for line in lines if "\t2.B.1.a\t" not in line or line < "29"])
    said = faults(real)
    assert len(said) == 4
    assert re.fullmatch(r"Skills\.txt: 1,\d{3} ratings on skills are missing in all", said[3])


def dropped(lines: Lines, row: int) -> Lines:
    return lines[:row] + lines[row + 1 :]


def doubled(lines: Lines, row: int) -> Lines:
    return lines[: row + 1] + lines[row:]


def spoiled(lines: Lines, row: int) -> Lines:
    code, element, *others = lines[row].split("\t")
    changed = random.Random(row).choice(
        [
            f"{code}\t{element}",
            "\t".join([code, f"{element}.x", *others]),
            "\t".join([code.replace("-", "_"), element, *others]),
            "\t".join([code, element, others[0], others[1], "high", *others[3:]]),
        ]
    )
    return [*lines[:row], changed.rstrip("\r\n") + "\r\n", *lines[row + 1 :]]


@pytest.mark.parametrize("name", RATINGS)
def test_a_release_with_any_one_rating_dropped_spoiled_or_doubled_is_refused(
    onet: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "29.2"
    write_worked_release(folder)
    for other in SMALL[2:5]:
        shutil.copyfile(onet / f"{other}.txt", folder / f"{other}.txt")
    kept = ("11-1011.00", RATED, "31-1131.00", "53-7065.00")
    for file in RATINGS:
        lines = (onet / f"{file}.txt").read_bytes().decode().splitlines(keepends=True)
        (folder / f"{file}.txt").write_bytes(
            "".join(lines[:1] + [line for line in lines if line[:10] in kept]).encode()
        )
    assert faults(folder) == []
    whole = (folder / f"{name}.txt").read_bytes().decode().splitlines(keepends=True)
    chance = random.Random(29)
    accepted = []
    for _ in range(DRAWS // len(RATINGS)):
        row, change = chance.randrange(1, len(whole)), chance.choice([dropped, doubled, spoiled])
        rewrite(folder / f"{name}.txt", lambda _, row=row, change=change: change(whole, row))
        if not faults(folder):
            accepted.append((change.__name__, whole[row]))
    assert accepted == []


def test_what_is_accepted_is_loaded_and_stored_with_its_faults(engine: Engine, sample: Path) -> None:
    rewrite(sample / "Skills.txt", lambda lines: [line for line in lines if "\tIM\t" not in line])
    result = load(engine, sample, accept_incomplete=True)
    assert (result.outcome, result.faults) == ("loaded", ("Skills.txt: no row of scale IM",))
    with reading(engine) as connection:
        assert connection.scalar(select(tables.LoadRuns.message)) == "incomplete: Skills.txt: no row of scale IM"
    assert load(engine, sample).outcome == "unchanged"


def test_a_release_that_has_lost_much_against_the_current_one_is_refused(sqlite: Engine, real: Path) -> None:
    load(sqlite, real)
    rewrite(real / "Knowledge.txt", lambda lines: [line for line in lines if line < "51"] + lines[:1])
    rewrite(real / "Knowledge.txt", lambda lines: [lines[-1], *lines[:-1]])
    rewrite(real / "Skills.txt", lambda lines: [line for line in lines if line < "51"] + lines[:1])
    rewrite(real / "Skills.txt", lambda lines: [lines[-1], *lines[:-1]])
    (real / "Job Zones.txt").unlink()
    with pytest.raises(IncompleteRelease) as refused:
        load(sqlite, real, release="30.0")
    assert list(refused.value.faults) == [
        "Knowledge.txt and Skills.txt: 98,600 rows for ratings, 119,544 in release 29.2",
        "no file: 0 rows for job_zones, 923 in release 29.2",
        "Knowledge.txt: 725 occupations rated on knowledge, 879 in release 29.2",
        "Skills.txt: 725 occupations rated on skills, 879 in release 29.2",
    ]
    with reading(sqlite) as connection:
        assert [one.release for one in queries.releases(connection)] == ["29.2"]


def test_a_release_that_has_lost_a_little_is_loaded(sqlite: Engine, real: Path) -> None:
    load(sqlite, real)
    for name in RATINGS:
        rewrite(real / f"{name}.txt", lambda lines: [line for line in lines if line[:2] != "39"])
    assert load(sqlite, real).outcome == "loaded"


def test_our_sample_and_a_published_release_are_not_compared(sqlite: Engine, real: Path) -> None:
    load(sqlite, real)
    assert load(sqlite, SAMPLE).outcome == "loaded"
    assert load(sqlite, real, release="30.0").outcome == "loaded"
