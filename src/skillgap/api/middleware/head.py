"""HEAD for every address that answers GET: the same status and headers, without the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _Enough(Exception):
    """An answer that is streamed need not go on: nobody will get it."""


class HeadAsGet:
    """Lets a HEAD request be answered as a GET, and keeps the body back."""

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
                raise _Enough

        try:
            await self.app({**scope, "method": "GET"}, receive, send_without_body)
        except* _Enough:  # in a group where the answer is streamed in a task of its own
            pass
