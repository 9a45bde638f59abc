"""The page of two occupations in a real browser, on a phone and on a desktop, with and without a script."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from skillgap.settings import LlmSettings
from tests.conftest import SAMPLE, sample_file
from tests.llm.fake_model import FakeModel
from tests.page.browsing import service
from tests.page.conftest import MODELS, SHIP_ENGINEERS, OpenPage

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"
PAIR = f"from={MODELS}&to={SHIP_ENGINEERS}"
CARE = f"from={ASSISTANTS}&to={NURSES}"
STRETCH = "Registered Nurses is a stretch for Nursing Assistants"

Download = Callable[[Page, str], tuple[str, bytes]]


def shown(page: Page) -> list[str]:
    """Names in the chart, without the negligible ones that are folded."""
    names = page.locator(".chart > .chart-rows .name")
    return [name.removesuffix("new") for name in names.all_text_contents()]


def is_in_sight(page: Page, selector: str) -> bool:
    """Whether an element is wholly on the screen as the page first appears."""
    box = page.locator(selector).first.bounding_box()
    size = page.viewport_size
    return box is not None and size is not None and box["y"] + box["height"] <= size["height"]


def test_a_comparison_by_keyboard_alone(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?from=")
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
    expect(page.locator("#headline")).to_have_text("Ship Engineers is far from Models")
    expect(page.locator("#headline")).to_be_focused()
    row = page.locator(".chart-row summary").first
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".row-details").first).to_contain_text("Target level")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare two occupations")


def test_the_first_screen_of_a_phone_shows_the_verdict_and_the_first_gap(onet_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{onet_site}/?{CARE}", size="phone", has_touch=True, is_mobile=True)
    expect(page.locator("#headline")).to_have_text(STRETCH)
    assert is_in_sight(page, "#headline")
    assert is_in_sight(page, ".element-card")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    row = page.locator(".chart-row").filter(has_text="Active Listening")
    row.locator("summary").tap()
    expect(row.locator(".row-details")).to_contain_text("Source level")


def test_filters_replace_the_chart_alone_and_say_what_they_hide(onet_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{onet_site}/?{CARE}")
    verdict = page.locator(".verdict").text_content()
    assert len(shown(page)) == 31
    page.get_by_label("Minimum gap").fill("1.2")
    expect(page.locator(".hidden-rows")).to_have_text("Hidden by the filters: 21 of 32 gaps.")
    expect(page.get_by_label("Minimum gap")).to_be_focused()
    assert len(shown(page)) == 11
    page.get_by_label("surplus", exact=True).check(force=True)
    expect(page.locator(".hidden-rows")).to_have_text("Hidden by the filters: 32 of 32 gaps.")
    expect(page).to_have_url(f"{onet_site}/?{CARE}&show=surplus&min_gap=1.2")
    assert page.locator(".verdict").text_content() == verdict
    link = page.get_by_role("link", name="SVG", exact=True)
    assert re.search(r"chart\.svg\?from=.*&show=surplus&min_gap=1\.2$", link.get_attribute("href") or "")


def test_a_link_shows_the_same_with_and_without_a_script(onet_site: str, open_page: OpenPage) -> None:
    scripted = open_page(f"{onet_site}/?{CARE}")
    expect(scripted.locator("html[data-scripted]")).to_be_attached()
    scripted.get_by_role("link", name="Knowledge").click()
    expect(scripted.locator("#tab-knowledge")).to_have_attribute("aria-current", "true")
    scripted.get_by_label("Only certain gaps").check()
    expect(scripted.locator(".hidden-rows")).not_to_be_empty()
    scripted.get_by_text("As a table").click()
    scripted.get_by_role("link", name="Name", exact=True).click()
    expect(scripted.locator("th[aria-sort=ascending]")).to_have_text("Name")

    plain = open_page(scripted.url, java_script_enabled=False)
    expect(plain.locator("table")).to_be_visible()  # sorted, so it is open
    assert "domain=knowledge" in plain.url
    assert shown(plain) == shown(scripted) != []
    assert plain.locator("tbody th").all_text_contents() == scripted.locator("tbody th").all_text_contents()


def test_without_a_script_form_filters_and_links_work(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?from=models", java_script_enabled=False)
    page.get_by_role("textbox", name="To").fill(SHIP_ENGINEERS)
    page.get_by_role("button", name="Compare").click()
    assert page.url == f"{sample_site}/?{PAIR}"
    expect(page.locator("#headline")).to_have_text("Ship Engineers is far from Models")
    page.get_by_label("surplus", exact=True).check(force=True)
    page.get_by_role("button", name="Apply").click()
    assert len(shown(page)) == 3
    page.goto(f"{sample_site}/?from=nurs&to={SHIP_ENGINEERS}")
    page.get_by_role("link", name="Registered Nurses", exact=True).click()
    expect(page.locator("#headline")).to_contain_text("Registered Nurses")
    page.goto(f"{sample_site}/?from=15-1299.00&to={SHIP_ENGINEERS}")
    expect(page.locator("#from-problem")).to_contain_text("has not rated")
    page.get_by_role("link", name="Web Developers").click()
    expect(page.locator("#headline")).to_contain_text("Web Developers")
    assert page.get_by_role("link", name="CSV", exact=True).is_visible()


def test_an_unrated_choice_explains_itself_at_once(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?to={SHIP_ENGINEERS}")
    page.get_by_role("combobox", name="From").press_sequentially("15-1299")
    option = page.get_by_role("option", name="Computer Occupations, All Other")
    expect(option).to_contain_text("not rated")
    option.click()
    expect(page.locator("#from-problem")).to_contain_text("has not rated its skills")
    expect(page.get_by_role("combobox", name="From")).to_be_focused()
    page.get_by_role("link", name="Web Developers").click()
    expect(page.locator("#headline")).to_contain_text("Web Developers")


def test_an_empty_field_is_not_sent_and_says_so(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?from={MODELS}")
    expect(page.locator("html[data-scripted]")).to_be_attached()
    page.get_by_role("button", name="Compare").click()
    field = page.get_by_role("combobox", name="To")
    expect(field).to_be_focused()
    assert field.evaluate("field => field.validationMessage") != ""


def test_swap_compares_the_other_way_and_back_returns(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?{PAIR}")
    expect(page.locator("html[data-scripted]")).to_be_attached()
    page.get_by_role("link", name="Swap").click()
    expect(page.locator("#headline")).to_contain_text("Models is")
    expect(page.get_by_role("combobox", name="From")).to_have_value(f"Ship Engineers ({SHIP_ENGINEERS})")
    page.go_back()
    expect(page.locator("#headline")).to_have_text("Ship Engineers is far from Models")


def test_next_steps_lead_to_comparisons_and_filter_by_job_zone(onet_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{onet_site}/?{CARE}")
    expect(page.locator("html[data-scripted]")).to_be_attached()
    page.get_by_role("link", name="job zone 3 alone").click()
    expect(page.locator("#zones-2")).to_have_attribute("aria-current", "true")
    expect(page.locator(".moves > li").first).to_contain_text("job zone 3")
    page.locator(".moves a").first.click()
    expect(page.locator("#headline")).not_to_have_text(STRETCH)


def test_nothing_found_and_a_service_that_is_gone_are_said(open_page: OpenPage, tmp_path: Path) -> None:
    with service(SAMPLE, tmp_path) as site:
        page = open_page(f"{site}/?{PAIR}", errors_expected=True)
        expect(page.locator("html[data-scripted]")).to_be_attached()
        field = page.get_by_role("combobox", name="To")
        field.fill("qqqqqqqq")
        expect(page.locator("#to-list-state")).to_contain_text("No occupation matches “qqqqqqqq”.")
    field.fill("nurse")
    expect(page.locator("#to-list-state")).to_contain_text("The service does not respond.")
    page.get_by_label("Minimum gap").fill("2")
    expect(page.locator("#view-state")).to_contain_text("The service does not respond.")
    assert Axe().run(page).response["violations"] == []


@pytest.fixture
def download(tmp_path: Path) -> Download:
    """A function that clicks a link of the page and returns the file's name and content."""

    def downloaded(page: Page, name: str) -> tuple[str, bytes]:
        with page.expect_download() as started:
            page.get_by_role("link", name=name, exact=True).click()
        path = tmp_path / started.value.suggested_filename
        started.value.save_as(path)
        return path.name, path.read_bytes()

    return downloaded


