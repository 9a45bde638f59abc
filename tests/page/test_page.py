"""The page in a real browser: what a first visitor does, on a phone and on a desktop."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from skillgap.settings import LlmSettings
from tests.conftest import SAMPLE, sample_file
from tests.llm.fake_model import FakeModel
from tests.page.browsing import service
from tests.page.conftest import MODELS, SHIP_ENGINEERS, OpenPage

PAIR = f"from={MODELS}&to={SHIP_ENGINEERS}"
HEADLINE = "Models bring 26\u00a0% of what Ship Engineers need; 31 skills to raise, 12 of them new."


def headline(page: Page) -> str:
    return page.locator("#headline").text_content() or ""


def shown(page: Page) -> list[str]:
    """Names in the chart."""
    return page.locator("#chart > :visible [data-part=name]").all_text_contents()


def test_a_first_visit_by_keyboard_alone(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/")
    expect(page.locator("html[data-scripted]")).to_be_attached()
    page.get_by_role("combobox", name="From").focus()
    page.keyboard.type("fashion mod")
    expect(page.get_by_role("option").first).to_contain_text("Models")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("combobox", name="From")).to_have_attribute("aria-activedescendant", "from-list-0")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="From")).to_have_value(f"Models ({MODELS})")
    page.keyboard.press("Tab")  # to swap
    page.keyboard.press("Tab")  # to the other field
    page.keyboard.type("ship engineer")
    expect(page.get_by_role("option").first).to_contain_text("Ship Engineers")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{sample_site}/?{PAIR}")
    expect(page.locator("#headline")).to_have_text(HEADLINE)
    expect(page.locator("#headline")).to_be_focused()
    page.get_by_role("button", name="Operations Monitoring").focus()
    tooltip = page.get_by_role("tooltip").filter(visible=True)
    expect(tooltip).to_contain_text("Target level")
    expect(tooltip).to_contain_text("level 6:")
    page.keyboard.press("Escape")
    expect(tooltip).to_be_hidden()


def test_escape_closes_the_list_and_leaves_the_text(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/")
    page.get_by_role("combobox", name="To").press_sequentially("nurse")
    expect(page.get_by_role("listbox", name="To")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="To")).to_be_hidden()
    expect(page.get_by_role("combobox", name="To")).to_have_value("nurse")
    expect(page.get_by_role("combobox", name="To")).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_an_example_shows_chart_table_and_headline(sample_site: str, open_page: OpenPage, size: str) -> None:
    page = open_page(f"{sample_site}/", size=size)
    page.get_by_role("link", name="Models").click()
    expect(page.locator("#headline")).to_have_text(HEADLINE)
    assert len(shown(page)) == 31
    assert page.locator("#table tbody tr:visible").count() == 31
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("note")).to_contain_text("not O*NET data")
    expect(page.get_by_role("complementary")).to_contain_text(
        "has not approved, endorsed, or tested these modifications"
    )


def test_a_tap_explains_an_element(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?{PAIR}", size="phone", has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Repairing").tap()
    expect(page.get_by_role("tooltip").filter(visible=True)).to_contain_text("Source level")


def test_slider_changes_chart_table_headline_and_address_together(onet_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{onet_site}/?{PAIR}")
    before = shown(page)
    page.get_by_label("Minimum gap").fill("2.5")
    expect(page.locator("#filters")).to_have_text("Counted: gaps of 2.5 levels or more.")
    names = shown(page)
    assert 0 < len(names) < len(before)
    assert page.locator("#table tbody tr:visible").count() == len(names)
    assert headline(page).startswith("Models bring 32\u00a0% of what Ship Engineers need; 11 skills")
    assert page.url == f"{onet_site}/?{PAIR}&min_gap=2.5"


ADDRESSES = [
    "",
    "&min_gap=0.5",
    "&certain=1",
    "&show=all&sort=name",
    "&show=surplus&min_gap=1.2&certain=1&sort=-importance",
    "&domain=knowledge&show=all&sort=-gap",
]


@pytest.mark.parametrize("state", ADDRESSES)
@pytest.mark.parametrize("pair", [PAIR, "from=11-1011.00&to=11-3013.00"])
def test_a_link_shows_the_same_with_and_without_a_script(
    onet_site: str, open_page: OpenPage, pair: str, state: str
) -> None:
    from_server = open_page(f"{onet_site}/?{pair}{state}", java_script_enabled=False)
    scripted = open_page(f"{onet_site}/?{pair}{'&domain=knowledge' if 'knowl' in state else ''}")
    expect(scripted.locator("html[data-scripted]")).to_be_attached()
    for name, value in (part.split("=") for part in state.split("&")[1:]):
        if name == "min_gap":
            scripted.get_by_label("Minimum gap").fill(value)
        elif name == "certain":
            scripted.get_by_label("Only certain gaps").check()
        elif name == "show":
            scripted.get_by_label(value, exact=True).check()
        elif name == "sort":
            link = scripted.locator(f"[data-sort={value.strip('-')}]")
            link.click()
            if scripted.url.find(f"sort={value}") < 0 and value != "gap":
                link.click()
    assert headline(scripted) == headline(from_server)
    assert shown(scripted) == shown(from_server)
    rows = "#table tbody tr:visible th"
    assert scripted.locator(rows).all_text_contents() == from_server.locator(rows).all_text_contents()
    for selector in ("#filters", "#table th[aria-sort]", ".legend :visible"):
        assert scripted.locator(selector).all_text_contents() == from_server.locator(selector).all_text_contents()
    expected = {part for part in state.split("&") if part} | set(pair.split("&"))
    assert set(scripted.url.partition("?")[2].split("&")) == expected


def test_only_certain_gaps_is_off_where_no_errors_are_published(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?{PAIR}&certain=1")
    expect(page.get_by_label("Only certain gaps")).to_be_disabled()
    assert len(shown(page)) == 31


def test_swap_compares_the_other_way(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?{PAIR}")
    page.get_by_role("link", name="Swap").click()
    expect(page.locator("#headline")).to_contain_text("Ship Engineers bring")


def test_an_unrated_choice_explains_itself_at_once(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/")
    page.get_by_role("combobox", name="From").press_sequentially("15-1299")
    option = page.get_by_role("option", name="Computer Occupations, All Other")
    expect(option).to_contain_text("not rated")
    option.click()
    expect(page.locator("#from-problem")).to_contain_text("has not rated its skills")
    expect(page.locator("#from-problem")).to_contain_text("Closest occupations with data:")
    page.get_by_role("button", name="Web Developers").click()
    expect(page.get_by_role("combobox", name="From")).to_have_value("Web Developers (15-1254.00)")
    expect(page.locator("#from-problem")).to_be_empty()


def test_next_steps_link_to_comparisons(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?{PAIR}")
    expect(page.locator("[data-next=path] li").first).to_contain_text("Models to")
    expect(page.locator("[data-next=moves] li")).to_have_count(6)
    page.locator("[data-next=moves] a").first.click()
    expect(page.locator("#headline")).to_contain_text("Models bring")
    expect(page).not_to_have_url(re.compile(PAIR))


def test_openers_name_the_occupations_they_open(onet_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{onet_site}/?{PAIR}")
    expect(page.locator("[data-next=openers] li")).to_have_count(4)
    expect(page.locator("[data-next=openers] a").first).to_have_attribute(
        "href", re.compile(rf"^\./\?from={MODELS}&to=\d\d-")
    )


def test_print_shows_chart_and_table_without_controls(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?{PAIR}")
    page.emulate_media(media="print")
    expect(page.locator("#chart")).to_be_visible()
    expect(page.locator("#table")).to_be_visible()
    expect(page.locator(".controls")).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") <= 2


@pytest.fixture
def download(tmp_path: Path):
    """Returns a function that clicks a link of the page and returns the file's name and content."""

    def downloaded(page: Page, name: str) -> tuple[str, bytes]:
        with page.expect_download() as started:
            page.get_by_role("link", name=name, exact=True).click()
        path = tmp_path / started.value.suggested_filename
        started.value.save_as(path)
        return path.name, path.read_bytes()

    return downloaded


