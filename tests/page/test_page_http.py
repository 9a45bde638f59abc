"""The page of two occupations as the server renders it: addresses, texts, links and security headers."""

from __future__ import annotations

import html
import re

import pytest
from fastapi.testclient import TestClient

from skillgap.api.app import create_app
from skillgap.api.page.address import Address
from skillgap.api.page.panel import panel_of
from skillgap.api.security_headers import TEMPLATES
from skillgap.occupations.charts.rows import KINDS, Filters, signed
from skillgap.occupations.person.query import PersonGapBody
from skillgap.occupations.person.service import compare_person
from skillgap.occupations.schemas import percent_of
from skillgap.settings import DatabaseSettings

MODELS, SHIP_ENGINEERS, NURSES, ASSISTANTS, CHIEFS = (
    "41-9012.00",
    "53-5031.00",
    "29-1141.00",
    "31-1131.00",
    "11-1011.00",
)
PAIR = f"from={MODELS}&to={SHIP_ENGINEERS}"


def text_of(page: str, element: str = "main") -> str:
    """The text of the first such element, with single spaces."""
    inside = page[page.index(f"<{element}") : page.index(f"</{element.partition(' ')[0]}>", page.index(f"<{element}"))]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inside)).split())


def names_in(page: str, part: str) -> list[str]:
    """The names of the elements in a part of the page."""
    section = page[page.index(part) :]
    return re.findall(r"<strong>([^<]+)</strong>", section[: section.index("</section>")])


@pytest.mark.parametrize("address", ["/", f"/?{PAIR}", f"/?{PAIR}&sort=name", "/?from=x", "/docs"])
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
        (f"{PAIR}&domain=knowledge", f"./?{PAIR}"),
        (f"{PAIR}&domain=both", f"./?{PAIR}"),
        ("tab=person&to=53-5031.00", "./me?to=53-5031.00"),
    ],
)
def test_an_address_is_redirected_to_its_canonical_form(sample_client: TestClient, query: str, location: str) -> None:
    response = sample_client.get(f"/?{query}", follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, location)


def test_an_unknown_release_is_refused_with_what_is_loaded(sample_client: TestClient) -> None:
    response = sample_client.get(f"/?{PAIR}&release=1.0")
    assert response.status_code == sample_client.get(f"/skill-gap?{PAIR}&release=1.0").status_code == 404
    assert "Loaded: sample." in text_of(response.text)


@pytest.mark.parametrize(
    "query",
    ["min_gap=8", "min_gap=nan", "min_gap=x", "show=none", "sort=id", "certain=perhaps", "zones=9", "domain=all"],
)
def test_an_invalid_value_counts_as_absent(sample_client: TestClient, query: str) -> None:
    assert Address.of(dict([query.split("=")])) == Address()
    assert sample_client.get(f"/?{PAIR}&{query}").status_code == 200


def test_the_verdict_comes_first_with_both_domains_beside_each_other(onet_client: TestClient) -> None:
    page = onet_client.get(f"/?from={ASSISTANTS}&to={NURSES}").text
    assert text_of(page, "h1") == "Registered Nurses is a stretch for Nursing Assistants"
    assert text_of(page, 'header class="verdict').startswith(
        "Nursing Assistants → to Registered Nurses Registered Nurses is a stretch for Nursing Assistants "
        "Closer than 93 % of occupations: number 63 of 878. 59 close 207 a stretch 612 far "
        "Skills 29 certain gaps 2 possible, 1 negligible; of 35 mean gap 1.11 levels , close up to 0.45 "
        "67 % of the required level: rank 523 of 878 Knowledge 5 certain gaps"
    )


@pytest.mark.parametrize(
    "query", ["min_gap=1.2", "certain=1", "show=surplus", "show=all&min_gap=3", "sort=name", "zones=0"]
)
def test_filters_change_neither_verdict_nor_counts_nor_needs(onet_client: TestClient, query: str) -> None:
    whole, filtered = (onet_client.get(f"/?from={ASSISTANTS}&to={NURSES}{more}").text for more in ("", f"&{query}"))
    for part in ('header class="verdict', 'section class="needs', 'section class="held', 'p class="counts'):
        assert text_of(filtered, part) == text_of(whole, part)


