"""The plan for a team by HTTP, as a browser without scripts goes through it."""

from __future__ import annotations

import csv
import html
import io
import json
import logging
import re
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from httpx import Response

EVERYDAY = Path(__file__).parents[1] / "onet" / "everyday_titles.csv"
TARGETS = ("Registered nurse", "Accountant", "Electrician", "HR manager", "Office manager", "Truck driver")
TWO = "name,title,target\nAnn,Nursing assistants,Registered nurses\nBen,Zorblax,Registered nurses\n"


def everyday_people() -> str:
    """300 people with everyday titles: 200 different ones, some of them twice; six targets."""
    titles = [row["title"] for row in csv.DictReader(EVERYDAY.read_text().splitlines())]
    rows = [
        (f"P{i:03}", f"Person {i}", (titles * 2)[i], "" if i == 77 else TARGETS[i % len(TARGETS)]) for i in range(300)
    ]
    text = io.StringIO()
    csv.writer(text).writerows([("id", "name", "present title", "target title"), *rows])
    return text.getvalue()


def post(client: TestClient, step: str = "review", *, file: str | bytes | None = None, **fields: str) -> Response:
    """The response to the form of a page; a file is uploaded as a browser does."""
    parts: dict[str, Any] = {name: (None, value) for name, value in {"step": step, **fields}.items()}
    if file is not None:
        parts["file"] = ("people.csv", file, "text/csv")
    return client.post("/team", files=parts)


def carried(response: Response) -> dict[str, str]:
    """The hidden fields that a page's form sends along."""
    found = re.findall(r'<input type="hidden" name="(people|target|carried)" value="([^"]*)">', response.text)
    return {name: html.unescape(value) for name, value in found}


def headline(response: Response) -> str:
    found = re.search(r'<h2 id="team-heading"[^>]*>(.*?)</h2>', response.text, re.DOTALL)
    assert found
    return " ".join(html.unescape(found[1]).split())


def test_three_hundred_people_from_upload_to_downloads(onet_client: TestClient) -> None:
    review = post(onet_client, file="\N{BOM}" + everyday_people())
    assert review.status_code == 200
    assert re.fullmatch(r"\d+ of 20\d titles need your choice", headline(review))
    assert "Line 79" in review.text
    assert "The target title is missing: fill it in, or give one target for all." in review.text
    answers = carried(review)
    plan = post(onet_client, "plan", **answers)
    said = re.search(r"This rests on (\d+) of 300 people", plan.text)
    assert said
    rows = list(csv.DictReader(io.StringIO(post(onet_client, "csv", **answers).text)))
    assert len(rows) == 300
    planned = [row for row in rows if not row["problem"]]
    assert len(planned) == int(said[1]) > 150
    assert all(row["problem"] for row in rows[len(planned) :])
    sheets = openpyxl.load_workbook(io.BytesIO(post(onet_client, "xlsx", **answers).content))
    assert sheets["matrix"].max_row == 1 + len(planned)
    assert sheets["matrix"].max_column == 2 + 35
    assert sheets["not in the plan"].max_row == 1 + 300 - len(planned)
    pair = {"from": planned[40]["from_occupation_onetsoc_code"], "to": planned[40]["to_occupation_onetsoc_code"]}
    summary = onet_client.get("/skill-gap", params=pair).json()["summary"]
    assert [float(planned[40][name]) for name in ("certain", "weighted_gap", "coverage")] == [
        summary[name] for name in ("certain", "weighted_gap", "coverage")
    ]


def test_one_target_for_all_sorts_the_people_by_what_it_takes(onet_client: TestClient) -> None:
    file = "name,title\nAnn,Models\nBen,29-1141.00\nCay,Licensed practical nurses\n"
    plan = post(onet_client, "plan", file=file, target="Registered nurses")
    assert "Who is nearest to Registered Nurses" in plan.text
    assert re.findall(r'<th scope="row">(Ann|Ben|Cay)', plan.text)[:3] == ["Ben", "Cay", "Ann"]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"choice-1": "31-1131.00"}, "This rests on 2 of 2 people."),
        ({"other-1": "Nursing Assistants (31-1131.00)"}, "This rests on 2 of 2 people."),
        ({"other-1": "registered nurse"}, "This rests on 2 of 2 people."),
        ({"choice-1": "out"}, "This rests on 1 of 2 people."),
        ({}, "This rests on 1 of 2 people."),
        ({"choice-1": "15-1252.00"}, "This rests on 1 of 2 people."),
    ],
    ids=["a candidate", "with its code", "by its title", "left out", "left open", "unrated"],
)
def test_a_choice_goes_into_the_plan_and_can_be_taken_back(
    onet_client: TestClient, chosen: dict[str, str], sentence: str
) -> None:
    review = post(onet_client, file=TWO)
    assert headline(review) == "1 of 3 titles need your choice"
    answers = carried(review)
    plan = post(onet_client, "plan", **{"title-1": "Zorblax", **chosen}, **answers)
    assert sentence in plan.text
    again = post(onet_client, **carried(plan))
    assert carried(again) == carried(plan)
    back = post(onet_client, **{"title-1": "Zorblax", "choice-1": ""}, **carried(plan))
    assert json.loads(carried(back)["carried"])["choices"] == {}


