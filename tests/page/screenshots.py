"""Takes the screenshots of the pages in ``docs/``, with real levels if ONET_DATA names a release."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, Page

from tests.conftest import SAMPLE
from tests.page.browsing import chromium, service

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PEOPLE = ROOT / "src/skillgap/api/page/static/team-sample.csv"


def stay(_page: Page) -> None:
    """Show the page as it first appears."""


def answer(page: Page) -> None:
    """Answer the first four questions about oneself."""
    for question in page.locator("form fieldset:has(input[value='5'])").all()[:4]:
        question.locator("label:has(input[value='5'])").click()
    page.get_by_role("heading", name="on 4").wait_for()


def plan(page: Page) -> None:
    """Make the plan of the sample's people, without those whose titles are unsure."""
    page.locator("input[type=file]").set_input_files(PEOPLE)
    page.get_by_role("button", name="Review the titles").click()
    page.get_by_role("button", name="Make the plan").click()
    page.get_by_role("button", name="Download as Excel").wait_for()


class Screenshot(NamedTuple):
    """A picture: where it is taken, and what is done there first."""

    name: str
    address: str
    scheme: Literal["light", "dark"] = "light"
    size: tuple[int, int] = (1280, 1000)
    prepare: Callable[[Page], None] = stay


PAIR = "?from=31-1131.00&to=29-1141.00"
SCREENSHOTS = (
    Screenshot("home", ""),
    Screenshot("compare", PAIR, size=(1280, 1500)),
    Screenshot("compare-phone-dark", PAIR, "dark", (360, 1180)),
    Screenshot("me", "me?from=31-1131.00", prepare=answer),
    Screenshot("team", "team", prepare=plan),
)


def take(browser: Browser, service_address: str, picture: Screenshot) -> None:
    """Take one screenshot."""
    width, height = picture.size
    scale = 2 if width < 400 else 1
    viewport = {"width": width, "height": height}
    page = browser.new_page(color_scheme=picture.scheme, viewport=viewport, device_scale_factor=scale)
    page.goto(f"{service_address}/{picture.address}")
    page.locator("html[data-scripted]").wait_for(state="attached")
    picture.prepare(page)
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=DOCS / f"{picture.name}.png")
    page.close()


def main() -> None:
    """Take all screenshots."""
    release = Path(os.environ.get("ONET_DATA") or SAMPLE).resolve()
    with tempfile.TemporaryDirectory() as folder, service(release, Path(folder)) as address, chromium() as browser:
        for picture in SCREENSHOTS:
            take(browser, address, picture)


if __name__ == "__main__":
    main()
