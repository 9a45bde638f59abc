"""Who may ask, and how often: in front of everything, and in nobody's way when switched off."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware

from skillgap.api.middleware.rate_limit import Rates, is_loopback, same_client
from skillgap.api.problems import (
    KEY_REQUIRED,
    KEY_UNKNOWN,
    TOO_MANY_REQUESTS,
    Problem,
    problem_response,
)
from skillgap.api.security_headers import ANSWER_HEADERS
from skillgap.api_keys import ApiKey, key_of, keys_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from skillgap.api.openapi import DocumentedApi
    from skillgap.settings import GuardSettings


OPEN = frozenset(("/health", "/ready", "/docs", "/openapi.json"))
OPEN_BELOW = ("/problems/", "/static/")  # what a problem means; scripts and styles
ANSWERED_WITH = ("ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID")


class Guard:
    """Lets a request pass that has a key, where keys are asked for, and comes not too often.

    A key counts its own requests, wherever they come from; without keys, each address does. Wrong
    keys count for their address too, so that they are not tried in masses.
    """

    def __init__(self, app: ASGIApp, keys: Sequence[ApiKey], per_minute: int, *, count_loopback: bool) -> None:
        self.app = app
        self.keys = keys
        self.per_minute = per_minute
        self.count_loopback = count_loopback
        self.rates = Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        given = _given_key(scope) if self.keys else b""
        key = key_of(self.keys, given) if given else None
        headers: list[tuple[bytes, bytes]] = []
        if rate := self._rate(scope, key):
            client, per_minute = rate
            taken = self.rates.take(client, per_minute)
            policy = "key" if key else "address"
            headers = [
                (b"ratelimit-policy", b'"%b";q=%d;w=60' % (policy.encode(), per_minute)),
                (b"ratelimit", b'"%b";r=%d;t=%d' % (policy.encode(), taken.left, taken.full_in)),
            ]
            if taken.wait:
                detail = f"{per_minute} requests a minute are answered. Wait {taken.wait} s."
                wait = {"Retry-After": str(taken.wait)}
                send = _sending(headers, send)
                await _refuse(TOO_MANY_REQUESTS, detail, wait, scope, receive, send)
                return
        if headers:
            send = _sending(headers, send)
        if self.keys and key is None:
            problem = KEY_UNKNOWN if given else KEY_REQUIRED
            challenge = {"WWW-Authenticate": _challenge(scope)}
            await _refuse(problem, problem.advice, challenge, scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _rate(self, scope: Scope, key: ApiKey | None) -> tuple[str, int] | None:
        """Whose requests are counted, and how many a minute are answered; None for all."""
        if key is not None:
            per_minute = self.per_minute if key.per_minute is None else key.per_minute
            return (f"key {key.name}", per_minute) if per_minute else None
        if not self.per_minute:
            return None
        client = same_client(scope["client"][0]) if scope.get("client") else "127.0.0.1"
        if is_loopback(client) and not self.count_loopback:
            return None
        return client, self.per_minute


def guard(app: DocumentedApi, settings: GuardSettings) -> None:
    """Put around an app what the settings switch on, and into its OpenAPI document."""
    keys = keys_in(settings.api_keys.get_secret_value()) if settings.api_keys else []
    rates = settings.api_rate_per_minute or any(key.per_minute for key in keys)
    if keys or rates:
        app.add_middleware(
            Guard,
            keys=keys,
            per_minute=settings.api_rate_per_minute,
            count_loopback=settings.api_rate_loopback,
        )
    app.needs_key = bool(keys)
    app.also_answers = [
        *([KEY_REQUIRED.code, KEY_UNKNOWN.code] if keys else []),
        *([TOO_MANY_REQUESTS.code] if rates else []),
    ]
    if origins := settings.cors_origins():
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
            expose_headers=ANSWERED_WITH,
            max_age=3600,
        )


def answer_headers(settings: GuardSettings) -> list[tuple[bytes, bytes]]:
    """What every answer tells browsers; the pages of other origins may show it where CORS is on."""
    policy = b"cross-origin" if settings.cors_origins() else b"same-origin"
    return [*ANSWER_HEADERS, (b"cross-origin-resource-policy", policy)]


def is_open(path: str) -> bool:
    """Whether an address answers without a key and without being counted."""
    return path in OPEN or path.startswith(OPEN_BELOW)


def _given_key(scope: Scope) -> bytes:
    """The key in X-API-Key, or in Authorization; there a browser sends it as Basic's password."""
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            return bytes(value.strip())
        if name == b"authorization":
            scheme, _, credentials = value.partition(b" ")
            if scheme.lower() == b"bearer":
                return bytes(credentials.strip())
            if scheme.lower() == b"basic":
                return _password(credentials)
    return b""


def _password(credentials: bytes) -> bytes:
    try:
        return b64decode(credentials, validate=True).partition(b":")[2]
    except ValueError:
        return b"?"  # something was given, but no key


def _challenge(scope: Scope) -> str:
    """A browser that opens a page asks its user for the key, and sends it from then on."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return f'{"Basic" if b"text/html" in accept else "Bearer"} realm="skillgap"'


def _sending(headers: list[tuple[bytes, bytes]], send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return send_with_headers


async def _refuse(
    problem: Problem,
    detail: str,
    headers: dict[str, str],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    answer = problem_response(problem, detail, scope["path"], headers=headers)
    await answer(scope, receive, send)
