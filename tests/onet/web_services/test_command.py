"""``skillgap supplement`` as a user runs it: a real process against the fake service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from skillgap.settings import WebServicesSettings
from tests.conftest import SAMPLE
from tests.onet.web_services import fake_onet
from tests.onet.web_services.fake_onet import KEY, FakeOnet

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, fake: FakeOnet) -> Run:
    """``python -m skillgap`` in a folder where the sample is loaded, with the fake's address."""

    def run_command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        own = {"ONET_WEB_SERVICES_URL": fake.url, "ONET_WEB_SERVICES_SPACING": "0", "ONET_API_KEY": KEY}
        result = subprocess.run(
            [sys.executable, "-m", "skillgap", *arguments],
            cwd=tmp_path,
            env=os.environ | own | settings,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert KEY not in result.stdout + result.stderr
        return result

    assert run_command("load", "--from", str(SAMPLE)).returncode == 0
    return run_command


def test_every_unrated_occupation_is_asked_for(run: Run) -> None:
    done = run("supplement")
    assert done.returncode == 0
    assert "15-1299.00" in done.stderr
    assert "2 occupations requested: 1 rated, 1 without ratings there too, 0 unknown, 0 failed" in (done.stderr)
    again = run("supplement")
    assert (again.returncode, "0 occupations requested" in again.stderr) == (0, True)


def test_only_the_named_ones_are_asked_for(run: Run) -> None:
    done = run("supplement", "--occupations", " 55-1016, 15-1299.00 ")
    assert "2 occupations requested" in done.stderr
    assert "1 occupations requested" in run("supplement", "--occupations", "55-1016").stderr


def test_without_a_key_it_is_off_and_says_where_keys_are_made(run: Run, fake: FakeOnet) -> None:
    done = run("supplement", ONET_API_KEY="")
    assert done.returncode == 0
    assert "ONET_API_KEY is not set. Keys are made at https://services.onetcenter.org/" in (done.stderr)
    assert fake.seen == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--occupations", "cook"), "skillgap: 'cook' is not an O*NET-SOC code"),
        (("--occupations", "99-9999"), "skillgap: The illustrative sample has no occupation 99-"),
        (("--occupations", "29-1141"), "skillgap: The illustrative sample rates 29-1141.00"),
    ],
)
def test_what_cannot_be_supplemented_is_said_in_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    failed = run("supplement", *arguments)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith(message)


def test_a_refused_key_is_said_in_one_line(run: Run) -> None:
    failed = run("supplement", ONET_API_KEY="wr0ng")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("skillgap: 127.0.0.1 rejected the key in ONET_API_KEY (403).")
    assert "wr0ng" not in failed.stderr


def test_an_occupation_with_bad_rows_is_a_failure(run: Run, fake: FakeOnet) -> None:
    next(row for row in fake.rows if row["onetsoc_code"] == fake_onet.ALL_OTHER)["n"] = "many"
    failed = run("supplement")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1] == "skillgap: 1 occupations could not be supplemented."
    assert "n 'many' is not a whole number" in failed.stderr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ONET_API_KEY": "s3cret k3y"}, "skillgap: setting ONET_API_KEY: Value error, has "),
        (
            {"ONET_WEB_SERVICES_URL": "http://api-v2.onetcenter.org/"},
            "skillgap: setting ONET_WEB_SERVICES_URL: Value error, must begin with https://",
        ),
    ],
)
def test_a_wrong_setting_is_named_and_the_key_never(run: Run, settings: dict[str, str], message: str) -> None:
    failed = run("supplement", **settings)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith(message)
    assert "s3cret" not in failed.stderr


@pytest.mark.parametrize(("given", "kept"), [(" k3y\n", "k3y"), ("k3y", "k3y"), ("  ", None)], ids=repr)
def test_blanks_around_a_key_are_no_part_of_it(given: str, kept: str | None) -> None:
    key = WebServicesSettings(onet_api_key=given).onet_api_key
    assert (key.get_secret_value() if key else None) == kept


@pytest.mark.parametrize("given", ["k3y\nX-Other: 1", "k\u00e4y", "two keys"])
def test_a_key_that_cannot_be_sent_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="has characters that no key has"):
        WebServicesSettings(onet_api_key=given)


@pytest.mark.parametrize("name", sorted(WebServicesSettings.model_fields))
def test_its_page_explains_every_setting(name: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text()
    assert f"| `{name.upper()}` |" in page


def test_every_line_of_a_supplement_names_its_run(run: Run) -> None:
    done = run("supplement", LOG_FORMAT="json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "15-1299.00" in done.stderr
    assert len(lines) > 2
    assert len({line["run_id"] for line in lines}) == 1
