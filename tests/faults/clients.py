"""Clients that ask without a pause, and keep what came."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from typing import NamedTuple


class Asked(NamedTuple):
    """One request and what came of it."""

    path: str
    status: int  # 0 when no whole answer came
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    outcome: str  # answered, refused, unanswered (closed before the first byte), cut off


class Clients:
    """Threads that ask for these paths in turn, until they are stopped or cannot connect."""

    def __init__(self, port: int, paths: Sequence[str], number: int, *, keep: bool) -> None:
        self.asked: list[Asked] = []
        self._port = port
        self._headers = {} if keep else {"Connection": "close"}
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask_on, args=(islice(cycle(paths), start, None),)) for start in range(number)
        ]

    def outcomes(self) -> dict[str, int]:
        """How many requests ended in which way."""
        return {
            name: sum(one.outcome == name for one in self.asked) for name in sorted({one.outcome for one in self.asked})
        }

    def statuses(self) -> set[int]:
        """Every status that was answered; 0 stands for no whole answer."""
        return {one.status for one in self.asked}

    def wait(self, within: float) -> None:
        """Until every client has ended of itself, being refused."""
        deadline = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
            assert not thread.is_alive(), "a client still waits for its answer"

    def _ask_on(self, paths: Iterator[str]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        for path in paths:
            if self._stopping.is_set():
                break
            asked = ask(connection, path, self._headers)
            self.asked.append(asked)
            if asked.outcome != "answered":
                break
        connection.close()


def ask(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None) -> Asked:
    """Ask on a connection, which is opened when it is not."""
    started = time.monotonic()

    def ended(outcome: str, response: http.client.HTTPResponse | None = None) -> Asked:
        seconds = time.monotonic() - started
        if response is None or outcome != "answered":
            return Asked(path, 0, {}, b"", seconds, outcome)
        told = {name.lower(): value for name, value in response.getheaders()}
        return Asked(path, response.status, told, body, seconds, outcome)

    try:
        if connection.sock is None:
            connection.connect()
    except ConnectionError:
        return ended("refused")
    body = b""
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
    except (ConnectionError, http.client.RemoteDisconnected):
        return ended("unanswered")
    try:
        body = response.read()
    except (ConnectionError, http.client.IncompleteRead):
        return ended("cut off")
    return ended("answered", response)


@contextmanager
def asking(port: int, paths: Sequence[str], number: int = 8, *, keep: bool = True) -> Iterator[Clients]:
    """Clients at work; each ends after the answer it is waiting for.

    Without ``keep`` they open a connection for each request.
    """
    clients = Clients(port, paths, number, keep=keep)
    for thread in clients._threads:
        thread.start()
    try:
        yield clients
    finally:
        clients._stopping.set()
        for thread in clients._threads:
            thread.join()
