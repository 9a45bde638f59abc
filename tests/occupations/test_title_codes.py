"""``/titles/code``: one title, and many as JSON, CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from skillgap.http.lines import LARGEST_PART
from skillgap.occupations.titles.lines import code_lines
from skillgap.occupations.titles.query import TitlesBody
from skillgap.occupations.titles.service import code_titles
from tests.conftest import catalogue_of

NURSES = "29-1141.00"
CSV, JSON_LINES = "text/csv", "application/x-ndjson"


def code(client: TestClient, title: str, **parameters: Any) -> dict[str, Any]:
    response = client.get("/titles/code", params={"title": title, **parameters})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def lines(client: TestClient, body: str | bytes, media_type: str, **parameters: Any) -> list[dict[str, Any]]:
    headers = {"Content-Type": media_type}
    response = client.post("/titles/code", params=parameters, content=body, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (200, JSON_LINES), response.text
    return [json.loads(line) for line in response.text.splitlines()]


def table(client: TestClient, body: str, media_type: str = CSV, **parameters: Any) -> list[dict[str, str]]:
    headers = {"Content-Type": media_type}
    response = client.post("/titles/code", params={"format": "csv", **parameters}, content=body, headers=headers)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.text, newline=""), strict=True))


def test_a_title_is_answered_with_its_evidence(sample_client: TestClient) -> None:
    answer = code(sample_client, "Sr. Registered Nurse (m/f/d) - Boston, MA", n=1)
    (first,) = answer.pop("codes")
    assert answer == {
        "release": "sample",
        "title": "Sr. Registered Nurse (m/f/d) - Boston, MA",
        "cleaned": "Registered Nurse",
        "answer": NURSES,
        "reason": None,
    }
    assert first.pop("probability") > 0.9
    evidence = {"matched": "title", "matched_text": "Registered Nurses", "how": "cleaned"}
    assert first == {"onetsoc_code": NURSES, "title": "Registered Nurses", "rated": True, "evidence": evidence}


def test_an_unknown_title_says_why(sample_client: TestClient) -> None:
    answer = code(sample_client, "Full time, immediate start")
    assert (answer["answer"], answer["codes"]) == (None, [])
    assert answer["reason"] == "None of its words says what the work is."


def test_codes_are_a_table_too(sample_client: TestClient) -> None:
    response = sample_client.get("/titles/code", params={"title": "nurse", "n": 2, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert [(row["typed"], row["answer"]) for row in rows] == [("nurse", NURSES)] * 2
    assert rows[0]["evidence_matched_text"] == "Nurse"


@pytest.mark.parametrize(
    ("parameters", "parameter"),
    [({}, "title"), ({"title": "x" * 501}, "title"), ({"title": "x", "n": 21}, "n"), ({"title": "x", "n": 0}, "n")],
)
def test_a_malformed_request_is_refused(sample_client: TestClient, parameters: dict[str, Any], parameter: str) -> None:
    response = sample_client.get("/titles/code", params=parameters)
    assert response.status_code == 400
    assert [fault["parameter"] for fault in response.json()["errors"]] == [parameter]


def test_a_release_that_is_not_loaded_is_refused(sample_client: TestClient) -> None:
    response = sample_client.get("/titles/code", params={"title": "nurse", "release": "1.0"})
    assert (response.status_code, response.json()["code"]) == (404, "release-not-found")


def test_many_titles_have_a_line_each_that_equals_the_single_answer(sample_client: TestClient) -> None:
    titles = ["nurse", {"id": 7, "title": "software dev"}, "nurse", {"id": 8}, "x" * 501]
    response = sample_client.post("/titles/code", json={"titles": titles, "n": 2})
    first, second, third, untitled, long = map(json.loads, response.text.splitlines())
    rest = {"problem": None, "detail": None}
    assert first == {"row": 1, "given": {}, **rest, **code(sample_client, "nurse", n=2)}
    assert second == {"row": 2, "given": {"id": 7}, **rest, **code(sample_client, "software dev", n=2)}
    assert third == {**first, "row": 3}
    assert (untitled["given"], untitled["detail"]) == ({"id": 8}, "The row has no text in 'title'.")
    assert (long["problem"], long["detail"]) == ("invalid-parameter", "The title is longer than 500 characters.")
    assert (long["codes"], long["answer"]) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        "id,title\n7,nurse\n8,cook\n",
        "\N{ZERO WIDTH NO-BREAK SPACE}id;Title\r\n7;nurse\r\n\r\n8;cook\r\n",
        "title\tid\nnurse\t7\ncook\t8",
    ],
    ids=["commas", "a spreadsheet's semicolons", "tabs"],
)
def test_a_csv_is_coded_with_its_other_columns(sample_client: TestClient, body: str) -> None:
    found = lines(sample_client, body, CSV, n=1)
    assert [(line["row"], line["given"], line["title"]) for line in found] == [
        (1, {"id": "7"}, "nurse"),
        (2, {"id": "8"}, "cook"),
    ]
    assert found[0]["answer"] == NURSES


def test_json_lines_are_coded_and_a_broken_one_keeps_its_place(sample_client: TestClient) -> None:
    body = '{"id": 1, "title": "nurse"}\n\n{"id": 2, "title": \n["nurse"]\n{"title": "\\ud800"}\n{"title": "nurse"}\n'
    found = lines(sample_client, body, JSON_LINES, n=1)
    assert [line["row"] for line in found] == [1, 2, 3, 4, 5]
    assert [line["answer"] for line in found] == [NURSES, None, None, None, NURSES]
    assert [line["problem"] for line in found] == [None, *["invalid-parameter"] * 3, None]
    assert found[1]["detail"].startswith("The line is not JSON: ")
    assert found[2]["detail"].startswith("The line is JSON, but not an object")


def test_the_table_of_many_titles_has_columns_for_each_occupation(sample_client: TestClient) -> None:
    first, short = table(sample_client, "id,title,answer\n7,nurse,x\n8\n", n=2)
    assert (first["id"], first["given_answer"], first["answer"], first["row"]) == ("7", "x", NURSES, "1")
    assert (first["onetsoc_code_1"], first["title_1"], first["matched_text_1"]) == (
        NURSES,
        "Registered Nurses",
        "Nurse",
    )
    assert first["onetsoc_code_2"]
    assert (short["row"], short["detail"]) == ("2", "The row has 1 cells, the header 3.")


def test_a_cell_that_a_spreadsheet_would_compute_is_text(sample_client: TestClient) -> None:
    (row,) = table(sample_client, 'id,title\n"=1+1",nurse\n')
    assert row["id"] == "'=1+1"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "The CSV has no column 'title': begin it with the names of its columns."),
        (b"job\nnurse\n", "The CSV has no column 'title': begin it with the names of its columns."),
        (b"title,title\nnurse,cook\n", "The header of the CSV has 'title' more than once."),
        (b"title\n\xff\n", "The body is not UTF-8: byte 7 is wrong."),
        (b'title\n"nurse', "The body is not CSV: unexpected end of data, in line 2."),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused(sample_client: TestClient, body: bytes, detail: str) -> None:
    response = sample_client.post("/titles/code", content=body, headers={"Content-Type": CSV})
    assert (response.status_code, response.json()["code"]) == (400, "invalid-body")
    assert response.json()["detail"] == detail


@pytest.mark.parametrize(
    "titles", [[], ["nurse"] * 10_001, [3], [None], "nurse"], ids=["none", "too many", "a number", "null", "a text"]
)
def test_titles_are_a_list_of_texts_or_objects(sample_client: TestClient, titles: Any) -> None:
    response = sample_client.post("/titles/code", json={"titles": titles})
    assert (response.status_code, response.json()["code"]) == (400, "invalid-parameter")


def test_more_rows_than_the_limit_are_refused(sample_client: TestClient) -> None:
    response = sample_client.post("/titles/code", content="title\n" + "a\n" * 10_001, headers={"Content-Type": CSV})
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "titles")


@pytest.mark.parametrize("media_type", ["application/xml", "text/plain", "text/csv; charset=latin-1"])
def test_another_media_type_is_refused_with_those_that_are_read(sample_client: TestClient, media_type: str) -> None:
    response = sample_client.post("/titles/code", content="title\nnurse", headers={"Content-Type": media_type})
    assert response.status_code == 415
    assert response.headers["accept"] == "application/json, text/csv, application/x-ndjson"


def test_other_routes_read_no_rows(sample_client: TestClient) -> None:
    response = sample_client.post("/matches", content="title\nnurse", headers={"Content-Type": CSV})
    assert (response.status_code, response.headers["accept"]) == (415, "application/json")


def test_titles_are_in_the_query_or_in_the_rows(sample_client: TestClient) -> None:
    response = sample_client.post("/titles/code?titles=a", content="title\nnurse", headers={"Content-Type": CSV})
    assert [fault["detail"] for fault in response.json()["errors"]] == ["'titles' is in the query and in the body."]


def test_lines_are_sent_in_parts(sample_client: TestClient) -> None:
    body = TitlesBody.model_validate({"titles": [f"nurse {number}" for number in range(200)], "n": 5})
    parts = list(code_lines(catalogue_of(sample_client), body))
    assert len(parts) > 3
    assert max(map(len, parts)) <= LARGEST_PART
    assert sum(part.count("\n") for part in parts) == 200


def test_only_a_code_that_is_typed_is_certain(sample_client: TestClient) -> None:
    typed, nurse = code_titles(catalogue_of(sample_client), [NURSES, "registered nurse"], 20)
    assert [one.probability for one in typed.codes] == [1.0]
    assert 0.99 < nurse.codes[0].probability < 1
    assert sum(one.probability for one in nurse.codes) <= 1


def test_equal_titles_are_equal_answers_in_their_order(sample_client: TestClient) -> None:
    coded = code_titles(catalogue_of(sample_client), ["nurse", "cook", "nurse"], 1)
    assert [one.title for one in coded] == ["nurse", "cook", "nurse"]
    assert coded[0] == coded[2]
