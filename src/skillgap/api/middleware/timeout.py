"""A request has an end: without an answer after so long, there is a problem instead of one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from skillgap.api.problems import REQUEST_TOO_SLOW, TOOK_TOO_LONG, problem_response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TimeLimit:
    """Ends a request whose answer has not begun, or does not go on, for ``seconds``.

    An answer may take longer as a whole: a stream of all pairs does. What runs in a thread
    meanwhile runs to its end, but nobody waits for it.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False
        body_wanted = False
        loop = asyncio.get_running_loop()

        async def receive_in_time() -> Message:
            nonlocal body_wanted
            body_wanted = True
            message = await receive()
            body_wanted = False
            return message

        async def send_in_time(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)
            limit.reschedule(loop.time() + self.seconds)

        try:
            async with asyncio.timeout(self.seconds) as limit:
                await self.app(scope, receive_in_time, send_in_time)
        except TimeoutError:
            if begun or not limit.expired():
                raise
            problem = REQUEST_TOO_SLOW if body_wanted else TOOK_TOO_LONG
            detail = f"There was no answer within {self.seconds:g} s."
            if body_wanted:
                detail = f"The body did not arrive within {self.seconds:g} s."
            await problem_response(problem, detail, scope["path"])(scope, receive, send)
