"""A person, many pairs and all pairs on the release worked by hand; weights as in ``test_worked_pair``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.occupations.worked_release import (
    ACUTE_CARE,
    ANALYSTS,
    ASSISTANTS,
    DATA_MANAGERS,
    DEVELOPERS,
    LISTENING,
    MATHEMATICS,
    MODELS,
    NURSES,
    PROGRAMMING,
    READING,
)

LEVELS = {READING: 3, PROGRAMMING: 0, MATHEMATICS: None}  # what is null was not answered


def post(client: TestClient, path: str, **body: Any) -> dict[str, Any]:
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_person_is_compared_on_what_was_answered(worked_client: TestClient) -> None:
    body = post(worked_client, "/skill-gap", to=NURSES, levels=LEVELS)
    assert [(gap["element_id"], gap["status"], gap["difference"]) for gap in body["skill_gaps"]] == [
        (READING, "lower", 1.0), (PROGRAMMING, "missing", 1.0)
    ]  # fmt: skip
    # Of all weights, 2.25, reading and programming have 0.75 + 0.25.
    assert body["person"] == {"answered": 2, "unanswered": 2, "weight_answered": 0.44444}
    # Required 0.75 * 4 + 0.25 * 1 = 3.25, short 0.75 + 0.25 = 1.
    summary = {"compared": 2, "gaps": 2, "missing": 1, "coverage": 0.69231, "weighted_gap": 1.0}
    assert body["summary"].items() >= summary.items()
    assert body["from_occupation"] is None


def test_an_anchor_is_its_level(worked_client: TestClient) -> None:
    by_anchor, by_level = (
        post(worked_client, "/skill-gap", to=NURSES, **{name: {LISTENING: 4}}) for name in ("anchors", "levels")
    )
    assert by_anchor == by_level
    assert by_level["skill_gaps"][0]["difference"] == 0.5


def test_answers_of_another_domain_are_left_out_and_named(worked_client: TestClient) -> None:
    body = post(worked_client, "/skill-gap", to=NURSES, levels={READING: 4, "2.C.3.a": 3})
    assert body["person"]["answered"] == 1
    assert body["notes"] == ["Left out as of another domain: 2.C.3.a."]
    both = post(worked_client, "/skill-gap", to=NURSES, levels={READING: 4, "2.C.3.a": 3}, domain="all")
    assert both["person"]["answered"] == 2


@pytest.mark.parametrize(
    ("measure", "codes"),
    [
        # |3 - t| and |0 - t|, weighted: 0; three times 1, by code; (0.75 + 0.5 * 2.5) / 1.25; (0.75 + 0.5 * 3.5) / 1.25
        ("difference", [ASSISTANTS, NURSES, ACUTE_CARE, MODELS, DATA_MANAGERS, ANALYSTS]),
        ("gap", [ASSISTANTS, MODELS, NURSES, ACUTE_CARE, DATA_MANAGERS, ANALYSTS]),  # Models ask for less reading
    ],
)
def test_matches_are_ranked_by_difference_or_by_gap(worked_client: TestClient, measure: str, codes: list[str]) -> None:
    body = post(worked_client, "/matches", levels=LEVELS, measure=measure)
    assert (body["answered"], body["elements"], body["total"]) == (2, 4, 6)
    matches = {match["occupation"]["onetsoc_code"]: match for match in body["matches"]}
    assert list(matches) == codes
    fields = ("gaps", "missing", "coverage", "weighted_gap", "weighted_difference", "weight_answered")
    assert [matches[DATA_MANAGERS][field] for field in fields] == [
        2, 1, 0.52941, 1.6, 1.6, 0.5  # required 3 + 1.25, held 2.25; short 0.75 + 1.25 of 1.25; 1.25 of 2.5
    ]  # fmt: skip
    assert [matches[MODELS][field] for field in fields] == [0, 0, 1.0, 0.0, 1.0, 0.33333]


def test_a_line_of_many_pairs_is_the_summary_or_the_fault_of_its_pair(worked_client: TestClient) -> None:
    pairs = [{"from": ASSISTANTS, "to": NURSES}, {"from": "cook", "to": NURSES}, {"from": ASSISTANTS, "to": DEVELOPERS}]
    response = worked_client.post("/skill-gaps", json={"pairs": pairs})
    fine, invalid, unrated = (json.loads(line) for line in response.text.splitlines())
    assert (fine["gaps"], fine["missing"], fine["coverage"], fine["weighted_gap"]) == (4, 1, 0.75806, 0.83333)
    assert (invalid["problem"], invalid["gaps"]) == ("invalid-parameter", None)
    assert unrated["problem"] == "occupation-not-rated"


def test_a_matrix_holds_every_pair_of_rated_occupations(worked_client: TestClient) -> None:
    response = worked_client.get("/matrix?format=csv")
    header, *rows = response.text.splitlines()
    assert header == "release,from,to,gaps,missing,coverage,weighted_gap"
    assert len(rows) == 6 * 6
    assert f"worked,{ASSISTANTS},{NURSES},4,1,0.75806,0.83333" in rows
    assert f"worked,{NURSES},{ACUTE_CARE},1,0,0.93651,0.22222" in rows
    assert f"worked,{NURSES},{NURSES},0,0,1.00000,0.00000" in rows


@pytest.mark.parametrize(("domain", "pairs"), [("knowledge", 9), ("all", 9)])
def test_a_matrix_holds_those_that_are_rated_in_its_domain(worked_client: TestClient, domain: str, pairs: int) -> None:
    response = worked_client.get("/matrix", params={"domain": domain})
    assert len(response.text.splitlines()) == pairs
    one = worked_client.get("/matrix", params={"domain": domain, "from": MODELS})
    assert (one.status_code, one.json()["code"]) == (404, "occupation-not-rated")
