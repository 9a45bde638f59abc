"""Moves, paths and openers on the release worked by hand: from Nursing Assistants, by the gap.

The weighted gap is sum(weight * shortfall) / sum(weight), with the target's weights:

- Registered Nurses: (0.75 + 0.75 + 0.5 * 0.25 + 0.25) / 2.25 = 0.83333
- Acute Care Nurses: (0.75 * 1 + 0.75 * 0.5 + 0.5 * 1.25 + 0.25 * 1) / 2.25 = 0.88889
- Clinical Data Managers: (0.75 * 1 + 0.75 * 2 + 0.5 * 2.5) / 2.5 = 1.4
- Business Intelligence Analysts: (0.75 * 1 + 0.75 * 2.5 + 0.5 * 3.5) / 2.5 = 1.75
- Models: 0, who ask for nothing more
"""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.occupations.worked_release import (
    ACUTE_CARE,
    ANALYSTS,
    ASSISTANTS,
    DATA_MANAGERS,
    LISTENING,
    MATHEMATICS,
    MODELS,
    NURSES,
    PROGRAMMING,
    READING,
)


def get(client: TestClient, path: str, **parameters: object) -> dict[str, Any]:
    response = client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def moves(client: TestClient, **parameters: object) -> dict[str, Any]:
    return get(client, f"/occupations/{ASSISTANTS}/moves", **parameters)


def ranked(body: dict[str, Any], *fields: str) -> list[tuple[Any, ...]]:
    return [(move["occupation"]["onetsoc_code"], *(move[field] for field in fields)) for move in body["moves"]]


def test_moves_by_the_gap_are_ranked_by_the_weighted_gap(worked_client: TestClient) -> None:
    assert ranked(moves(worked_client, measure="gap"), "rank", "weighted_gap", "coverage", "close") == [
        (MODELS, 1, 0.0, 1.0, True),
        (NURSES, 2, 0.83333, 0.75806, False),
        (ACUTE_CARE, 3, 0.88889, 0.74603, False),  # (7.875 - 2) / 7.875
        (DATA_MANAGERS, 4, 1.4, 0.61111, False),  # required 3 + 1.75 + 3 + 1.25 = 9, short 3.5
        (ANALYSTS, 5, 1.75, 0.55696, False),  # required 3 + 1.75 + 3.375 + 1.75 = 9.875, short 4.375
    ]


def test_the_two_way_gap_is_the_mean_of_there_and_back(worked_client: TestClient) -> None:
    assert ranked(moves(worked_client, measure="two_way_gap"), "distance") == [
        (NURSES, 0.41667),  # (0.83333 + 0) / 2
        (ACUTE_CARE, 0.44444),
        # Models to Nursing Assistants: (0.5 * 1 + 0.75 * 0.5 + 0.25 * 2) / 1.5 = 0.91667
        (MODELS, 0.45833),
        (DATA_MANAGERS, 0.7),
        (ANALYSTS, 0.875),
    ]


def test_moves_to_an_occupation_are_measured_from_the_others(worked_client: TestClient) -> None:
    to_it = moves(worked_client, measure="gap", direction="to")
    assert ranked(to_it, "weighted_gap")[-1] == (MODELS, 0.91667)
    assert {gap for _, gap in ranked(to_it, "weighted_gap")[:-1]} == {0.0}


def test_closeness_is_calibrated_within_broad_occupations(worked_client: TestClient) -> None:
    # Nurses there and back: 0.22222, 0.16667; data there and back: 0, 0.35.
    # Mean 0.18472 + standard deviation 0.12567.
    closeness = moves(worked_client, measure="gap")["closeness"]
    assert closeness == {"measure": "gap", "domains": ["skills"], "threshold": 0.31039, "pairs": 4}


@pytest.mark.parametrize(
    ("option", "left", "removed"),
    [
        ({"min_coverage": 0.75}, [MODELS, NURSES], 3),
        ({"max_job_zone_difference": 1}, [MODELS, NURSES], 3),  # from zone 2: 1 and 3
        ({"other_major_group": "true"}, [MODELS, NURSES, ACUTE_CARE, DATA_MANAGERS, ANALYSTS], 0),
    ],
    ids=str,
)
def test_a_filter_of_moves_says_what_it_removed(
    worked_client: TestClient, option: dict[str, object], left: list[str], removed: int
) -> None:
    body = moves(worked_client, measure="gap", **option)
    assert [code for (code,) in ranked(body)] == left
    assert (body["rated"], body["total"]) == (5, len(left))
    assert [used["removed"] for used in body["filters"]] == [removed]


