"""Rate limits: so many requests a minute for each key or address, counted by the library ``limits``.

Counts are in the memory of the process, or in Redis or Valkey, where all workers and replicas share them.
"""

from __future__ import annotations

import logging
import time
from ipaddress import IPv6Address
from math import ceil
from typing import TYPE_CHECKING, NamedTuple, Protocol

from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter as AsyncFixedWindowRateLimiter
from limits.errors import StorageError
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from skillgap.api.problems import TOO_MANY_REQUESTS, problem_response
from skillgap.api.public_paths import is_public

if TYPE_CHECKING:
    from limits import WindowStats
    from prometheus_client import Counter
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from skillgap.api_keys import ApiKey

logger = logging.getLogger(__name__)

STORAGE_SECONDS = 0.5  # for the storage to respond
RETRY_SECONDS = 5.0  # without the storage, before it is tried again


class Limit(NamedTuple):
    """What a request counts against: ``policy`` is ``key`` or ``address``."""

    policy: str
    client: str
    per_minute: int


class Usage(NamedTuple):
    """The state of a limit after a request; ``reset`` in whole seconds until the minute ends."""

    allowed: bool
    remaining: int
    reset: int


class RateLimiter(Protocol):
    """Counts requests in windows of a minute, each beginning with a client's first request."""

    async def hit(self, limit: Limit) -> Usage | None:
        """Count a request; None where requests cannot be counted."""


class MemoryRateLimiter:
    """Counts in the memory of this process.

    The library's storage for asyncio would look through all clients at every request; this one does so in a thread,
    at most a hundred times a second.
    """

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    async def hit(self, limit: Limit) -> Usage | None:
        """Count a request."""
        item = RateLimitItemPerMinute(limit.per_minute)
        allowed = self._limiter.hit(item, limit.policy, limit.client)
        return _usage(self._limiter.get_window_stats(item, limit.policy, limit.client), allowed=allowed)


class RedisRateLimiter:
    """Counts in Redis or Valkey, for all processes.

    While the storage is unavailable no request is limited; that is logged and counted once for each outage.
    """

    def __init__(self, url: str, outages: Counter) -> None:
        storage = RedisStorage(
            url,
            wrap_exceptions=True,
            implementation="redispy",
            key_prefix="skillgap",
            socket_timeout=STORAGE_SECONDS,
            socket_connect_timeout=STORAGE_SECONDS,
        )
        self._limiter = AsyncFixedWindowRateLimiter(storage)
        self._outages = outages
        self._unavailable = False
        self._retry_at = 0.0

    async def hit(self, limit: Limit) -> Usage | None:
        """Count a request; None while the storage is unavailable."""
        if self._unavailable and time.monotonic() < self._retry_at:
            return None
        item = RateLimitItemPerMinute(limit.per_minute)
        try:
            allowed = await self._limiter.hit(item, limit.policy, limit.client)
            window = await self._limiter.get_window_stats(item, limit.policy, limit.client)
        except StorageError as error:
            self._note_outage(error)
            return None
        if self._unavailable:
            logger.info("the storage of the rate limits is available again")
            self._unavailable = False
        return _usage(window, allowed=allowed)

    def _note_outage(self, error: StorageError) -> None:
        if not self._unavailable:
            logger.warning("the storage of the rate limits is unavailable, requests are not limited: %s", error)
            self._outages.inc()
        self._unavailable = True
        self._retry_at = time.monotonic() + RETRY_SECONDS


class RateLimit:
    """Responds 429 to a key, or an address without one, beyond its limit.

    Requests with a wrong key count for their address, so keys cannot be tried in masses.
    """

    def __init__(self, app: ASGIApp, limiter: RateLimiter, per_minute: int, *, count_loopback: bool) -> None:
        self.app = app
        self.limiter = limiter
        self.per_minute = per_minute  # 0: no limit
        self.count_loopback = count_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; ``scope["api_key"]`` is its key, if it has one."""
        limit = None if scope["type"] != "http" or is_public(scope["path"]) else self._limit(scope)
        usage = await self.limiter.hit(limit) if limit else None
        if limit is None or usage is None:
            await self.app(scope, receive, send)
            return
        headers = [
            (b"ratelimit-policy", b'"%b";q=%d;w=60' % (limit.policy.encode(), limit.per_minute)),
            (b"ratelimit", b'"%b";r=%d;t=%d' % (limit.policy.encode(), usage.remaining, usage.reset)),
        ]
        send = _with_headers(send, headers)
        if usage.allowed:
            await self.app(scope, receive, send)
            return
        detail = f"The limit is {limit.per_minute} requests a minute. Wait {usage.reset} s."
        wait = {"Retry-After": str(usage.reset)}
        await problem_response(TOO_MANY_REQUESTS, detail, scope["path"], headers=wait)(scope, receive, send)

    def _limit(self, scope: Scope) -> Limit | None:
        key: ApiKey | None = scope.get("api_key")
        if key is not None:
            per_minute = self.per_minute if key.per_minute is None else key.per_minute
            return Limit("key", key.name, per_minute) if per_minute else None
        client = client_network(scope["client"][0]) if scope.get("client") else "127.0.0.1"
        if not self.per_minute or (is_loopback(client) and not self.count_loopback):
            return None
        return Limit("address", client, self.per_minute)


def _with_headers(send: Send, headers: list[tuple[bytes, bytes]]) -> Send:
    async def add_and_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return add_and_send


def client_network(address: str) -> str:
    """The address that requests are counted by: for IPv6 its /64, all of which one client has."""
    if ":" not in address:
        return address[:64]
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address[:64]
    return str(parsed.ipv4_mapped or f"{parsed.packed[:8].hex(':', 2)}::/64")


def is_loopback(client: str) -> bool:
    """Whether a ``client_network`` is this machine."""
    return client.startswith("127.") or client == "0000:0000:0000:0000::/64"


def _usage(window: WindowStats, *, allowed: bool) -> Usage:
    return Usage(allowed, window.remaining, max(1, ceil(window.reset_time - time.time())))
