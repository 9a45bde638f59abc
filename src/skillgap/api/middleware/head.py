"""HEAD for every address that has GET: the same status and headers, without the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _BodyNotNeeded(Exception):
    """Ends a streamed response, whose body nobody receives."""


class HeadAsGet:
    """Handles a HEAD request as GET and discards the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        ended = False

        async def send_without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] != "http.response.body":
                await send(message)
                return
            if not ended:
                ended = True
                await send({"type": "http.response.body", "body": b""})
            if message.get("more_body"):
                raise _BodyNotNeeded

        try:
            await self.app({**scope, "method": "GET"}, receive, send_without_body)
        except* _BodyNotNeeded:  # in a group where a task streams the response
            pass
