"""The pages, and the files that they load."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Response
from fastapi.staticfiles import StaticFiles

from skillgap.api.page import about, compare
from skillgap.api.security_headers import HEADERS

ROUTERS = (compare.router, compare.choices, about.router)


class OwnFiles(StaticFiles):
    """The pages' scripts and styles, requested again whenever they may have changed."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """A file with the pages' headers."""
        response = super().file_response(*args, **options)
        response.headers.update(HEADERS | {"Cache-Control": "no-cache"})
        return response


def serve_pages(app: FastAPI) -> None:
    """Let an app serve the pages and what they load."""
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static/page", OwnFiles(packages=[("skillgap.api.page", "static")]))
