"""A limit for the address and the headers of a request; the body has its own where it is read."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from skillgap.api.problems import HEAD_TOO_LARGE, URL_TOO_LONG, problem_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

MAX_URL_BYTES = 8 * 1024
MAX_HEAD_BYTES = 32 * 1024  # address and headers together; nginx's default, too


class RequestSizeLimit:
    """Responds 414 to an address and 431 to headers that are too large."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http":
            url = len(scope["raw_path"]) + len(scope["query_string"])
            if url > MAX_URL_BYTES:
                detail = f"The address is longer than {MAX_URL_BYTES:,} bytes."
                await problem_response(URL_TOO_LONG, detail, "")(scope, receive, send)
                return
            if url + sum(map(len, chain.from_iterable(scope["headers"]))) > MAX_HEAD_BYTES:
                detail = f"Address and headers are larger than {MAX_HEAD_BYTES:,} bytes together."
                await problem_response(HEAD_TOO_LARGE, detail, "")(scope, receive, send)
                return
        await self.app(scope, receive, send)
