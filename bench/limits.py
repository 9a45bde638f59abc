"""Applications to compare with: constant responses of the usual size, and the service without some of its layers."""

from __future__ import annotations

from fastapi import FastAPI, Response
from starlette.types import Receive, Scope, Send

from skillgap.api.app import create_app_from_environment
from skillgap.api.middleware import response_cache

BODY = b"x" * 7_000  # the mean over all pairs of 29.2
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"7000")]

everything = create_app_from_environment


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application and nothing else."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


async def constant() -> Response:
    """A constant response."""
    return Response(BODY, media_type="application/json")


fastapi = FastAPI()
fastapi.get("/constant")(constant)


def without_cache() -> FastAPI:
    """The service with a response cache that holds nothing."""
    response_cache.MAX_RESPONSES = 0
    return create_app_from_environment()


def without_fast_path() -> FastAPI:
    """The service with every request routed by FastAPI."""
    app = create_app_from_environment()
    cache = next(layer for layer in app.user_middleware if layer.cls is response_cache.ResponseCache)
    cache.kwargs["fast_paths"] = {}
    return app


def without_either() -> FastAPI:
    """The service without the cache and without the fast path."""
    response_cache.MAX_RESPONSES = 0
    return without_fast_path()
