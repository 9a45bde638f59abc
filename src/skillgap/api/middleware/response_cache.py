"""Answers that are ready: what was answered before, as long as the same releases are served.

Plain ASGI, outside FastAPI's routing, so that such an answer costs next to nothing.
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

    from skillgap.api.middleware.metrics import Figures
    from skillgap.onet.live_catalogue import LiveCatalogue, Snapshot


Shortcut = Callable[["Snapshot", bytes], bytes | None]
"""Takes what is served and a query string; gives JSON, or None when the question is not its own."""

FROM_CATALOGUE = (
    "/skill-gap",
    "/matrix",
    "/occupations",
    "/paths",
    "/elements",
    "/scales",
    "/releases/",
)
PUBLIC = b"public, max-age=60"
PRIVATE = b"private, max-age=60"
MOST_ANSWERS = 1_000
LARGEST_ANSWER = 16_384  # bytes; larger ones are made anew


class Answer(NamedTuple):
    """A complete answer, as ASGI sends it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    async def send(self, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})


class ReadyAnswers:
    """Answers again what was answered before, as long as the same releases are served.

    What comes from the catalogue depends on nothing but the state served, the path and the query.
    These three make the strong ETag, so no body is hashed, and a match needs no body at all. A
    shortcut may answer its path's plainest good questions; all others go the documented way.
    """

    def __init__(
        self,
        app: ASGIApp,
        live: LiveCatalogue,
        shortcuts: Mapping[str, Shortcut],
        figures: Figures,
        cache_control: bytes = PUBLIC,
    ) -> None:
        self.app = app
        self.cache_control = cache_control
        self.live = live
        self.shortcuts = shortcuts
        self.figures = figures
        self.answers: OrderedDict[bytes, Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; whoever answers it finds what is served under ``scope["snapshot"]``."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        served = scope["snapshot"] = self.live.snapshot
        if scope["method"] != "GET" or not scope["path"].startswith(FROM_CATALOGUE):
            await self.app(scope, receive, send)
            return
        etag = _etag(served.state, scope)
        if etag in _if_none_match(scope):
            self.figures.not_modified += 1
            await Answer(304, self._caching(etag), b"").send(send)
        elif etag in self.answers:
            self.figures.ready_hits += 1
            self.answers.move_to_end(etag)
            await self.answers[etag].send(send)
        elif body := self._by_shortcut(served, scope):
            self.figures.shortcuts += 1
            length = str(len(body)).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", length)]
            answer = Answer(200, [*headers, *self._caching(etag)], body)
            self._keep(etag, answer)
            await answer.send(send)
        else:
            self.figures.ready_misses += 1
            await self.app(scope, receive, self._keeping(scope, send))

    def _caching(self, etag: bytes) -> list[tuple[bytes, bytes]]:
        return [(b"etag", etag), (b"cache-control", self.cache_control)]

    def _by_shortcut(self, served: Snapshot, scope: Scope) -> bytes | None:
        shortcut = self.shortcuts.get(scope["path"])
        return shortcut(served, scope["query_string"]) if shortcut else None

    def _keeping(self, scope: Scope, send: Send) -> Send:
        """A ``send`` that gives a good answer its ETag, and keeps it if it is not too large.

        The state is looked up at the end: an occupation may have been fetched for this answer.
        """
        etag = b""
        headers: list[tuple[bytes, bytes]] = []
        body = bytearray()

        async def send_and_keep(message: Message) -> None:
            nonlocal etag, headers
            if message["type"] == "http.response.start" and _may_be_kept(message):
                etag = _etag(scope["snapshot"].state, scope)
                headers = message["headers"] = [*message["headers"], *self._caching(etag)]
            elif message["type"] == "http.response.body" and headers:
                body.extend(message.get("body", b"")[: LARGEST_ANSWER + 1 - len(body)])
                if not message.get("more_body"):
                    self._keep(etag, Answer(200, headers, bytes(body)))
            await send(message)

        return send_and_keep

    def _keep(self, etag: bytes, answer: Answer) -> None:
        if len(answer.body) > LARGEST_ANSWER:
            return
        self.answers[etag] = answer
        if len(self.answers) > MOST_ANSWERS:
            self.answers.popitem(last=False)


def _may_be_kept(start: Message) -> bool:
    """Whether it is a good answer that does not say otherwise itself."""
    return start["status"] == 200 and all(name != b"cache-control" for name, _ in start["headers"])


def _etag(state: str, scope: Scope) -> bytes:
    return _etag_of(state, scope["raw_path"], scope["query_string"])


@lru_cache(MOST_ANSWERS)
def _etag_of(state: str, path: bytes, query: bytes) -> bytes:
    asked = b"%b %b?%b" % (state.encode(), path, query)
    return b'"%b"' % blake2b(asked, digest_size=12).hexdigest().encode()


def _if_none_match(scope: Scope) -> list[bytes]:
    headers = [value for name, value in scope["headers"] if name == b"if-none-match"]
    if not headers:
        return []
    return [tag.strip().removeprefix(b"W/") for tag in b",".join(headers).split(b",")]
