"""Takes the pictures of the page in ``docs/``, with real levels where ONET_DATA names a release."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.conftest import SAMPLE
from tests.page.browsing import chromium, service

DOCS = Path(__file__).parents[2] / "docs"
QUERY = "?from=11-1011.00&to=11-3013.00"
PICTURES = {
    "compare-light.png": ("light", {"width": 1280, "height": 1000}, "&show=all", 1),
    "compare-phone-dark.png": ("dark", {"width": 360, "height": 1180}, "", 2),
}


def take(browser: Browser, address: str, name: str) -> None:
    """One picture of the page as it first appears."""
    scheme, viewport, state, sharpness = PICTURES[name]
    page = browser.new_page(color_scheme=scheme, viewport=viewport, device_scale_factor=sharpness)
    page.goto(f"{address}/{QUERY}{state}")
    page.locator("html[data-scripted]").wait_for(state="attached")
    page.screenshot(path=DOCS / name)
    page.close()


def main() -> None:
    """Take all of them."""
    release = Path(os.environ.get("ONET_DATA") or SAMPLE).resolve()
    with (
        tempfile.TemporaryDirectory() as folder,
        service(release, Path(folder)) as address,
        chromium() as browser,
    ):
        for name in PICTURES:
            take(browser, address, name)


if __name__ == "__main__":
    main()