def test_downloads_hold_what_is_shown(sample_site: str, open_page: OpenPage, download) -> None:
    page = open_page(f"{sample_site}/?{PAIR}")
    page.get_by_label("Minimum gap").fill("5")
    expect(page.locator("#filters")).not_to_be_empty()
    names = shown(page)
    assert len(names) == 5

    name, content = download(page, "CSV")
    assert name == f"skill-gap-{MODELS}-{SHIP_ENGINEERS}.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert [row["element_name"] for row in rows] == names
    assert rows[0]["difference"] == "5.75"

    name, content = download(page, "JSON")
    assert name == f"skill-gap-{MODELS}-{SHIP_ENGINEERS}.json"
    assert json.loads(content)["summary"]["gaps"] == 31

    _, content = download(page, "SVG")
    assert ET.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    assert all(name in content.decode() for name in names)
    assert "Mathematics" not in content.decode()
    assert "USDOL/ETA has not approved" in content.decode()

    _, content = download(page, "PNG")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert int.from_bytes(content[16:20]) > 800  # pixels across


def test_what_the_page_ignores_in_its_address_is_not_in_the_links_to_charts(
    sample_site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{sample_site}/?{PAIR}&utm_source=mail&min_gap=8")
    page.get_by_label("all", exact=True).check(force=True)
    expect(page).to_have_url(f"{sample_site}/?{PAIR}&utm_source=mail&show=all")
    link = page.get_by_role("link", name="SVG", exact=True)
    assert link.evaluate("link => link.href") == f"{sample_site}/skill-gap/chart.svg?{PAIR}&show=all"


@pytest.fixture
def rescored_site(tmp_path: Path, model: FakeModel) -> Iterator[str]:
    """The service on our sample, with a model's levels of an unrated occupation as its default."""
    shutil.copy(sample_file(), tmp_path / "page.sqlite")
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'page.sqlite'}",
        "LLM_BASE_URL": model.url,
        "LLM_MODEL": "a-model",
        "LLM_RUNS": "1",
    }
    command = [sys.executable, "-m", "skillgap", "rescore", "--occupations", "15-1299.00"]
    subprocess.run(command, env=os.environ | settings, check=True, timeout=120)
    with service(SAMPLE, tmp_path, llm=LlmSettings(levels="rescored")) as address:
        yield address


