"""Clients that are idle, slow, large or garbled: the others are answered, memory stays flat."""

from __future__ import annotations

import random
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from sqlalchemy import make_url

from skillgap.database.engine import connect
from tests.conftest import SAMPLE, load
from tests.faults.clients import asking
from tests.faults.service import PAIR, Service, serving
from tests.faults.waiting import eventually

IDLE = 1000
SLOW = 300
MEGABYTE = 1024 * 1024
GET = b"GET " + PAIR.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /skill-gaps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all of them, which must outlive them."""
    folder = tmp_path_factory.mktemp("clients")
    url = f"sqlite:///{folder / 'test.sqlite'}"
    engine = connect(make_url(url))
    load(engine, SAMPLE)
    engine.dispose()
    with serving(url, folder) as running:
        yield running
        assert len(running.worker_pids()) == 1
        assert [line for line in running.lines() if line["level"] == "ERROR" and not of_pipelining(line)] == []


def of_pipelining(line: dict[str, str]) -> bool:
    """Whether a response could not be sent: uvicorn notifies only the last pipelined request of a disconnect."""
    incomplete = line["message"] == "ASGI callable returned without completing response."
    return incomplete or "the handler is closed" in line.get("exc_info", "")


@pytest.fixture
def connection(service: Service) -> Iterator[socket.socket]:
    with connected(service) as one:
        yield one


def connected(service: Service) -> socket.socket:
    return socket.create_connection(("127.0.0.1", service.port), timeout=30)


def read_to_end(connection: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


@contextmanager
def others_are_answered(service: Service, at_least: int = 200) -> Iterator[None]:
    """Ordinary clients at work meanwhile."""
    with asking(service.port, [PAIR, "/health"], number=4) as clients:
        yield
        so_far = len(clients.asked)
        eventually(lambda: len(clients.asked) >= so_far + at_least)
    assert clients.statuses() == {200}


def test_a_thousand_idle_connections_cost_nobody_anything(service: Service) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    before = service.megabytes()
    with ExitStack() as idle:
        for _ in range(IDLE):
            idle.enter_context(connected(service))
        with others_are_answered(service):
            grown = service.megabytes() - before
    assert grown < 40
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_three_hundred_slow_heads_are_closed_and_nobody_waits(service: Service) -> None:
    with others_are_answered(service), ExitStack() as slow:
        connections = [slow.enter_context(connected(service)) for _ in range(SLOW)]
        for connection in connections:
            connection.sendall(GET)
        began = time.monotonic()
        assert {read_to_end(connection)[:12] for connection in connections} == {b"HTTP/1.1 408"}
        assert time.monotonic() - began < 20


def test_heads_that_come_byte_by_byte_are_answered_and_nobody_waits(service: Service) -> None:
    with others_are_answered(service), ExitStack() as slow:
        connections = [slow.enter_context(connected(service)) for _ in range(20)]
        for byte in GET + b"Connection: close\r\n\r\n":
            for one in connections:
                one.sendall(bytes([byte]))
            time.sleep(0.01)
        assert {read_to_end(one)[:15] for one in connections} == {b"HTTP/1.1 200 OK"}


def test_a_body_that_comes_slowly_is_answered(service: Service, connection: socket.socket) -> None:
    body = b'{"pairs": [{"from": "31-1131", "to": "29-1141"}]}'
    with others_are_answered(service):
        connection.sendall(POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
        for byte in body:
            connection.sendall(bytes([byte]))
            time.sleep(0.01)
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"release":"sample"' in answer


def test_answers_that_nobody_fetches_do_not_pile_up(service: Service) -> None:
    before = service.megabytes()
    asked = (b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n") * 200
    with ExitStack() as greedy:
        for _ in range(20):
            one = greedy.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", service.port))
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.sendall(asked)
        with others_are_answered(service):
            grown = service.megabytes() - before
    assert grown < 40


@pytest.mark.parametrize("chunked", [False, True], ids=["told", "chunked"])
def test_a_body_of_100_mb_is_refused_in_flat_memory(service: Service, connection: socket.socket, chunked: bool) -> None:
    before = highest = service.megabytes()
    how = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % (100 * MEGABYTE)
    piece = b"x" * MEGABYTE
    with others_are_answered(service), suppress(ConnectionError):
        connection.sendall(POST + how + b"\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"%x\r\n%b\r\n" % (MEGABYTE, piece) if chunked else piece)
            highest = max(highest, service.megabytes())
    with suppress(ConnectionError):
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")
    assert highest - before < 20


def test_a_header_of_64_kb_is_refused(service: Service, connection: socket.socket) -> None:
    with others_are_answered(service):
        connection.sendall(GET + b"X-Large: " + b"x" * 64 * 1024 + b"\r\n\r\n")
        answer = read_to_end(connection)
    assert answer.startswith(b"HTTP/1.1 431")


def test_garbage_is_refused(service: Service) -> None:
    chance = random.Random(29)
    kinds = set()
    with others_are_answered(service):
        for _ in range(200):
            with connected(service) as one, suppress(ConnectionError):
                one.sendall(chance.randbytes(chance.randrange(1, 2000)) + b"\r\n\r\n")
                one.shutdown(socket.SHUT_WR)
                kinds.add(read_to_end(one)[:12])
    assert kinds <= {b"HTTP/1.1 400", b""}
    assert b"HTTP/1.1 400" in kinds
