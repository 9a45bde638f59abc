"""``skillgap doctor`` on installations that are well, and on those that are not."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, make_url, text
from typer.testing import CliRunner

from skillgap.cli.doctor.database import known_revisions
from skillgap.cli.main import app
from skillgap.database.engine import connect
from skillgap.errors import SourceNotFound
from skillgap.migrations import alembic_config
from tests.conftest import SAMPLE, TEST_MYSQL_URL, database_url, load

NOBODY = "http://127.0.0.1:9/"

Found = dict[str, tuple[str, str]]
Doctor = Callable[..., tuple[int, Found]]


@pytest.fixture
def doctor(monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Runs the command; its exit status, and the state and text of each check by subject."""

    def run(*options: str, **settings: str) -> tuple[int, Found]:
        for name, value in ({"ONET_BASE_URL": NOBODY} | settings).items():
            monkeypatch.setenv(name, value)
        ran = CliRunner().invoke(app, ["doctor", "--json", *options])
        found: Found = {}
        for check in json.loads(ran.stdout)["checks"]:
            told = f"{check['finding']} -> {check['advice']}"
            if found.get(check["subject"], ("ok",))[0] == "ok":  # the worse of two
                found[check["subject"]] = (check["state"], told)
        return ran.exit_code, found

    return run


def test_all_is_well_with_a_loaded_release(onet_url: str, onet: Path, doctor: Doctor) -> None:
    status, found = doctor(DATABASE_URL=onet_url, ONET_DATA=str(onet))
    assert status == 0
    assert {state for state, _ in found.values()} == {"ok"}, found
    assert "1016 occupations, 879 rated on 35 skills" in found["data"][1]
    assert "download" not in found


