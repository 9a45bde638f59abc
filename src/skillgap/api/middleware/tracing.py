"""OpenTelemetry traces, sent to OTEL_EXPORTER_OTLP_ENDPOINT.

FastAPI makes the spans of requests, the instrumentor for SQLAlchemy those of queries. The libraries are an extra
(``skillgap[otel]``) and are imported only where traces are wanted.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from opentelemetry import trace

from skillgap import __version__
from skillgap.api.middleware.route_templates import method_label
from skillgap.errors import NotInstalled
from skillgap.logs import request_id

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from starlette.types import ASGIApp, Receive, Scope, Send

    from skillgap.api.middleware.route_templates import RouteTemplates
    from skillgap.settings import TracingSettings


class Tracing:
    """Sends spans in batches by OTLP over HTTP.

    Sampling, headers and timeouts are set by OpenTelemetry's own variables (OTEL_TRACES_SAMPLER, ...).
    Raises NotInstalled.
    """

    def __init__(self, settings: TracingSettings, engine: Engine) -> None:
        require_libraries()
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased

        resource = Resource.create({"service.name": settings.otel_service_name, "service.version": __version__})
        endpoint = f"{str(settings.otel_exporter_otlp_endpoint).rstrip('/')}/v1/traces"
        processor = BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint))
        self.provider = TracerProvider(resource=resource)
        self.provider.add_span_processor(processor)
        # Queries of a request only: those that poll for a new release have no parent.
        queries = TracerProvider(sampler=ParentBased(ALWAYS_OFF), resource=resource)
        queries.add_span_processor(processor)
        os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "database")  # db.query.text, not db.statement
        self._instrumentor = SQLAlchemyInstrumentor()
        # The range of SQLAlchemy that it declares ends at 2.0; a test shows that its spans are made.
        self._instrumentor.instrument(engine=engine, tracer_provider=queries, skip_dep_check=True)

    def shutdown(self) -> None:
        """Send the remaining spans."""
        self._instrumentor.uninstrument()
        self.provider.shutdown()


def require_libraries() -> None:
    """Raise NotInstalled where the extra is not installed."""
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.instrumentation.sqlalchemy  # noqa: F401
    except ModuleNotFoundError as error:
        raise NotInstalled(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but what sends traces is not installed: pip install 'skillgap[otel]'."
        ) from error


class SpanNames:
    """Names the span of a request by its route, also of a cached response; adds the id, and leaves out the query."""

    def __init__(self, app: ASGIApp, routes: RouteTemplates) -> None:
        self.app = app
        self.routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            span = trace.get_current_span()
            route = self.routes.template(scope["path"])
            span.update_name(f"{method_label(scope['method'])} {route}")
            span.set_attribute("http.route", route)
            span.set_attribute("skillgap.request_id", request_id.get() or "")
            span.set_attribute("url.query", "")  # as in the access log
        await self.app(scope, receive, send)
