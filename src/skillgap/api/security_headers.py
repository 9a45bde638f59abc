"""Security headers of pages and of all other responses."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

TEMPLATES = Environment(
    loader=PackageLoader("skillgap.api.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
PAGE_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
}
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

API_HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
"""Of every response that is not a page, as ASGI sends them."""


def security_headers(*, cross_origin: bool) -> list[tuple[bytes, bytes]]:
    """The headers of every response that is not a page; ``cross_origin``: pages of other origins may show it."""
    policy = b"cross-origin" if cross_origin else b"same-origin"
    return [*API_HEADERS, (b"cross-origin-resource-policy", policy)]


def page(
    template: str,
    values: Mapping[str, object],
    *,
    policy: Mapping[str, str] = PAGE_POLICY,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A template as a response, with a Content-Security-Policy."""
    return HTMLResponse(
        TEMPLATES.get_template(template).render(values),
        status_code=status,
        headers={
            "Content-Security-Policy": "; ".join(f"{directive} {sources}" for directive, sources in policy.items()),
            "Cache-Control": "no-cache",
            **HEADERS,
            **(headers or {}),
        },
    )
