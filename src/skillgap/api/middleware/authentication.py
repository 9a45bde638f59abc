"""Authentication by API key."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from skillgap.api.problems import KEY_REQUIRED, KEY_UNKNOWN, problem_response
from skillgap.api.public_paths import is_public
from skillgap.api_keys import find_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

    from skillgap.api_keys import ApiKey


class KeyLookup:
    """Finds the key of a request: ``scope["api_key"]`` is the key, or None."""

    def __init__(self, app: ASGIApp, keys: Sequence[ApiKey]) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and not is_public(scope["path"]):
            given = scope["given_key"] = _given_key(scope)
            scope["api_key"] = find_key(self.keys, given) if given else None
        await self.app(scope, receive, send)


class Authentication:
    """Responds 401 to a request without a key, or with an unknown one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, after ``KeyLookup`` and the rate limit."""
        if scope["type"] != "http" or is_public(scope["path"]) or scope["api_key"]:
            await self.app(scope, receive, send)
            return
        problem = KEY_UNKNOWN if scope["given_key"] else KEY_REQUIRED
        challenge = {"WWW-Authenticate": _challenge(scope)}
        await problem_response(problem, problem.advice, scope["path"], headers=challenge)(scope, receive, send)


def _given_key(scope: Scope) -> bytes:
    """The key in X-API-Key or in Authorization, where a browser sends it as the password of Basic."""
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
        return b"?"  # given, but not a key


def _challenge(scope: Scope) -> str:
    """A browser that opens a page asks its user for the key as a password, and sends it from then on."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return f'{"Basic" if b"text/html" in accept else "Bearer"} realm="skillgap"'
