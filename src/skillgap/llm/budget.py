"""A budget of tokens in 24 hours."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

PERIOD = timedelta(hours=24)
BYTES_PER_TOKEN = 2  # English has over 4: an estimate before a call is to be too high


def estimate_tokens(token_limit: int, *texts: str) -> int:
    """The most tokens that a call may cost: the texts that are sent, and an answer of ``token_limit``."""
    return sum(len(text.encode()) for text in texts) // BYTES_PER_TOKEN + token_limit


class TokenBudget:
    """At most ``limit`` tokens in any 24 hours: reserved before a call, settled after it.

    ``spent`` are tokens that count from the beginning. For one event loop.
    """

    def __init__(self, limit: int, spent: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self._clock = clock
        self._settled: deque[tuple[float, int]] = deque([(clock(), spent)])
        self._reserved = 0
        self._changed = asyncio.Condition()

    @property
    def spent(self) -> int:
        """Tokens of the calls that were settled in the last 24 hours."""
        oldest = self._clock() - PERIOD.total_seconds()
        while self._settled and self._settled[0][0] < oldest:
            self._settled.popleft()
        return sum(tokens for _, tokens in self._settled)

    @property
    def left(self) -> int:
        """Tokens that are not spent."""
        return max(0, self.limit - self.spent)

    def try_reserve(self, tokens: int) -> bool:
        """Reserve tokens for a call; False where there are too few now."""
        if not self._has_room(tokens):
            return False
        self._reserved += tokens
        return True

    async def reserve(self, tokens: int) -> bool:
        """As ``try_reserve``, but wait for calls in flight to be settled where there are too few."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._reserved or self._has_room(tokens))
            return self.try_reserve(tokens)

    async def settle(self, reserved: int, tokens: int) -> None:
        """Count the tokens that a call has cost in the place of those that were reserved for it."""
        self._settled.append((self._clock(), tokens))
        async with self._changed:
            self._reserved -= reserved
            self._changed.notify_all()

    def _has_room(self, tokens: int) -> bool:
        return self.spent + self._reserved + tokens <= self.limit
