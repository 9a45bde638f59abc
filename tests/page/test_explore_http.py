"""Home, explore, releases, about and developers as the server renders them."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from skillgap.api.app import create_app
from skillgap.api.page.occupation import level_meaning
from skillgap.onet.load.replace import use_release
from skillgap.onet.records import Anchor
from skillgap.settings import AccessSettings, DatabaseSettings
from tests.conftest import client_of, engine_at, load, sample_file
from tests.later_release import write_later_release

NURSES = "29-1141.00"
ROOT = Path(__file__).parents[2]
PAGES = [
    "/",
    "/explore/occupations",
    "/explore/occupations?q=nurse&job_zone=4&rated=true&major_group=29",
    "/explore/occupations?q=qqqqqqqq",
    "/explore/occupations/29-1141.00",
    "/explore/occupations/15-1299.00",
    "/explore/releases",
    "/about",
    "/developers",
]


def text_of(client: TestClient, path: str) -> str:
    """The visible text of a page, in one line."""
    response = client.get(path)
    assert response.status_code == 200, response.text
    main = re.sub(r"<[^>]+>", " ", response.text.partition("<main")[2])
    return re.sub(r"\s+", " ", html.unescape(main))


def links(client: TestClient, path: str) -> list[str]:
    """The addresses that a page links to, from the service's root."""
    up = path.partition("?")[0].count("/") - 1
    found = re.findall(r'(?:href|src|action)="([^"#]*)', client.get(path).text)
    return [html.unescape(address).removeprefix("../" * up) for address in found]


@pytest.mark.parametrize("client", ["sample_client", "onet_client"])
@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(request: pytest.FixtureRequest, client: str, path: str) -> None:
    served: TestClient = request.getfixturevalue(client)
    doors = ("me", "team")  # pages of their own tests
    for address in set(links(served, path)):
        if address.startswith(("http", "./")) or address.partition("?")[0] in doors:
            continue
        assert served.get(f"/{address}").status_code == 200, address


@pytest.mark.parametrize("path", PAGES)
def test_only_scripts_and_styles_of_this_service_run(sample_client: TestClient, path: str) -> None:
    response = sample_client.get(path)
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", response.text)


@pytest.mark.parametrize("path", [page.partition("?")[0] for page in PAGES if "?" not in page])
def test_before_a_release_is_loaded_every_page_says_so(path: str) -> None:
    with TestClient(create_app(DatabaseSettings(database_url="sqlite://"))) as client:
        response = client.get(path)
    assert (response.status_code, response.headers["refresh"]) == (503, "5")
    assert "No release is loaded" in response.text


def test_home_has_three_doors_and_examples_with_what_they_say(onet_client: TestClient) -> None:
    home = text_of(onet_client, "/")
    for door in ("Compare two occupations", "What fits me?", "Plan for a team"):
        assert door in home
    assert "Registered Nurses A stretch 29 skills and 5 fields of knowledge to raise for certain" in home
    assert "Close 4 skills and 1 field of knowledge to raise for certain" in home
    assert "./?from=31-1131.00&to=29-1141.00" in links(onet_client, "/")


def test_home_of_the_sample_claims_no_certainty(sample_client: TestClient) -> None:
    home = text_of(sample_client, "/")
    assert "33 skills to raise, how certain is not known" in home
    assert "for certain" not in home


def test_a_link_keeps_the_release_that_the_address_names(sample_client: TestClient) -> None:
    for path in ("/explore/occupations", "/explore/occupations/29-1141.00"):
        page = sample_client.get(f"{path}?release=sample").text
        inside = re.findall(r'href="[./]*(explore/occupations/[^"]*)"(?!>the current one)', page)
        assert inside
        assert all("release=sample" in one for one in inside)


@pytest.mark.parametrize(
    ("query", "heading"),
    [
        ("", "All occupations"),
        ("?q=nurse&major_group=29", "occupations for “nurse”"),
        ("?major_group=29&job_zone=&q=&rated=&utm_source=mail", "96 occupations"),
        ("?job_zone=5", "154 occupations"),
        ("?rated=false", "137 occupations"),
    ],
)
def test_occupations_are_found_and_browsed(onet_client: TestClient, query: str, heading: str) -> None:
    assert heading in text_of(onet_client, f"/explore/occupations{query}")