def test_downloads(sample_site: str, open_page: OpenPage, download: Download) -> None:
    page = open_page(f"{sample_site}/?{PAIR}")
    page.get_by_label("Minimum gap").fill("5")
    expect(page.locator(".hidden-rows")).to_have_text("Hidden by the filters: 26 of 31 gaps.")
    name, content = download(page, "CSV")
    assert name.endswith(".csv")
    assert len(list(csv.DictReader(content.decode().splitlines()))) == 35
    _, content = download(page, "SVG")
    assert all(name in content.decode() for name in shown(page))
    assert "Mathematics" not in content.decode()
    _, content = download(page, "PNG")
    assert content.startswith(b"\x89PNG\r\n\x1a\n")


def test_print_holds_chart_table_and_what_levels_mean(sample_site: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(f"{sample_site}/?{PAIR}", java_script_enabled=False)
    page.emulate_media(media="print")
    for selector in (".verdict", ".track", ".row-details .anchor", "table"):
        expect(page.locator(selector).first).to_be_visible()
    for selector in (".controls", ".download", "nav"):
        expect(page.locator(selector).first).to_be_hidden()
    pages = page.pdf(format="A4", path=tmp_path / "comparison.pdf").count(b"/Type /Page\n")
    assert 2 <= pages <= 5


def test_forced_colours_tell_the_selected_segment_and_tab_apart(onet_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{onet_site}/?{CARE}", forced_colors="active")
    colour = "element => getComputedStyle(element).backgroundColor"
    selected, other = (
        page.locator(f".segmented input{state} + span").first for state in (":checked", ":not(:checked)")
    )
    assert selected.evaluate(colour) != other.evaluate(colour)
    border = "element => getComputedStyle(element).borderBottomColor"
    assert page.locator("#tab-skills").evaluate(border) != page.locator("#tab-knowledge").evaluate(border)


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


def test_an_occupation_that_a_model_rates_is_compared_without_a_verdict(
    rescored_site: str, open_page: OpenPage
) -> None:
    page = open_page(f"{rescored_site}/?from={MODELS}&to=15-1299.00")
    expect(page.locator("#headline")).to_have_text("What Computer Occupations, All Other need beyond Models")
    expect(page.locator(".verdict")).to_contain_text(
        "No verdict. 15-1299.00 Computer Occupations, All Other has levels"
    )
    expect(page.locator("#answer")).to_contain_text("are those of a language model (a-model, prompt")
    expect(page.get_by_role("heading", name="Closest moves from Models")).to_be_visible()
    expect(page.get_by_role("heading", name="A path in smaller steps")).to_have_count(0)


PAGES = [f"?{PAIR}&show=all&sort=name", "?from=15-1299.00&to=nurse"]


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
@pytest.mark.parametrize("query", PAGES)
def test_axe_finds_nothing(sample_site: str, open_page: OpenPage, query: str, size: str, scheme: str) -> None:
    page = open_page(f"{sample_site}/{query}", size=size, color_scheme=scheme)
    results = Axe().run(page)
    assert results.response["violations"] == [], results.generate_report()


def test_axe_finds_nothing_in_the_whole_of_both_domains(onet_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{onet_site}/?{CARE}&domain=both")
    page.locator(".chart-row summary").first.click()
    page.set_viewport_size({"width": 320, "height": 700})
    results = Axe().run(page)
    assert results.response["violations"] == [], results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_axe_finds_nothing_in_an_open_list(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?from={MODELS}")
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
