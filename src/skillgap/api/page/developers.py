"""The page at ``/developers``: the API in a minute, a client, embedding, and where the reference is."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import Request, Response

from skillgap.api.page.frame import PageRouter, render
from skillgap.http.reader import ReaderDep

router = PageRouter()

LOCAL = "http://127.0.0.1:8000"  # the service in the client that the documents print


@router.get("/developers")
async def get_developers(request: Request, reader: ReaderDep) -> Response:
    """How to call this service, at the address that it was reached at."""
    service = str(request.base_url).rstrip("/")
    values = {
        "section": "developers",
        "service": service,
        "client": _client().replace(LOCAL, service),
        "needs_key": request.app.needs_key,
        "limited": "too-many-requests" in request.app.also_answers,
        "embeddable": request.app.cross_origin,
    }
    return render(request, "developers.html", values, catalogue=reader.current())


@cache
def _client() -> str:
    """The client of docs/client.md."""
    return (files("skillgap.api.page") / "client.txt").read_text()
