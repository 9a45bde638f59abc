"""The load on SQLite and on a real MySQL: what is in the tables afterwards, whatever happens."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Engine, func, select

from skillgap.database.base import Base
from skillgap.database.transactions import reading
from skillgap.onet import queries, tables
from skillgap.onet.tables import RELEASE_TABLES
from tests.conftest import SAMPLE, database_url, engine_at, load

COUNTS_OF_29_2 = {
    "occupations": 1_016,
    "elements": 627,
    "scales": 29,
    "ratings": 61_530 + 58_014,
    "level_anchors": 483,
    "job_titles": 56_560,
    "reported_titles": 7_796,
    "technologies": 32_627,
    "tasks": 18_796,
    "related_occupations": 18_460,
    "job_zones": 923,
    "code_crosswalk": 0,
}
COUNTS_OF_SAMPLE = {
    "occupations": 26,
    "elements": 35,
    "scales": 2,
    "ratings": 1_680,
    "level_anchors": 105,
    "job_titles": 94,
    "reported_titles": 32,
    "technologies": 113,
    "tasks": 75,
    "related_occupations": 87,
    "job_zones": 24,
    "code_crosswalk": 0,
}


def contents(engine: Engine, release: str | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of releases, in the order of the key."""
    with reading(engine) as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(
                    select(table).order_by(*table.primary_key)
                    if release is None
                    else select(table).where(table.c.release == release).order_by(*table.primary_key)
                )
            ]
            for table in RELEASE_TABLES
        }


def counts(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in RELEASE_TABLES}


def runs(engine: Engine) -> list[tuple[str | None, str]]:
    with reading(engine) as connection:
        run = tables.LoadRuns
        query = select(run.release, run.outcome).order_by(run.run_id)
        return [(row.release, row.outcome) for row in connection.execute(query)]


def test_every_row_of_29_2_is_loaded_and_none_rejected(onet_engine: Engine) -> None:
    assert counts(onet_engine) == COUNTS_OF_29_2
    with reading(onet_engine) as connection:
        rating, element = tables.Ratings, tables.Elements
        by_domain = connection.execute(
            select(element.domain, func.count())
            .join(rating, (rating.element_id == element.element_id))
            .where(rating.release == element.release)
            .group_by(element.domain)
            .order_by(element.domain)
        )
        assert [tuple(row) for row in by_domain] == [("knowledge", 58_014), ("skills", 61_530)]
        assert connection.scalar(select(func.count()).select_from(tables.RejectedRows)) == 0


def test_published_figures_arrive_exactly(onet_engine: Engine) -> None:
    with reading(onet_engine) as connection:
        elements = {one.element_id: one for one in queries.elements(connection, "29.2")}
        profiles = queries.profiles(connection, "29.2", elements)
    reading_comprehension = profiles["skills"]["11-1011.00"]["2.A.1.a"]
    assert reading_comprehension.element_name == "Reading Comprehension"
    level, importance = reading_comprehension.level, reading_comprehension.importance
    assert (level.data_value, level.standard_error, level.lower_ci_bound, level.upper_ci_bound) == (
        Decimal("4.62"), Decimal("0.1830"), Decimal("4.2664"), Decimal("4.9836")
    )  # fmt: skip
    assert (level.n, level.recommend_suppress, level.not_relevant) == (8, False, False)
    assert importance is not None
    assert (importance.data_value, importance.not_relevant) == (Decimal("4.12"), None)
    assert str(level.date_updated) == "2023-08-01"


def test_the_release_says_where_it_came_from(onet_engine: Engine, onet: Path) -> None:
    with reading(onet_engine) as connection:
        (info,) = queries.releases(connection)
    assert (info.release, str(info.released), info.illustrative, info.current) == (
        "29.2", "2025-02-01", False, True
    )  # fmt: skip
    assert info.source == str(onet)


def test_loading_twice_equals_loading_once(engine: Engine) -> None:
    assert load(engine, SAMPLE).outcome == "loaded"
    before = contents(engine)
    assert counts(engine) == COUNTS_OF_SAMPLE
    assert load(engine, SAMPLE).outcome == "unchanged"
    assert contents(engine) == before
    assert load(engine, SAMPLE, again=True).outcome == "loaded"
    assert contents(engine) == before
    assert runs(engine) == [("sample", "loaded"), ("sample", "unchanged"), ("sample", "loaded")]


def test_releases_stand_side_by_side_and_the_last_one_loaded_is_current(engine: Engine, sample: Path) -> None:
    load(engine, SAMPLE)
    first = contents(engine, "sample")
    load(engine, sample, release="99.1")
    assert contents(engine, "sample") == first
    assert counts(engine) == {name: 2 * rows for name, rows in COUNTS_OF_SAMPLE.items()}
    with reading(engine) as connection:
        found = [(one.release, one.current) for one in queries.releases(connection)]
    assert found == [("99.1", True), ("sample", False)]


def test_a_release_that_lost_rows_loses_them_in_the_tables_too(engine: Engine, sample: Path) -> None:
    load(engine, sample)
    (sample / "Job Zones.txt").unlink()
    load(engine, sample, accept_incomplete=True)
    assert counts(engine) == COUNTS_OF_SAMPLE | {"job_zones": 0}


def test_a_load_ends_with_a_report_of_every_file(engine: Engine) -> None:
    result = load(engine, SAMPLE)
    assert result.rows == COUNTS_OF_SAMPLE
    skills = next(file for file in result.files if file.file == "Skills.txt")
    assert (skills.rows_read, skills.rows_loaded, skills.rows_rejected) == (1680, 1680, 0)
    with reading(engine) as connection:
        kept = connection.execute(select(tables.LoadedFiles)).all()
    assert {row.file: row.sha256 for row in kept} == {file.file: file.sha256 for file in result.files}


