"""A timeout for requests."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from skillgap.api.problems import REQUEST_TOO_SLOW, TOOK_TOO_LONG, problem_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestTimeout:
    """Ends a request whose response does not begin, or stops, for ``seconds``.

    A response may take longer as a whole, such as the stream of all pairs. What runs in a thread is not ended.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        response_started = False
        waiting_for_body = False
        loop = asyncio.get_running_loop()

        async def receive_in_time() -> Message:
            nonlocal waiting_for_body
            waiting_for_body = True
            message = await receive()
            waiting_for_body = False
            return message

        async def send_in_time(message: Message) -> None:
            nonlocal response_started
            response_started = True
            await send(message)
            timeout.reschedule(loop.time() + self.seconds)

        try:
            async with asyncio.timeout(self.seconds) as timeout:
                await self.app(scope, receive_in_time, send_in_time)
        except TimeoutError:
            if response_started or not timeout.expired():
                raise
            problem = REQUEST_TOO_SLOW if waiting_for_body else TOOK_TOO_LONG
            detail = f"There was no response within {self.seconds:g} s."
            if waiting_for_body:
                detail = f"The body did not arrive within {self.seconds:g} s."
            await problem_response(problem, detail, scope["path"])(scope, receive, send)
