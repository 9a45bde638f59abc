"""Releases beside the current one: none waits for another, and their number in memory is limited."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event

import pytest
from fastapi.testclient import TestClient

from skillgap.errors import ReleasesBusy
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.other_releases import MOST_HELD, MOST_WAITING, OtherReleases
from tests.conftest import catalogue_of

SECONDS = 30  # until a test that hangs fails


class Database:
    """Reads a catalogue when it is let to; knows who has begun and how often."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.begun, self.allowed = Event(), Event()
        self.reads = 0

    def read(self) -> Catalogue:
        self.reads += 1
        self.begun.set()
        assert self.allowed.wait(SECONDS)
        return self.catalogue


@pytest.fixture
def slow(sample_client: TestClient) -> Iterator[Database]:
    database = Database(catalogue_of(sample_client))
    yield database
    database.allowed.set()


@pytest.fixture
def others(sample_client: TestClient) -> OtherReleases:
    """With run 1 in memory."""
    releases = OtherReleases()
    releases.get(1, lambda: catalogue_of(sample_client), "release")
    return releases


@pytest.fixture
def threads(slow: Database) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as pool:
        yield pool
        slow.allowed.set()


def begin(threads: ThreadPoolExecutor, others: OtherReleases, run: int, slow: Database) -> Future[Catalogue]:
    """A request for a run whose reading has begun."""
    request = threads.submit(others.get, run, slow.read, "release")
    assert slow.begun.wait(SECONDS)
    return request


def never() -> Catalogue:
    raise AssertionError("it is in memory, and was read")


def test_a_release_in_memory_waits_for_no_other(
    others: OtherReleases, threads: ThreadPoolExecutor, slow: Database
) -> None:
    begin(threads, others, 2, slow)
    assert threads.submit(others.get, 1, never, "release").result(SECONDS) is slow.catalogue


def test_a_release_is_read_while_another_is(others: OtherReleases, threads: ThreadPoolExecutor, slow: Database) -> None:
    begin(threads, others, 2, slow)
    assert threads.submit(others.get, 3, lambda: slow.catalogue, "release").result(SECONDS) is slow.catalogue


def test_requests_for_the_same_release_wait_for_one_read(
    others: OtherReleases, threads: ThreadPoolExecutor, slow: Database
) -> None:
    requests = [begin(threads, others, 2, slow) for _ in range(MOST_WAITING)]
    slow.allowed.set()
    assert {id(request.result(SECONDS)) for request in requests} == {id(slow.catalogue)}
    assert slow.reads == 1


def test_more_requests_than_may_wait_are_refused_at_once(
    others: OtherReleases, threads: ThreadPoolExecutor, slow: Database
) -> None:
    requests = [begin(threads, others, 2, slow) for _ in range(MOST_WAITING + 1)]
    (refused,) = wait(requests, SECONDS, FIRST_COMPLETED).done
    assert isinstance(refused.exception(), ReleasesBusy)
    slow.allowed.set()
    assert [request.result(SECONDS) for request in requests if request is not refused] == [slow.catalogue] * 16
    assert others.get(3, lambda: slow.catalogue, "release") is slow.catalogue


def test_the_last_used_are_in_memory(others: OtherReleases, slow: Database) -> None:
    slow.allowed.set()
    for run in (2, 1, 3):
        others.get(run, slow.read, "release")
    assert [run for run in (1, 2, 3, 4) if others.held(run)] == [1, 3]
    assert MOST_HELD == 2


def test_a_read_that_fails_is_tried_by_the_next(others: OtherReleases, slow: Database) -> None:
    with pytest.raises(AssertionError, match="was read"):
        others.get(2, never, "release")
    slow.allowed.set()
    assert others.get(2, slow.read, "release") is slow.catalogue
