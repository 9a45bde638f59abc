"""Fixtures: databases (SQLite, and a real MySQL where TEST_MYSQL_URL names one), releases, the app.

Tests that need O*NET's own files read the folder in ONET_DATA and are skipped where it is absent.
Which command runs a test is decided here, by its folder and its fixtures: ``make help`` lists them.
What takes long is done once per run, whatever the number of xdist's workers: see ``once``.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings
from sqlalchemy import Engine, create_engine, func, inspect, make_url, select, text

from skillgap.api.app import create_app
from skillgap.database.base import Base
from skillgap.database.engine import connect
from skillgap.migrations import migrate
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.load.run import LoadRequest, LoadResult, load_release
from skillgap.settings import ApiSettings, DatabaseSettings
from tests.llm.fake_model import FakeModel

TESTS = Path(__file__).parent
SAMPLE = TESTS.parent / "data" / "sample"
BACKENDS = ("sqlite", "mysql")
ONET_DATA = os.environ.get("ONET_DATA")
TEST_MYSQL_URL = os.environ.get("TEST_MYSQL_URL")
RUN = "TEST_RUN"  # the variable that names the folder of this run; xdist's workers inherit it

# Where tests stand, from this folder on. The quick ones are units and the API on the sample and SQLite; the slow
# ones among them start processes or draw pictures.
QUICK = ("api", "gap", "llm", "occupations", "onet/test_", "test_")
SLOW = ("api/test_metrics", "api/test_openapi_examples", "occupations/test_charts", "test_logs")
SERVICE = ("database/test_tls", "faults", "ops/test_cluster", "ops/test_compose", "ops/test_nginx")

# No test is timed: machines are shared. In CI a run is the same as the one before it.
settings.register_profile("skillgap", deadline=None, derandomize="CI" in os.environ)
settings.register_profile("quick", settings.get_profile("skillgap"), max_examples=25)


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that this run's workers share."""
    settings.load_profile("quick" if config.option.markexpr == "quick" else "skillgap")
    if RUN not in os.environ:
        os.environ[RUN] = tempfile.mkdtemp(prefix="skillgap_")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not read the other files for the quick tests."""
    if config.option.markexpr != "quick" or collection_path.suffix != ".py":
        return None
    return None if is_quick(collection_path.relative_to(TESTS).as_posix()) else True


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the folder and the databases of this run, after the last worker."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    folder = Path(os.environ.pop(RUN))
    shutil.rmtree(folder)
    if TEST_MYSQL_URL:
        server = create_engine(make_url(TEST_MYSQL_URL), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            for name in inspect(connection).get_schema_names():
                if name.startswith(f"{folder.name}_"):
                    connection.execute(text(f"DROP DATABASE {name}"))
        server.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test for the command that runs it."""
    for item in items:
        for marker in markers_of(item):
            item.add_marker(marker)


def markers_of(item: pytest.Item) -> Iterator[str]:
    """The markers of a test, by its folder, its fixtures and what they are given."""
    place = item.path.relative_to(TESTS).as_posix()
    call = getattr(item, "callspec", None)
    given = (value for value in call.params.values() if isinstance(value, str)) if call else ()
    needs = {*getattr(item, "fixturenames", ()), *given}
    found = {
        "onet": needs & {"onet", "29.2"},
        "mysql": needs & {"mysql"},
        "browser": needs & {"browser"},
        "service": place.startswith(SERVICE),
    }
    yield from (marker for marker, needed in found.items() if needed)
    if is_quick(place) and not any(found.values()):
        yield "quick"


def is_quick(place: str) -> bool:
    """Whether a file has tests that `make check` runs."""
    return place.startswith(QUICK) and not place.startswith(SLOW)


@pytest.fixture(autouse=True)
def _only_the_tests_own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's environment or of the checkout's data/ reaches a test."""
    for name in (
        "DATABASE_URL",
        "MYSQL_HOST",
        "LEVELS",
        "LLM_API_KEY",
        "LLM_BASE_URL",
        "LLM_MODEL",
        "ONET_DATA",
        "ONET_RELEASE",
        "ONET_ACCEPT_INCOMPLETE",
        "API_PORT",
        "ONET_API_KEY",
        "METRICS",
        "PROMETHEUS_MULTIPROC_DIR",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_SERVICE_NAME",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def onet() -> Path:
    """The folder of the real 29.2 files."""
    if not ONET_DATA:
        pytest.skip("needs O*NET 29.2: name its folder in ONET_DATA")
    return Path(ONET_DATA)


def once(name: str, write: Callable[[Path], object]) -> Path:
    """A file of this run, which the first worker to need it writes while the others wait."""
    file = Path(os.environ[RUN]) / name
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            unfinished = file.with_suffix(".unfinished")
            write(unfinished)
            unfinished.replace(file)
    return file


def sqlite_file(name: str, fill: Callable[[Engine], object]) -> Path:
    """An SQLite file, filled once per run; tests read it or copy it."""

    def write(file: Path) -> None:
        for engine in engine_at(f"sqlite:///{file}"):
            fill(engine)

    return once(name, write)


def sample_file() -> Path:
    """An SQLite file with our sample loaded, and the result of that load beside it."""

    def fill(engine: Engine) -> None:
        result = load_release(engine, LoadRequest(path=SAMPLE), lambda *_: None)
        Path(os.environ[RUN], "sample.result").write_bytes(pickle.dumps(result))

    return sqlite_file("sample.sqlite", fill)


@pytest.fixture(scope="session")
def onet_file(onet: Path) -> Path:
    """An SQLite file with the real 29.2 loaded."""
    return sqlite_file("onet.sqlite", lambda engine: load(engine, onet))


def mysql_server_url() -> str:
    """The address of the server that tests may make databases on."""
    if not TEST_MYSQL_URL:
        pytest.skip("needs a MySQL server: name a database of it in TEST_MYSQL_URL")
    return TEST_MYSQL_URL


@pytest.fixture
def mysql() -> str:
    """The address of a real server and of a database on it, as TEST_MYSQL_URL names them."""
    return mysql_server_url()


def mysql_database(name: str) -> str:
    """The address of a database of this run, made where it is not there; dropped after the run."""
    url = make_url(mysql_server_url())
    database = f"{Path(os.environ[RUN]).name}_{name}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE IF NOT EXISTS {database}"))
    server.dispose()
    return url.set(database=database).render_as_string(hide_password=False)


def database_url(backend: str, folder: Path) -> Iterator[str]:
    """The address of a new database, without a table."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
    else:
        yield mysql_database(secrets.token_hex(4))


