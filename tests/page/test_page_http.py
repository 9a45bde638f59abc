"""The page as the server renders it: addresses, texts and security headers."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from skillgap.api.app import create_app
from skillgap.api.page.address import Address
from skillgap.settings import DatabaseSettings

PAIR = "from=41-9012.00&to=53-5031.00"


@pytest.mark.parametrize("address", ["/", f"/?{PAIR}", "/?tab=person", "/docs"])
def test_only_scripts_and_styles_of_this_service_run(sample_client: TestClient, address: str) -> None:
    response = sample_client.get(address)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", response.text)


def test_text_of_the_address_stays_text(sample_client: TestClient) -> None:
    response = sample_client.get("/", params={"from": "<script>alert(1)</script>"})
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert" in response.text


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("from=41-9012&to=53-5031", f"./?{PAIR}"),
        ("from=Models+(41-9012.00)&to=ship+engineers", f"./?{PAIR}"),
        (f"{PAIR}&release=1.0", f"./?{PAIR}"),
        (f"{PAIR}&domain=knowledge", f"./?{PAIR}"),
    ],
)
def test_an_address_is_redirected_to_its_canonical_form(sample_client: TestClient, query: str, location: str) -> None:
    response = sample_client.get(f"/?{query}", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, location)


@pytest.mark.parametrize("query", ["min_gap=8", "min_gap=nan", "min_gap=x", "show=none", "sort=id", "certain=perhaps"])
def test_an_invalid_value_counts_as_absent(sample_client: TestClient, query: str) -> None:
    assert Address.of(dict([query.split("=")])) == Address()
    assert sample_client.get(f"/?{PAIR}&{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "31 skills to raise, 12 of them new."),
        ("&min_gap=5.5", "4 skills to raise, all of them new."),
        ("&min_gap=6", "nothing to raise."),
    ],
)
def test_the_headline_counts_what_the_filters_leave(sample_client: TestClient, query: str, sentence: str) -> None:
    page = sample_client.get(f"/?{PAIR}{query}").text
    assert f"Models bring 26\u00a0% of what Ship Engineers need; {sentence}</h1>" in page


def test_an_occupation_covers_all_of_itself(sample_client: TestClient) -> None:
    page = sample_client.get("/?from=41-9012.00&to=41-9012.00").text
    assert "Models bring 100\u00a0% of what Models need; nothing to raise.</h1>" in page


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nurs", "Which occupation is “nurs”?"),
        ("qqqqqqqq", "No occupation is found for “qqqqqqqq”. Try another word."),
        (
            "99-9999",
            "The illustrative sample has no occupation 99-9999.00: the code is not in this "
            "taxonomy, O*NET-SOC 2019. No crosswalk from an older one is loaded.",
        ),
    ],
)
def test_a_text_without_an_occupation_says_why(sample_client: TestClient, text: str, problem: str) -> None:
    answer = sample_client.get("/choice", params={"text": text}).json()
    assert (answer["code"], answer["problem"]) == (None, problem)
    assert problem in sample_client.get("/", params={"from": text}).text


@pytest.mark.parametrize(
    ("text", "code"),
    [("machinist", "51-4041.00"), ("CNC machinists", "51-4041.00"), ("514041", "51-4041.00"), ("truck mechanic", None)],
)
def test_a_text_is_a_choice_where_it_is_exactly_a_title(sample_client: TestClient, text: str, code: str | None) -> None:
    assert sample_client.get("/choice", params={"text": text}).json()["code"] == code


def test_nothing_loaded_is_a_page_that_reloads() -> None:
    with TestClient(create_app(DatabaseSettings(database_url="sqlite://"))) as client:
        response = client.get("/")
    assert (response.status_code, response.headers["refresh"]) == (503, "5")
    assert "No release is loaded" in response.text


def test_without_a_database_the_page_does_not_say_that_nothing_is_loaded() -> None:
    away = "mysql+pymysql://skillgap:skillgap@127.0.0.1:1/skillgap"  # nobody listens there
    with TestClient(create_app(DatabaseSettings(database_url=away))) as client:
        response = client.get("/")
    assert (response.status_code, response.headers["refresh"]) == (503, "5")
    assert "The database is unavailable" in response.text
    assert "skillgap load" not in response.text
