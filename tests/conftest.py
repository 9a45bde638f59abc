"""Fixtures: databases (SQLite, and a real MySQL where TEST_MYSQL_URL names one), releases, the app.

Tests that need O*NET's own files read the folder in ONET_DATA and are skipped where it is absent.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import settings
from sqlalchemy import Engine, create_engine, make_url, text

from skillgap.api.app import create_app
from skillgap.database.engine import connect
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.load.run import LoadRequest, LoadResult, load_release
from skillgap.settings import ApiSettings, DatabaseSettings
from tests.llm.fake_model import FakeModel

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
BACKENDS = ("sqlite", "mysql")
ONET_DATA = os.environ.get("ONET_DATA")
TEST_MYSQL_URL = os.environ.get("TEST_MYSQL_URL")

# No test is timed: machines are shared. In CI a run is the same as the one before it.
settings.register_profile("skillgap", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("skillgap")


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


def database_url(backend: str, folder: Path) -> Iterator[str]:
    """The address of an empty database, dropped afterwards."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'test.sqlite'}"
        return
    if not TEST_MYSQL_URL:
        pytest.skip("needs a MySQL server: name a database of it in TEST_MYSQL_URL")
    url = make_url(TEST_MYSQL_URL)
    name = f"skillgap_{secrets.token_hex(4)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def engine_at(url: str) -> Iterator[Engine]:
    engine = connect(make_url(url))
    yield engine
    engine.dispose()


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    yield from database_url(request.param, tmp_path)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    yield from engine_at(url)


@pytest.fixture(scope="session", params=BACKENDS)
def onet_url(request: pytest.FixtureRequest, onet: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database of each kind with the real 29.2 loaded; tests only read it."""
    for address in database_url(request.param, tmp_path_factory.mktemp("onet")):
        for engine in engine_at(address):
            load(engine, onet)
        yield address


@pytest.fixture
def onet_engine(onet_url: str) -> Iterator[Engine]:
    yield from engine_at(onet_url)


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy of our sample that a test may change."""
    return Path(shutil.copytree(SAMPLE, tmp_path / "sample"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A database with the sample loaded."""
    url = f"sqlite:///{tmp_path / 'sample.sqlite'}"
    engine = connect(make_url(url))
    load(engine, SAMPLE)
    engine.dispose()
    return url


@pytest.fixture
def model() -> Iterator[FakeModel]:
    """A language model's server that is ours."""
    with FakeModel() as served:
        yield served


def load(engine: Engine, path: Path | None = None, **options: Any) -> LoadResult:
    """Load a release without showing progress."""
    request = LoadRequest(path=path, **options)
    return load_release(engine, request, lambda *_: None)


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
def sample_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app serving our sample from SQLite."""
    url = f"sqlite:///{tmp_path_factory.mktemp('api') / 'sample.sqlite'}"
    for engine in engine_at(url):
        load(engine, SAMPLE)
    yield from client_of(url)


@pytest.fixture(scope="session")
def onet_client(onet: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app serving the real 29.2 from SQLite."""
    url = f"sqlite:///{tmp_path_factory.mktemp('api') / 'onet.sqlite'}"
    for engine in engine_at(url):
        load(engine, onet)
    yield from client_of(url)