@pytest.mark.parametrize(
    ("query", "hidden"),
    [
        ("", ""),
        ("&min_gap=1.2", "Hidden by the filters: 21 of 32 gaps."),
        ("&certain=1", "Hidden by the filters: 3 of 32 gaps."),
        ("&show=surplus", "Hidden by the filters: 32 of 32 gaps."),
    ],
)
def test_a_line_says_what_the_filters_hide(onet_client: TestClient, query: str, hidden: str) -> None:
    page = onet_client.get(f"/?from={ASSISTANTS}&to={NURSES}{query}").text
    assert text_of(page, 'p class="hidden-rows') == hidden


def test_needs_are_the_widest_certain_gaps_with_what_both_levels_mean(onet_client: TestClient) -> None:
    page = onet_client.get(f"/?from={ASSISTANTS}&to={NURSES}").text
    assert names_in(page, 'class="needs"') == [
        "Science",
        "Operations Analysis",
        "Learning Strategies",
        "Systems Analysis",
        "Active Learning",
    ]
    assert "Has 2.75 above “Think about" in text_of(page, 'section class="needs')
    assert "and 24 more certain gaps in the chart below." in text_of(page, 'section class="needs')


def test_a_possible_gap_is_no_need(onet_client: TestClient) -> None:
    pair = "from=29-1141.00&to=29-2061.00"  # nothing that practical nurses need is certainly above
    assert onet_client.get(f"/skill-gap?{pair}").json()["summary"]["certain"] == 0
    page = onet_client.get(f"/?{pair}").text
    assert names_in(page, 'class="needs"') == []
    assert "No gap is certain" in text_of(page, 'section class="needs')


def test_without_standard_errors_nothing_is_called_certain(sample_client: TestClient) -> None:
    page = sample_client.get(f"/?{PAIR}").text
    assert text_of(page, 'section class="needs').startswith(
        "Widest gaps These levels have no published standard errors"
    )
    assert "certain gap" not in text_of(page, 'header class="verdict')
    assert text_of(page, 'p class="counts') == "31 gaps in 35 skills; no standard errors tell how certain."


def test_what_is_held_already_is_important_to_the_target(onet_client: TestClient) -> None:
    page = onet_client.get(f"/?from={CHIEFS}&to={NURSES}").text
    assert text_of(page, 'section class="held').startswith("Have already Coordination 0.88 above the 4.00 needed")


def test_negligible_gaps_are_folded(onet_client: TestClient) -> None:
    page = onet_client.get(f"/?from={ASSISTANTS}&to={NURSES}").text
    assert text_of(page, 'details class="fold').startswith("1 negligible gap: less than half a level")
    assert page.count('<li class="chart-row') == 32


def test_the_tab_both_shows_a_panel_for_each_domain(onet_client: TestClient) -> None:
    page = onet_client.get(f"/?from={CHIEFS}&to={NURSES}&domain=both").text
    assert page.count('class="needs"') == page.count('class="chart"') == page.count('class="downloads"') == 2
    assert re.findall(r'id="tab-(\w+)"', page) == ["skills", "knowledge", "both"]
    assert (
        'id="tab-both" href="./?from=11-1011.00&amp;to=29-1141.00&amp;domain=both" data-swap="page" aria-current'
        in page
    )


@pytest.mark.parametrize("query", ["", "&domain=knowledge", "&levels=calibrated&min_gap=2&show=all"])
def test_csv_and_json_of_the_page_are_the_answers_of_the_api(onet_client: TestClient, query: str) -> None:
    pair = f"from={ASSISTANTS}&to={NURSES}"
    page = onet_client.get(f"/?{pair}{query}").text
    links = {kind: html.unescape(link) for link, kind in re.findall(r'href="([^"]+)" download="[^"]+\.(\w+)"', page)}
    named = query.replace("&min_gap=2&show=all", "")
    whole = f"/skill-gap?{pair}{named}&include=all&explain=anchors"
    assert onet_client.get(f"/{links['json']}").json() == onet_client.get(whole).json()
    assert onet_client.get(f"/{links['csv']}").text == onet_client.get(f"{whole}&format=csv").text
    assert onet_client.get(f"/{links['svg']}".replace("chart.svg", "chart.json")).status_code == 200


