"""What happens around every request: its id, its log line, its figures, the last catch."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import TYPE_CHECKING

from skillgap.api.problems import INTERNAL_ERROR, problem_response
from skillgap.logs import request_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from skillgap.api.middleware.access_log import AccessLog
    from skillgap.api.middleware.metrics import Figures, RouteTemplates


logger = logging.getLogger(__name__)

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestFrame:
    """Gives every request an id and one line in the access log; answers 500 when all else fails."""

    def __init__(
        self,
        app: ASGIApp,
        figures: Figures,
        routes: RouteTemplates,
        access_log: AccessLog | None = None,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> None:
        self.app = app
        self.figures = figures
        self.routes = routes
        self.access_log = access_log
        self.headers = headers  # of every answer; a page brings its own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        own_id = given.decode() if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(own_id)
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], (b"x-request-id", own_id.encode())]
                names = {name for name, _ in headers}
                headers += [header for header in self.headers if header[0] not in names]
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:  # the outermost frame of a request
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if status == 0:
                detail = "The request could not be answered. It has been logged."
                failure = problem_response(INTERNAL_ERROR, detail, scope["path"])
                await failure(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            asked = self.routes.asked(scope["method"], scope["path"], status)
            self.figures.count(asked, seconds)
            if self.access_log:
                self.access_log.note(scope, status, seconds)
            request_id.reset(token)
