"""The application: settings in, a FastAPI app out."""

from __future__ import annotations

import asyncio
import gc
import sys
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING

from skillgap import __version__
from skillgap.api import health, metrics_route
from skillgap.api.middleware.access_log import AccessLog
from skillgap.api.middleware.authentication import answer_headers, guard
from skillgap.api.middleware.head import HeadAsGet
from skillgap.api.middleware.metrics import Figures, RouteTemplates, Workers
from skillgap.api.middleware.request_context import RequestFrame
from skillgap.api.middleware.response_cache import PRIVATE, PUBLIC, ReadyAnswers
from skillgap.api.middleware.timeout import TimeLimit
from skillgap.api.middleware.tracing import SpanNames, trace_queries, tracer_provider
from skillgap.api.openapi import DocumentedApi
from skillgap.api.page.routes import serve_page
from skillgap.api.problems import answer_with_problems
from skillgap.api.protocol import allow_open_files
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
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.web_services.on_demand import Limits, OnDemand
from skillgap.settings import (
    ApiSettings,
    DatabaseSettings,
    GuardSettings,
    LlmSettings,
    LogSettings,
    MetricsSettings,
    TracingSettings,
    WebServicesSettings,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from fastapi import FastAPI

    from skillgap.occupations.pair.narrative import Narrator


DESCRIPTION = r"""
What does one occupation ask for that another does not bring? Skill gaps between the occupations of
the O\*NET database, with how certain each level is and the release it came from.

This service includes information from the O\*NET Database by the U.S. Department of Labor,
Employment and Training Administration (USDOL/ETA), used under the
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/) license. O\*NET® is a trademark of
USDOL/ETA. Gaps and coverage are computed by skillgap; USDOL/ETA has not approved, endorsed, or
tested these modifications.
"""


def create_app(
    database: DatabaseSettings | None = None,
    api: ApiSettings | None = None,
    web_services: WebServicesSettings | None = None,
    llm: LlmSettings | None = None,
    access_log: AccessLog | None = None,
    measured: MetricsSettings | None = None,
    guards: GuardSettings | None = None,
    traced: TracingSettings | None = None,
) -> FastAPI:
    """The service on the database that the settings name; they are read from the environment.

    It starts at once and answers 503 until the first release has been read.
    """
    model = llm or LlmSettings()
    serving = api or ApiSettings()
    engine = connect((database or DatabaseSettings()).url(), serving.api_database_seconds)
    live = LiveCatalogue(engine, model.levels)
    on_demand = _on_demand(live, web_services or WebServicesSettings())

    narrating = create_narrator(model)
    measuring = measured or MetricsSettings()

    tracing = tracer_provider(traced or TracingSettings())
    if tracing is not None:
        trace_queries(engine, tracing.get_tracer("skillgap"))
    figures = Figures()
    refresh = _refreshing(live, on_demand, narrating and narrating[0])
    workers = Workers(figures, measuring.metrics_folder, refresh)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        live.refresh()  # not in a thread, whose memory would be its own: nobody is waiting yet
        live.poll(serving.api_poll_seconds)
        publishing = asyncio.create_task(workers.keep_publishing())
        yield
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
        workers.publish()
        live.close()
        if on_demand:
            on_demand.close()
        if narrating is not None:
            await narrating[1].close()
        if access_log is not None:
            access_log.write()
        if tracing is not None:
            await asyncio.to_thread(tracing.shutdown)  # sends what waits

    app = DocumentedApi(
        title="skillgap",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        telemetry={
            "tracing": tracing is not None,
            "tracer_provider": tracing,
            "operation_spans": False,
            "metrics": False,
            "logs": False,
            "auto_configure": False,
        },
    )
    app.state.live = live
    app.state.on_demand = on_demand
    app.state.narrator = narrating and narrating[0]
    app.state.workers = workers
    for subject in (
        pair_routes,
        person_routes,
        batch_routes,
        charts_routes,
        moves_routes,
        releases_routes,
        reference_routes,
        health,
    ):
        app.include_router(subject.router)
    if measuring.metrics:
        app.include_router(metrics_route.router)
    serve_page(app)
    answer_with_problems(app)
    by_levels = model.levels != "published"
    _surround(
        app,
        guards or GuardSettings(),
        figures,
        access_log,
        by_levels=by_levels,
        traced=tracing is not None,
    )
    return app


def _surround(
    app: DocumentedApi,
    settings: GuardSettings,
    figures: Figures,
    access_log: AccessLog | None,
    *,
    by_levels: bool,
    traced: bool,
) -> None:
    """What a request passes before it reaches a route, from the inside out."""
    app.add_middleware(TimeLimit, seconds=settings.api_request_seconds)
    app.add_middleware(
        ReadyAnswers,
        live=app.state.live,
        shortcuts={} if by_levels else {"/skill-gap": plain_response},
        figures=figures,
        cache_control=PRIVATE if settings.api_keys else PUBLIC,
    )
    app.add_middleware(HeadAsGet)
    guard(app, settings)
    routes = RouteTemplates(app)
    if traced:
        app.add_middleware(SpanNames, routes=routes)
    app.add_middleware(
        RequestFrame,
        figures=figures,
        routes=routes,
        access_log=access_log,
        headers=answer_headers(settings),
    )


def _refreshing(
    live: LiveCatalogue, on_demand: OnDemand | None, narrator: Narrator | None
) -> Callable[[Figures], None]:
    """Brings figures up to date that others count, or that say what is served."""

    def refresh(figures: Figures) -> None:
        catalogue = live.snapshot.catalogue
        figures.release = catalogue.info.release if catalogue else None
        figures.database_reachable = live.fault is None
        if on_demand:
            figures.web_services = dict(on_demand.requests)
        if narrator is not None:
            figures.narratives = dict(narrator.calls)
            figures.narrative_tokens = narrator.tokens

    return refresh


def _on_demand(live: LiveCatalogue, settings: WebServicesSettings) -> OnDemand | None:
    """Fetching what is not rated, where there is a key and it is not switched off."""
    if settings.onet_api_key is None or settings.onet_on_demand_per_minute == 0:
        return None
    # Only here: requests would be a tenth of a second and 6 MB for those who do not ask for it.
    client = import_module("skillgap.onet.web_services.client")
    services = client.WebServices(
        str(settings.onet_web_services_url),
        settings.onet_api_key.get_secret_value(),
        client.Pace(spacing=settings.onet_web_services_spacing),
    )
    limits = Limits(
        per_minute=settings.onet_on_demand_per_minute,
        seconds=settings.onet_on_demand_seconds,
        remember=timedelta(hours=settings.onet_on_demand_remember_hours),
    )
    return OnDemand(live, services, limits)


def serve_from_environment() -> FastAPI:
    """What each worker process of ``skillgap serve`` runs."""
    # An answer leaves no cycles, and thousands of answers are kept: looking for garbage after every
    # 700 new objects takes a tenth of a busy worker's time and finds nothing.
    gc.set_threshold(50_000, 20, 20)
    allow_open_files()
    log = LogSettings()
    configure_logging(log.log_level, as_json=log.as_json)
    wanted = log.log_level in ("DEBUG", "INFO")
    return create_app(access_log=AccessLog(sys.stderr, as_json=log.as_json) if wanted else None)
