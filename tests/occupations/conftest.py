"""Apps on two releases of ours, and on the real one: what holds of every release is asked of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.conftest import SAMPLE, client_of, load, sqlite_file
from tests.occupations.worked_release import RELEASE, write_worked_release


@pytest.fixture(scope="session")
def worked_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app serving the release that is worked by hand."""

    def folder() -> Path:
        return write_worked_release(tmp_path_factory.mktemp("worked") / "release")

    file = sqlite_file("worked.sqlite", lambda engine: load(engine, folder(), release=RELEASE, accept_incomplete=True))
    yield from client_of(f"sqlite:///{file}")


@pytest.fixture(scope="session", params=["sample", "29.2"])
def release(request: pytest.FixtureRequest) -> str:
    """The name of a release: our sample's, and the real one's where its files are."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def release_client(request: pytest.FixtureRequest, release: str) -> TestClient:
    """The app serving that release."""
    client: TestClient = request.getfixturevalue("sample_client" if release == "sample" else "onet_client")
    return client


@pytest.fixture(scope="session")
def release_folder(request: pytest.FixtureRequest, release: str) -> Path:
    """The files of that release."""
    folder: Path = SAMPLE if release == "sample" else request.getfixturevalue("onet")
    return folder
