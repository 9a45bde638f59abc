"""Takes the screenshots of the page in ``docs/``, with real levels if ONET_DATA names a release."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.conftest import SAMPLE
from tests.page.browsing import chromium, service

DOCS = Path(__file__).parents[2] / "docs"
QUERY = "?from=31-1131.00&to=29-1141.00"
SCREENSHOTS = {
    "compare-light.png": ("light", {"width": 1280, "height": 1000}, "", 1),
    "compare-phone-dark.png": ("dark", {"width": 360, "height": 1180}, "", 2),
}


def take(browser: Browser, address: str, name: str) -> None:
    """Take one screenshot of the page as it first appears."""
    scheme, viewport, state, scale = SCREENSHOTS[name]
    page = browser.new_page(color_scheme=scheme, viewport=viewport, device_scale_factor=scale)
    page.goto(f"{address}/{QUERY}{state}")
    page.locator("html[data-scripted]").wait_for(state="attached")
    page.screenshot(path=DOCS / name)
    page.close()


def main() -> None:
    """Take all screenshots."""
    release = Path(os.environ.get("ONET_DATA") or SAMPLE).resolve()
    with tempfile.TemporaryDirectory() as folder, service(release, Path(folder)) as address, chromium() as browser:
        for name in SCREENSHOTS:
            take(browser, address, name)


if __name__ == "__main__":
    main()
