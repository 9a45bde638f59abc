"""What ``/skill-gap`` answers beyond the plain gap: certainty, lists, explanation, domains."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

NURSES = {"from": "31-1131.00", "to": "29-1141.00"}  # Nursing Assistants to Registered Nurses


def ask(client: TestClient, **parameters: Any) -> dict[str, Any]:
    response = client.get("/skill-gap", params=NURSES | parameters)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_every_gap_says_how_certain_it_is(onet_client: TestClient) -> None:
    answer = ask(onet_client)
    assert answer["method"] == {
        "confidence": 0.95,
        "threshold": 0.5,
        "adjust": "none",
        "order": "difference, to_importance, element_id",
    }
    for gap in answer["skill_gaps"]:
        assert gap["lower"] < gap["difference"] < gap["upper"]
        expected = "gap" if gap["lower"] > 0 else "possible_gap"
        assert gap["certainty"] == ("negligible" if gap["difference"] < 0.5 else expected)
    summary = answer["summary"]
    assert summary["certain"] + summary["possible"] + summary["negligible"] == summary["gaps"]


def test_a_filter_that_is_used_is_echoed_with_what_it_took_out(release_client: TestClient) -> None:
    plain = ask(release_client)
    assert plain["filters"] == []
    filtered = ask(release_client, min_gap=0.5, min_importance=3, precision="strict")
    assert [one["name"] for one in filtered["filters"]] == ["precision", "min_importance", "min_gap"]
    removed = sum(one["removed"] for one in filtered["filters"])
    assert filtered["summary"]["compared"] + removed == plain["summary"]["compared"] == 35
    for gap in filtered["skill_gaps"]:
        assert gap["difference"] >= 0.5
        assert gap["to_importance"] >= 3
        assert gap["low_precision"] is False


def test_lists_are_sent_when_they_are_asked_for(release_client: TestClient) -> None:
    answer = ask(release_client, **{"from": "29-1141.00", "to": "31-1131.00"}, include="all")
    summary = answer["summary"]
    assert (len(answer["met"]), len(answer["surplus"])) == (summary["met"], summary["surplus"])
    assert summary["gaps"] + summary["met"] + summary["surplus"] == 35
    assert all(one["difference"] < 0 for one in answer["surplus"])
    only_met = ask(release_client, include="met")
    assert (only_met["met"] is None, only_met["surplus"] is None) == (False, True)


def test_levels_come_with_their_standardised_score(release_client: TestClient) -> None:
    gap = ask(release_client)["skill_gaps"][0]
    assert gap["to_score"] == round(gap["to_level"] / 7 * 100, 1)
    assert gap["to_importance_score"] == round((gap["to_importance"] - 1) / 4 * 100, 1)


def test_anchors_explain_both_levels(onet_client: TestClient) -> None:
    answer = ask(onet_client, explain="anchors")
    speaking = next(one for one in answer["skill_gaps"] if one["element_name"] == "Speaking")
    explained = speaking["explanation"]
    assert explained["description"] == "Talking to others to convey information effectively."
    assert explained["from_anchor_level"] <= speaking["from_level"]
    assert explained["to_anchor_level"] >= speaking["to_level"]
    assert explained["from_anchor"] == "Greet tourists and explain tourist attractions"
    assert explained["to_anchor"] == "Argue a legal case before the Supreme Court"
    assert explained["sentence"].startswith("Speaking: Registered Nurses need level ")
    assert all(one["explanation"] is None for one in ask(onet_client)["skill_gaps"])


@pytest.mark.parametrize(("domain", "compared"), [("skills", 35), ("knowledge", 33), ("all", 68)])
def test_a_comparison_may_be_of_another_domain(onet_client: TestClient, domain: str, compared: int) -> None:
    answer = ask(onet_client, domain=domain)
    assert (answer["domain"], answer["summary"]["compared"]) == (domain, compared)


def test_mixed_domains_come_with_a_warning_and_say_what_is_absent(onet_client: TestClient) -> None:
    notes = ask(onet_client, domain="all")["notes"]
    assert "Compare levels within a domain." in notes[0]
    assert notes[1:] == [
        "This release was loaded without abilities.",
        "This release was loaded without work activities.",
    ]


@pytest.mark.parametrize(
    "path",
    ["/skill-gap?from=11-1011&to=11-3013&domain=abilities", "/elements?domain=abilities",
     "/occupations/11-1011.00/ratings?domain=abilities"],
)  # fmt: skip
def test_a_domain_that_was_not_loaded_says_so(release_client: TestClient, path: str) -> None:
    body = release_client.get(path).json()
    assert (body["status"], body["code"]) == (404, "domain-not-loaded")
    assert body["errors"][0]["parameter"] == "domain"


def test_the_sample_has_no_errors_and_says_nothing_of_certainty(sample_client: TestClient) -> None:
    answer = ask(sample_client)
    assert {one["certainty"] for one in answer["skill_gaps"]} == {None}
    assert answer["notes"][0].startswith("THE ILLUSTRATIVE SAMPLE IS SERVED")


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_gap": "-1"}, {"min_gap": "8"}, {"min_gap": "nan"}, {"min_importance": "0.9"},
        {"confidence": "1"}, {"threshold": "x"}, {"precision": "high"}, {"adjust": "bonferroni"},
        {"include": "gaps"}, {"explain": "yes"}, {"domain": "magic"}, {"release": "x" * 21},
        {"min_gpa": "1"},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_option_is_named(sample_client: TestClient, wrong: dict[str, str]) -> None:
    response = sample_client.get("/skill-gap", params=NURSES | wrong)
    body = response.json()
    assert (response.status_code, body["code"]) in ((400, "invalid-parameter"), (404, "release-not-found"))
    assert body["errors"][0]["parameter"] == next(iter(wrong))


def test_wrong_options_and_codes_are_told_together(sample_client: TestClient) -> None:
    query = {"from": "cook", "to": "99-9999.00", "min_gap": "8", "min_gpa": "1"}
    body = sample_client.get("/skill-gap", params=query).json()
    assert [(one["code"], one["parameter"]) for one in body["errors"]] == [
        ("invalid-parameter", "min_gap"),
        ("invalid-parameter", "min_gpa"),
        ("invalid-parameter", "from"),
        ("occupation-not-found", "to"),
    ]


def test_a_release_may_be_named(release_client: TestClient, release: str) -> None:
    assert ask(release_client, release=release) == ask(release_client)
    body = release_client.get("/scales", params={"release": "30.3"}).json()
    assert (body["status"], body["code"]) == (404, "release-not-found")
