"""The application: settings in, a FastAPI app out."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from starlette.middleware.cors import CORSMiddleware

from skillgap import __version__
from skillgap.api import health
from skillgap.api.metrics import routes as metrics_routes
from skillgap.api.metrics.collector import scraped_registry
from skillgap.api.metrics.definitions import Metrics
from skillgap.api.metrics.worker import WorkerMetrics
from skillgap.api.middleware.access_log import AccessLog
from skillgap.api.middleware.authentication import Authentication, KeyLookup
from skillgap.api.middleware.head import HeadAsGet
from skillgap.api.middleware.host import RequireHost
from skillgap.api.middleware.request_context import RequestContext
from skillgap.api.middleware.request_size import RequestSizeLimit
from skillgap.api.middleware.response_cache import PRIVATE, PUBLIC, ResponseCache
from skillgap.api.middleware.route_templates import RouteTemplates
from skillgap.api.middleware.timeout import RequestTimeout
from skillgap.api.middleware.tracing import SpanNames, Tracing
from skillgap.api.openapi import DocumentedApi
from skillgap.api.page.routes import serve_pages
from skillgap.api.problems import KEY_REQUIRED, KEY_UNKNOWN, TOO_MANY_REQUESTS, answer_with_problems
from skillgap.api.security_headers import security_headers
from skillgap.api_keys import parse_keys
from skillgap.database.engine import connect
from skillgap.logs import configure_logging
from skillgap.occupations.batch import routes as batch_routes
from skillgap.occupations.charts import routes as charts_routes
from skillgap.occupations.moves import routes as moves_routes
from skillgap.occupations.pair import routes as pair_routes
from skillgap.occupations.pair.fast_json import plain_response
from skillgap.occupations.pair.narration import create_narrator
from skillgap.occupations.person import routes as person_routes
from skillgap.occupations.reference import routes as reference_routes
from skillgap.occupations.releases import routes as releases_routes
from skillgap.occupations.titles import routes as titles_routes
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.web_services.on_demand import Limits, OnDemand
from skillgap.settings import (
    AccessSettings,
    ApiSettings,
    DatabaseSettings,
    LlmSettings,
    LogSettings,
    MetricsSettings,
    TracingSettings,
    WebServicesSettings,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from fastapi import FastAPI
    from sqlalchemy import Engine

    from skillgap.llm.client import Chat
    from skillgap.occupations.pair.narrative import Narrator


DESCRIPTION = r"""
What does one occupation require that another does not? Skill gaps between the occupations of
the O\*NET database, with how certain each level is and the release it came from.

