"""``/skill-gap/verdict``: on the sample, and on O*NET 29.2."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

NURSES, ASSISTANTS, CHIEFS, PRACTICAL = "29-1141.00", "31-1131.00", "11-1011.00", "29-2061.00"


def judge(client: TestClient, source: str, target: str, **parameters: str) -> dict[str, Any]:
    response = client.get("/skill-gap/verdict", params={"from": source, "to": target, **parameters})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_a_verdict_on_the_sample_rests_on_borders_of_a_release_and_says_so(sample_client: TestClient) -> None:
    answer = judge(sample_client, ASSISTANTS, NURSES)
    assert answer["verdict"] == "stretch"
    assert answer["sentence"] == "Registered Nurses is a stretch for Nursing Assistants."
    assert (answer["rank"], answer["ranked"], answer["closer_than"]) == (3, 23, 0.86957)
    assert answer["counts"] == {"close": 2, "stretch": 3, "far": 18}
    assert answer["borders"]["calibrated_on"] == "29.2"
    assert any("the borders are those of O*NET 29.2" in note for note in answer["notes"])


def test_the_way_back_is_another_move(sample_client: TestClient) -> None:
    assert judge(sample_client, NURSES, ASSISTANTS)["verdict"] == "close"


def test_figures_of_a_verdict_are_those_of_the_comparison_without_filters(sample_client: TestClient) -> None:
    pair = {"from": ASSISTANTS, "to": NURSES}
    summary = sample_client.get("/skill-gap", params=pair).json()["summary"]
    (skills,) = judge(sample_client, ASSISTANTS, NURSES)["domains"]
    assert {name: skills[name] for name in summary if name in skills} == {
        name: summary[name] for name in summary if name in skills
    }
    assert (skills["coverage_rank"], skills["ranked"]) == (12, 23)


def test_an_occupation_beside_itself_has_no_verdict(sample_client: TestClient) -> None:
    answer = judge(sample_client, NURSES, NURSES)
    assert answer["verdict"] is answer["rank"] is answer["closer_than"] is None
    assert answer["reason"] == "Both sides are the same occupation: Registered Nurses."


def test_an_unrated_occupation_is_refused_with_what_could_be_chosen_instead(sample_client: TestClient) -> None:
    response = sample_client.get("/skill-gap/verdict", params={"from": NURSES, "to": "15-1299.00"})
    assert (response.status_code, response.json()["code"]) == (404, "occupation-not-rated")


def test_every_fault_of_a_verdict_is_named_at_once(sample_client: TestClient) -> None:
    response = sample_client.get("/skill-gap/verdict", params={"from": "99-9999.00", "to": "x", "min_gap": "1"})
    assert response.status_code == 400
    assert {error["parameter"] for error in response.json()["errors"]} == {"from", "to", "min_gap"}


@pytest.mark.parametrize(
    ("source", "target", "verdict", "closer_than"),
    [
        (ASSISTANTS, NURSES, "stretch", 0.92825),
        (NURSES, ASSISTANTS, "close", 0.96925),
        (PRACTICAL, NURSES, "close", 0.99886),
        (CHIEFS, NURSES, "far", 0.46014),
        (NURSES, CHIEFS, "far", 0.44077),
    ],
)
def test_moves_of_the_published_release(
    onet_client: TestClient, source: str, target: str, verdict: str, closer_than: float
) -> None:
    answer = judge(onet_client, source, target)
    assert (answer["verdict"], answer["closer_than"]) == (verdict, closer_than)
    assert answer["borders"] == {
        "calibrated_on": "29.2",
        "domains": ["skills", "knowledge"],
        "close": 0.26231,
        "close_pairs": 2122,
        "far": 0.31646,
        "far_pairs": 15218,
    }


def test_a_high_coverage_stands_beside_its_rank(onet_client: TestClient) -> None:
    skills, knowledge = judge(onet_client, CHIEFS, NURSES)["domains"]
    assert (skills["coverage"], skills["coverage_rank"], skills["ranked"]) == (0.93128, 429, 878)
    assert (knowledge["coverage"], knowledge["coverage_rank"]) == (0.76604, 679)


def test_borders_that_a_small_release_takes_are_those_of_the_published_one(onet_client: TestClient) -> None:
    for domain, border in (("skills", (0.24033, 0.25713, 0.44894)), ("knowledge", (0.34259, 0.44716, 0.88759))):
        answer = judge(onet_client, ASSISTANTS, NURSES, domain=domain)
        borders = answer["borders"]
        assert (borders["close"], borders["far"], answer["domains"][0]["close_up_to"]) == border
