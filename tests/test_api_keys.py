"""Keys: what is kept of them, and what the setting may hold."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from skillgap.api_keys import entry_of, find_key, new_key, parse_keys
from skillgap.cli.main import app
from skillgap.settings import AccessSettings

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # of "test"


def test_a_key_is_found_by_its_hash_alone() -> None:
    keys = parse_keys(f"portal:{HASH}, other:{'0' * 64}:60")
    assert [(key.name, key.per_minute) for key in keys] == [("portal", None), ("other", 60)]
    assert find_key(keys, b"test") == keys[0]
    assert find_key(keys, HASH.encode()) is None
    assert find_key(keys, b"") is None


def test_a_fresh_key_is_long_and_never_the_same() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert re.fullmatch(r"skillgap_[A-Za-z0-9_-]{43}", new_key())


def test_the_command_shows_a_key_once_and_what_to_set() -> None:
    shown = CliRunner().invoke(app, ["keys", "new", "hr-portal"]).output
    key = re.search(r"skillgap_\S+", shown)
    assert key
    entry = entry_of("hr-portal", key[0])
    assert entry in shown
    assert find_key(parse_keys(entry), key[0].encode())


def test_a_name_that_the_setting_cannot_hold_is_wrong_usage() -> None:
    shown = CliRunner().invoke(app, ["keys", "new", "hr portal"])
    assert shown.exit_code == 2
    assert "letters, digits" in shown.output


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("portal", "entry 1 is not name:sha256"),
        (f"portal:{HASH},skillgap_secret", "entry 2 is not name:sha256"),
        (f"portal:{HASH[:-1]}", "entry 1 is not"),
        (f"portal:{HASH},portal:{'0' * 64}", "portal is there more than once"),
    ],
)
def test_a_setting_that_is_wrong_says_where_and_shows_no_key(text: str, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault) as error:
        AccessSettings(api_keys=text)
    assert "skillgap_secret" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("api_cors_origins", "hr.example.org"),
        ("api_cors_origins", "https://hr.example.org/page"),
        ("api_trusted_proxies", "proxy"),
        ("api_trusted_proxies", "10.0.0.0/99"),
    ],
)
def test_what_is_no_origin_or_address_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        AccessSettings(**{name: value})
