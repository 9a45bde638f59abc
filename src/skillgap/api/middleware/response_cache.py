"""The response cache: responses from the catalogue, by release and normalised query.

Plain ASGI in front of FastAPI's routing, which costs several times a cached response.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from skillgap.api.metrics.definitions import Metrics
    from skillgap.onet.live_catalogue import LiveCatalogue, Snapshot


FastPath = Callable[["Snapshot", bytes], bytes | None]
"""Takes a snapshot and a normalised query; returns the JSON of the response, or None for a request it leaves alone."""

CACHED_PREFIXES = ("/skill-gap", "/matrix", "/occupations", "/paths", "/elements", "/scales", "/releases/")
PUBLIC = b"public, max-age=60"
PRIVATE = b"private, max-age=60"
MAX_RESPONSES = 1_000
MAX_BODY_BYTES = 16_384  # larger bodies are not cached


class CachedResponse(NamedTuple):
    """A complete response, as ASGI sends it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    async def send(self, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class ResponseCache:
    """Caches good responses for as long as the same releases are served.

    They depend on nothing but the state of the catalogue, the path and the query. These three make the strong ETag,
    which is the key of the cache as well: no body is hashed. The order of parameters makes no difference.
    A fast path responds to the simplest requests to its path without FastAPI's routing.
    """

    def __init__(
        self,
        app: ASGIApp,
        live: LiveCatalogue,
        fast_paths: Mapping[str, FastPath],
        metrics: Metrics,
        cache_control: bytes = PUBLIC,
    ) -> None:
        self.app = app
        self.cache_control = cache_control
        self.live = live
        self.fast_paths = fast_paths
        self.responses: OrderedDict[bytes, CachedResponse] = OrderedDict()
        results = metrics.response_cache.labels
        self.hits, self.misses = results("hit"), results("miss")
        self.not_modified, self.fast = results("not_modified"), results("shortcut")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; routes find the snapshot to respond from under ``scope["snapshot"]``."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        snapshot = scope["snapshot"] = self.live.snapshot
        if scope["method"] != "GET" or not scope["path"].startswith(CACHED_PREFIXES):
            await self.app(scope, receive, send)
            return
        etag = _etag(snapshot.state, scope)
        if etag in _if_none_match(scope):
            self.not_modified.inc()
            await CachedResponse(304, self._cache_headers(etag), b"").send(send)
        elif etag in self.responses:
            self.hits.inc()
            self.responses.move_to_end(etag)
            await self.responses[etag].send(send)
        elif body := self._fast_body(snapshot, scope):
            self.fast.inc()
            length = str(len(body)).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", length)]
            response = CachedResponse(200, [*headers, *self._cache_headers(etag)], body)
            self._store(etag, response)
            await response.send(send)
        else:
            self.misses.inc()
            await self.app(scope, receive, self._storing(scope, send))

    def _cache_headers(self, etag: bytes) -> list[tuple[bytes, bytes]]:
        return [(b"etag", etag), (b"cache-control", self.cache_control)]

    def _fast_body(self, snapshot: Snapshot, scope: Scope) -> bytes | None:
        fast_path = self.fast_paths.get(scope["path"])
        return fast_path(snapshot, normalise(scope["query_string"])) if fast_path else None

    def _storing(self, scope: Scope, send: Send) -> Send:
        """A ``send`` that gives a good response its ETag, and stores it unless it is too large.

        The state is read when the response starts: the route may have fetched an occupation.
        """
        etag = b""
        headers: list[tuple[bytes, bytes]] = []
        body = bytearray()

        async def send_and_store(message: Message) -> None:
            nonlocal etag, headers
            if message["type"] == "http.response.start" and _is_cacheable(message):
                etag = _etag(scope["snapshot"].state, scope)
                headers = message["headers"] = [*message["headers"], *self._cache_headers(etag)]
            elif message["type"] == "http.response.body" and headers:
                body.extend(message.get("body", b"")[: MAX_BODY_BYTES + 1 - len(body)])
                if not message.get("more_body"):
                    self._store(etag, CachedResponse(200, headers, bytes(body)))
            await send(message)

        return send_and_store

    def _store(self, etag: bytes, response: CachedResponse) -> None:
        if len(response.body) > MAX_BODY_BYTES:
            return
        self.responses[etag] = response
        if len(self.responses) > MAX_RESPONSES:
            self.responses.popitem(last=False)


def normalise(query: bytes) -> bytes:
    """The query with its parameters in order."""
    return b"&".join(sorted(query.split(b"&")))


def _is_cacheable(start: Message) -> bool:
    """Whether a response is good and has no Cache-Control of its own."""
    return start["status"] == 200 and all(name != b"cache-control" for name, _ in start["headers"])


def _etag(state: str, scope: Scope) -> bytes:
    return _hash(state, scope["raw_path"], scope["query_string"])


@lru_cache(MAX_RESPONSES)
def _hash(state: str, path: bytes, query: bytes) -> bytes:
    request = b"%b %b?%b" % (state.encode(), path, normalise(query))
    return b'"%b"' % blake2b(request, digest_size=12).hexdigest().encode()


def _if_none_match(scope: Scope) -> list[bytes]:
    headers = [value for name, value in scope["headers"] if name == b"if-none-match"]
    if not headers:
        return []
    return [tag.strip().removeprefix(b"W/") for tag in b",".join(headers).split(b",")]