def test_no_path_is_offered_where_the_direct_move_is_close(onet_client: TestClient) -> None:
    stretch = text_of(onet_client.get(f"/?from={ASSISTANTS}&to={NURSES}").text, 'section id="next-steps"')
    close = onet_client.get(f"/?from={NURSES}&to={ASSISTANTS}").text
    assert (
        "A path in smaller steps Its widest step has a mean gap of 0.42 levels; the direct move 1.11 levels." in stretch
    )
    assert "A path in smaller steps" not in close
    assert "Closest moves from Registered Nurses" in close


def test_next_steps_are_by_the_domain_shown_and_say_what_is_not_in_them(onet_client: TestClient) -> None:
    pair = f"/?from={ASSISTANTS}&to={NURSES}"
    skills, knowledge = (onet_client.get(f"{pair}&domain={domain}").text for domain in ("skills", "knowledge"))
    assert "This is about skills alone: knowledge, schooling and licences are not in it." in skills
    assert "Skills that open the most occupations" not in knowledge
    assert "This is about skills alone" not in knowledge


def test_moves_are_filtered_by_job_zone(onet_client: TestClient) -> None:
    page = onet_client.get(f"/?from={ASSISTANTS}&to={NURSES}&zones=0").text
    moves = page[page.index('<ul class="moves">') :]
    assert set(re.findall(r"job zone (\d)", moves[: moves.index("</ul>")])) == {"3"}


def test_the_same_occupation_twice_says_so(sample_client: TestClient) -> None:
    page = sample_client.get(f"/?from={MODELS}&to={MODELS}").text
    assert "This is the occupation to start from: choose another one to reach." in text_of(page, 'div id="to-problem')
    assert 'id="answer"' not in page


def test_a_missing_occupation_is_named_at_its_field(sample_client: TestClient) -> None:
    page = sample_client.get(f"/?from={MODELS}&to=").text
    assert text_of(page, 'div id="to-problem') == "Enter the occupation to reach."
    assert text_of(page, 'div id="from-problem') == ""


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
        ("15-1299.00", "has not rated its skills. Closest occupations with data:"),
    ],
)
def test_a_text_without_an_occupation_says_why(sample_client: TestClient, text: str, problem: str) -> None:
    assert problem in text_of(sample_client.get("/", params={"from": text}).text, 'div id="from-problem')


@pytest.mark.parametrize(
    ("text", "code"), [("machinist", "51-4041.00"), ("CNC machinists", "51-4041.00"), ("514041", "51-4041.00")]
)
def test_a_text_is_a_choice_where_it_is_exactly_a_title(sample_client: TestClient, text: str, code: str) -> None:
    response = sample_client.get("/", params={"from": text}, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, f"./?from={code}")


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


PARTS = """{% import "comparison.html" as comparison with context %}
{{ comparison.figures(panel.domain, panel.answer.summary, panel.answer.person) }}
{{ comparison.needs(panel, "h2") }}{{ comparison.held(panel, "h2") }}{{ comparison.chart(panel, "h2") }}
{{ comparison.table(panel, address, "view") }}{{ comparison.downloads(panel, "h2") }}"""


def test_the_parts_of_a_comparison_are_drawn_for_a_person_with_the_share_answered(onet_client: TestClient) -> None:
    levels = {"2.A.1.a": 6, "2.A.1.b": 1}
    catalogue = onet_client.app.state.live.snapshot.catalogue
    answer = compare_person(
        catalogue,
        PersonGapBody.model_validate({"to": NURSES, "levels": levels, "include": "all", "explain": "anchors"}),
    )
    values = {"panel": panel_of(answer, Filters(), "gap", {"csv": "x"}), "address": Address(), "root": "../"}
    figures = {"signed": signed, "kinds": KINDS, "percent_of": percent_of}
    drawn = TEMPLATES.from_string(PARTS).render(values | figures | {"catalogue": catalogue})
    page = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", drawn)).split())
    assert "1 gap how certain is unknown; of 2 mean gap" in page
    assert "on the 2 of 35 you answered: 9 % of the importance" in page
    assert "Your levels have no standard errors: how certain a gap is, is unknown." in page
    assert "Active Listening +3.25 You have 1.00 below “Take a customer's order” (2)" in page
    assert "Reading Comprehension 1.75 above the 4.25 needed" in page
    assert '<rect class="interval"' not in drawn