def test_an_occupation_that_a_model_rates_is_compared(rescored_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{rescored_site}/?from={MODELS}&levels=rescored")
    expect(page.locator("html[data-scripted]")).to_be_attached()
    page.get_by_role("combobox", name="To").press_sequentially("computer occupations, all")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#headline")).to_contain_text("of what Computer Occupations, All Other need")
    assert page.url == f"{rescored_site}/?from={MODELS}&to=15-1299.00&levels=rescored"
    expect(page.locator("#answer")).to_contain_text("are those of a language model (a-model, prompt")


def test_without_a_script_form_answer_and_links_work(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/", java_script_enabled=False)
    page.get_by_role("textbox", name="From").fill("models")
    page.get_by_role("textbox", name="To").fill(SHIP_ENGINEERS)
    page.get_by_role("button", name="Compare").click()
    assert page.url == f"{sample_site}/?{PAIR}"
    assert headline(page) == HEADLINE
    page.get_by_label("surplus", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    assert "show=surplus" in page.url
    assert len(shown(page)) == 3
    page.get_by_role("link", name="Name").click()
    assert "sort=name" in page.url
    page.goto(f"{sample_site}/?from=nurs&to={SHIP_ENGINEERS}")
    page.get_by_role("link", name="Registered Nurses", exact=True).click()
    assert headline(page).startswith("Registered Nurses bring")
    page.goto(f"{sample_site}/?from=15-1299.00&to={SHIP_ENGINEERS}")
    assert "has not rated" in page.locator("#from-problem").inner_text()
    page.get_by_role("link", name="Web Developers").click()
    assert headline(page).startswith("Web Developers bring")


@pytest.fixture
def person_page(sample_site: str, open_page: OpenPage) -> Page:
    """The tab of a person's own levels."""
    return open_page(f"{sample_site}/?tab=person&to={SHIP_ENGINEERS}")


def test_a_persons_levels_stay_in_the_browser_until_compared(person_page: Page, tmp_path: Path) -> None:
    page = person_page
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.post_data else None)
    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    page.get_by_label("Repairing").select_option("4")
    page.get_by_label("Speaking").select_option("6")
    page.reload()
    expect(page.get_by_label("Repairing")).to_have_value("4")
    expect(page.locator("#levels-status")).to_have_text("2 of 35 answered.")
    assert sent == []

    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#headline")).to_be_focused()
    assert sent[0].post_data_json["to"] == SHIP_ENGINEERS
    assert sent[0].post_data_json["levels"] == {"2.B.3.l": 4, "2.A.1.d": 6}
    assert re.match(r"You bring \d+\u00a0% of what Ship Engineers need; 1 skill to raise.$", headline(page))
    expect(page.locator("#answered")).to_contain_text("the 2 skills you answered")
    assert shown(page) == ["Repairing"]
    row = page.locator("#chart > :visible")
    assert row.locator(".source").get_attribute("cx") == f"{4 / 7 * 100}%"
    assert row.locator(".difference").inner_text().endswith("+1.50")
    page.get_by_label("surplus", exact=True).check()
    assert shown(page) == ["Speaking"]
    assert Axe().run(page).response["violations"] == []

    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    started.value.save_as(tmp_path / "levels.csv")
    assert "2.A.1.d,Speaking,skills,surplus" in (tmp_path / "levels.csv").read_text()
    page.get_by_role("button", name="Delete my levels").click()
    page.reload()
    expect(page.get_by_label("Repairing")).to_have_value("")


PAGES = ["", f"?{PAIR}&show=all", "?from=15-1299.00&to=nurse", "?tab=person&to=53-5031.00"]


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
@pytest.mark.parametrize("query", PAGES)
def test_axe_finds_nothing(sample_site: str, open_page: OpenPage, query: str, size: str, scheme: str) -> None:
    page = open_page(f"{sample_site}/{query}", size=size, color_scheme=scheme)
    results = Axe().run(page)
    assert results.response["violations"] == [], results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_finds_nothing_in_an_open_list(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/")
    page.get_by_role("combobox", name="To").press_sequentially("engineer")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert Axe().run(page).response["violations"] == []


def test_the_first_response_holds_the_chart_and_the_page_is_light(onet_site: str, open_page: OpenPage) -> None:
    assert httpx.get(f"{onet_site}/?{PAIR}").text.count('<svg class="track"') == 35
    page = open_page(f"{onet_site}/?{PAIR}")
    expect(page.locator("html[data-scripted]")).to_be_attached()
    transferred = page.evaluate(
        "['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))"
        ".reduce((sum, entry) => sum + entry.transferSize, 0)"
    )
    assert 0 < transferred < 300_000  # bytes


def test_swagger_ui_works_under_its_policy(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/docs")
    page.get_by_text("/skill-gap", exact=True).first.click()
    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_role("button", name="Execute")).to_be_visible()
