"""Which release a load takes of those that are named, in ``data/``, loaded or on offer, and which is current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from skillgap.database.transactions import reading
from skillgap.errors import DownloadError, SourceFileError
from skillgap.onet.tables import CurrentRelease
from tests.conftest import SAMPLE, database_url, engine_at, load
from tests.faults.conftest import write_release

NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    for url in database_url("sqlite", tmp_path):
        yield from engine_at(url)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of releases of the folder that tests run in, with two of them."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("28.2", "29.2"):
        write_release(folder / name, name)
    return folder


def current(engine: Engine) -> str | None:
    with reading(engine) as connection:
        return connection.scalar(select(CurrentRelease.release))


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("options", "release"), [({}, "29.2"), ({"release": "28.2"}, "28.2"), ({"preferred": "28.2"}, "28.2")]
)
def test_of_two_releases_in_data_the_one_that_is_named_is_loaded(
    sqlite: Engine, options: dict[str, str], release: str
) -> None:
    result = load(sqlite, base_url=NOWHERE, **options)
    assert (result.release, result.outcome, result.current) == (release, "loaded", release)
    assert current(sqlite) == release


def test_a_loaded_release_that_is_named_again_is_current_again(sqlite: Engine, data: Path) -> None:
    load(sqlite, data / "28.2")
    load(sqlite, data / "29.2")
    again = load(sqlite, data / "28.2", activate=True)
    assert (again.release, again.outcome, again.activated, again.current) == ("28.2", "unchanged", True, "28.2")
    assert current(sqlite) == "28.2"
    by_name = load(sqlite, release="29.2", activate=True)
    assert (by_name.release, by_name.activated) == ("29.2", True)
    assert current(sqlite) == "29.2"


def test_a_release_that_is_loaded_but_in_no_folder_is_the_one_that_is_said(sqlite: Engine, tmp_path: Path) -> None:
    for name in ("28.2", "29.2"):
        load(sqlite, write_release(tmp_path / name, name))
    result = load(sqlite, release="28.2", base_url=NOWHERE, activate=True)
    assert (result.release, result.outcome, result.current) == ("28.2", "unchanged", "28.2")


def test_a_load_that_names_nothing_leaves_a_release_that_was_activated(sqlite: Engine, data: Path) -> None:
    load(sqlite, data / "29.2")
    load(sqlite, data / "28.2")
    result = load(sqlite)
    assert (result.release, result.outcome, result.current) == ("29.2", "unchanged", "28.2")
    assert current(sqlite) == "28.2"


@pytest.mark.usefixtures("data")
def test_a_release_that_is_preferred_is_downloaded_though_data_holds_another(
    sqlite: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    result = load(sqlite, preferred="30.3", base_url=NOWHERE)
    assert "O*NET 30.3 could not be downloaded" in caplog.text
    assert result.release == "29.2"  # better than nothing
    assert load(sqlite, preferred="30.3", base_url=NOWHERE).outcome == "unchanged"


@pytest.mark.usefixtures("data")
def test_a_release_that_is_named_and_cannot_be_had_is_an_error(sqlite: Engine) -> None:
    load(sqlite)
    with pytest.raises(DownloadError, match=r"O\*NET 30\.3 could not be downloaded"):
        load(sqlite, release="30.3", base_url=NOWHERE)


@pytest.mark.usefixtures("data")
def test_a_newer_release_in_data_than_the_one_preferred_is_said(
    sqlite: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    load(sqlite, preferred="28.2")
    assert "data/29.2 holds the newer release 29.2; 28.2 is requested" in caplog.text


def test_a_zip_in_data_that_is_damaged_is_said_and_nothing_is_loaded(sqlite: Engine, data: Path) -> None:
    load(sqlite, SAMPLE)
    (data / "db_30_3_text.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(SourceFileError, match=r"data/db_30_3_text\.zip: not a zip file, or cut short"):
        load(sqlite)
    assert current(sqlite) == "sample"
