"""What every page has around it: the frame of its template, and a page of its own for what cannot be shown."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from skillgap.api.problems import RETRY_AFTER_SECONDS, problem_of
from skillgap.api.security_headers import page
from skillgap.errors import NothingLoaded, ReleaseOutOfReach, RequestError, SeveralFaults, faults_of
from skillgap.http.routing import validation_faults
from skillgap.onet.catalogue import Catalogue

WAIT = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class PageRoute(APIRoute):
    """A route that answers in HTML whatever is wrong with a request, with the problem's status."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with its errors as pages."""
        handle = super().get_route_handler()

        async def handle_page(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return problem_page(request, SeveralFaults(validation_faults(error)))
            except RequestError as error:
                return problem_page(request, error)

        return handle_page


class PageRouter(APIRouter):
    """A router of pages, which the OpenAPI document does not list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=PageRoute, include_in_schema=False, **options)


def render(
    request: Request,
    template: str,
    values: Mapping[str, object],
    *,
    catalogue: Catalogue | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A template as a page. ``catalogue`` is the release that it shows, the current one unless it is given.

    Every template gets ``root``, the relative address of the service's root: it may be served under a prefix.
    """
    snapshot = request.scope["snapshot"]
    frame = {
        "root": _root(request),
        "catalogue": catalogue or snapshot.catalogue,
        "releases": [info.release for info in snapshot.releases],
    }
    return page(template, {**frame, **values}, status=status, headers=headers)


def problem_page(request: Request, error: RequestError) -> HTMLResponse:
    """What is wrong with a request, each fault with the occupations that could be chosen instead."""
    problem = problem_of(error)
    unread = isinstance(error, NothingLoaded) or request.scope["snapshot"].catalogue is None
    wait = WAIT if problem.status == 503 else {}
    if unread and problem.status == 503:
        values: dict[str, object] = {"unavailable": isinstance(error, ReleaseOutOfReach)}
        return render(request, "empty.html", values, status=503, headers={**wait, "Refresh": WAIT["Retry-After"]})
    values = {"problem": problem, "faults": faults_of(error)}
    return render(request, "problem.html", values, status=problem.status, headers=wait)


def _root(request: Request) -> str:
    path: str = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    return "../" * (path.count("/") - 1)
