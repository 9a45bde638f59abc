"""``POST /skill-gaps`` and ``GET /matrix``: a line a pair, the same figures as one by one."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from skillgap.errors import OccupationNotRated, SeveralFaults
from skillgap.gap import pair_blocks
from skillgap.occupations.batch.query import MOST_PAIRS, MatrixQuery
from skillgap.occupations.batch.schemas import MatrixRowOut
from skillgap.occupations.batch.service import compare_all
from tests.conftest import catalogue_of

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"
SOFTWARE_DEVELOPERS = "15-1252.00"  # listed, not rated
IN_SHORT = ("gaps", "missing", "coverage", "weighted_gap")


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def post(client: TestClient, path: str = "/skill-gaps", **body: Any) -> list[dict[str, Any]]:
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/x-ndjson"
    return lines(response.text)


def pair(source: str, target: str) -> dict[str, str]:
    return {"from": source, "to": target}


def test_every_pair_has_the_summary_of_its_own_answer(release_client: TestClient, release: str) -> None:
    asked = [pair(ASSISTANTS, NURSES), pair(NURSES, ASSISTANTS), pair("29-1141", NURSES)]
    options = {"min_importance": 3, "precision": "strict", "adjust": "holm"}
    for line, one in zip(post(release_client, pairs=asked, **options), asked, strict=True):
        own = release_client.get("/skill-gap", params=one | options).json()
        fine = {"release": release, **one, "problem": None, "detail": None}
        published = {"from_model": None, "to_model": None}
        assert line == fine | published | own["summary"]


def test_a_line_may_be_the_whole_answer(release_client: TestClient) -> None:
    asked = [pair(ASSISTANTS, NURSES), pair("99-9999", NURSES)]
    whole, fault = post(release_client, pairs=asked, lines="whole", include="met")
    assert whole == release_client.get("/skill-gap", params=asked[0] | {"include": "met"}).json()
    assert fault["problem"] == "occupation-not-found"


def test_what_is_wrong_with_a_pair_is_told_in_its_line(onet_client: TestClient) -> None:
    asked = [
        pair(ASSISTANTS, NURSES),
        pair("cook", NURSES),
        pair("99-9999.00", NURSES),
        pair(ASSISTANTS, SOFTWARE_DEVELOPERS),
        pair(SOFTWARE_DEVELOPERS, "=1+1"),
        pair(NURSES, ASSISTANTS),
    ]
    answered = post(onet_client, pairs=asked)
    assert [line["problem"] for line in answered] == [
        None,
        "invalid-parameter",
        "occupation-not-found",
        "occupation-not-rated",
        "invalid-parameter",
        None,
    ]
    assert answered[3]["detail"] == ("O*NET 29.2 lists 15-1252.00 Software Developers but has not rated its skills.")
    assert [(line["from"], line["to"]) for line in answered] == [(one["from"], one["to"]) for one in asked]
    assert {answered[1][name] for name in IN_SHORT} == {None}
    as_table = onet_client.post("/skill-gaps?format=csv", json={"pairs": asked})
    assert as_table.headers["content-disposition"] == ('attachment; filename="skill-gaps_skills_29.2.csv"')
    rows = table(as_table.text)
    assert rows[4]["to"] == "'=1+1"  # no spreadsheet computes it
    for row, line in zip(rows, answered, strict=True):
        assert row["gaps"] == ("" if line["gaps"] is None else str(line["gaps"]))
        assert row.keys() == line.keys()


def test_ten_thousand_pairs_are_answered_and_one_more_is_refused(release_client: TestClient) -> None:
    codes = list(catalogue_of(release_client).profiles["skills"])
    many = [pair(codes[i % len(codes)], codes[(i * 7) % len(codes)]) for i in range(MOST_PAIRS)]
    answered = post(release_client, pairs=many)
    assert [(line["from"], line["to"]) for line in answered] == [(one["from"], one["to"]) for one in many]
    response = release_client.post("/skill-gaps", json={"pairs": [*many, many[0]]})
    assert [one["parameter"] for one in response.json()["errors"]] == ["pairs"]


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({}, ["pairs"]),
        ({"pairs": []}, ["pairs"]),
        ({"pairs": ["x"]}, ["pairs.0"]),
        ({"pairs": [{"from": NURSES}]}, ["pairs.0.to"]),
        ({"pairs": [{"from": NURSES, "to": 3, "by": "bus"}]}, ["pairs.0.to", "pairs.0.by"]),
        ({"pairs": [pair(NURSES, NURSES)], "lines": "whole", "format": "csv", "min_gap": -1}, ["min_gap", "lines"]),
        ({"pairs": [{}] * 200}, [f"pairs.{n // 2}.{('from', 'to')[n % 2]}" for n in range(100)]),
    ],
    ids=["nothing", "empty", "text", "half", "more", "options", "many"],
)
def test_a_body_that_is_not_made_of_pairs_is_refused_as_a_whole(
    sample_client: TestClient, body: dict[str, Any], parameters: list[str]
) -> None:
    response = sample_client.post("/skill-gaps", json=body)
    assert response.status_code == 400
    assert [one["parameter"] for one in response.json()["errors"]] == parameters


def test_what_concerns_every_pair_is_a_problem_of_the_whole(sample_client: TestClient) -> None:
    for option, code in (({"domain": "abilities"}, "domain-not-loaded"), ({"release": "1.0"}, "release-not-found")):
        body = {"pairs": [pair(NURSES, NURSES)], **option}
        response = sample_client.post("/skill-gaps", json=body)
        assert (response.status_code, response.json()["code"]) == (404, code)


@pytest.mark.parametrize("domain", ["skills", "knowledge", "all"])
def test_the_matrix_is_what_pairwise_calls_say(onet_client: TestClient, domain: str) -> None:
    from_nurses = lines(onet_client.get("/matrix", params={"from": NURSES, "domain": domain}).text)
    to_nurses = lines(onet_client.get("/matrix", params={"to": NURSES, "domain": domain}).text)
    assert len(from_nurses) == len(to_nurses) == 879
    for line in (*from_nurses[::60], *to_nurses[::60]):
        own = onet_client.get("/skill-gap", params=pair(line["from"], line["to"]) | {"domain": domain}).json()
        assert line == {
            "release": "29.2",
            **pair(line["from"], line["to"]),
            **{name: own["summary"][name] for name in IN_SHORT},
        }


def test_all_pairs_hold_the_rows_and_the_columns(release_client: TestClient, release: str) -> None:
    rated = len(catalogue_of(release_client).profiles["skills"])
    response = release_client.get("/matrix?format=csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="matrix_skills_{release}.csv"'
    rows = response.text.split("\r\n")
    assert rows[0] == "release,from,to,gaps,missing,coverage,weighted_gap"
    assert rows.pop() == ""
    assert len(rows) == 1 + rated * rated
    assert rows[1:] == sorted(rows[1:])
    for parameter, column in (("from", 1), ("to", 2)):
        part = release_client.get(f"/matrix?{parameter}={NURSES}&format=csv").text.split("\r\n")
        assert part[1:-1] == [row for row in rows[1:] if row.split(",")[column] == NURSES]
    one = release_client.get(f"/matrix?from={ASSISTANTS}&to={NURSES}&format=csv").text
    assert one.split("\r\n")[1] in rows


@settings(max_examples=40, deadline=None)
@given(places=st.tuples(st.integers(0, 1_000), st.integers(0, 1_000)))
def test_any_pair_of_the_matrix_is_its_own_answer(release_client: TestClient, places: tuple[int, int]) -> None:
    codes = list(catalogue_of(release_client).profiles["skills"])
    one = pair(*(codes[place % len(codes)] for place in places))
    (line,) = lines(release_client.get("/matrix", params=one).text)
    (also,) = post(release_client, pairs=[one])
    own = release_client.get("/skill-gap", params=one | {"include": "all"}).json()
    for name in IN_SHORT:
        assert line[name] == also[name] == own["summary"][name]
    assert 0 <= line["coverage"] <= 1
    assert (line["coverage"] == 1) or line["gaps"] > 0
    for element in (*own["skill_gaps"], *own["met"], *own["surplus"]):
        if element["lower"] is not None:
            assert element["lower"] <= element["difference"] <= element["upper"]


def test_a_line_of_the_matrix_is_as_documented(sample_client: TestClient) -> None:
    (line,) = lines(sample_client.get("/matrix", params=pair(ASSISTANTS, NURSES)).text)
    names = [field.serialization_alias or name for name, field in MatrixRowOut.model_fields.items()]
    assert list(line) == names == list(pair_blocks.COLUMNS)


def test_a_matrix_is_confirmed_without_being_computed_again(sample_client: TestClient) -> None:
    first = sample_client.get("/matrix", params=pair(ASSISTANTS, NURSES))
    again = sample_client.get(
        "/matrix", params=pair(ASSISTANTS, NURSES), headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("query", "status", "found"),
    [
        ("from=cook&to=99-9999", 400,
         [("invalid-parameter", "from"), ("occupation-not-found", "to")]),
        ("from=55-1016", 404, [("occupation-not-rated", "from")]),
        ("domain=abilities", 404, [("domain-not-loaded", "domain")]),
        ("format=xml&min_gap=1", 400,
         [("invalid-parameter", "format"), ("invalid-parameter", "min_gap")]),
        ("from=11-1011&from=11-3013", 400, [("invalid-parameter", "from")]),
        ("release=1.0", 404, [("release-not-found", "release")]),
    ],
)  # fmt: skip
def test_every_fault_of_a_matrix_is_told_before_it_starts(
    sample_client: TestClient, query: str, status: int, found: list[tuple[str, str]]
) -> None:
    response = sample_client.get(f"/matrix?{query}")
    assert response.status_code == status
    errors = response.json()["errors"]
    assert [(one["code"], one["parameter"]) for one in errors] == found


def test_an_occupation_rated_in_some_domains_is_not_in_the_matrix_of_all(onet_client: TestClient) -> None:
    catalogue = catalogue_of(onet_client)
    others = {code: one for code, one in catalogue.profiles["knowledge"].items() if code != NURSES}
    partly = replace(catalogue, profiles={**catalogue.profiles, "knowledge": others}, _transitions={})
    with pytest.raises(SeveralFaults, match=f"{NURSES} Registered Nurses but has not rated its knowledge") as raised:
        compare_all(partly, MatrixQuery.model_validate({"from": NURSES, "domain": "all"}))
    assert isinstance(raised.value.faults[0], OccupationNotRated)
    assert len(partly.matrix("all").codes) == 878
