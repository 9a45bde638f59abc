"""``GET /skill-gap`` on a release worked by hand: every figure of a comparison, every option, every fault.

Weights are (importance - 1) / 4. Nursing Assistants to Registered Nurses, levels and the target's importance:

=============  ======  ======  ====  ==========  ======
element        source  target  gap   importance  weight
=============  ======  ======  ====  ==========  ======
Reading          3.00    4.00  1.00        4.00    0.75
Listening        3.50    4.50  1.00        4.00    0.75
Mathematics      2.00    2.25  0.25        3.00    0.50
Programming      0 (a)   1.00  1.00        2.00    0.25
=============  ======  ======  ====  ==========  ======

(a) published as 1.00 and Not Relevant. Required: 0.75 * 4 + 0.75 * 4.5 + 0.5 * 2.25 + 0.25 * 1 = 7.75;
short: 0.75 + 0.75 + 0.125 + 0.25 = 1.875; all weights: 2.25.
"""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.occupations.worked_release import (
    ACUTE_CARE,
    ANALYSTS,
    ASSISTANTS,
    COMPUTERS,
    DATA_MANAGERS,
    DATA_SCIENTISTS,
    LISTENING,
    MATHEMATICS,
    MEDICINE,
    NURSES,
    OFFICERS,
    PROGRAMMING,
    READING,
)

PAIR = {"from": ASSISTANTS, "to": NURSES}


def compare(client: TestClient, **parameters: object) -> dict[str, Any]:
    response = client.get("/skill-gap", params=PAIR | parameters)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def gaps(client: TestClient, *fields: str, **parameters: object) -> list[tuple[Any, ...]]:
    return [tuple(gap[field] for field in fields) for gap in compare(client, **parameters)["skill_gaps"]]


def test_gaps_come_widest_first_then_by_importance_then_by_element(worked_client: TestClient) -> None:
    assert gaps(worked_client, "element_id", "status", "from_level", "to_level", "difference", "to_importance") == [
        (READING, "lower", 3.0, 4.0, 1.0, 4.0),  # as wide and as important as listening: by element id
        (LISTENING, "lower", 3.5, 4.5, 1.0, 4.0),
        (PROGRAMMING, "missing", 0.0, 1.0, 1.0, 2.0),  # as wide, less important
        (MATHEMATICS, "lower", 2.0, 2.25, 0.25, 3.0),
    ]


def test_the_summary_of_a_pair(worked_client: TestClient) -> None:
    assert compare(worked_client)["summary"] == {
        "compared": 4,
        "unknown": 0,
        "gaps": 4,
        "missing": 1,
        "certain": 2,
        "possible": 1,
        "negligible": 1,
        "met": 0,
        "surplus": 0,
        "coverage": 0.75806,  # (7.75 - 1.875) / 7.75
        "weighted_gap": 0.83333,  # 1.875 / 2.25
    }


def test_a_level_that_is_not_relevant_counts_as_0_on_either_side(worked_client: TestClient) -> None:
    assert gaps(worked_client, "element_id", "from_not_relevant")[2] == (PROGRAMMING, True)
    back = compare(worked_client, **{"from": NURSES, "to": ASSISTANTS}, include="all")
    programming = next(element for element in back["surplus"] if element["element_id"] == PROGRAMMING)
    assert (programming["from_level"], programming["to_level"], programming["difference"]) == (1.0, 0.0, -1.0)
    assert (back["skill_gaps"], back["summary"]["coverage"], back["summary"]["weighted_gap"]) == ([], 1.0, 0.0)


def test_what_is_met_and_what_is_surplus(worked_client: TestClient) -> None:
    body = compare(worked_client, **{"from": NURSES, "to": ACUTE_CARE}, include="all")
    assert [gap["element_id"] for gap in body["skill_gaps"]] == [MATHEMATICS]
    assert [element["element_id"] for element in body["met"]] == [READING, PROGRAMMING]
    assert [(element["element_id"], element["difference"]) for element in body["surplus"]] == [(LISTENING, -0.5)]
    # Required: 0.75 * 4 + 0.75 * 4 + 0.5 * 3.25 + 0.25 * 1 = 7.875; short: 0.5 * 1 = 0.5.
    summary = {"gaps": 1, "missing": 0, "met": 2, "surplus": 1, "coverage": 0.93651, "weighted_gap": 0.22222}
    assert body["summary"].items() >= summary.items()