def test_what_names_no_occupation_is_said_beside_its_title_and_nothing_is_lost(onet_client: TestClient) -> None:
    answers = carried(post(onet_client, file=TWO))
    plan = post(
        onet_client, "plan", **{"title-1": "Zorblax", "other-1": "qwzx", "title-2": "Nursing assistants"}, **answers
    )
    assert headline(plan) == "1 entry names no occupation"
    assert "No occupation is found for “qwzx”" in plan.text
    assert 'value="qwzx"' in plan.text
    assert carried(plan) == answers


def test_titles_are_coded_in_parts_until_all_are(onet_client: TestClient) -> None:
    response = post(onet_client, file=everyday_people(), part="90")
    assert "90 of 203 different titles are coded" in response.text
    response = post(onet_client, part="90", **carried(response))
    assert "180 of 203 different titles are coded" in response.text
    response = post(onet_client, "plan", part="90", **carried(response))
    assert "This rests on" in response.text
    assert carried(response) == carried(post(onet_client, file=everyday_people()))


def test_text_of_the_file_stays_text_and_comes_back_as_it_was(onet_client: TestClient) -> None:
    file = 'name,title,target\n"<script>alert(1)</script> ""x"" & ü\ny",Models,Ship engineers\n'
    review = post(onet_client, file=file)
    assert carried(review)["people"] == file
    plan = post(onet_client, "plan", **carried(review))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &#34;x&#34; &amp; ü y" in plan.text
    assert "<script>alert" not in plan.text


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({}, 400, "There is no row: choose a file, or paste rows."),
        ({"pasted": "who,what\na,b"}, 400, "None of “who”, “what” is a present title."),
        ({"file": b"PK\x03\x04"}, 400, "The file is a workbook or a zip archive, not CSV."),
        ({"file": b"title\n" + b"x" * 2_000_000}, 413, "The file is larger than 2,000,000 bytes."),
        ({"file": b"x" * 8_000_001}, 413, "The form is larger than 8,000,000 bytes."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_on_the_form(
    sample_client: TestClient, fields: dict[str, Any], status: int, sentence: str
) -> None:
    response = post(sample_client, **fields)
    assert response.status_code == status
    assert sentence in response.text
    assert 'name="file"' in response.text


def test_a_form_that_is_none_is_refused(sample_client: TestClient) -> None:
    assert sample_client.post("/team", json={"people": "x"}).status_code == 400
    broken = sample_client.post("/team", content=b"--x\r\n", headers={"Content-Type": "multipart/form-data"})
    assert broken.status_code == 400
    assert "The form cannot be read" in broken.text
    unknown = post(sample_client, file=TWO)
    assert unknown.status_code == 200
    assert sample_client.get("/team?release=1.0").status_code == 404


def test_pasted_rows_and_the_sample_file_are_read(sample_client: TestClient) -> None:
    sample = sample_client.get("/static/page/team-sample.csv").text
    assert "20 people read" in post(sample_client, pasted=sample.replace(",", "\t")).text


def test_the_people_never_touch_a_disk(sample_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/no such folder")
    file = "name,title,target\n" + "Ann Example,Models,Ship engineers\n" * 9_000 + "," * 1_500_000
    assert len(file) > 1_700_000
    assert "9,000 people read" in post(sample_client, file=file).text
    assert post(sample_client, "xlsx", file=TWO).content.startswith(b"PK")


def test_people_are_in_no_log_and_in_no_cache(onet_client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for step in ("review", "plan", "csv", "xlsx"):
        response = post(onet_client, step, file=TWO.replace("Ann", "Annabel Secret"), target="Zorblax")
        assert response.headers["Cache-Control"] == "no-store"
    assert "Secret" not in caplog.text
    assert "Zorblax" not in caplog.text