def test_all_occupations_are_reached_page_by_page(sample_client: TestClient) -> None:
    first = links(sample_client, "/explore/occupations")
    second = links(sample_client, "/explore/occupations?offset=20")
    codes = {one for one in (*first, *second) if re.fullmatch(r"explore/occupations/[\d.-]+", one)}
    assert len(codes) == 26
    assert "explore/occupations?offset=20" in first
    assert "The list ends before this page." in text_of(sample_client, "/explore/occupations?offset=40")


def test_nothing_found_says_what_to_try(onet_client: TestClient) -> None:
    text = text_of(onet_client, "/explore/occupations?q=nurse&job_zone=1")
    assert "they leave out all 21 that were found" in text
    assert "explore/occupations?q=nurse" in links(onet_client, "/explore/occupations?q=nurse&job_zone=1")


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/explore/occupations?job_zone=6", 400, "less than or equal to 5"),
        ("/explore/occupations?release=1.0", 404, "Release '1.0' is not loaded"),
        ("/explore/occupations/99-9999", 404, "has no occupation 99-9999.00"),
        ("/explore/occupations/cook", 400, "is not an O*NET-SOC code"),
        ("/explore/occupations/29-1141?max_job_zone_difference=9", 400, "less than or equal to 4"),
        ("/explore/releases?before=1.0", 404, "Release '1.0' is not loaded"),
    ],
)
def test_what_cannot_be_shown_is_a_page_that_says_why(
    onet_client: TestClient, onet_two: TestClient, path: str, status: int, said: str
) -> None:
    client = onet_two if "releases" in path else onet_client
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert said in html.unescape(response.text)


def test_six_digits_lead_to_the_occupation(onet_client: TestClient) -> None:
    response = onet_client.get("/explore/occupations/29-1141?other_major_group=true", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "./29-1141.00?other_major_group=true")


def test_an_occupation_is_described_with_what_its_levels_mean(onet_client: TestClient) -> None:
    text = text_of(onet_client, "/explore/occupations/29-1141.00")
    assert "Job zone 4: considerable preparation" in text
    assert re.search(r"Social Perceptiveness level 4\.38, importance 4\.12 of 5 above “[^”]+” \(level 4\)", text)
    assert "Licensed Practical and Licensed Vocational Nurses rank 1 close" in text
    assert "27 other technologies" in text
    assert "19 more tasks" in text
    assert "76 more titles" in text


def test_moves_are_filtered_and_say_how_many_are_left(onet_client: TestClient) -> None:
    query = "max_job_zone_difference=0&other_major_group=true"
    body = onet_client.get(f"/occupations/29-1141/moves?{query}&limit=10").json()
    text = text_of(onet_client, f"/explore/occupations/29-1141.00?{query}")
    assert f"{body['total']} of 878 rated occupations pass the filters" in text
    for move in body["moves"]:
        assert f"{move['occupation']['title']} rank {move['rank']} " in text


def test_an_unrated_occupation_says_what_is_missing_and_offers_the_closest_with_data(onet_client: TestClient) -> None:
    text = text_of(onet_client, "/explore/occupations/15-1252.00")
    assert "has not rated its skills. Its levels are unknown, not 0" in text
    assert "Computer Programmers 15-1251.00 Compare from it" in text
    assert "Most important skills" not in text
    assert "No occupation of its group has ratings either" in text_of(onet_client, "/explore/occupations/55-1016.00")


def test_a_release_without_tasks_and_technologies_says_so(onet_two: TestClient) -> None:
    text = text_of(onet_two, f"/explore/occupations/{NURSES}?release=made-up")
    assert "was loaded without its file Task Statements" in text
    assert "was loaded without its file Technology Skills" in text


