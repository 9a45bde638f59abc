"""The addresses that need no key and count against no rate limit."""

PUBLIC_PATHS = frozenset(("/health", "/ready", "/docs", "/openapi.json"))
PUBLIC_PREFIXES = ("/problems/", "/static/")  # the meaning of a problem; scripts and styles


def is_public(path: str) -> bool:
    """Whether an address is served without a key and without a limit."""
    return path in PUBLIC_PATHS or path.startswith(PUBLIC_PREFIXES)
