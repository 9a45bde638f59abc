"""Traces, as an OTLP receiver on loopback receives them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import make_url

from skillgap.api.app import create_app
from skillgap.cli.main import main
from skillgap.database.engine import connect
from skillgap.settings import DatabaseSettings, TracingSettings
from tests.conftest import SAMPLE, load

PAIR = "/skill-gap?from=31-1131.00&to=29-1141.00"


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """The address of a receiver, and what it gets."""
    got: list[ExportTraceServiceRequest] = []

    class Receives(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces":
                got.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Receives) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()


def strings(attributes: Any) -> dict[str, str]:
    return {one.key: one.value.string_value for one in attributes}


def test_every_request_is_a_span_with_its_route_and_its_id(
    receiver: tuple[str, list[ExportTraceServiceRequest]], tmp_path: Path
) -> None:
    address, got = receiver
    url = f"sqlite:///{tmp_path / 'test.sqlite'}"
    load(connect(make_url(url)), SAMPLE, release="99.1")
    load(connect(make_url(url)), SAMPLE)
    settings = TracingSettings(otel_exporter_otlp_endpoint=address)
    parent = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    with TestClient(create_app(DatabaseSettings(database_url=url), tracing=settings)) as client:
        client.get(PAIR, headers={"X-Request-ID": "made"} | parent)
        client.get(PAIR, headers={"X-Request-ID": "ready"})
        client.get("/occupations/29-1141.00", headers={"X-Request-ID": "routed"})
        client.get("/nowhere/at-all", headers={"X-Request-ID": "lost"})
        client.get(f"{PAIR}&release=99.1", headers={"X-Request-ID": "read"})
    resources = [one.resource for sent in got for one in sent.resource_spans]
    assert {strings(one.attributes)["service.name"] for one in resources} == {"skillgap"}
    spans = [
        span
        for sent in got
        for resource in sent.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    by_id = {
        attributes["skillgap.request_id"]: (span.name, attributes["http.route"])
        for span in spans
        if "skillgap.request_id" in (attributes := strings(span.attributes))
    }
    assert by_id == {
        "made": ("GET /skill-gap", "/skill-gap"),
        "ready": ("GET /skill-gap", "/skill-gap"),
        "routed": ("GET /occupations/{code}", "/occupations/{code}"),
        "lost": ("GET none", "none"),
        "read": ("GET /skill-gap", "/skill-gap"),
    }
    requests = {
        strings(span.attributes)["skillgap.request_id"]: span
        for span in spans
        if "skillgap.request_id" in strings(span.attributes)
    }
    assert {strings(span.attributes)["url.query"] for span in requests.values()} == {""}
    assert requests["made"].trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    queries = [span for span in spans if "db.query.text" in strings(span.attributes)]
    assert {span.trace_id for span in queries} == {requests["read"].trace_id}
    assert any("FROM ratings" in strings(span.attributes)["db.query.text"] for span in queries)


def test_traces_without_their_libraries_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    monkeypatch.setattr("sys.argv", ["skillgap", "serve"])
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == (
        "skillgap: OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends traces is not installed: "
        "pip install 'skillgap[otel]'.\n"
    )
