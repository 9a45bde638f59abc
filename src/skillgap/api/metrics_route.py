"""``/metrics``: what an operator watches, in the text that Prometheus reads."""

from __future__ import annotations

from importlib import import_module

from fastapi import APIRouter, Request, Response

from skillgap.api.middleware.metrics import Workers
from skillgap.onet.live_catalogue import LiveCatalogue

router = APIRouter(include_in_schema=False)  # served or not by setting; docs/operations.md has it


@router.get("/metrics")
async def get_metrics(request: Request) -> Response:
    """All metrics; their library is loaded when somebody first asks for them."""
    exposition = import_module("skillgap.api.middleware.exposition")
    workers: Workers = request.app.state.workers
    live: LiveCatalogue = request.app.state.live
    content, media_type = exposition.exposed(workers.figures(), live, request.headers.get("accept", ""))
    return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})
