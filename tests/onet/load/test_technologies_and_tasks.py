"""Technology Skills and Task Statements: both layouts, what is rejected, and databases that had neither."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select, text

from skillgap.database.transactions import reading
from skillgap.errors import FileNotLoaded, IncompleteRelease, SourceFileError
from skillgap.onet.catalogue import current_catalogue
from skillgap.onet.load.run import LoadResult
from skillgap.onet.records import Technology
from skillgap.onet.tables import LoadedFiles, RejectedRows, Technologies
from tests.conftest import SAMPLE, load
from tests.onet.load.test_load import COUNTS_OF_SAMPLE, contents, counts

TECHNOLOGIES, TASKS = "Technology Skills.txt", "Task Statements.txt"
NURSES = "29-1141.00"
KINDS = {"Medical software": "2.E.2.d", "Word processing software": "2.E.1.a"}
"""Kinds of technology as elements of the content model; the ids are made up."""


def change_cell(file: Path, line: int, column: int, value: str) -> None:
    lines = file.read_text().splitlines()
    cells = lines[line - 1].split("\t")
    cells[column] = value
    lines[line - 1] = "\t".join(cells)
    file.write_text("\n".join(lines) + "\n")


def rename_as_from_30_3(folder: Path, *, as_csv: bool) -> None:
    """Technology Skills become Software Skills, classified by elements; other kinds than KINDS are left out."""
    _, *rows = (folder / TECHNOLOGIES).read_text().splitlines()
    (folder / TECHNOLOGIES).unlink()
    header = ["O*NET-SOC Code", "Workplace Example", "Element ID", "Element Name", "Hot Technology", "In Demand"]
    lines = [header]
    for code, example, _, kind, hot, demanded in (row.split("\t") for row in rows):
        if kind in KINDS:
            lines.append([code, example, KINDS[kind], kind, hot, demanded])
    if as_csv:
        lines = [[line[0], "A title, with a comma" if line[0] != header[0] else "Title", *line[1:]] for line in lines]
    name = "software_skills.csv" if as_csv else "Software Skills.txt"
    with (folder / name).open("w", newline="") as file:
        csv.writer(file, delimiter="," if as_csv else "\t", lineterminator="\r\n").writerows(lines)


def add_kinds(folder: Path) -> None:
    with (folder / "Content Model Reference.txt").open("a") as file:
        file.writelines(f"{element_id}\t{kind}\tA kind of software.\n" for kind, element_id in KINDS.items())


@pytest.mark.parametrize("as_csv", [False, True], ids=["text", "csv"])
def test_software_skills_of_30_3_are_technologies_classified_by_elements(
    engine: Engine, sample: Path, as_csv: bool
) -> None:
    rename_as_from_30_3(sample, as_csv=as_csv)
    add_kinds(sample)
    load(engine, sample)
    catalogue = current_catalogue(engine)
    assert catalogue.technologies_of(NURSES)[:2] == (
        Technology("Electronic patient record software", None, None, "2.E.2.d", hot_technology=True, in_demand=True),
        Technology("Epic Systems", None, None, "2.E.2.d", hot_technology=True, in_demand=True),
    )
    assert catalogue.elements["2.E.2.d"].element_name == "Medical software"
    assert catalogue.elements["2.E.2.d"].domain is None


def test_the_kinds_of_software_need_no_content_model(engine: Engine, sample: Path) -> None:
    rename_as_from_30_3(sample, as_csv=False)
    (sample / "Content Model Reference.txt").unlink()
    load(engine, sample)
    assert current_catalogue(engine).elements["2.E.1.a"].element_name == "Word processing software"


def test_a_kind_that_the_content_model_does_not_have_is_told_with_its_line(engine: Engine, sample: Path) -> None:
    rename_as_from_30_3(sample, as_csv=False)
    with pytest.raises(SourceFileError, match=r"Software Skills\.txt: .* at line 2: element_id '2\.E\.1\.a' is not in"):
        load(engine, sample)


def test_technologies_under_both_names_are_two_releases_in_one_folder(engine: Engine, sample: Path) -> None:
    content = (sample / TECHNOLOGIES).read_bytes()
    rename_as_from_30_3(sample, as_csv=False)
    (sample / TECHNOLOGIES).write_bytes(content)
    with pytest.raises(SourceFileError, match="both 'Technology Skills' and 'Software Skills' are there"):
        load(engine, sample)


@pytest.mark.parametrize(
    ("file", "column", "value", "reason"),
    [
        (TECHNOLOGIES, 0, "99-9999.00", "onetsoc_code '99-9999.00' is not in Occupation Data.txt"),
        (TECHNOLOGIES, 1, "", "example is missing"),
        (TECHNOLOGIES, 1, "x" * 151, f"example '{'x' * 80}' is longer than 150 characters"),
        (TECHNOLOGIES, 2, "4323", "commodity_code '4323' is not a UNSPSC code of 8 digits"),
        (TECHNOLOGIES, 4, "y", "hot_technology 'y' is neither Y nor N"),
        (TECHNOLOGIES, 5, "n/a", "in_demand is missing"),
        (TASKS, 0, "11-1011", "onetsoc_code '11-1011' is not of the form NN-NNNN.NN"),
        (TASKS, 1, "8823.5", "task_id '8823.5' is not a whole number"),
        (TASKS, 2, "n/a", "task is missing"),
        (TASKS, 3, "core", "task_type 'core' is neither Core nor Supplemental"),
        (TASKS, 4, "-1", "incumbents_responding '-1' is not a whole number from 0"),
        (TASKS, 5, "2026", "date_updated '2026' is not a month (MM/YYYY) or a day (YYYY-MM-DD)"),
        (TASKS, 6, "", "domain_source is missing"),
    ],
)
def test_a_bad_row_is_left_out_with_its_line_and_reason(
    engine: Engine, sample: Path, file: str, column: int, value: str, reason: str
) -> None:
    change_cell(sample / file, 5, column, value)
    result = load(engine, sample, accept_incomplete=True, max_rejected=0.05)
    table = "tasks" if file == TASKS else "technologies"
    assert result.rows[table] == COUNTS_OF_SAMPLE[table] - 1
    with reading(engine) as connection:
        rejected = connection.execute(select(RejectedRows.file, RejectedRows.line, RejectedRows.reason)).all()
    assert [tuple(row) for row in rejected] == [(file, 5, reason)]


@pytest.mark.parametrize(("file", "first", "changed"), [(TECHNOLOGIES, 2, 5), (TASKS, 2, 3)])
def test_two_rows_of_one_key_that_differ_are_both_left_out(
    engine: Engine, sample: Path, file: str, first: int, changed: int
) -> None:
    lines = (sample / file).read_text().splitlines()
    lines.append(lines[first - 1])
    (sample / file).write_text("\n".join(lines) + "\n")
    change_cell(sample / file, len(lines), changed, {TECHNOLOGIES: "Y", TASKS: "Supplemental"}[file])
    result = load(engine, sample, accept_incomplete=True, max_rejected=0.05)
    assert {row.reason for row in result.rejected} == {f"rows with the same key differ: lines 2, {len(lines)}"}


def test_a_technology_of_no_stated_kind_is_loaded(engine: Engine, sample: Path) -> None:
    change_cell(sample / TECHNOLOGIES, 2, 2, "n/a")
    change_cell(sample / TECHNOLOGIES, 2, 3, "n/a")
    load(engine, sample)
    first = current_catalogue(engine).technologies_of("11-1011.00")[0]
    assert (first.example, first.commodity_code, first.commodity_title) == ("Board paper software", None, None)


def forget_both(engine: Engine) -> None:
    """Bring a loaded database to where revision 0005 left it."""
    with engine.begin() as connection:
        connection.execute(delete(LoadedFiles).where(LoadedFiles.file.in_([TECHNOLOGIES, TASKS])))
        connection.execute(text("DROP TABLE technologies"))
        connection.execute(text("DROP TABLE tasks"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))


def test_a_database_of_an_earlier_version_serves_on_until_the_same_folder_brings_both_files(engine: Engine) -> None:
    load(engine, SAMPLE)
    whole = contents(engine)
    forget_both(engine)
    earlier = current_catalogue(engine)
    assert earlier.profile(NURSES)
    with pytest.raises(FileNotLoaded, match="was loaded without its file Technology Skills"):
        earlier.technologies_of(NURSES)
    with pytest.raises(FileNotLoaded, match="was loaded without its file Task Statements"):
        earlier.tasks_of(NURSES)
    assert load(engine, SAMPLE).outcome == "loaded"
    assert contents(engine) == whole
    assert load(engine, SAMPLE).outcome == "unchanged"


def lose_half(sample: Path) -> None:
    lines = (sample / TECHNOLOGIES).read_text().splitlines()
    (sample / TECHNOLOGIES).write_text("\n".join(lines[:60]) + "\n")


@pytest.mark.parametrize(
    ("lose", "fault"),
    [
        (lose_half, "Technology Skills.txt: 59 rows for technologies, 113 in release sample"),
        (lambda sample: (sample / TASKS).unlink(), "no file: 0 rows for tasks, 75 in release sample"),
    ],
    ids=["half of the technologies", "no tasks"],
)
def test_a_later_release_that_lost_much_of_them_is_told(
    engine: Engine, sample: Path, lose: Callable[[Path], object], fault: str
) -> None:
    load(engine, SAMPLE)
    lose(sample)
    with pytest.raises(IncompleteRelease) as refused:
        load(engine, sample, release="later")
    assert list(refused.value.faults) == [fault]
    assert counts(engine) == COUNTS_OF_SAMPLE


def test_both_files_are_reported_with_their_rows_and_checksums(engine: Engine) -> None:
    result: LoadResult = load(engine, SAMPLE)
    read = {file.file: (file.rows_read, file.rows_rejected) for file in result.files}
    assert (read[TECHNOLOGIES], read[TASKS]) == ((113, 0), (75, 0))
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Technologies)) == 113
        files = set(connection.scalars(select(LoadedFiles.file)))
    assert {TECHNOLOGIES, TASKS} <= files


def test_equal_technologies_of_29_2_are_one_object(onet_engine: Engine) -> None:
    technologies = current_catalogue(onet_engine).technologies
    held = [technology for own in technologies.values() for technology in own]
    assert len(held) == 32_627
    assert len({id(technology) for technology in held}) == len(set(held)) == 9_171
