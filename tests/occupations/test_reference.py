"""``/occupations``, ``/elements`` and ``/scales``."""

from __future__ import annotations

from typing import get_args

import pytest
from fastapi.testclient import TestClient

from skillgap.onet.major_groups import MAJOR_GROUPS, MajorGroup, major_group_of
from tests.conftest import catalogue_of


def test_without_a_text_every_occupation_is_listed_page_by_page(onet_client: TestClient) -> None:
    codes: list[str] = []
    while True:
        page = onet_client.get("/occupations", params={"limit": 500, "offset": len(codes)}).json()
        if not page["occupations"]:
            break
        codes += [one["onetsoc_code"] for one in page["occupations"]]
    assert page["total"] == len(codes) == 1016
    assert codes == sorted(set(codes))


@pytest.mark.parametrize(
    ("q", "first", "matched"),
    [
        ("15-1252", "15-1252.00", "code"),
        ("software developers", "15-1252.00", "title"),
        ("Rn", "29-1141.00", "job_title"),
        ("sofware develpers", "15-1252.00", "title"),
    ],
)
def test_a_search_finds_by_code_title_and_lay_title(onet_client: TestClient, q: str, first: str, matched: str) -> None:
    page = onet_client.get("/occupations", params={"q": q}).json()
    found = page["occupations"][0]
    assert (found["onetsoc_code"], found["matched"]) == (first, matched)
    assert page["total"] >= len(page["occupations"])


def test_a_search_says_which_occupations_can_be_compared(onet_client: TestClient) -> None:
    found = onet_client.get("/occupations", params={"q": "15-125"}).json()["occupations"]
    rated = {one["onetsoc_code"]: one["rated"] for one in found}
    assert rated["15-1251.00"] is True
    assert rated["15-1252.00"] is False


@pytest.mark.parametrize(
    ("query", "total", "removed"),
    [
        ("major_group=29", 96, [920]),
        ("major_group=55&rated=true", 0, [997, 19]),
        ("job_zone=5", 154, [862]),
        ("rated=false", 137, [879]),
        ("major_group=15&job_zone=4&rated=true", 17, [978, 14, 7]),
    ],
)
def test_occupations_are_listed_by_major_group_job_zone_and_whether_they_are_rated(
    onet_client: TestClient, query: str, total: int, removed: list[int]
) -> None:
    page = onet_client.get(f"/occupations?{query}&limit=1000").json()
    assert (page["total"], [used["removed"] for used in page["filters"]]) == (total, removed)
    assert len(page["occupations"]) == total


def test_filters_leave_the_order_of_a_search(onet_client: TestClient) -> None:
    every = onet_client.get("/occupations?q=nurse&limit=1000").json()["occupations"]
    found = onet_client.get("/occupations?q=nurse&major_group=29&job_zone=4&rated=true").json()["occupations"]
    assert [one["onetsoc_code"] for one in found] == [
        one["onetsoc_code"]
        for one in every
        if one["onetsoc_code"].startswith("29") and one["job_zone"] == 4 and one["rated"]
    ][: len(found)]
    assert found[0]["title"] == "Registered Nurses"


def test_a_code_and_a_title_name_every_major_group() -> None:
    assert list(MAJOR_GROUPS) == list(get_args(MajorGroup))
    assert (len(MAJOR_GROUPS), MAJOR_GROUPS["15"]) == (23, "Computer and Mathematical")


def test_every_occupation_of_the_release_has_its_major_group(onet_client: TestClient) -> None:
    codes = catalogue_of(onet_client).occupations
    assert {major_group_of(code) for code in codes} == MAJOR_GROUPS.keys()
    assert onet_client.get("/occupations/29-1141").json()["major_group"] == {
        "code": "29",
        "title": "Healthcare Practitioners and Technical",
    }


