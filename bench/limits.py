"""What cannot be beaten: servers that give a constant answer of the size of a usual one."""

from __future__ import annotations

from fastapi import FastAPI, Response
from starlette.types import Receive, Scope, Send

from skillgap.api.app import serve_from_environment

BODY = b"x" * 7_000  # the mean over all pairs of 29.2
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"7000")]


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """An ASGI application and nothing else."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


async def constant() -> Response:
    """A constant answer."""
    return Response(BODY, media_type="application/json")


fastapi = FastAPI()
fastapi.get("/constant")(constant)


def in_skillgap() -> FastAPI:
    """The service with a constant answer beside its own: the same frame, log and limits."""
    app = serve_from_environment()
    app.get("/constant")(constant)
    return app