def engine_at(url: str) -> Iterator[Engine]:
    engine = connect(make_url(url))
    yield engine
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def blank_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind without a table."""
    yield from database_url(request.param, tmp_path)


@pytest.fixture
def blank_engine(blank_url: str) -> Iterator[Engine]:
    yield from engine_at(blank_url)


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind with the schema and no row; migrated once per run."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(sqlite_file('schema.sqlite', migrate), tmp_path / 'test.sqlite')}"
    address = mysql_database(os.environ.get("PYTEST_XDIST_WORKER", "main"))
    for engine in engine_at(address):
        empty(engine)
    return address


def empty(engine: Engine) -> None:
    """Leave the schema and no row, whatever the test before this one left."""
    migrate(engine)
    tables = Base.metadata.tables
    with engine.begin() as connection:
        counts = select(*(select(func.count()).select_from(table).scalar_subquery() for table in tables.values()))
        filled = [table for table, rows in zip(tables, connection.execute(counts).one(), strict=True) if rows]
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for table in filled:
            connection.execute(text(f"TRUNCATE TABLE {table}"))  # and counts from 1 again
        connection.execute(text("SET FOREIGN_KEY_CHECKS = 1"))


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    yield from engine_at(url)


@pytest.fixture(scope="session", params=BACKENDS)
def onet_url(request: pytest.FixtureRequest, onet: Path) -> str:
    """A database of each kind with the real 29.2 loaded; tests only read it."""
    if request.param == "sqlite":
        return f"sqlite:///{request.getfixturevalue('onet_file')}"
    address = mysql_database("onet")

    def write(loaded: Path) -> None:
        for engine in engine_at(address):
            load(engine, onet)
        loaded.touch()

    once("onet.mysql", write)
    return address


@pytest.fixture
def onet_engine(onet_url: str) -> Iterator[Engine]:
    yield from engine_at(onet_url)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy of our sample that a test may change."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database with the sample loaded, which a test may change."""
    return f"sqlite:///{shutil.copy(sample_file(), tmp_path / 'sample.sqlite')}"


@pytest.fixture
def model() -> Iterator[FakeModel]:
    """A language model's server that is ours."""
    with FakeModel() as served:
        yield served


def load(engine: Engine, path: Path | None = None, **options: Any) -> LoadResult:
    """Load a release without showing progress.

    An SQLite file gets its first load of our sample as a copy of the one that is made once per run.
    """
    if path == SAMPLE and not options and RUN in os.environ and is_new_sqlite(engine):
        with closing(sqlite3.connect(sample_file())) as loaded, closing(engine.raw_connection()) as connection:
            loaded.backup(connection.driver_connection)
        result: LoadResult = pickle.loads(Path(os.environ[RUN], "sample.result").read_bytes())
        return result
    request = LoadRequest(path=path, **options)
    return load_release(engine, request, lambda *_: None)


def is_new_sqlite(engine: Engine) -> bool:
    """Whether nothing has been loaded into an SQLite file, nor failed to be."""
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        return not inspect(connection).has_table("load_runs") or not connection.scalar(text("SELECT 1 FROM load_runs"))


def client_of(url: str) -> Iterator[TestClient]:
    """The real app on a database."""
    app = create_app(DatabaseSettings(database_url=url), ApiSettings(api_poll_seconds=0.02))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def catalogue_of(client: TestClient) -> Catalogue:
    """What the app of a client serves."""
    catalogue: Catalogue = client.app.state.live.snapshot.catalogue
    return catalogue


@pytest.fixture(scope="session")
def sample_client() -> Iterator[TestClient]:
    """The app serving our sample from SQLite."""
    yield from client_of(f"sqlite:///{sample_file()}")


@pytest.fixture(scope="session")
def onet_client(onet_file: Path) -> Iterator[TestClient]:
    """The app serving the real 29.2 from SQLite."""
    yield from client_of(f"sqlite:///{onet_file}")