@pytest.mark.parametrize(
    ("code", "first"),
    [
        ("15-1252.00", ["15-1299.08", "15-1251.00", "15-1211.00"]),  # by O*NET's related occupations
        ("15-1299.00", ["15-1299.01", "15-1299.02", "15-1299.03"]),  # which has none: by its SOC group
        ("55-1016.00", []),
        ("29-1141.00", []),  # it is rated itself
    ],
)
def test_an_unrated_occupation_names_the_closest_ones_with_data(
    onet_client: TestClient, code: str, first: list[str]
) -> None:
    closest = onet_client.get(f"/occupations/{code}").json()["closest_rated"]
    assert [one["onetsoc_code"] for one in closest][:3] == first


def test_nothing_found_is_an_empty_page_with_a_total_of_0(onet_client: TestClient) -> None:
    page = onet_client.get("/occupations", params={"q": "zzzzqqqq"}).json()
    assert (page["total"], page["occupations"]) == (0, [])


def test_an_occupation_tells_what_the_release_says_of_it(onet_client: TestClient) -> None:
    answer = onet_client.get("/occupations/15-1252").json()
    assert answer["title"] == "Software Developers"
    assert (answer["job_zone"], answer["rated_domains"]) == (4, [])
    assert "Software Engineer" in answer["job_titles"]
    assert len(answer["related_occupations"]) == 20
    first = answer["related_occupations"][0]
    assert (first["related_index"], first["relatedness_tier"]) == (1, "Primary-Short")


def test_ratings_come_with_every_published_statistic(onet_client: TestClient) -> None:
    answer = onet_client.get("/occupations/11-1011.00/ratings").json()
    assert len(answer["ratings"]) == 35
    assert answer["ratings"][0] == {
        "element_id": "2.A.1.a",
        "element_name": "Reading Comprehension",
        "level": {
            "data_value": 4.62,
            "n": 8,
            "standard_error": 0.183,
            "lower_ci_bound": 4.2664,
            "upper_ci_bound": 4.9836,
            "recommend_suppress": False,
            "not_relevant": False,
            "date_updated": "2023-08-01",
            "domain_source": "Analyst",
        },
        "importance": {
            "data_value": 4.12,
            "n": 8,
            "standard_error": 0.125,
            "lower_ci_bound": 3.88,
            "upper_ci_bound": 4.37,
            "recommend_suppress": False,
            "not_relevant": None,
            "date_updated": "2023-08-01",
            "domain_source": "Analyst",
        },
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/occupations/99-9999.00", 404, "occupation-not-found"),
        ("/occupations/cook", 400, "invalid-parameter"),
        ("/occupations/15-1252.00/ratings", 404, "occupation-not-rated"),
        ("/occupations?limit=0", 400, "invalid-parameter"),
        ("/occupations?limit=1001&offset=-1", 400, "invalid-parameter"),
        (f"/occupations?q={'x' * 201}", 400, "invalid-parameter"),
        ("/occupations?major_group=12", 400, "invalid-parameter"),
        ("/occupations?major_group=29-1141", 400, "invalid-parameter"),
        ("/occupations?job_zone=6", 400, "invalid-parameter"),
        ("/occupations?rated=perhaps", 400, "invalid-parameter"),
    ],
)
def test_what_cannot_be_answered_says_why(onet_client: TestClient, path: str, status: int, code: str) -> None:
    response = onet_client.get(path)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_every_skill_has_its_description_and_three_anchors(onet_client: TestClient) -> None:
    elements = onet_client.get("/elements").json()["elements"]
    skills = [one for one in elements if one["domain"] == "skills"]
    assert (len(elements), len(skills)) == (35 + 33, 35)
    assert all(one["description"] for one in skills)
    assert {tuple(a["anchor_value"] for a in one["level_anchors"]) for one in skills} == {(2, 4, 6)}


def test_every_scale_has_its_ends(onet_client: TestClient) -> None:
    scales = {one["scale_id"]: one for one in onet_client.get("/scales").json()["scales"]}
    assert len(scales) == 29
    assert (scales["IM"]["minimum"], scales["IM"]["maximum"]) == (1, 5)
