"""The Host header, of which HTTP/1.1 requires one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillgap.api.problems import MALFORMED_REQUEST, problem_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class RequireHost:
    """Responds 400 to a request of HTTP/1.1 that has no Host header, or several (RFC 9112, section 3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["http_version"] == "1.1":
            hosts = sum(name == b"host" for name, _ in scope["headers"])
            if hosts != 1:
                detail = f"A request of HTTP/1.1 has one Host header; this one has {hosts or 'none'}."
                await problem_response(MALFORMED_REQUEST, detail, scope["path"])(scope, receive, send)
                return
        await self.app(scope, receive, send)
