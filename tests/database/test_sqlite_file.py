"""The file of an SQLite database: made by what writes a release, never by what reads one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, make_url, text

from skillgap.database.engine import connect
from skillgap.database.transactions import reading, writing
from skillgap.errors import DatabaseUnavailable, NothingLoaded
from skillgap.migrations import migrate
from skillgap.onet.live_catalogue import LiveCatalogue
from tests.conftest import SAMPLE, load


@pytest.mark.parametrize("transaction", [reading, writing])
def test_a_transaction_makes_no_file(
    tmp_path: Path, transaction: Callable[[Engine], AbstractContextManager[Connection]]
) -> None:
    file = tmp_path / "data" / "skillgap.sqlite"
    engine = connect(make_url(f"sqlite:///{file}"))
    with pytest.raises(NothingLoaded, match=r"There is no .*/data/skillgap\.sqlite: run"), transaction(engine):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_schema_makes_the_file_and_its_folder(tmp_path: Path) -> None:
    engine = connect(make_url(f"sqlite:///{tmp_path / 'data' / 'skillgap.sqlite'}"))
    migrate(engine)
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM releases")) == 0


def test_a_service_that_starts_before_the_first_load_waits_for_it_and_makes_no_file(tmp_path: Path) -> None:
    engine = connect(make_url(f"sqlite:///{tmp_path / 'skillgap.sqlite'}"))
    live = LiveCatalogue(engine)
    live.refresh()
    assert (live.snapshot.catalogue, live.fault) == (None, None)
    assert list(tmp_path.iterdir()) == []
    load(engine, SAMPLE)
    live.refresh()
    assert live.snapshot.catalogue is not None
    assert live.snapshot.catalogue.info.release == "sample"


def test_a_file_that_is_taken_away_is_a_fault_and_what_is_held_is_served(tmp_path: Path) -> None:
    file = tmp_path / "skillgap.sqlite"
    engine = connect(make_url(f"sqlite:///{file}"))
    load(engine, SAMPLE)
    live = LiveCatalogue(engine)
    live.refresh()
    file.unlink()
    live.refresh()
    assert live.snapshot.catalogue is not None
    assert live.fault is not None


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_text("not a database, but long enough to be looked at" * 9)
    engine = connect(make_url(f"sqlite:///{tmp_path / 'notes.sqlite'}"))
    with pytest.raises(DatabaseUnavailable, match=r"notes\.sqlite: file is not a database"), reading(engine):
        pass


def test_a_database_in_memory_needs_no_file() -> None:
    with reading(connect(make_url("sqlite://"))) as connection:
        assert connection.scalar(text("SELECT 1")) == 1