This service includes information from the O\*NET Database by the U.S. Department of Labor,
Employment and Training Administration (USDOL/ETA), used under the
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/) license. O\*NET® is a trademark of
USDOL/ETA. Gaps and coverage are computed by skillgap; USDOL/ETA has not approved, endorsed, or
tested these modifications.
"""
ROUTERS = (
    pair_routes.router,
    person_routes.router,
    batch_routes.router,
    charts_routes.router,
    moves_routes.router,
    releases_routes.router,
    reference_routes.router,
    titles_routes.router,
    health.router,
)
EXPOSED_HEADERS = ("ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID")


class Services(NamedTuple):
    """What the routes and the middleware of an application use, and what ends with it."""

    live: LiveCatalogue
    on_demand: OnDemand | None
    narrator: Narrator | None
    model: Chat | None
    worker_metrics: WorkerMetrics
    access_log: AccessLog | None
    tracing: Tracing | None

    async def close(self) -> None:
        """Close connections, write what is buffered, and send the last spans."""
        self.live.close()
        if self.on_demand:
            self.on_demand.close()
        if self.model:
            await self.model.close()
        if self.access_log:
            self.access_log.write()
        if self.tracing:
            await asyncio.to_thread(self.tracing.shutdown)


def create_app(
    database: DatabaseSettings | None = None,
    api: ApiSettings | None = None,
    web_services: WebServicesSettings | None = None,
    llm: LlmSettings | None = None,
    access_log: AccessLog | None = None,
    metrics: MetricsSettings | None = None,
    access: AccessSettings | None = None,
    tracing: TracingSettings | None = None,
) -> FastAPI:
    """The service on the database that the settings name; settings not given are read from the environment.

    It starts at once and responds 503 until the first release has been read.
    """
    api = api or ApiSettings()
    llm = llm or LlmSettings()
    engine = connect((database or DatabaseSettings()).url(), api.api_database_seconds)
    live = LiveCatalogue(engine, llm.levels)
    on_demand = _on_demand(live, web_services or WebServicesSettings())
    narrator, model = create_narrator(llm) or (None, None)
    worker_metrics = WorkerMetrics(Metrics(), live, on_demand, narrator)
    traced = _tracing(tracing or TracingSettings(), engine)
    services = Services(live, on_demand, narrator, model, worker_metrics, access_log, traced)
    app = _documented_api(services, api.api_poll_seconds)
    _include_routes(app, metrics or MetricsSettings(), services)
    _add_middleware(app, access or AccessSettings(), services)
    return app


def create_app_from_environment() -> FastAPI:
    """The application of a worker process of ``skillgap serve``."""
    # Responses leave few cycles, and many are cached: a collection after every 700 new objects takes a
    # tenth of a busy worker's time and finds next to nothing.
    gc.set_threshold(50_000, 20, 20)
    log = LogSettings()
    configure_logging(log.log_level, as_json=log.as_json)
    logs_requests = log.log_level in ("DEBUG", "INFO")
    return create_app(access_log=AccessLog(sys.stderr, as_json=log.as_json) if logs_requests else None)


def _documented_api(services: Services, poll_seconds: float) -> DocumentedApi:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        services.live.refresh()  # not in a thread, whose memory would be its own: no request waits yet
        services.live.poll(poll_seconds)
        async with services.worker_metrics.refreshed_every_second():
            yield
        await services.close()

    app = DocumentedApi(
        title="skillgap",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        telemetry={
            "tracing": services.tracing is not None,
            "tracer_provider": services.tracing and services.tracing.provider,
            "operation_spans": False,
            "metrics": False,
            "logs": False,
            "auto_configure": False,
        },
    )
    app.state.live = services.live
    app.state.worker_metrics = services.worker_metrics
    app.state.on_demand = services.on_demand
    app.state.narrator = services.narrator
    return app


def _include_routes(app: FastAPI, settings: MetricsSettings, services: Services) -> None:
    for router in ROUTERS:
        app.include_router(router)
    if settings.metrics:
        app.state.metrics_registry = scraped_registry(
            services.worker_metrics, services.live, settings.prometheus_multiproc_dir
        )
        app.include_router(metrics_routes.router)
    serve_pages(app)
    answer_with_problems(app)


def _add_middleware(app: DocumentedApi, settings: AccessSettings, services: Services) -> None:
    """Add what a request passes before it reaches a route, from the inside out."""
    metrics = services.worker_metrics.metrics
    routes = RouteTemplates(app)
    app.add_middleware(RequestTimeout, seconds=settings.api_request_seconds)
    app.add_middleware(
        ResponseCache,
        live=services.live,
        fast_paths={"/skill-gap": plain_response} if services.live.levels == "published" else {},
        metrics=metrics,
        cache_control=PRIVATE if settings.api_keys else PUBLIC,
    )
    app.add_middleware(HeadAsGet)
    _add_access_control(app, settings, metrics)
    app.add_middleware(RequestSizeLimit)
    app.add_middleware(RequireHost)
    if services.tracing:
        app.add_middleware(SpanNames, routes=routes)
    app.add_middleware(
        RequestContext,
        metrics=metrics,
        routes=routes,
        access_log=services.access_log,
        headers=security_headers(cross_origin=app.cross_origin),
    )


def _add_access_control(app: DocumentedApi, settings: AccessSettings, metrics: Metrics) -> None:
    """Add what the settings switch on, from the inside out: keys, rate limits, CORS."""
    keys = parse_keys(settings.api_keys.get_secret_value()) if settings.api_keys else []
    if keys:
        app.add_middleware(Authentication)
        app.needs_key = True
        app.also_answers = [KEY_REQUIRED.code, KEY_UNKNOWN.code]
    if settings.api_rate_per_minute or any(key.per_minute for key in keys):
        _add_rate_limit(app, settings, metrics)
    if keys:
        app.add_middleware(KeyLookup, keys=keys)
    if origins := settings.cors_origins():
        app.cross_origin = True
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
            expose_headers=EXPOSED_HEADERS,
            max_age=3600,
        )


def _add_rate_limit(app: DocumentedApi, settings: AccessSettings, metrics: Metrics) -> None:
    # Only with a limit: the library takes a tenth of a second to import.
    from skillgap.api.middleware.rate_limit import MemoryRateLimiter, RateLimit, RedisRateLimiter

    storage = settings.api_rate_storage
    app.add_middleware(
        RateLimit,
        limiter=(
            RedisRateLimiter(storage.get_secret_value(), metrics.rate_limit_outages) if storage else MemoryRateLimiter()
        ),
        per_minute=settings.api_rate_per_minute,
        count_loopback=settings.api_rate_loopback,
    )
    app.also_answers = [*app.also_answers, TOO_MANY_REQUESTS.code]


def _tracing(settings: TracingSettings, engine: Engine) -> Tracing | None:
    return None if settings.otel_exporter_otlp_endpoint is None else Tracing(settings, engine)


def _on_demand(live: LiveCatalogue, settings: WebServicesSettings) -> OnDemand | None:
    """Fetching of occupations that are not rated, where there is a key and it is not switched off."""
    if settings.onet_api_key is None or settings.onet_on_demand_per_minute == 0:
        return None
    # Only with a key: requests takes a tenth of a second and 6 MB.
    from skillgap.onet.web_services.client import WebServices
    from skillgap.onet.web_services.transport import Pace

    services = WebServices(
        str(settings.onet_web_services_url),
        settings.onet_api_key.get_secret_value(),
        Pace(spacing=settings.onet_web_services_spacing),
    )
    limits = Limits(
        per_minute=settings.onet_on_demand_per_minute,
        seconds=settings.onet_on_demand_seconds,
        remember=timedelta(hours=settings.onet_on_demand_remember_hours),
    )
    return OnDemand(live, services, limits)
