"""OpenTelemetry traces, where OTEL_EXPORTER_OTLP_ENDPOINT says where they go.

FastAPI makes the spans of requests; here they get what it cannot know, and queries get theirs. The
libraries are an extra (``skillgap[otel]``), and loaded only where traces are wanted.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from opentelemetry import trace
from sqlalchemy import event

from skillgap import __version__
from skillgap.errors import NotInstalled
from skillgap.logs import request_id

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer
    from sqlalchemy import Engine
    from starlette.types import ASGIApp, Receive, Scope, Send

    from skillgap.api.middleware.metrics import RouteTemplates
    from skillgap.settings import TracingSettings


EXPORTER = "opentelemetry.exporter.otlp.proto.http"


def require_exporter(settings: TracingSettings) -> None:
    """Raise NotInstalled where traces are wanted and cannot be sent."""
    if settings.otel_exporter_otlp_endpoint is None:
        return
    for name in ("opentelemetry.sdk", "opentelemetry.exporter", EXPORTER):
        if find_spec(name) is None:
            raise NotInstalled(
                "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends traces is not installed: "
                "pip install 'skillgap[otel]'."
            )


def tracer_provider(settings: TracingSettings) -> Any | None:
    """Sends spans by OTLP over HTTP, many at a time, aside; None where no address is set.

    Sampling, headers and time limits are OpenTelemetry's own variables (OTEL_TRACES_SAMPLER, ...).
    """
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    require_exporter(settings)
    sdk = import_module("opentelemetry.sdk.trace")
    resource = import_module("opentelemetry.sdk.resources").Resource.create(
        {"service.name": settings.otel_service_name, "service.version": __version__}
    )
    address = f"{str(settings.otel_exporter_otlp_endpoint).rstrip('/')}/v1/traces"
    exporter = import_module(f"{EXPORTER}.trace_exporter").OTLPSpanExporter(endpoint=address)
    provider = sdk.TracerProvider(resource=resource)
    batches = import_module("opentelemetry.sdk.trace.export").BatchSpanProcessor(exporter)
    provider.add_span_processor(batches)
    return provider


class SpanNames:
    """Gives the span of a request its route, also of an answer that was ready, and its id."""

    def __init__(self, app: ASGIApp, routes: RouteTemplates) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            span = trace.get_current_span()
            route, method, _ = self.routes.asked(scope["method"], scope["path"], 0)
            span.update_name(f"{method} {route}")
            span.set_attribute("http.route", route)
            span.set_attribute("skillgap.request_id", request_id.get() or "")
        await self.app(scope, receive, send)


def trace_queries(engine: Engine, tracer: Tracer) -> None:
    """A span for every query that a request waits for; the looks for a new release have none."""

    def begin(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if trace.get_current_span().is_recording():
            told = {"db.system.name": connection.dialect.name, "db.query.text": statement}
            name = statement.split(maxsplit=1)[0]
            span = tracer.start_span(name, kind=trace.SpanKind.CLIENT, attributes=told)
            connection.info["span"] = span

    def end(connection: Any, *_: Any) -> None:
        if span := connection.info.pop("span", None):
            span.end()

    def fail(failure: Any) -> None:
        if failure.connection and (span := failure.connection.info.pop("span", None)):
            span.set_status(trace.StatusCode.ERROR, type(failure.original_exception).__name__)
            span.end()

    event.listen(engine, "before_cursor_execute", begin)
    event.listen(engine, "after_cursor_execute", end)
    event.listen(engine, "handle_error", fail)
