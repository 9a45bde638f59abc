"""Home, explore, releases, about and developers in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from skillgap.settings import AccessSettings
from tests.conftest import SAMPLE, engine_at, load, sample_file
from tests.later_release import write_later_release
from tests.page.browsing import service
from tests.page.conftest import OpenPage

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_home_to_an_occupation_and_its_comparison(sample_site: str, open_page: OpenPage, size: str) -> None:
    page = open_page(f"{sample_site}/", size=size)
    page.get_by_role("link", name="Explore all").click()
    page.get_by_label("Title, everyday job title or code").press_sequentially("registerd nurs")
    expect(page.locator("#found")).to_contain_text("for “registerd nurs”")
    expect(page.get_by_role("status")).to_contain_text("for “registerd nurs”")
    expect(page).to_have_url(f"{sample_site}/explore/occupations?q=registerd+nurs")
    page.locator("#results").get_by_role("link", name="Registered Nurses").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Registered Nurses")
    page.get_by_label("Only other major groups").check()
    expect(page).to_have_url(f"{sample_site}/explore/occupations/{NURSES}?other_major_group=true")
    move = page.locator("#moves .results a").first
    name = move.inner_text()
    move.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.go_back()
    expect(page.get_by_label("Only other major groups")).to_be_checked()
    page.go_back()
    expect(page.locator("#found")).to_contain_text("for “registerd nurs”")


def test_a_service_that_is_gone_is_said_beside_what_was_found_last(open_page: OpenPage, tmp_path: Path) -> None:
    with service(SAMPLE, tmp_path) as site:
        page = open_page(f"{site}/explore/occupations?q=nurse", errors_expected=True)
        expect(page.locator("html[data-scripted]")).to_be_attached()
    page.get_by_label("Title, everyday job title or code").fill("cook")
    expect(page.locator("#results-state")).to_contain_text("The service does not respond.")
    expect(page.locator("#found")).to_contain_text("for “nurse”")
    assert Axe().run(page).response["violations"] == []


def test_browsing_without_a_script(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/", size="phone", java_script_enabled=False)
    page.get_by_role("link", name="Explore all").click()
    page.get_by_role("link", name="Healthcare Practitioners and Technical").click()
    expect(page.locator("#found")).to_have_text("1 occupation")
    page.get_by_role("link", name="remove this filter").click()
    expect(page.locator("#found")).to_have_text("All occupations")
    page.get_by_role("combobox", name="Job zone").select_option("5")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Chief Executives").click()
    page.get_by_text("All 35 skills").click()
    expect(page.locator("#more-skills").get_by_text("Repairing")).to_be_visible()
    page.get_by_role("link", name="Compare with").click()
    assert page.url == f"{sample_site}/?from=11-1011.00"


def test_filters_that_leave_nothing_are_taken_back_by_a_link(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/explore/occupations?q=nurse&job_zone=1")
    expect(page.locator("#found")).to_have_text("No occupation found")
    page.get_by_role("link", name="without filters").click()
    expect(page.locator("#results").get_by_role("link", name="Registered Nurses")).to_be_visible()
    expect(page.get_by_role("combobox", name="Job zone")).to_have_value("")
    page.go_back()
    expect(page.locator("#found")).to_have_text("No occupation found")


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service with our sample, and a later release that was made of it."""
    folder = tmp_path_factory.mktemp("two")
    shutil.copy(sample_file(), folder / "page.sqlite")
    for engine in engine_at(f"sqlite:///{folder / 'page.sqlite'}"):
        load(engine, write_later_release(SAMPLE, folder / "later"), release="later", accept_incomplete=True)
    with service(SAMPLE, folder) as address:
        yield address


def test_the_changes_of_an_occupation_are_one_click_away(two_releases: str, open_page: OpenPage) -> None:
    page = open_page(f"{two_releases}/explore/releases?before=sample&after=later")
    expect(page.locator("#verdict")).to_contain_text("is unknown: 3 levels changed")
    page.get_by_role("link", name="Registered Nurses").click()
    expect(page.locator("#verdict")).to_contain_text("Registered Nurses: surveyed anew")
    expect(page.locator("#verdict")).to_be_focused()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    assert started.value.suggested_filename == f"diff_sample_later_{NURSES}.csv"
    page.go_back()
    expect(page.locator("#verdict")).to_contain_text("is unknown")


PAGES = [
    "",
    "explore/occupations",
    "explore/occupations?q=nurse&job_zone=1",
    f"explore/occupations/{NURSES}",
    "explore/occupations/15-1299.00",
    "explore/releases",
    "explore/releases?before=sample&after=later&occupation=nurs",
    "about",
    "developers",
]


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(two_releases: str, open_page: OpenPage, path: str) -> None:
    page = open_page(f"{two_releases}/{path}", color_scheme="light")
    for details in page.locator("details").all():
        details.evaluate("details => details.open = true")
    check(page)
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 640})
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def check(page: Page) -> None:
    """No violation of axe's rules."""
    results = Axe().run(page)
    assert results.response["violations"] == [], results.generate_report()


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Another origin on loopback, and the folder that it serves."""

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path)))
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}", tmp_path
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.mark.parametrize("allowed", [False, True])
def test_another_site_shows_a_chart_where_the_operator_allows_it(
    other_site: tuple[str, Path], browser: Browser, tmp_path_factory: pytest.TempPathFactory, allowed: bool
) -> None:
    origin, folder = other_site
    access = AccessSettings.model_validate({"api_cors_origins": "https://careers.example.org"} if allowed else {})
    with service(SAMPLE, tmp_path_factory.mktemp("service"), access=access) as address:
        chart = f"{address}/skill-gap/chart.svg?from={ASSISTANTS}&to={NURSES}&min_gap=1"
        folder.joinpath("index.html").write_text(f'<!doctype html><title>Other</title><img alt="" src="{chart}">')
        page = browser.new_page()
        page.goto(f"{origin}/index.html")  # returns when the image has come or failed
        width = page.locator("img").evaluate("image => image.naturalWidth")
        page.close()
    assert (width > 500) is allowed