def test_a_bad_row_is_kept_aside_with_its_reason(engine: Engine, sample: Path) -> None:
    skills = sample / "Skills.txt"
    lines = skills.read_text().splitlines()
    fields = lines[40].split("\t")
    lines[40] = "\t".join([*fields[:4], "9.99", *fields[5:]])
    skills.write_text("\n".join(lines) + "\n")
    result = load(engine, sample, accept_incomplete=True)
    assert result.rows["ratings"] == 1_679
    with reading(engine) as connection:
        (row,) = connection.execute(select(tables.RejectedRows)).all()
    assert (row.file, row.line) == ("Skills.txt", 41)
    scale = f"{fields[3]} ({'0-7' if fields[3] == 'LV' else '1-5'})"
    assert row.reason == f"data_value '9.99' is outside scale {scale}"
    assert row.content.startswith(f"{fields[0]}\t{fields[1]}\t")


def test_a_bad_row_of_any_length_is_kept_aside_with_its_beginning(engine: Engine, sample: Path) -> None:
    skills = sample / "Skills.txt"
    lines = skills.read_text().splitlines()
    lines[40] = lines[40].replace("\t", "\t" + "\u00e9" * 100_000, 1)
    skills.write_text("\n".join(lines) + "\n")
    assert load(engine, sample, accept_incomplete=True).rows["ratings"] == 1_679
    with reading(engine) as connection:
        (row,) = connection.execute(select(tables.RejectedRows)).all()
    assert (row.file, row.line) == ("Skills.txt", 41)
    assert row.reason.endswith("is longer than 20 characters")
    assert row.content.startswith(lines[40][:9_999])
    assert re.search(r"\u00e9 \.\.\. \(100,\d{3} characters\)$", row.content)


def split_skills(source: Path, folder: Path, *, csv: bool) -> Path:
    """The release with its skills in the two files of 30.3, as text or as CSV."""
    shutil.copytree(source, folder)
    text = {"sep": "\t", "dtype": str, "keep_default_na": False, "quoting": 3}
    skills = pd.read_csv(folder / "Skills.txt", **text)
    (folder / "Skills.txt").unlink()
    basic = skills["Element ID"].str.startswith("2.A.")
    for name, rows in {"Essential Skills": skills[basic], "Transferable Skills": skills[~basic]}.items():
        if csv:
            plain = rows.replace("n/a", "")
            plain.insert(1, "Title", "A title, with a comma")
            plain.insert(5, "Scale Name", "")
            file = folder / f"{name.lower().replace(' ', '_')}.csv"
            plain.to_csv(file, index=False, lineterminator="\r\n")
        else:
            rows.to_csv(folder / f"{name}.txt", sep="\t", index=False, lineterminator="\r\n")
    if csv:
        occupations = pd.read_csv(folder / "Occupation Data.txt", **text)
        occupations.to_csv(folder / "occupation_data.csv", index=False)
        (folder / "Occupation Data.txt").unlink()
    return folder


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    for url in database_url("sqlite", tmp_path):
        yield from engine_at(url)


@pytest.mark.parametrize("csv", [False, True], ids=["text", "csv"])
def test_the_layout_of_30_3_loads_to_the_same_ratings(sqlite: Engine, onet: Path, tmp_path: Path, csv: bool) -> None:
    wanted = ("Occupation Data.txt", "Scales Reference.txt", "Skills.txt", "Content Model Reference.txt")
    small = tmp_path / "29.2"
    small.mkdir()
    for name in wanted:
        shutil.copy(onet / name, small)
    load(sqlite, small)
    load(sqlite, split_skills(small, tmp_path / "30.3", csv=csv), release="30.3")
    old, new = contents(sqlite, "29.2"), contents(sqlite, "30.3")
    assert len(old["ratings"]) == 61_530
    for name in ("occupations", "elements", "scales", "ratings"):
        assert [row[1:] for row in new[name]] == [row[1:] for row in old[name]]


def test_short_names_and_no_reference_files_are_enough(sqlite: Engine, sample: Path) -> None:
    (sample / "Occupation Data.txt").rename(sample / "Occupation.txt")
    (sample / "Scales Reference.txt").rename(sample / "Scales.txt")
    for name in (
        "Content Model Reference",
        "Alternate Titles",
        "Sample of Reported Titles",
        "Technology Skills",
        "Task Statements",
        "Related Occupations",
        "Job Zones",
    ):
        (sample / f"{name}.txt").unlink()
    load(sqlite, sample)
    assert counts(sqlite) == COUNTS_OF_SAMPLE | {
        "job_titles": 0, "reported_titles": 0, "technologies": 0, "tasks": 0, "related_occupations": 0, "job_zones": 0
    }  # fmt: skip
    with reading(sqlite) as connection:
        first = queries.elements(connection, "sample")[0]
    assert (first.element_id, first.element_name, first.description, first.domain) == (
        "2.A.1.a", "Reading Comprehension", None, "skills"
    )  # fmt: skip


def test_a_newly_switched_layout_is_still_the_same_release(sqlite: Engine, tmp_path: Path) -> None:
    load(sqlite, SAMPLE)
    before = contents(sqlite)
    load(sqlite, split_skills(SAMPLE, tmp_path / "split", csv=False))
    assert contents(sqlite) == before


def test_every_table_of_a_release_names_its_release() -> None:
    others = {"load_runs", "loaded_files", "rejected_rows", "releases", "current_release"}
    others |= {"supplements", "supplemental_ratings"}  # of the service's release
    others |= {"rescoring_calls", "rescored_levels"}  # outlast the release they were asked of
    others |= {"calibrations", "calibration_lines", "calibration_samples"}
    assert {table.name for table in RELEASE_TABLES} == set(Base.metadata.tables) - others
