"""``/me`` as the server renders it: a form that keeps every answer, and what it makes of them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"
READING, LISTENING = "2.A.1.a", "2.A.1.b"
OWN = {f"level.{READING}": "5", f"level.{LISTENING}": "2"}
LEVELS = {READING: 5.0, LISTENING: 2.0}


@pytest.fixture(params=["sample", "29.2"])
def release_client(request: pytest.FixtureRequest) -> TestClient:
    """The app serving our sample, and the real release."""
    client: TestClient = request.getfixturevalue("sample_client" if request.param == "sample" else "onet_client")
    return client


def posted(client: TestClient, path: str = "/me", **fields: str) -> str:
    response = client.post(path, data=fields)
    assert response.status_code == 200, response.text
    return response.text


def headline(page: str) -> str:
    found = re.search(r'id="headline"[^>]*>(.*?)</h2>', page)
    assert found
    return unescape(found[1])


def test_without_a_profile_it_says_what_to_do(release_client: TestClient) -> None:
    page = release_client.get("/me").text
    assert headline(page) == "Nothing to go by yet"
    assert page.count('class="question"') == 10


def test_a_start_alone_names_that_nothing_is_answered(release_client: TestClient) -> None:
    page = release_client.get("/me", params={"from": ASSISTANTS}).text
    assert re.fullmatch(r".+ come first, on no answer of your own yet", headline(page))
    assert "35 levels are assumed from Nursing Assistants" in page
    assert page.count("too little to call it close") == page.count('class="card match"')


def test_every_answer_is_in_the_form_again(release_client: TestClient) -> None:
    page = posted(release_client, **OWN, **{"from": ASSISTANTS, "level.2.C.9.z": "3"})
    for name, level in {**OWN, "level.2.C.9.z": "3"}.items():
        assert re.search(rf'name="{re.escape(name)}" value="{level}"( checked)?>', page)
    assert 'value="Nursing Assistants (31-1131.00)"' in page
    assert "come first, on 2 of 35 skills you answered" in headline(page)
    assert "does not rate 2.C.9.z: this answer is kept and left out." in page


def test_an_answer_that_is_no_level_is_told(sample_client: TestClient) -> None:
    page = posted(sample_client, **{f"level.{READING}": "9", f"level.{LISTENING}": "<b>"})
    assert "An answer could not be read and is left out: 2.A.1.a: 9." in page
    assert "2.A.1.b: &lt;b&gt;" in page
    assert headline(page) == "Nothing to go by yet"


def test_no_level_is_taken_from_an_address(sample_client: TestClient) -> None:
    page = sample_client.get("/me", params=OWN).text
    assert headline(page) == "Nothing to go by yet"
    assert page.count("checked") == 10  # every question is skipped


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({f"level.{READING}": "0"}, "Registered Nurses need more than you have in the one skill you answered"),
        ({f"level.{READING}": "7"}, "You have what Registered Nurses need in the one skill you answered"),
        (OWN, "Registered Nurses need more than you have in 1 of the 2 skills you answered"),
        ({}, "You have answered nothing yet that Registered Nurses need"),
        ({"from": ASSISTANTS}, "You have answered nothing yet that Registered Nurses need"),
    ],
)
def test_the_headline_rests_on_answers_alone(release_client: TestClient, fields: dict[str, str], sentence: str) -> None:
    assert headline(posted(release_client, to=NURSES, **fields)) == sentence


def test_what_is_assumed_stands_apart_from_what_is_answered(release_client: TestClient) -> None:
    page = posted(release_client, to=NURSES, **OWN, **{"from": ASSISTANTS})
    answered, _, assumed = page.partition('id="assumed-levels"')
    assert "33 not answered: assumed from Nursing Assistants" in assumed
    assert 'id="row-2.A.1.a"' in answered
    assert 'id="row-2.A.1.a"' not in assumed
    assert len(re.findall(r'id="(row-[^"]+)"', page)) == 35


def test_a_verdict_takes_half_of_what_matters(onet_client: TestClient) -> None:
    ratings = onet_client.get(f"/occupations/{NURSES}/ratings").json()["ratings"]
    by_importance = sorted(ratings, key=lambda one: -one["importance"]["data_value"])
    levels = {f"level.{one['element_id']}": str(round(one["level"]["data_value"])) for one in by_importance}
    few, many = dict(list(levels.items())[:8]), dict(list(levels.items())[:24])
    assert "Too little is answered" in posted(onet_client, to=NURSES, **few)
    assert "<strong>Close</strong> by the levels you answered: number" in posted(onet_client, to=NURSES, **many)


@pytest.mark.parametrize(("path", "api"), [("/me/gap", "/skill-gap"), ("/me/matches", "/matches")])
def test_downloads_are_the_answers_of_the_api(release_client: TestClient, path: str, api: str) -> None:
    whole: dict[str, Any] = {"to": NURSES, "include": "all", "explain": "anchors"}
    rest = whole if api == "/skill-gap" else {"limit": 1000}
    body = {"levels": LEVELS, "from": ASSISTANTS, **rest}
    fields = {**OWN, "from": ASSISTANTS, "to": NURSES}
    json_file = release_client.post(f"{path}.json", data=fields)
    assert json_file.json() == release_client.post(api, json=body).json()
    assert json_file.headers["content-disposition"].startswith("attachment")
    csv_file = release_client.post(f"{path}.csv", data=fields)
    assert csv_file.text == release_client.post(api, json=body | {"format": "csv"}).text


def test_filters_say_what_they_leave_out(release_client: TestClient) -> None:
    page = posted(release_client, **OWN, **{"from": ASSISTANTS}, max_job_zone="1")
    assert re.search(r"Preparation leaves out [\d,]+\.", page)
    none = posted(release_client, **OWN, **{"from": ASSISTANTS}, max_job_zone="1", zones="0")
    assert headline(none) == "No occupation passes these filters"


def test_a_text_that_may_mean_several_is_asked_about(sample_client: TestClient) -> None:
    page = posted(sample_client, **{"from": "nurs"})
    assert "Which occupation is “nurs”?" in page
    assert '<button name="from" value="29-1141.00">Registered Nurses</button>' in page
    assert headline(page) == "Nothing to go by yet"


def test_a_blank_button_takes_the_start_back(sample_client: TestClient) -> None:
    response = sample_client.post("/me", content="from=Nursing+Assistants+%2831-1131.00%29&from=+", headers=FORM)
    assert headline(response.text) == "Nothing to go by yet"


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("content", "headers", "status", "text"),
    [
        ("to=%ff", FORM, 400, "cannot be read"),
        ("a=1&" * 1_001, FORM, 400, "cannot be read"),
        ("a" * 70_000, FORM, 413, "larger than"),
        ("{}", {"Content-Type": "application/json"}, 415, "application/json"),
    ],
    ids=["no text", "too many fields", "too large", "no form"],
)
def test_a_form_that_cannot_be_read_is_a_page_that_says_so(
    sample_client: TestClient, content: str, headers: dict[str, str], status: int, text: str
) -> None:
    response = sample_client.post("/me", content=content, headers=headers)
    assert response.status_code == status
    assert text in response.text
    assert response.headers["content-type"].startswith("text/html")


def test_a_download_without_a_target_says_what_to_do(sample_client: TestClient) -> None:
    response = sample_client.post("/me/gap.csv", data=OWN)
    assert (response.status_code, "Choose the occupation to compare with." in response.text) == (400, True)


def test_no_level_is_written_into_a_log(sample_client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    posted(sample_client, to=NURSES, **{f"level.{READING}": "3.37"})
    posted(sample_client, "/me/gap.json", to=NURSES, **{f"level.{READING}": "3.37"})
    assert "3.37" not in caplog.text
