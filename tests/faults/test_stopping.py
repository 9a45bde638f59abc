"""SIGTERM: requests under way get their whole responses, later ones are refused."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

from skillgap.database.engine import connect
from tests.conftest import load
from tests.faults.clients import asking
from tests.faults.service import GRACE_SECONDS, PAIR, serving
from tests.faults.waiting import eventually

BODY = b'{"pairs": [{"from": "31-1131", "to": "29-1141"}]}'
HEAD = b"POST /skill-gaps HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(BODY)
REQUESTS = 16


@pytest.fixture
def loaded_url(tmp_path: Path, release: Path) -> str:
    """An SQLite database with the release."""
    address = f"sqlite:///{tmp_path / 'test.sqlite'}"
    engine = connect(make_url(address))
    load(engine, release)
    engine.dispose()
    return address


@pytest.mark.parametrize("workers", [1, 2])
def test_requests_under_way_are_answered_at_the_end(loaded_url: str, tmp_path: Path, workers: int) -> None:
    with serving(loaded_url, tmp_path, workers=workers) as service, ExitStack() as under_way:
        connections = [
            under_way.enter_context(socket.create_connection(("127.0.0.1", service.port), timeout=30))
            for _ in range(REQUESTS)
        ]
        for connection in connections:
            connection.sendall(HEAD + BODY[:-1])
        service.get(PAIR)
        service.terminate()
        eventually(lambda: service.messages("INFO").count("Shutting down") == workers)
        for connection in connections:
            connection.sendall(BODY[-1:])
        responses = [read_to_end(connection) for connection in connections]
        service.process.wait(timeout=GRACE_SECONDS)
    for response in responses:
        assert response.startswith(b"HTTP/1.1 200")
        assert b'"release":"99.1"' in response
        assert response.endswith(b"\r\n0\r\n\r\n")  # the last chunk
    assert service.messages("ERROR") == []


def read_to_end(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(65536):
        received += part
    return received


@pytest.mark.parametrize("keep", [True, False], ids=["kept", "new"])
@pytest.mark.parametrize("workers", [1, 2])
def test_no_response_is_cut_off_when_the_service_ends_under_load(
    loaded_url: str, tmp_path: Path, workers: int, keep: bool
) -> None:
    with (
        serving(loaded_url, tmp_path, workers=workers) as service,
        asking(service.port, [PAIR, "/occupations?q=nurse"], number=32, keep=keep) as clients,
    ):
        eventually(lambda: len(clients.asked) > 1000)
        service.terminate()
        clients.wait(within=GRACE_SECONDS)
        service.process.wait(timeout=GRACE_SECONDS)
    # Who sends a request on an idle connection while it is closed may send it again elsewhere.
    assert set(clients.outcomes()) <= {"answered", "refused", "unanswered"}
    assert clients.statuses() <= {200, 0}
    assert service.messages("ERROR") == []
