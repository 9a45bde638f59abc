"""The schema on both databases: migrations and tables agree, and a bad row is impossible."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError

from skillgap.database.base import Base
from skillgap.database.transactions import writing
from skillgap.migrations import alembic_config, migrate
from tests.conftest import SAMPLE, load

RATING = {
    "release": "sample",
    "onetsoc_code": "55-1016.00",
    "element_id": "2.A.1.a",
    "scale_id": "LV",
    "data_value": 3,
    "recommend_suppress": "N",
    "not_relevant": "N",
    "date_updated": "2026-11-01",
    "domain_source": "Illustrative",
}


TECHNOLOGY = {"onetsoc_code": "55-1016.00", "example": "x", "hot_technology": "Y", "in_demand": "N"}
TASK = {
    "task_id": 999,
    "onetsoc_code": "55-1016.00",
    "position": 1,
    "task": "x",
    "date_updated": "2026-11-01",
    "domain_source": "x",
}


def put(engine: Engine, table: str, row: dict[str, Any]) -> None:
    columns = ", ".join(f"`{name}`" for name in row)
    marks = ", ".join(f":{name}" for name in row)
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), row)


def test_migrations_and_tables_agree(blank_engine: Engine) -> None:
    migrate(blank_engine)
    migrate(blank_engine)
    with writing(blank_engine) as connection:
        command.check(alembic_config(connection))  # raises where they differ
    assert set(inspect(blank_engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_the_same_checks_are_in_the_database_and_in_the_tables(engine: Engine) -> None:
    migrate(engine)
    found = {
        (table, check["name"])
        for table in Base.metadata.tables
        for check in inspect(engine).get_check_constraints(table)
    }
    declared = {
        (table.name, str(constraint.name))
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.__class__.__name__ == "CheckConstraint"
    }
    assert found == declared


def test_a_good_rating_is_taken(engine: Engine) -> None:
    load(engine, SAMPLE)
    put(engine, "ratings", RATING)


@pytest.mark.parametrize(
    "fault",
    [
        {"data_value": 7.01},
        {"data_value": -0.01},
        {"scale_id": "IM", "data_value": 0.99},
        {"scale_id": "IM", "data_value": 5.01},
        {"recommend_suppress": "n"},
        {"not_relevant": "X"},
        {"standard_error": -0.1},
        {"onetsoc_code": "99-9999.00"},
        {"element_id": "2.Z"},
        {"element_id": "2.a.1.A"},
        {"scale_id": "ZZ"},
        {"scale_id": "lv"},
        {"release": "30.3"},
        {"data_value": None},
        {"date_updated": None},
        {"onetsoc_code": "11-1011.00"},
    ],
    ids=str,
)
def test_a_bad_rating_is_impossible(engine: Engine, fault: dict[str, Any]) -> None:
    load(engine, SAMPLE)
    with pytest.raises((IntegrityError, OperationalError)):
        put(engine, "ratings", RATING | fault)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("occupations", {"onetsoc_code": "15-1252", "title": "T", "description": "D"}),
        ("scales", {"scale_id": "X", "scale_name": "X", "minimum": 5, "maximum": 5}),
        ("elements", {"element_id": "9", "element_name": "X", "domain": "magic"}),
        (
            "job_zones",
            {"onetsoc_code": "55-1016.00", "job_zone": 6, "date_updated": "2026-11-01", "domain_source": "x"},
        ),
        ("level_anchors", {"element_id": "9", "scale_id": "LV", "anchor_value": 1, "anchor_description": "x"}),
        ("code_crosswalk", {"onetsoc_2010_code": "15-1132", "onetsoc_code": "55-1016.00", "onetsoc_2010_title": "x"}),
        (
            "code_crosswalk",
            {"onetsoc_2010_code": "15-1132.00", "onetsoc_code": "99-9999.00", "onetsoc_2010_title": "x"},
        ),
        ("job_titles", {"onetsoc_code": "99-9999.00", "position": 1, "job_title": "x"}),
        ("reported_titles", {"onetsoc_code": "99-9999.00", "reported_job_title": "x", "shown_in_my_next_move": "Y"}),
        ("reported_titles", {"onetsoc_code": "55-1016.00", "reported_job_title": "x", "shown_in_my_next_move": "X"}),
        ("technologies", TECHNOLOGY | {"onetsoc_code": "99-9999.00"}),
        ("technologies", TECHNOLOGY | {"commodity_code": "4323"}),
        ("technologies", TECHNOLOGY | {"element_id": "2.E.9"}),
        ("technologies", TECHNOLOGY | {"hot_technology": "X"}),
        ("technologies", TECHNOLOGY | {"in_demand": "y"}),
        ("technologies", TECHNOLOGY | {"in_demand": None}),
        ("tasks", TASK | {"onetsoc_code": "99-9999.00"}),
        ("tasks", TASK | {"task_id": 1}),
        ("tasks", TASK | {"task_type": "core"}),
        ("tasks", TASK | {"incumbents_responding": -1}),
        (
            "related_occupations",
            {
                "onetsoc_code": "55-1016.00",
                "related_onetsoc_code": "99-9999.00",
                "relatedness_tier": "x",
                "related_index": 1,
            },
        ),
    ],
)
def test_other_bad_rows_are_impossible(engine: Engine, table: str, row: dict[str, Any]) -> None:
    load(engine, SAMPLE)
    with pytest.raises((IntegrityError, OperationalError)):
        put(engine, table, {"release": "sample"} | row)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("current_release", {"only_row": 2, "release": "sample"}),
        ("load_runs", {"run_id": 9, "started_at": "2026-11-21 00:00:00", "outcome": "fine"}),
        (
            "loaded_files",
            {"run_id": 1, "file": "x", "sha256": "0" * 64, "rows_read": 2, "rows_loaded": 1, "rows_rejected": 0},
        ),
    ],
)
def test_bad_rows_of_the_books_are_impossible(engine: Engine, table: str, row: dict[str, Any]) -> None:
    load(engine, SAMPLE)
    with pytest.raises((IntegrityError, OperationalError)):
        put(engine, table, row)


@pytest.mark.parametrize(("table", "row"), [("technologies", TECHNOLOGY), ("tasks", TASK)])
def test_a_good_technology_and_a_good_task_are_taken(engine: Engine, table: str, row: dict[str, Any]) -> None:
    load(engine, SAMPLE)
    put(engine, table, {"release": "sample"} | row)


def test_a_release_that_is_current_cannot_be_deleted(engine: Engine) -> None:
    load(engine, SAMPLE)
    with pytest.raises((IntegrityError, OperationalError)), engine.begin() as connection:
        connection.execute(text("DELETE FROM releases"))


def test_texts_compare_exactly(engine: Engine) -> None:
    load(engine, SAMPLE)
    for code in ("a", "A", "\u00e4"):
        scale = {"release": "sample", "scale_id": code, "scale_name": "x", "minimum": 0}
        put(engine, "scales", scale | {"maximum": 1})
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT scale_id FROM scales WHERE scale_id = 'a'"))
        assert found.all() == ["a"]