@pytest.mark.parametrize(
    ("level", "meaning"),
    [
        (4.25, "as in “b” (level 4)"),
        (4.5, "above “b” (level 4)"),
        (3.5, "below “b” (level 4)"),
        (0.88, "below “a” (level 2)"),
        (7.0, "above “c” (level 6)"),
    ],
)
def test_a_level_is_told_by_the_nearest_example(level: float, meaning: str) -> None:
    assert level_meaning((Anchor(2, "a"), Anchor(4, "b"), Anchor(6, "c")), level) == meaning
    assert level_meaning((), level) == ""


def test_one_release_says_how_to_load_another(sample_client: TestClient) -> None:
    text = text_of(sample_client, "/explore/releases")
    assert "One release is loaded, so there is nothing to compare it with." in text
    assert "skillgap load" in text


@pytest.fixture(scope="module")
def onet_two(onet: Path, onet_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app with 29.2, which is current, and an altered copy of it."""
    folder = tmp_path_factory.mktemp("two")
    url = f"sqlite:///{shutil.copy(onet_file, folder / 'test.sqlite')}"
    for engine in engine_at(url):
        load(engine, write_later_release(onet, folder / "later"), release="made-up", accept_incomplete=True)
        use_release(engine, "29.2")
    yield from client_of(url)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Look again at advice by O*NET 29.2 about 2 of 877 occupations: 3 levels of theirs changed for certain."),
        ("?before=made-up&after=29.2", "Look again at advice by O*NET made-up about 2 of 877 occupations"),
        ("?before=29.2&after=29.2", "Advice by O*NET 29.2 still holds: no level of 879 occupations changed"),
        ("?occupation=29-1141", "Registered Nurses: surveyed anew; 2 levels changed for certain."),
        ("?occupation=registered+nurses", "Registered Nurses: surveyed anew; 2 levels changed for certain."),
        ("?occupation=nurs", "Which occupation is “nurs”?"),
        ("?element=2.B.2.i", "Complex Problem Solving: changed for certain in 1 occupation."),
        ("?occupation=99-9999", "has no occupation 99-9999.00"),
    ],
)
def test_the_difference_of_two_releases_is_answered_in_a_sentence(onet_two: TestClient, query: str, said: str) -> None:
    assert said in text_of(onet_two, f"/explore/releases{query}")


@pytest.mark.parametrize(
    ("query", "table", "rows"),
    [
        ("occupation=registered+nurses", "?occupation=29-1141.00&format=csv", 35),
        ("occupation=nurs&domain=skills", "?format=csv", 5),  # which it is, is not known: the whole is shown
        ("element=2.B.2.i", "?element=2.B.2.i&format=csv", 4),
    ],
)
def test_the_table_of_a_difference_is_the_one_that_is_shown(
    onet_two: TestClient, query: str, table: str, rows: int
) -> None:
    csv = f"releases/29.2/diff/made-up{table}"
    assert csv in links(onet_two, f"/explore/releases?{query}")
    assert onet_two.get(f"/{csv}").text.count("\r\n") == rows + 1


def test_about_carries_the_attribution(sample_client: TestClient, onet_client: TestClient) -> None:
    modified = "USDOL/ETA has not approved, endorsed, or tested these modifications."
    assert "includes information from the O*NET 29.2 Database" in text_of(onet_client, "/about")
    assert modified in text_of(onet_client, "/about")
    sample = text_of(sample_client, "/about")
    assert "levels, importances and examples of the sample do not" in sample
    assert modified in sample
    assert "No automated decision about a person." in sample


def test_developers_shows_the_client_that_the_documents_test(sample_client: TestClient) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "client.md").read_text(), re.DOTALL)
    page = html.unescape(sample_client.get("/developers").text)
    assert program.replace("http://127.0.0.1:8000", "http://testserver") in page


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "No key is needed on this service."),
        ({}, "a chart that stays current <img> blocked"),
        ({"api_cors_origins": "https://careers.example.org"}, "a chart that stays current <img> works"),
        ({"api_rate_per_minute": 60}, "Requests to this service are limited"),
    ],
)
def test_developers_says_what_this_service_allows(settings: dict[str, object], said: str) -> None:
    database = DatabaseSettings(database_url=f"sqlite:///{sample_file()}")
    with TestClient(create_app(database, access=AccessSettings.model_validate(settings))) as client:
        assert said in text_of(client, "/developers")
