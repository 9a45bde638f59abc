"""The plan for a team in a real browser: from the home page to the download, on a phone and on a desktop."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, expect

from skillgap.api.page import routes
from tests.conftest import SAMPLE
from tests.page.browsing import service
from tests.page.conftest import TIMEOUT, OpenPage
from tests.page.test_team_http import everyday_people

NAMES = "name,title,target\nAnn,Nursing Assistants,Registered Nurses\nBen,Zorblax,Registered Nurses\nCay,,Models\n"


def upload(page: Page, text: str) -> None:
    page.get_by_label("A CSV file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    page.get_by_role("button", name="Review the titles").click()


def heading(page: Page, text: str) -> None:
    expect(page.locator("#team-heading")).to_contain_text(text)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_three_hundred_people_from_the_home_page_to_the_workbook(
    onet_site: str, open_page: OpenPage, size: str
) -> None:
    page = open_page(f"{onet_site}/", size=size)
    page.get_by_role("navigation").get_by_role("link", name="Plan for a team").click()
    upload(page, everyday_people())
    heading(page, "of 203 titles need your choice")
    expect(page.locator("#team-heading")).to_be_focused()
    open_titles = int((page.locator("#team-heading").text_content() or "").split()[0])
    title = page.locator("fieldset.title").first
    rows = int((title.locator("legend .aside").text_content() or "").split()[0])
    title.get_by_role("radio").first.check()
    page.locator("[data-occupation]").nth(1).press_sequentially("graphic design")
    page.locator("[role=option]", has_text="Graphic Designers").first.click()
    page.get_by_role("button", name="Apply choices").click()
    heading(page, f"{open_titles - 2} of 203 titles need your choice")
    page.get_by_role("button", name="Make the plan").click()
    heading(page, "is what most lack")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download as Excel").click()
    assert waited.value.suggested_filename.endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(Path(waited.value.path()).read_bytes()))
    by_hand = [row for row in book["plan"].iter_rows(values_only=True) if "hand" in row]
    assert len(by_hand) > rows
    page.get_by_role("button", name="Back to the titles").click()
    heading(page, f"{open_titles - 2} of 203 titles need your choice")


def test_without_a_script_it_works_by_its_forms(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/team", java_script_enabled=False)
    upload(page, NAMES)
    heading(page, "1 of 3 titles need your choice")
    expect(page.locator(".left-out")).to_contain_text("Line 4 The present title is missing: fill it in.")
    page.get_by_label("Another occupation for “Zorblax”").fill("nothing of the kind")
    page.get_by_role("button", name="Make the plan").click()
    heading(page, "1 entry names no occupation")
    page.get_by_label("Another occupation for “Zorblax”").fill("models")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.locator("#team")).to_contain_text("This rests on 2 of 3 people. 1 row is left out.")
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download as CSV").click()
    rows = list(csv.DictReader(Path(waited.value.path()).read_text().splitlines()))
    assert sorted(row["person"] for row in rows) == ["", "Ann", "Ben"]


def test_long_work_shows_how_far_it_is_stops_and_goes_on(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/team")
    script = (Path(routes.__file__).parent / "static" / "team.js").read_text()
    page.route(
        "**/static/page/team.js",
        lambda route: route.fulfill(content_type="text/javascript", body=script.replace("PART = 2000", "PART = 40")),
    )
    page.reload()
    page.route("**/team", lambda route: held.append(route) if len(sent) == 2 else route.continue_())
    sent: list[Request] = []
    held: list[Route] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    upload(page, everyday_people())
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "40")
    page.get_by_role("button", name="Stop").click()
    held[0].continue_()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "80")
    assert len(sent) == 2
    page.get_by_role("button", name="Go on").click()
    heading(page, "titles need your choice")
    expect(page.locator("#team-heading")).to_be_focused()
    assert len(sent) == 6


def test_when_the_service_is_gone_the_choices_stay_and_that_is_said(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    with ExitStack() as running:
        site = running.enter_context(service(SAMPLE, tmp_path))
        page.goto(f"{site}/team")
        upload(page, NAMES)
        heading(page, "1 of 3 titles need your choice")
        page.get_by_label("Leave this row out").check()
        running.close()
        page.get_by_role("button", name="Make the plan").click()
        expect(page.get_by_role("alert")).to_contain_text("The service does not respond")
        expect(page.get_by_label("Leave this row out")).to_be_checked()
    context.close()


def states(page: Page) -> Iterator[str]:
    """Goes from state to state of the page."""
    yield "start"
    page.get_by_role("button", name="Review the titles").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no row")
    yield "problem"
    upload(page, NAMES)
    heading(page, "1 of 3 titles need your choice")
    page.locator("#sure summary").click()
    yield "review"
    page.get_by_label("Another occupation for “Zorblax”").fill("nothing of the kind")
    page.get_by_role("button", name="Make the plan").click()
    heading(page, "1 entry names no occupation")
    yield "unclear"
    page.get_by_label("Another occupation for “Zorblax”").fill("")
    page.get_by_role("button", name="Make the plan").click()
    heading(page, "is what most lack")
    yield "plan"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_is_accessible_and_fits_a_narrow_screen(sample_site: str, browser: Browser, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # its console names the status of the problem
    page = context.new_page()
    page.goto(f"{sample_site}/team")
    faults = {}
    for state in states(page):
        page.set_viewport_size({"width": 1280, "height": 900})
        found = [violation["id"] for violation in Axe().run(page).response["violations"]]
        page.set_viewport_size({"width": 320, "height": 700})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("overflow")
        if found:
            faults[state] = found
    context.close()
    assert faults == {}