def test_a_move_names_the_widest_gaps_and_the_published_relation(worked_client: TestClient) -> None:
    nurses = next(
        move for move in moves(worked_client, measure="gap")["moves"] if move["occupation"]["onetsoc_code"] == NURSES
    )
    assert [(gap["element_id"], gap["difference"]) for gap in nurses["largest_gaps"]] == [
        (READING, 1.0), (LISTENING, 1.0), (PROGRAMMING, 1.0)
    ]  # fmt: skip
    assert nurses["related"] == {"relatedness_tier": "Primary-Short", "related_index": 1}


def test_resemblance_ranks_on_knowledge_too_among_those_rated_in_it(worked_client: TestClient) -> None:
    body = moves(worked_client)
    assert body["closeness"]["domains"] == ["skills", "knowledge"]
    assert body["compared_on"] == ["skills"]
    assert {code for (code,) in ranked(body)} <= {NURSES, ANALYSTS, ACUTE_CARE, DATA_MANAGERS, MODELS}
    assert ranked(moves(worked_client, domain="knowledge", measure="gap"), "weighted_gap") == [
        (NURSES, 2.33333),  # (1 * 3 + 0.5 * 1) / 1.5
        (ANALYSTS, 3.5),  # (1 * 3.5 + 0 * 0) / 1
    ]


@pytest.mark.parametrize(
    ("max_steps", "stops", "widest", "total"),
    [
        (1, [ANALYSTS], 1.75, 1.75),
        (2, [ACUTE_CARE, ANALYSTS], 0.88889, 1.76389),  # 0.88889, then (0.75 * 1.25 + 0.5 * 2.5) / 2.5 = 0.875
        # 0.83333, (0.75 * 1.75 + 0.5 * 1.5) / 2.5 = 0.825, (0.75 * 0.5 + 0.5 * 1) / 2.5 = 0.35
        (3, [NURSES, DATA_MANAGERS, ANALYSTS], 0.83333, 2.00833),
        # As wide, and the sum is smaller: 0.83333, 0.22222, (0.75 * 0.75 + 0.5 * 1.5) / 2.5 = 0.525, 0.35
        (4, [NURSES, ACUTE_CARE, DATA_MANAGERS, ANALYSTS], 0.83333, 1.93056),
    ],
)
def test_a_path_has_the_narrowest_widest_step(
    worked_client: TestClient, max_steps: int, stops: list[str], widest: float, total: float
) -> None:
    body = get(worked_client, "/paths", **{"from": ASSISTANTS, "to": ANALYSTS, "max_steps": max_steps})
    assert [step["to_occupation"]["onetsoc_code"] for step in body["steps"]] == stops
    assert (body["widest_step"], body["total_gap"]) == (widest, total)
    assert body["direct"]["weighted_gap"] == 1.75


def test_openers_are_the_skills_whose_next_level_brings_others_within_reach(worked_client: TestClient) -> None:
    # Clinical Data Managers are 3.5 / 2.5 away. One level of reading or of mathematics takes 0.75 off: 1.1;
    # one of programming 0.5: 1.2. Nothing brings Business Intelligence Analysts within 1.15.
    body = get(worked_client, f"/occupations/{ASSISTANTS}/openers", within=1.15)
    assert (body["rated"], body["within_reach"]) == (5, 3)
    assert [
        (opener["element_id"], opener["from_level"], opener["raised_to"], opener["opens"]) for opener in body["openers"]
    ] == [(READING, 3.0, 4.0, 1), (MATHEMATICS, 2.0, 3.0, 1), (LISTENING, 3.5, 4.5, 0), (PROGRAMMING, 0.0, 1.0, 0)]
    assert [opener["occupations"] for opener in body["openers"][:2]] == [
        [{"onetsoc_code": DATA_MANAGERS, "title": "Clinical Data Managers"}]
    ] * 2
