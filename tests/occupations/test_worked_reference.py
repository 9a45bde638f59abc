"""Occupations, ratings, elements and scales of the release worked by hand."""

from __future__ import annotations

from fastapi.testclient import TestClient

from tests.occupations.worked_release import ASSISTANTS, DEVELOPERS, LISTENING, NURSES, PROGRAMMING, READING


def test_an_occupation_with_all_that_the_release_holds_of_it(worked_client: TestClient) -> None:
    body = worked_client.get(f"/occupations/{ASSISTANTS}").json()
    assert (body["title"], body["job_zone"], body["rated_domains"]) == (
        "Nursing Assistants", 2, ["skills", "knowledge"]
    )  # fmt: skip
    assert [related["onetsoc_code"] for related in body["related_occupations"]] == [NURSES, DEVELOPERS]
    unrated = worked_client.get(f"/occupations/{DEVELOPERS}").json()
    assert (unrated["job_zone"], unrated["rated_domains"]) == (None, [])


def test_a_search_finds_by_code_title_and_alternate_title(worked_client: TestClient) -> None:
    for text, matched in (("29-1141", "code"), ("registered nurses", "title"), ("RN", "job_title")):
        first = worked_client.get("/occupations", params={"q": text}).json()["occupations"][0]
        assert (first["onetsoc_code"], first["matched"]) == (NURSES, matched)


def test_ratings_are_the_published_figures(worked_client: TestClient) -> None:
    ratings = {
        rating["element_id"]: rating
        for rating in worked_client.get(f"/occupations/{ASSISTANTS}/ratings").json()["ratings"]
    }
    level = ratings[READING]["level"]
    assert (level["data_value"], level["n"], level["standard_error"]) == (3.0, 8, 0.3)
    assert (level["not_relevant"], level["recommend_suppress"], level["date_updated"]) == (False, None, "2026-11-01")
    assert ratings[READING]["importance"]["data_value"] == 3.0
    # As published, not as a comparison counts it.
    programming = ratings[PROGRAMMING]["level"]
    assert (programming["data_value"], programming["not_relevant"]) == (1.0, True)


def test_elements_of_each_domain_with_their_anchors(worked_client: TestClient) -> None:
    elements = {element["element_id"]: element for element in worked_client.get("/elements").json()["elements"]}
    assert [element["domain"] for element in elements.values()] == ["skills"] * 4 + ["knowledge"] * 2
    assert [anchor["anchor_value"] for anchor in elements[LISTENING]["level_anchors"]] == [2, 4, 6]
    assert elements[PROGRAMMING]["level_anchors"] == []


def test_scales_with_their_ends(worked_client: TestClient) -> None:
    scales = {scale["scale_id"]: scale for scale in worked_client.get("/scales").json()["scales"]}
    assert {key: (scale["minimum"], scale["maximum"]) for key, scale in scales.items()} == {"IM": (1, 5), "LV": (0, 7)}
