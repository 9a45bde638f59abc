"""The page of a service that requires API keys: a browser sends the key as a password with every request."""

from __future__ import annotations

from pathlib import Path

from skillgap.api_keys import entry_of
from skillgap.settings import AccessSettings
from tests.conftest import SAMPLE
from tests.page.browsing import service
from tests.page.conftest import MODELS, SHIP_ENGINEERS, OpenPage


def test_the_page_works_with_a_key(open_page: OpenPage, tmp_path: Path) -> None:
    access = AccessSettings(api_keys=entry_of("portal", "the key"))
    key = {"username": "anybody", "password": "the key"}
    with service(SAMPLE, tmp_path, access) as site:
        page = open_page(f"{site}/?from={MODELS}&to={SHIP_ENGINEERS}", http_credentials=key)
        assert "Ship Engineers" in page.title()
        status = page.evaluate("async () => (await fetch('occupations?q=nurse')).status")
    assert status == 200
