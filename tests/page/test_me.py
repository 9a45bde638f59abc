"""What fits me, in a real browser: from a start to matches, a comparison and its download; what the browser keeps."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.conftest import SAMPLE
from tests.page.browsing import service
from tests.page.conftest import OpenPage

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"
FROM_ASSISTANTS = "Nursing Assistants (31-1131.00)"


def answer(page: Page, skill: str, level: int) -> None:
    question = page.get_by_role("group", name=skill, exact=True)
    question.get_by_role("radio", name=re.compile(rf"^Level {level}")).check(force=True)


def start_from_assistants(page: Page) -> None:
    expect(page.locator("html[data-scripted]")).to_be_attached()
    page.get_by_role("combobox", name="A present or past occupation").press_sequentially("nursing assistants")
    expect(page.get_by_role("option").first).to_contain_text("Nursing Assistants")
    page.get_by_role("option").first.click()
    expect(page.locator("#headline")).to_contain_text("on no answer of your own yet")


def fits(page: Page) -> bool:
    inside: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return inside


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_a_start_to_matches_a_comparison_and_its_download(
    onet_site: str, open_page: OpenPage, size: str, tmp_path: Path
) -> None:
    page = open_page(f"{onet_site}/me", size=size)
    addresses = [page.url]
    page.on("request", lambda request: addresses.append(request.url))
    start_from_assistants(page)
    answer(page, "Persuasion", 5)
    expect(page.locator("#headline")).to_contain_text("on 1 of 35 skills you answered")
    answer(page, "Speaking", 6)
    expect(page.locator("#headline")).to_contain_text("on 2 of 35 skills you answered")
    expect(page.locator(".basis")).to_have_text("33 more are assumed from Nursing Assistants.")
    expect(page.locator(".match")).to_have_count(12)
    expect(page.locator(".match").first).to_contain_text("too little to call it close")
    page.get_by_text("Filters").click()
    page.get_by_label("Preparation").select_option("2")
    expect(page.locator("#filters")).to_contain_text("Preparation leaves out")
    assert fits(page)
    title = page.locator(".match h3").first.inner_text()
    page.locator(".match").first.get_by_role("button", name="Compare with my profile").click()
    expect(page.locator("#headline")).to_contain_text(title)
    expect(page.locator("#headline")).to_contain_text("skills you answered")
    assert re.fullmatch(rf"{onet_site}/me\?to=\d\d-\d{{4}}\.\d\d", page.url)
    assert fits(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="JSON").click()
    started.value.save_as(tmp_path / "gap.json")
    downloaded = json.loads((tmp_path / "gap.json").read_text())
    assert [one["level"] for one in downloaded["first_guess"]["answered"]] == [6.0, 5.0]
    assert not [url for url in addresses if "level" in url or "2.A" in url]


def test_an_edit_or_another_target_is_never_answered_for_the_one_before(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/me?to={NURSES}")
    expect(page.locator("#headline")).to_have_text("You have answered nothing yet that Registered Nurses need")
    answer(page, "Active Listening", 0)
    one = "need more than you have in the one skill you answered"
    expect(page.locator("#headline")).to_have_text(f"Registered Nurses {one}")
    answer(page, "Active Listening", 7)
    have = "You have what Registered Nurses need in the one skill you answered"
    expect(page.locator("#headline")).to_have_text(have)
    page.get_by_role("combobox", name="Compared with").fill("machinist")
    expect(page.get_by_role("option").first).to_contain_text("Machinists")
    page.get_by_role("option").first.click()
    expect(page.locator("#headline")).to_have_text("You have what Machinists need in the one skill you answered")
    page.go_back()
    expect(page.locator("#headline")).to_have_text(have)
    expect(page.locator("#to")).to_have_value(f"Registered Nurses ({NURSES})")


def test_a_service_that_is_gone_leaves_the_answers_and_comes_back_to_them(open_page: OpenPage, tmp_path: Path) -> None:
    nothing, one = "You have answered nothing yet that Registered Nurses need", "in the one skill you answered"
    with service(SAMPLE, tmp_path) as site:
        page = open_page(f"{site}/me?to={NURSES}", errors_expected=True)
        expect(page.locator("html[data-scripted]")).to_be_attached()
    answer(page, "Active Listening", 0)
    state = page.locator("#result-state")
    expect(state).to_contain_text("The service does not respond. What is shown is from before your last change.")
    expect(page.locator("#headline")).to_have_text(nothing)
    assert Axe().run(page).response["violations"] == []
    (tmp_path / "again").mkdir()
    with service(SAMPLE, tmp_path / "again", port=int(site.rpartition(":")[2])):
        state.get_by_role("button", name="Try again").click()
        expect(page.locator("#headline")).to_contain_text(one)
    expect(state).to_have_count(0)


def test_a_profile_survives_a_reload_an_undo_and_the_way_through_a_file(
    sample_site: str, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(f"{sample_site}/me")
    start_from_assistants(page)
    answer(page, "Critical Thinking", 6)
    expect(page.locator("#headline")).to_contain_text("on 1 of 35")
    page.reload()
    expect(page.locator("#headline")).to_contain_text("on 1 of 35")
    expect(page.get_by_role("combobox", name="A present or past occupation")).to_have_value(FROM_ASSISTANTS)
    with page.expect_download() as started:
        page.get_by_role("button", name="Save as a file").click()
    started.value.save_as(tmp_path / "profile.json")
    assert json.loads((tmp_path / "profile.json").read_text()) == {"from": ASSISTANTS, "levels": {"2.A.2.a": 6}}

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#headline")).to_contain_text("on no answer of your own yet")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#profile-status")).to_have_text("Your answers are deleted from this browser.")
    expect(page.locator("#headline")).to_have_text("Nothing to go by yet")
    assert page.evaluate("localStorage.length") == 0

    (tmp_path / "broken.json").write_text('{"levels": {"2.A.2.a": 9}}')
    page.locator("#file").set_input_files(tmp_path / "broken.json")
    expect(page.locator("#profile-status")).to_have_text(
        "broken.json was not opened: the level of 2.A.2.a is no number from 0 to 7."
    )
    page.locator("#file").set_input_files(tmp_path / "profile.json")
    expect(page.locator("#headline")).to_contain_text("on 1 of 35")
    expect(page.locator("#profile-status")).to_contain_text("1 answers read from profile.json")


def test_a_comparison_offers_the_stored_profile_as_its_source(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/?from={ASSISTANTS}&to={NURSES}")
    link = page.get_by_role("link", name="Use my profile as the source")
    expect(page.locator("html[data-scripted]")).to_be_attached()
    expect(link).to_be_hidden()
    page.goto(f"{sample_site}/me?from={ASSISTANTS}")
    expect(page.locator("#headline")).to_contain_text("on no answer of your own yet")
    expect(page.locator("#undo")).to_be_enabled()
    page.goto(f"{sample_site}/?from={ASSISTANTS}&to={NURSES}")
    link.click()
    expect(page).to_have_url(f"{sample_site}/me?to={NURSES}")
    expect(page.locator("#assumed-levels")).to_contain_text("35 not answered: assumed from Nursing Assistants")


def test_without_a_script_the_form_keeps_every_answer(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/me", java_script_enabled=False)
    page.get_by_role("textbox", name="A present or past occupation").fill("nursing assistants")
    answer(page, "Critical Thinking", 6)
    page.get_by_role("button", name="Show what fits").click()
    assert "on 1 of 35 skills you answered" in page.locator("#headline").inner_text()
    page.get_by_role("checkbox", name="All 35 skills").check()
    page.get_by_role("button", name="Show these questions").click()
    answer(page, "Mathematics", 3)
    page.locator(".match").first.get_by_role("button", name="Compare with my profile").click()
    assert "2 skills you answered" in page.locator("#headline").inner_text()
    assert page.url == f"{sample_site}/me"
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    assert started.value.suggested_filename.startswith("skill-gap_person_")
    page.get_by_role("button", name="All matches").click()
    assert "on 2 of 35 skills you answered" in page.locator("#headline").inner_text()


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desktop", "light")])
@pytest.mark.parametrize("target", ["", f"&to={NURSES}"])
def test_axe_finds_nothing(onet_site: str, open_page: OpenPage, target: str, size: str, scheme: str) -> None:
    page = open_page(f"{onet_site}/me?from={ASSISTANTS}{target}", size=size, color_scheme=scheme)
    answer(page, "Active Listening", 5)
    expect(page.locator("#headline")).to_contain_text("skill")
    page.set_viewport_size({"width": 320, "height": 700} if size == "phone" else {"width": 1280, "height": 900})
    results = Axe().run(page)
    assert results.response["violations"] == [], results.generate_report()
    assert fits(page)


def test_an_empty_page_has_nothing_that_axe_finds(sample_site: str, open_page: OpenPage) -> None:
    page = open_page(f"{sample_site}/me")
    results = Axe().run(page)
    assert results.response["violations"] == [], results.generate_report()
