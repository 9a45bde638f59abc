"""Limits of a connection and of a request, on a real uvicorn and real sockets, with a short timeout."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from skillgap.api.middleware.request_size import MAX_HEAD_BYTES, MAX_URL_BYTES
from skillgap.api.middleware.timeout import RequestTimeout
from skillgap.api.protocol import TimedHeadProtocol

MAX_CONNECTIONS = 5
HEALTH = b"GET /health HTTP/1.1\r\nHost: x\r\n"
LARGE = b"x" * MAX_HEAD_BYTES


class ShortTimeoutProtocol(TimedHeadProtocol):
    head_seconds = 0.3


@pytest.fixture(scope="module")
def port(sample_client: TestClient) -> Iterator[int]:
    """The port of the app with the sample, behind the protocol that `serve` uses."""
    config = uvicorn.Config(
        sample_client.app,
        http=ShortTimeoutProtocol,
        ws="none",
        log_config=None,
        lifespan="off",
        timeout_keep_alive=1,
        limit_concurrency=MAX_CONNECTIONS + 1,
    )
    server = uvicorn.Server(config)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        yield connection


def read_to_end(connection: socket.socket) -> bytes:
    """All that comes until the server ends the connection."""
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


def layers(client: TestClient) -> Iterator[object]:
    """What stands around the app, from the outside in."""
    layer: Any = client.app.middleware_stack
    while layer is not None:
        yield layer
        layer = getattr(layer, "app", None)


def problem_in(received: bytes) -> tuple[int, str]:
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    assert b"connection: close" in head
    problem: dict[str, Any] = json.loads(body)
    assert int(head.split()[1]) == problem["status"]
    return problem["status"], problem["code"]


def test_silence_ends_a_connection(connection: socket.socket) -> None:
    assert read_to_end(connection) == b""


def test_an_empty_line_buys_no_time(connection: socket.socket) -> None:
    connection.sendall(b"\r\n")
    assert read_to_end(connection) == b""


def test_half_a_head_times_out(connection: socket.socket) -> None:
    connection.sendall(HEALTH)
    assert problem_in(read_to_end(connection)) == (408, "request-too-slow")


def test_a_head_byte_by_byte_times_out(connection: socket.socket) -> None:
    begun = time.monotonic()
    received = b""
    connection.settimeout(0.02)
    for byte in HEALTH * 100:
        connection.sendall(bytes([byte]))
        try:
            received = connection.recv(65536)
            break
        except TimeoutError:
            pass
    assert problem_in(received) == (408, "request-too-slow")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("pieces", [(HEALTH, b"X-Large: ", LARGE, LARGE), (HEALTH + b"X-Large: " + LARGE,)])
def test_a_head_that_is_too_large_is_refused_before_its_end(
    connection: socket.socket, pieces: tuple[bytes, ...]
) -> None:
    for piece in pieces:
        connection.sendall(piece)
    assert problem_in(read_to_end(connection)) == (431, "head-too-large")


def test_a_large_head_in_one_piece_is_refused(port: int) -> None:
    headers = {"X-Large": "x" * MAX_HEAD_BYTES}
    response = httpx.get(f"http://127.0.0.1:{port}/health", headers=headers, trust_env=False)
    assert (response.status_code, response.json()["code"]) == (431, "head-too-large")


def test_a_long_address_is_refused(port: int) -> None:
    response = httpx.get(f"http://127.0.0.1:{port}/health?{'x' * MAX_URL_BYTES}", trust_env=False)
    assert (response.status_code, response.json()["code"]) == (414, "url-too-long")
    assert "X-Request-ID" in response.headers


def test_what_is_not_http_is_refused(connection: socket.socket) -> None:
    connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
    assert problem_in(read_to_end(connection)) == (400, "malformed-request")


@pytest.mark.parametrize(("hosts", "told"), [(b"", "this one has none"), (b"Host: a\r\nHost: b\r\n", "this one has 2")])
def test_http_1_1_has_one_host(connection: socket.socket, hosts: bytes, told: str) -> None:
    connection.sendall(b"GET /health HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")
    received = read_to_end(connection)
    assert problem_in(received) == (400, "malformed-request")
    assert told in received.decode()


def test_http_1_0_needs_no_host(connection: socket.socket) -> None:
    connection.sendall(b"GET /health HTTP/1.0\r\n\r\n")
    assert read_to_end(connection).startswith(b"HTTP/1.1 200")


def test_a_large_head_within_the_limit_is_answered(connection: socket.socket) -> None:
    connection.sendall(HEALTH + b"X-Large: " + b"x" * (MAX_HEAD_BYTES - 1000) + b"\r\n\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_body_of_100_mb_is_refused_before_it_is_sent(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /skill-gaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n"
    )
    received = read_to_end(connection)  # not one byte of the body follows, so it is given up
    assert received.startswith(b"HTTP/1.1 413")
    assert b"body-too-large" in received


def test_a_client_that_sends_the_large_body_receives_the_response(connection: socket.socket) -> None:
    connection.sendall(
        b"POST /skill-gaps HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n"
    )
    connection.sendall(b"x" * 20_000_000)
    assert connection.recv(65536).startswith(b"HTTP/1.1 413")
    connection.sendall(HEALTH + b"\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")  # what was left over is gone


def test_a_body_that_does_not_come_times_out(connection: socket.socket, sample_client: TestClient) -> None:
    limit = next(one for one in layers(sample_client) if isinstance(one, RequestTimeout))
    limit.seconds, usual = 0.3, limit.seconds
    connection.sendall(b"POST /skill-gaps HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    received = connection.recv(65536)
    limit.seconds = usual
    assert received.startswith(b"HTTP/1.1 408")
    assert b"request-too-slow" in received


def test_a_disconnect_in_the_middle_of_a_body_is_no_error(port: int, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"POST /skill-gaps HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(HEALTH + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")  # so that one has been seen
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


def test_a_connection_beyond_the_limit_gets_503(port: int) -> None:
    def connect() -> socket.socket:
        return socket.create_connection(("127.0.0.1", port), timeout=10)

    held = [connect() for _ in range(MAX_CONNECTIONS)]
    try:
        for one in held:  # each of them is open once it has been answered
            one.sendall(HEALTH + b"\r\n")
            assert one.recv(65536).startswith(b"HTTP/1.1 200")
        with connect() as beyond:
            beyond.sendall(HEALTH + b"\r\n")
            assert read_to_end(beyond).startswith(b"HTTP/1.1 503")
    finally:
        for one in held:
            one.close()
    with connect() as later:
        later.sendall(HEALTH + b"\r\n")
        assert later.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_websocket_is_not_offered(connection: socket.socket) -> None:
    connection.sendall(HEALTH + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")