def test_certainty_is_the_interval_of_both_standard_errors(worked_client: TestClient) -> None:
    fields = ("element_id", "standard_error", "lower", "upper", "certainty", "floored")
    assert gaps(worked_client, *fields) == [
        (READING, 0.5, 0.02, 1.98, "gap", False),  # hypot(0.3, 0.4) = 0.5; 1 -/+ 1.96 * 0.5
        (LISTENING, 1.0, -0.96, 2.96, "possible_gap", False),  # hypot(0.6, 0.8) = 1
        # All eight raters agreed on both sides: sqrt(1 / 12 / 8) each, 0.14434 together; 1 -/+ 0.2829
        (PROGRAMMING, 0.14434, 0.7171, 1.2829, "gap", True),
        (MATHEMATICS, 0.05, 0.152, 0.348, "negligible", False),  # below half a level
    ]


@pytest.mark.parametrize(
    ("option", "reading", "mathematics"),
    [
        ({}, "gap", "negligible"),
        ({"confidence": 0.99}, "possible_gap", "negligible"),  # 1 - 2.58 * 0.5 < 0
        ({"threshold": 0.25}, "gap", "gap"),  # 0.25 is not below it
        # z = 2 has p = 0.0455; third of four by Holm it would have to be at most 0.05 / 2.
        ({"adjust": "holm"}, "possible_gap", "negligible"),
    ],
    ids=str,
)
def test_certainty_depends_on_confidence_threshold_and_adjustment(
    worked_client: TestClient, option: dict[str, object], reading: str, mathematics: str
) -> None:
    certainties = dict(gaps(worked_client, "element_id", "certainty", **option))
    assert (certainties[READING], certainties[MATHEMATICS]) == (reading, mathematics)


def test_without_a_published_error_nothing_is_said_of_certainty(worked_client: TestClient) -> None:
    assert set(gaps(worked_client, "certainty", "standard_error", "lower", to=ACUTE_CARE)) == {(None, None, None)}


@pytest.mark.parametrize(
    ("option", "removed", "left", "coverage", "weighted_gap"),
    [
        ({"min_importance": 3}, 1, 3, 0.78333, 0.8125),  # without programming: 5.875 / 7.5, 1.625 / 2
        ({"precision": "strict"}, 1, 3, 0.73585, 1.0),  # without mathematics: 4.875 / 6.625, 1.75 / 1.75
        ({"min_gap": 0.5}, 1, 4, 0.75806, 0.83333),  # a shorter list, the same sums
    ],
    ids=str,
)
def test_a_filter_says_what_it_removed(
    worked_client: TestClient, option: dict[str, object], removed: int, left: int, coverage: float, weighted_gap: float
) -> None:
    body = compare(worked_client, **option)
    ((name, value),) = option.items()
    assert body["filters"] == [{"name": name, "value": value, "removed": removed}]
    assert len(body["skill_gaps"]) == 3
    summary = body["summary"]
    assert (summary["coverage"], summary["weighted_gap"]) == (coverage, weighted_gap)
    assert summary["compared"] == (left if name != "min_gap" else summary["compared"])


def test_a_rating_not_to_be_relied_on_is_marked(worked_client: TestClient) -> None:
    marked = dict(gaps(worked_client, "element_id", "low_precision"))
    assert marked == {READING: False, LISTENING: False, PROGRAMMING: False, MATHEMATICS: True}


def test_levels_come_with_their_score_of_100(worked_client: TestClient) -> None:
    # 4 / 7 and (4 - 1) / 4
    assert gaps(worked_client, "to_score", "to_importance_score")[0] == (57.1, 75.0)


def test_anchors_explain_both_levels(worked_client: TestClient) -> None:
    explained = {
        gap["element_id"]: gap["explanation"] for gap in compare(worked_client, explain="anchors")["skill_gaps"]
    }
    reading = explained[READING]
    assert (reading["from_anchor_level"], reading["to_anchor_level"]) == (2, 4)
    assert reading["description"] == "What Reading Comprehension is."
    assert reading["sentence"] == (
        'Reading Comprehension: Registered Nurses need level 4.00 of 7 (as in "Compare two written offers", level 4); '
        'Nursing Assistants bring level 3.00 (above "Follow a notice on a door", level 2).'
    )
    assert explained[PROGRAMMING]["sentence"] == (
        "Programming: Registered Nurses need level 1.00 of 7; Nursing Assistants do without it."
    )


def test_another_domain_is_compared_alone_or_with_the_first(worked_client: TestClient) -> None:
    knowledge = compare(worked_client, domain="knowledge")
    assert [(gap["element_id"], gap["difference"]) for gap in knowledge["skill_gaps"]] == [
        (MEDICINE, 3.0), (COMPUTERS, 1.0)
    ]  # fmt: skip
    # Weights 1 and 0.5; required 5 + 1.25 = 6.25; short 3 + 0.5 = 3.5.
    assert knowledge["summary"].items() >= {"compared": 2, "coverage": 0.44, "weighted_gap": 2.33333}.items()
    both = compare(worked_client, domain="all")
    # (7.75 + 6.25 - 1.875 - 3.5) / 14 and 5.375 / 3.75
    assert both["summary"].items() >= {"compared": 6, "coverage": 0.61607, "weighted_gap": 1.43333}.items()
    assert "Compare levels within a domain." in both["notes"][0]
    assert both["notes"][1:] == [
        "This release was loaded without abilities.",
        "This release was loaded without work activities.",
    ]


