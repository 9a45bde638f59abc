"""The context of every request: its id, its security headers, its line in the access log, its metrics."""

from __future__ import annotations

import logging
import re
import secrets
import time
from itertools import count
from typing import TYPE_CHECKING

from skillgap.api.middleware.route_templates import method_label
from skillgap.api.problems import INTERNAL_ERROR, problem_response
from skillgap.logs import request_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from skillgap.api.metrics.definitions import Metrics
    from skillgap.api.middleware.access_log import AccessLog
    from skillgap.api.middleware.route_templates import RouteTemplates


logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestContext:
    """Gives every HTTP request an id, a log line and its metrics; responds 500 to an exception that nobody handled.

    ``headers`` are added to every response that does not have them.
    """

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        routes: RouteTemplates,
        access_log: AccessLog | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self.app = app
        self.metrics = metrics
        self.routes = routes
        self.access_log = access_log
        self.headers = headers
        self.id_prefix = secrets.token_hex(4)  # of this process; its requests are numbered
        self.numbers = count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        own_id = given.decode() if REQUEST_ID.fullmatch(given) else f"{self.id_prefix}{next(self.numbers):08x}"
        token = request_id.set(own_id)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                present = {name for name, _ in headers}
                missing = [header for header in self.headers if header[0] not in present]
                message["headers"] = [*headers, (b"x-request-id", own_id.encode()), *missing]
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:  # the outermost frame of a request
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if status == 0:
                detail = "The request could not be answered. It has been logged."
                failure = problem_response(INTERNAL_ERROR, detail, scope["path"])
                await failure(scope, receive, send_with_headers)
        finally:
            seconds = time.perf_counter() - started
            route = self.routes.template(scope["path"])
            self.metrics.count_request(route, method_label(scope["method"]), status, seconds)
            if self.access_log:
                self.access_log.add(scope, status, seconds)
            request_id.reset(token)
