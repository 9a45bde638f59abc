"""``/metrics``: the metrics in Prometheus' text format, or OpenMetrics where that is requested."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

router = APIRouter(include_in_schema=False)  # present or not by setting; docs/operations.md describes it


@router.get("/metrics")
def get_metrics(request: Request) -> Response:
    """The metrics of all workers."""
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    text = encode(request.app.state.metrics_registry)
    return Response(text, media_type=media_type, headers={"Cache-Control": "no-store"})