def test_a_table_holds_the_figures_of_the_json(worked_client: TestClient) -> None:
    response = worked_client.get("/skill-gap", params=PAIR | {"format": "csv"})
    assert response.headers["content-disposition"] == (
        f'attachment; filename="skill-gap_{ASSISTANTS}_{NURSES}_skills_worked.csv"'
    )
    table = list(csv.DictReader(StringIO(response.text, newline="")))
    fields = ("release", "element_id", "status", "difference", "certainty", "from_not_relevant")
    assert [tuple(row[field] for field in fields) for row in table] == [
        ("worked", READING, "lower", "1.0", "gap", "false"),
        ("worked", LISTENING, "lower", "1.0", "possible_gap", "false"),
        ("worked", PROGRAMMING, "missing", "1.0", "gap", "true"),
        ("worked", MATHEMATICS, "lower", "0.25", "negligible", "false"),
    ]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_head_has_the_headers_of_get_and_no_body(worked_client: TestClient, form: str) -> None:
    get, head = (
        worked_client.request(method, "/skill-gap", params=PAIR | {"format": form}) for method in ("GET", "HEAD")
    )
    names = ("content-type", "content-length", "etag", "cache-control")
    assert (head.status_code, head.content) == (200, b"")
    assert [head.headers.get(name) for name in names] == [get.headers.get(name) for name in names]


@pytest.mark.parametrize("code", ["29-1141", " 29-1141.00 ", "29\u20131141.00"])
def test_a_code_of_6_digits_means_the_rated_occupation_itself(worked_client: TestClient, code: str) -> None:
    """Acute Care Nurses are under it too, but the whole is rated."""
    assert compare(worked_client, to=code) == compare(worked_client)


def test_several_rated_details_of_an_unrated_occupation_are_a_choice(worked_client: TestClient) -> None:
    response = worked_client.get("/skill-gap", params=PAIR | {"to": "15-2051"})
    error = response.json()["errors"][0]
    assert (response.status_code, error["code"], error["parameter"]) == (300, "several-occupations", "to")
    assert [suggestion["onetsoc_code"] for suggestion in error["suggestions"]] == [ANALYSTS, DATA_MANAGERS]


@pytest.mark.parametrize(
    ("wrong", "status", "faults"),
    [
        ({"to": "cook"}, 400, [("invalid-parameter", "to")]),
        ({"to": "99-9999.00"}, 404, [("occupation-not-found", "to")]),
        ({"to": OFFICERS}, 404, [("occupation-not-rated", "to")]),
        ({"to": DATA_MANAGERS, "domain": "knowledge"}, 404, [("occupation-not-rated", "to")]),
        ({"domain": "abilities"}, 404, [("domain-not-loaded", "domain")]),
        ({"release": "29.2"}, 404, [("release-not-found", "release")]),
        (
            {"from": "cook", "to": "99-9999.00", "min_gap": 8, "min_gpa": 1},
            400,
            [("invalid-parameter", "min_gap"), ("invalid-parameter", "min_gpa"), ("invalid-parameter", "from"),
             ("occupation-not-found", "to")],
        ),
    ],
    ids=str,
)  # fmt: skip
def test_every_fault_is_in_one_response(
    worked_client: TestClient, wrong: dict[str, object], status: int, faults: list[tuple[str, str]]
) -> None:
    response = worked_client.get("/skill-gap", params=PAIR | wrong)
    assert response.headers["content-type"] == "application/problem+json"
    found = {(error["code"], error["parameter"]): None for error in response.json()["errors"]}
    assert (response.status_code, list(found)) == (status, faults)


@pytest.mark.parametrize(
    ("code", "suggested"), [(DATA_SCIENTISTS, [ANALYSTS, DATA_MANAGERS]), (OFFICERS, [])]
)  # fmt: skip
def test_an_unrated_occupation_suggests_the_rated_ones_of_its_soc_group(
    worked_client: TestClient, code: str, suggested: list[str]
) -> None:
    error = worked_client.get("/skill-gap", params=PAIR | {"from": code}).json()["errors"][0]
    assert error["code"] == "occupation-not-rated"
    assert [suggestion["onetsoc_code"] for suggestion in error["suggestions"]] == suggested
