"""The pages, and the files that they load."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from skillgap.api.page import about, compare, developers, explore, home, occupation, releases
from skillgap.api.page.frame import PageRouter
from skillgap.api.page.me import routes as me_routes
from skillgap.api.page.team import routes as team_routes
from skillgap.api.security_headers import HEADERS
from skillgap.http.reader import ReaderDep

start = PageRouter()
ROUTERS = (
    start,
    me_routes.router,
    team_routes.router,
    explore.router,
    occupation.router,
    releases.router,
    about.router,
    developers.router,
)


@start.get("/")
async def get_start(request: Request, reader: ReaderDep) -> Response:
    """The comparison that the address names, else the home page."""
    names_pair = request.query_params.keys() & {"from", "to", "tab"}
    return await (compare.compare_page if names_pair else home.home_page)(request, reader)


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
