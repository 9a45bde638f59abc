"""``format=csv``: the same values as in JSON, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from skillgap.http.csv_response import cells, columns, csv_answer, csv_text

TABLES = [
    (
        "/skill-gap?from=31-1131&to=29-1141&explain=anchors",
        "skill_gaps",
        "skill-gap_31-1131.00_29-1141.00_skills_{release}",
    ),
    ("/occupations?q=nurse&limit=7", "occupations", "occupations_{release}"),
    ("/occupations/29-1141/ratings?domain=all", "ratings", "ratings_29-1141.00_all_{release}"),
    ("/occupations/29-1141/technologies?limit=9", "technologies", "technologies_29-1141.00_{release}"),
    ("/occupations/29-1141/tasks", "tasks", "tasks_29-1141.00_{release}"),
    ("/occupations/29-1141/moves?limit=9", "moves", "moves_from_29-1141.00_{release}"),
    ("/occupations/29-1141/openers", "openers", "openers_29-1141.00_{release}"),
    ("/elements", "elements", "elements_all_{release}"),
    ("/scales", "scales", "scales_{release}"),
    ("/releases", "releases", "releases"),
]


def flat(row: dict[str, Any], before: str = "") -> dict[str, str]:
    """A JSON object as a line of CSV, worked out here by itself."""
    found: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{key}_")
        elif value is None or isinstance(value, str):
            found[f"{before}{key}"] = value or ""
        else:
            found[f"{before}{key}"] = json.dumps(value, ensure_ascii=False)
    return found


@pytest.mark.parametrize(("path", "name", "file"), TABLES, ids=[one[1] for one in TABLES])
def test_a_table_says_what_the_json_says(
    release_client: TestClient, release: str, path: str, name: str, file: str
) -> None:
    rows = release_client.get(path).json()[name]
    response = release_client.get(f"{path}{'&' if '?' in path else '?'}format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{file.format(release=release)}.csv"'
    table = list(csv.DictReader(StringIO(response.content.decode(), newline="")))
    assert len(table) == len(rows) > 0
    for line, row in zip(table, rows, strict=True):
        told = {key: value for key, value in flat(row).items() if value or key in line}
        assert line.items() >= told.items()
        assert line["release"]


def test_a_table_has_its_header_when_there_is_no_line(release_client: TestClient) -> None:
    nothing = release_client.get("/skill-gap?from=29-1141&to=29-1141&format=csv").text
    something = release_client.get("/skill-gap?from=31-1131&to=29-1141&format=csv").text
    assert nothing == something[: something.index("\r\n") + 2]


def test_every_list_that_was_asked_for_is_in_the_table(release_client: TestClient) -> None:
    text = release_client.get("/skill-gap?from=29-1141&to=31-1131&format=csv&include=all").text
    statuses = [row["status"] for row in csv.DictReader(StringIO(text, newline=""))]
    assert len(statuses) == 35
    assert {*statuses} == {"met", "surplus"}


def test_a_table_and_the_json_are_confirmed_each_by_its_own_etag(sample_client: TestClient) -> None:
    as_json, as_csv = sample_client.get("/scales"), sample_client.get("/scales?format=csv")
    assert as_json.headers["etag"] != as_csv.headers["etag"]
    ready = sample_client.get("/scales?format=csv")
    assert ready.headers["content-disposition"] == as_csv.headers["content-disposition"]
    assert ready.content == as_csv.content


@pytest.mark.parametrize("path", [one[0] for one in TABLES])
def test_a_format_there_is_not_is_a_fault(sample_client: TestClient, path: str) -> None:
    response = sample_client.get(f"{path}{'&' if '?' in path else '?'}format=xml")
    assert response.status_code == 400
    assert [one["parameter"] for one in response.json()["errors"]] == ["format"]


class Inner(BaseModel):
    one: int
    two: str | None


class Row(BaseModel):
    code: str = Field(serialization_alias="from")
    inner: Inner | None
    flags: list[int]
    sure: bool


def test_a_row_is_flat_also_where_a_part_is_absent() -> None:
    assert columns(Row) == ["from", "inner_one", "inner_two", "flags", "sure"]
    whole = Row(code="x", inner=Inner(one=1, two=None), flags=[1, 2], sure=True)
    assert cells(whole) == ["x", 1, None, [1, 2], True]
    part = Row(code="x", inner=None, flags=[], sure=False)
    assert csv_text([cells(whole), cells(part)]) == 'x,1,,"[1, 2]",true\r\nx,,,[],false\r\n'


def test_a_file_name_holds_nothing_but_plain_letters() -> None:
    answer = csv_answer([], Inner, names=("a\r\nb", None, '../"c'))
    assert answer.headers["content-disposition"] == 'attachment; filename="a-b_..-c.csv"'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_begins_like_a_formula_is_marked_and_a_number_is_not(start: str) -> None:
    (row,) = csv.reader(StringIO(csv_text([[f"{start}1+1", -0.5, "a=b"]]), newline=""))
    assert row == [f"'{start}1+1", "-0.5", "a=b"]


@given(rows=st.lists(st.lists(st.text(), min_size=2, max_size=3)))
def test_any_text_comes_back_as_it_was_but_for_the_mark(rows: list[list[str]]) -> None:
    read = list(csv.reader(StringIO(csv_text(rows), newline="")))
    unmarked = [
        [text.removeprefix("'") if text[1:] == own else text for text, own in zip(*both, strict=True)]
        for both in zip(read, rows, strict=True)
    ]
    assert unmarked == rows
