"""Fixtures: pages of the real service in a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import SAMPLE
from tests.page.browsing import chromium, find_chromium, service

MODELS, SHIP_ENGINEERS = "41-9012.00", "53-5031.00"
SIZES = {"phone": {"width": 360, "height": 780}, "desktop": {"width": 1280, "height": 900}}

TIMEOUT = 60_000  # milliseconds, for a busy machine

OpenPage = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if find_chromium() is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    expect.set_options(timeout=TIMEOUT)
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="package")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on our sample."""
    with service(SAMPLE, tmp_path_factory.mktemp("page")) as address:
        yield address


@pytest.fixture(scope="package")
def onet_site(onet: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service on the real 29.2."""
    with service(onet, tmp_path_factory.mktemp("page")) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Returns a function that opens an address in a new context.

    Fails the test afterwards if a page wrote to its console or sent a request to another origin.
    """
    contexts, faults = [], []

    def open_in_new_context(
        address: str, *, size: str = "desktop", errors_expected: bool = False, **options: Any
    ) -> Page:
        context = browser.new_context(viewport=SIZES[size], **options)
        contexts.append(context)
        origin = address.split("/", 3)[2]
        page = context.new_page()
        page.set_default_timeout(TIMEOUT)
        if not errors_expected:  # a browser reports a service that is gone
            page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((f"http://{origin}/", "blob:"))
                else faults.append(f"a request to {request.url}")
            ),
        )
        page.goto(address)
        return page

    yield open_in_new_context
    for context in contexts:
        context.close()
    assert faults == []
