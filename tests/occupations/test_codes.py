"""Codes from elsewhere: 6 digits, other dashes, an older taxonomy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.errors import SourceFileError
from tests.conftest import SAMPLE, client_of, load

MODELS = "41-9012.00"


@pytest.mark.parametrize(
    ("soc", "taken"),
    [
        ("41-9012", "41-9012.00"),  # the only occupation
        ("11-1011", "11-1011.00"),  # .03 is rated too, but .00 is
        ("55-1016", "55-1016.00"),  # the only one, and not rated
        ("99-9999", "99-9999.00"),  # not there at all
        ("15-2051.00", "15-2051.00"),  # named in full, though not rated
    ],
)
def test_a_code_that_can_mean_one_occupation_is_taken_for_it(release_client: TestClient, soc: str, taken: str) -> None:
    short = release_client.get(f"/occupations/{soc}/ratings").json()
    full = release_client.get(f"/occupations/{taken}/ratings").json()
    for answer in (short, full):
        answer.pop("instance", None)
        answer.pop("request_id", None)
    assert short == full


def test_several_occupations_of_which_none_is_meant_are_a_choice(onet_client: TestClient) -> None:
    response = onet_client.get(f"/skill-gap?from=15-2051&to={MODELS}")
    assert response.headers["content-type"] == "application/problem+json"
    assert "location" not in response.headers
    body = response.json()
    assert (response.status_code, body["code"]) == (300, "several-occupations")
    assert body["detail"] == (
        "O*NET 29.2 has several occupations under 15-2051, and 15-2051.00 Data Scientists is not "
        "rated: choose one of those that are rated."
    )
    assert body["errors"][0]["parameter"] == "from"
    assert body["errors"][0]["suggestions"] == [
        {"onetsoc_code": "15-2051.01", "title": "Business Intelligence Analysts"},
        {"onetsoc_code": "15-2051.02", "title": "Clinical Data Managers"},
    ]


def test_one_rated_detail_is_offered_and_not_taken_for_the_whole(onet_client: TestClient) -> None:
    body = onet_client.get("/occupations/15-1255/ratings").json()
    assert body["code"] == "several-occupations"
    assert body["errors"][0]["suggestions"] == [{"onetsoc_code": "15-1255.01", "title": "Video Game Designers"}]


def test_an_occupation_is_shown_by_6_digits_whether_rated_or_not(onet_client: TestClient) -> None:
    assert onet_client.get("/occupations/15-2051").json()["title"] == "Data Scientists"


def test_a_choice_stands_behind_a_fault(onet_client: TestClient) -> None:
    body = onet_client.get("/skill-gap?from=15-2051&to=99-9999").json()
    assert (body["status"], body["code"]) == (404, "occupation-not-found")
    assert [one["code"] for one in body["errors"]] == ["several-occupations", "occupation-not-found"]


@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2212")
def test_a_dash_from_a_word_processor_is_a_hyphen(sample_client: TestClient, dash: str) -> None:
    answer = sample_client.get("/skill-gap", params={"from": f"11{dash}1011.00", "to": MODELS})
    assert answer.json()["from_occupation"]["onetsoc_code"] == "11-1011.00"


@pytest.mark.parametrize("code", ["11101100", "111011", "11-1011.0", "11.1011.00", "11-1011.00 x", "11--1011"])
def test_what_could_be_another_kind_of_code_is_refused(sample_client: TestClient, code: str) -> None:
    body = sample_client.get("/skill-gap", params={"from": code, "to": MODELS}).json()
    assert (body["status"], body["code"]) == (400, "invalid-parameter")


@pytest.mark.parametrize("blank", ["\x1c", "\u00a0", "\u2003"])
def test_a_blank_of_any_kind_around_a_code_is_dropped(sample_client: TestClient, blank: str) -> None:
    answer = sample_client.get("/skill-gap", params={"from": f"11-1011{blank}", "to": MODELS})
    assert answer.status_code == 200


CROSSWALK = """\
O*NET-SOC 2010 Code,O*NET-SOC 2010 Title,O*NET-SOC 2019 Code,O*NET-SOC 2019 Title
11-1011.00,Chief Executives,11-1011.00,Chief Executives
15-1132.00,"Software Developers, Applications",15-1252.00,Software Developers
15-1134.00,Web Developers,15-1254.00,Web Developers
15-1134.00,Web Developers,15-1299.00,"Computer Occupations, All Other"
"""


@pytest.fixture(scope="module", params=["2010_to_2019_Crosswalk.csv", "codes.txt"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app on our sample, with the crosswalk in a file of any name."""
    folder = tmp_path_factory.mktemp("crosswalk")
    sample = Path(shutil.copytree(SAMPLE, folder / "sample"))
    (sample / request.param).write_bytes(b"\xef\xbb\xbf" + CROSSWALK.encode())
    url = f"sqlite:///{folder / 'test.sqlite'}"
    assert load(connect(make_url(url)), sample).rows["code_crosswalk"] == 4
    yield from client_of(url)


@pytest.mark.parametrize(
    ("code", "detail", "successors"),
    [
        (
            "15-1132",
            "15-1132.00 Software Developers, Applications is a code of the O*NET-SOC 2010 "
            "taxonomy. The illustrative sample has 15-1252.00 Software Developers in its place.",
            ["15-1252.00"],
        ),
        (
            "15-1134.00",
            "15-1134.00 Web Developers is a code of the O*NET-SOC 2010 taxonomy. The illustrative "
            "sample has 15-1254.00 Web Developers and 15-1299.00 Computer Occupations, All Other "
            "in its place.",
            ["15-1254.00", "15-1299.00"],
        ),
    ],
)
def test_a_code_of_the_2010_taxonomy_names_its_successors(
    client: TestClient, code: str, detail: str, successors: list[str]
) -> None:
    body = client.get(f"/skill-gap?from={code}&to={MODELS}").json()
    assert (body["status"], body["code"], body["detail"]) == (404, "code-of-older-taxonomy", detail)
    assert [one["onetsoc_code"] for one in body["errors"][0]["suggestions"]] == successors


def test_a_code_that_both_taxonomies_have_is_the_one_of_today(client: TestClient) -> None:
    assert client.get("/occupations/11-1011.00").json()["title"] == "Chief Executives"


def test_a_code_of_neither_taxonomy_is_not_found(client: TestClient) -> None:
    body = client.get("/occupations/99-9999.00").json()
    assert (body["code"], body["detail"]) == (
        "occupation-not-found",
        "The illustrative sample has no occupation 99-9999.00: the code is not in this taxonomy, O*NET-SOC 2019.",
    )


def test_without_a_crosswalk_an_old_code_is_honestly_not_known(onet_client: TestClient) -> None:
    body = onet_client.get("/occupations/15-1132.00").json()
    assert (body["code"], body["detail"]) == (
        "occupation-not-found",
        "O*NET 29.2 has no occupation 15-1132.00: the code is not in this taxonomy, O*NET-SOC "
        "2019. No crosswalk from an older one is loaded.",
    )


def test_a_crosswalk_to_occupations_that_are_not_there_is_refused(sample: Path, tmp_path: Path) -> None:
    (sample / "crosswalk.csv").write_text(CROSSWALK.replace("15-1254.00", "15-1255.00"))
    with pytest.raises(SourceFileError, match=r"'15-1255\.00' is not in Occupation Data\.txt"):
        load(connect(make_url(f"sqlite:///{tmp_path / 'test.sqlite'}")), sample)
