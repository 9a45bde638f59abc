"""Levels assumed from an occupation: own answers win, no figure hides what is assumed; the questions to ask."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.conftest import catalogue_of
from tests.occupations.test_person import ASSISTANTS, LISTENING, NURSES, READING, SPEAKING, faults, levels_of, post

OWN = {READING: 4.5, LISTENING: 0}


def test_own_answers_win_over_the_first_guess(release_client: TestClient) -> None:
    guessed = levels_of(release_client, ASSISTANTS)
    everything = post(release_client, to=NURSES, levels={**guessed, **OWN}, include="all")
    answer = post(release_client, to=NURSES, levels=OWN, include="all", **{"from": ASSISTANTS})
    for name in ("summary", "skill_gaps", "met", "surplus"):
        assert answer[name] == everything[name]


def test_what_is_assumed_is_named_and_not_counted_as_answered(release_client: TestClient) -> None:
    alone = post(release_client, to=NURSES, levels=OWN)
    answer = post(release_client, to=NURSES, levels=OWN, **{"from": ASSISTANTS})
    guess = answer["first_guess"]
    assert guess["occupation"]["title"] == "Nursing Assistants"
    assert [(one["element_name"], one["level"]) for one in guess["answered"]] == [
        ("Reading Comprehension", 4.5), ("Active Listening", 0.0),
    ]  # fmt: skip
    assert (len(guess["assumed"]), answer["person"]["answered"], answer["person"]["unanswered"]) == (33, 2, 0)
    assert answer["person"]["weight_answered"] == alone["person"]["weight_answered"]
    assert round(guess["weight_assumed"] + answer["person"]["weight_answered"], 4) == 1.0
    assert "33 of 35 levels are not answered but assumed from Nursing Assistants (31-1131.00)." in answer["notes"]


def test_a_start_alone_is_that_occupations_gap(release_client: TestClient) -> None:
    own = release_client.get("/skill-gap", params={"from": ASSISTANTS, "to": NURSES}).json()
    answer = post(release_client, to=NURSES, **{"from": "31-1131"})
    assert answer["from_occupation"] is None
    assert answer["person"] == {"answered": 0, "unanswered": 0, "weight_answered": 0.0}
    assert [one["element_id"] for one in answer["skill_gaps"]] == [one["element_id"] for one in own["skill_gaps"]]
    assert answer["summary"]["coverage"] == own["summary"]["coverage"]
    assert {one["certainty"] for one in answer["skill_gaps"]} == {None}  # the errors are of the occupation's mean


@pytest.mark.parametrize(("path", "rest"), [("/skill-gap", {"to": NURSES}), ("/matches", {"limit": 3})])
def test_without_a_start_nothing_is_added(sample_client: TestClient, path: str, rest: dict[str, Any]) -> None:
    plain = sample_client.post(path, json={"levels": OWN, **rest})
    assert "first_guess" not in plain.json()
    assert plain.content == sample_client.post(path, json={"levels": OWN, "from": None, **rest}).content


def test_matches_by_a_first_guess_are_those_of_all_its_levels(release_client: TestClient) -> None:
    levels = {**levels_of(release_client, ASSISTANTS), **OWN}
    everything = post(release_client, "/matches", levels=levels, limit=50)
    answer = post(release_client, "/matches", levels=OWN, limit=50, **{"from": ASSISTANTS})
    assert (answer["answered"], len(answer["first_guess"]["assumed"])) == (2, 33)
    for match, whole in zip(answer["matches"], everything["matches"], strict=True):
        assert {**match, "weight_answered": 1.0} == {**whole, "weight_assumed": match["weight_assumed"]}
        assert abs(match["weight_answered"] + match["weight_assumed"] - 1) < 1e-4
        assert match["weight_answered"] < 0.2


def test_filters_of_matches_by_the_start(release_client: TestClient) -> None:
    start = {"from": ASSISTANTS, "limit": 1000}
    everything = post(release_client, "/matches", **start)
    zone = catalogue_of(release_client).occupations[ASSISTANTS].job_zone
    assert zone is not None
    used = {"max_job_zone": 4, "max_job_zone_difference": 1, "other_major_group": True}
    filtered = post(release_client, "/matches", **start, **used)
    kept = [
        match for match in everything["matches"]
        if match["job_zone"] in range(zone - 1, min(zone + 1, 4) + 1)
        and not match["occupation"]["onetsoc_code"].startswith("31-")
    ]  # fmt: skip
    assert filtered["matches"] == kept
    assert [one["name"] for one in filtered["filters"]] == list(used)
    assert sum(one["removed"] for one in filtered["filters"]) == everything["total"] - len(kept)


def test_max_job_zone_needs_no_start(release_client: TestClient) -> None:
    answer = post(release_client, "/matches", levels=OWN, max_job_zone=2, limit=1000)
    assert {match["job_zone"] for match in answer["matches"]} <= {1, 2}


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({"from": "cook"}, ["from"]),
        ({"from": 3, "levels": OWN}, ["from"]),
        ({"levels": OWN, "max_job_zone_difference": 1}, ["max_job_zone_difference"]),
        ({"levels": OWN, "other_major_group": True}, ["other_major_group"]),
        ({"levels": OWN, "max_job_zone": 6}, ["max_job_zone"]),
        ({"from": None, "levels": {}}, ["levels"]),
        ({"from": "cook", "levels": {"9.Z": 1}}, ["levels.9.Z", "from"]),
    ],
    ids=str,
)
def test_a_wrong_start_or_filter_is_named(
    sample_client: TestClient, body: dict[str, Any], parameters: list[str]
) -> None:
    assert faults(sample_client, body, "/matches") == parameters


def test_an_unrated_start_is_told_as_the_parameter_at_fault(onet_client: TestClient) -> None:
    for path, rest in (("/matches", {}), ("/skill-gap", {"to": NURSES})):
        problem = onet_client.post(path, json={"from": "15-1252.00", **rest}).json()
        assert (problem["status"], problem["code"]) == (404, "occupation-not-rated")
        assert problem["errors"][0]["parameter"] == "from"


def test_tables_say_where_each_level_comes_from(release_client: TestClient) -> None:
    body = {"levels": OWN, "from": ASSISTANTS, "format": "csv"}
    gap = list(csv.DictReader(StringIO(release_client.post("/skill-gap", json=body | {"to": NURSES}).text)))
    own = {row["element_id"] for row in gap if row["origin"] == "answered"}
    assert own == {LISTENING}  # reading is met, and not listed
    assert {row["first_guess"] for row in gap} == {ASSISTANTS}
    (first, *_) = csv.DictReader(StringIO(release_client.post("/matches", json=body).text))
    assert (first["first_guess"], first["weight_assumed"] > "0.8") == (ASSISTANTS, True)


def questions(client: TestClient, **query: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/questions", params=query).raise_for_status().json()
    return answer


EIGHT = {
    "sample": "Critical Thinking, Quality Control Analysis, Operations Monitoring, Service Orientation, "
    "Management of Personnel Resources, Troubleshooting, Instructing, Coordination",
    "29.2": "Active Learning, Troubleshooting, Management of Personnel Resources, Reading Comprehension, "
    "Social Perceptiveness, Systems Evaluation, Operations Monitoring, Science",
}
EIGHT_OF_ASSISTANTS = {
    "sample": "Complex Problem Solving, Troubleshooting, Critical Thinking, Quality Control Analysis, "
    "Systems Analysis, Mathematics, Systems Evaluation, Repairing",
    "29.2": "Persuasion, Active Listening, Service Orientation, Speaking, Reading Comprehension, "
    "Social Perceptiveness, Learning Strategies, Negotiation",
}


def test_the_questions_of_a_release(release_client: TestClient, release: str) -> None:
    asked = [questions(release_client, n=8, **start)["questions"] for start in ({}, {"from": ASSISTANTS})]
    names = [", ".join(one["element_name"] for one in eight) for eight in asked]
    assert names == [EIGHT[release], EIGHT_OF_ASSISTANTS[release]]


def test_questions_carry_what_is_needed_to_ask_them(release_client: TestClient) -> None:
    answer = questions(release_client, **{"from": ASSISTANTS})
    levels = levels_of(release_client, ASSISTANTS)
    assert (len(answer["questions"]), answer["elements"]) == (10, 35)
    for question in answer["questions"]:
        assert question["from_level"] == levels[question["element_id"]]
        assert question["level_anchors"]
        assert question["description"]
    explained = [one["explained"] for one in answer["questions"]]
    assert explained == sorted(explained)
    assert {one["from_level"] for one in questions(release_client)["questions"]} == {None}


def test_every_element_can_be_asked(release_client: TestClient) -> None:
    answer = questions(release_client, n=500)
    assert {one["element_id"] for one in answer["questions"]} == set(levels_of(release_client, NURSES))


@pytest.mark.parametrize(
    ("query", "parameters"),
    [({"from": "cook"}, ["from"]), ({"n": 0}, ["n"]), ({"domain": "magic"}, ["domain"]), ({"q": "x"}, ["q"])],
    ids=str,
)
def test_a_wrong_question_is_named(sample_client: TestClient, query: dict[str, Any], parameters: list[str]) -> None:
    problem = sample_client.get("/questions", params=query).json()
    assert [one["parameter"] for one in problem["errors"]] == parameters


def test_a_domain_that_was_not_loaded_is_told_once(sample_client: TestClient) -> None:
    problem = sample_client.get("/questions", params={"domain": "abilities", "from": ASSISTANTS}).json()
    assert (problem["code"], len(problem["errors"])) == ("domain-not-loaded", 1)


def test_the_first_guess_is_of_the_compared_domain_alone(onet_client: TestClient) -> None:
    answer = post(onet_client, "/matches", levels={SPEAKING: 4}, domain="knowledge", limit=1, **{"from": ASSISTANTS})
    assert (answer["answered"], len(answer["first_guess"]["assumed"])) == (0, 33)
    assert f"Left out as of another domain: {SPEAKING}." in answer["notes"]