def test_the_lines_say_the_same_to_people(onet_url: str, onet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", onet_url)
    monkeypatch.setenv("ONET_DATA", str(onet))
    ran = CliRunner().invoke(app, ["doctor"])
    assert ran.exit_code == 0
    assert "ok   release        O*NET 29.2, loaded 20" in ran.stdout
    assert all(line.startswith("ok   ") for line in ran.stdout.splitlines())


def test_no_database_is_made_by_looking_for_it(doctor: Doctor, tmp_path: Path) -> None:
    status, found = doctor()
    assert (status, found["database"][0]) == (1, "fail")
    assert "run `skillgap load`" in found["database"][1]
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_is_said(doctor: Doctor, tmp_path: Path) -> None:
    (tmp_path / "notes.sqlite").write_text("not a database, but long enough to be looked at" * 9)
    status, found = doctor(DATABASE_URL="sqlite:///notes.sqlite")
    assert (status, found["database"][0]) == (1, "fail")
    assert "file is not a database" in found["database"][1]


def test_an_empty_database_wants_a_load(doctor: Doctor, blank_engine: Engine, blank_url: str) -> None:
    blank_engine.connect().close()
    status, found = doctor(DATABASE_URL=blank_url)
    assert (status, found["schema"]) == (1, ("fail", "the database is empty -> run `skillgap load`"))
    assert found["rights"][0] == "ok"


def test_the_doctor_knows_the_revisions_that_alembic_knows(blank_engine: Engine) -> None:
    with blank_engine.connect() as connection:
        script = ScriptDirectory.from_config(alembic_config(connection))

    assert known_revisions() == sorted(revision.revision for revision in script.walk_revisions())
    assert known_revisions()[-1] == script.get_current_head()


@pytest.mark.parametrize(("revision", "advice"), [("0003", "brings it up to date"), ("9999", "update skillgap")])
def test_a_schema_of_another_version(
    doctor: Doctor, blank_engine: Engine, blank_url: str, revision: str, advice: str
) -> None:
    load(blank_engine, SAMPLE)
    with blank_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    status, found = doctor(DATABASE_URL=blank_url)
    assert (status, found["schema"][0]) == (1, "fail")
    assert revision in found["schema"][1]
    assert advice in found["schema"][1]


def test_the_sample_a_failed_load_and_holes_are_warned_of(doctor: Doctor, engine: Engine, url: str) -> None:
    load(engine, SAMPLE)
    status, found = doctor(DATABASE_URL=url)
    assert (status, found["release"][0], found["last load"][0]) == (0, "warn", "ok")
    assert found["data"][0] == "ok"
    with pytest.raises(SourceNotFound):
        load(engine, Path("nowhere"))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM ratings WHERE onetsoc_code = '29-1141.00' AND element_id = '2.A.1.a'"))
    status, found = doctor(DATABASE_URL=url)
    assert status == 0
    assert found["last load"][0] == "warn"
    assert "nowhere: no such folder or zip" in found["last load"][1]
    assert found["data"][0] == "warn"
    assert "1 levels are missing" in found["data"][1]


def test_ratings_of_nothing_are_a_failure(doctor: Doctor, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite'}"
    load(connect(make_url(url)), SAMPLE)
    with closing(sqlite3.connect(tmp_path / "test.sqlite")) as database:  # checks no reference
        database.execute("DELETE FROM occupations WHERE onetsoc_code = '29-1141.00'")
        database.commit()
    status, found = doctor(DATABASE_URL=url)
    assert status == 1
    assert "70 ratings of nothing that is listed" in found["data"][1]


@pytest.fixture
def mysql(tmp_path: Path) -> Iterator[str]:
    for url in database_url("mysql", tmp_path):
        load(connect(make_url(url)), SAMPLE)
        yield url


def test_a_wrong_password_is_said_and_not_shown(doctor: Doctor, mysql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = make_url(mysql).set(password="s3cret-and-wrong")
    status, found = doctor(DATABASE_URL=wrong.render_as_string(hide_password=False))
    assert (status, found["database"][0]) == (1, "fail")
    assert "Access denied" in found["database"][1]
    assert "user or password are wrong" in found["database"][1]
    monkeypatch.setenv("DATABASE_URL", wrong.render_as_string(hide_password=False))
    assert "s3cret" not in CliRunner().invoke(app, ["doctor"]).output


@pytest.mark.parametrize(
    ("change", "advice"), [({"port": 9}, "is the server there?"), ({"database": "skillgap_no"}, "no database of this")]
)
def test_a_server_or_a_database_that_is_not_there(
    doctor: Doctor, mysql: str, change: dict[str, int | str], advice: str
) -> None:
    elsewhere = make_url(mysql).set(**change)
    status, found = doctor(DATABASE_URL=elsewhere.render_as_string(hide_password=False))
    assert (status, found["database"][0]) == (1, "fail")
    assert advice in found["database"][1]


@pytest.fixture
def reader(mysql: str) -> Iterator[str]:
    """The address of the same database for a user who may only read."""
    name = f"reader_{secrets.token_hex(4)}"
    url = make_url(mysql)
    pattern = (url.database or "").replace("_", "\\_")
    root = create_engine(url.set(username="root", password=""), isolation_level="AUTOCOMMIT")
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE USER '{name}'@'localhost' IDENTIFIED BY 'reader'")
        connection.exec_driver_sql(f"GRANT SELECT ON `{pattern}`.* TO '{name}'@'localhost'")
    yield url.set(username=name, password="reader").render_as_string(hide_password=False)
    with root.connect() as connection:
        connection.exec_driver_sql(f"DROP USER '{name}'@'localhost'")
    root.dispose()


def test_rights_are_judged_by_what_the_user_is_for(doctor: Doctor, mysql: str, reader: str) -> None:
    expected = [
        (reader, "both", 0, "ok", "may read: enough to serve -> to load takes another user"),
        (reader, "serve", 0, "ok", "may read: enough to serve"),
        (reader, "load", 1, "fail", "may not INSERT, UPDATE, DELETE, CREATE"),
        (mysql, "load", 0, "ok", "enough to load"),
        (mysql, "serve", 0, "warn", "serving needs SELECT alone"),
    ]
    for url, role, status, state, told in expected:
        ended, found = doctor("--role", role, DATABASE_URL=url)
        assert (ended, found["rights"][0]) == (status, state)
        assert told in found["rights"][1]
    assert "TEST_MYSQL_URL" not in str(found)
    assert TEST_MYSQL_URL


def test_every_wrong_setting_is_named(doctor: Doctor) -> None:
    status, found = doctor(API_PORT="x", ONET_MAX_REJECTED="2")
    assert (status, found["settings"][0]) == (1, "fail")
    ran = CliRunner().invoke(app, ["doctor"])
    assert "API_PORT: " in ran.stdout
    assert "ONET_MAX_REJECTED: " in ran.stdout


def test_two_addresses_of_a_database_and_files_that_are_not_there(doctor: Doctor) -> None:
    status, found = doctor(DATABASE_URL="sqlite:///none.sqlite", MYSQL_HOST="db", ONET_DATA="/nowhere/29.2")
    assert status == 1
    assert found["settings"] == (
        "warn",
        "DATABASE_URL and MYSQL_HOST are both set -> take one of them away: DATABASE_URL wins",
    )
    assert found["files"][0] == "fail"


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """A service on loopback that takes the key ``right``, and what it was asked for."""
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            keys = (self.headers.get("X-API-Key"), self.headers.get("Authorization"))
            self.send_response(200 if {"right", "Bearer right"} & set(keys) else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()


@pytest.mark.parametrize(("key", "state"), [("right", "ok"), ("s3cret", "fail")])
def test_services_are_asked_only_where_they_are_set_up(
    doctor: Doctor, service: tuple[str, list[str]], key: str, state: str
) -> None:
    address, asked = service
    _, found = doctor(ONET_WEB_SERVICES_URL=address, LLM_BASE_URL=address)
    assert "web services" not in found
    assert asked == []
    settings = {"ONET_API_KEY": key, "LLM_API_KEY": key, "LLM_MODEL": "some"}
    _, found = doctor(**settings)
    assert asked == ["/about", "/models"]
    assert (found["web services"][0], found["model"][0]) == (state, state)
    assert "s3cret" not in str(found)
    _, found = doctor(ONET_WEB_SERVICES_URL=NOBODY)
    assert found["web services"][0] == "warn"
