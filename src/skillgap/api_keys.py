"""Keys for the API: what a client is given, and what the setting holds of it.

A key is 256 random bits, so nobody finds it by trying, and a plain SHA-256 keeps it as well as a
slow hash would: those are for passwords, which can be guessed. Whoever reads the setting has no
key.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


ENTRY = re.compile(r"(?P<name>[A-Za-z0-9._-]{1,64}):(?P<digest>[0-9a-f]{64})(:(?P<per_minute>[0-9]{1,6}))?")


class ApiKey(NamedTuple):
    """Who has a key, its SHA-256, and the requests a minute it is good for where it says so."""

    name: str
    digest: bytes
    per_minute: int | None


def new_key() -> str:
    """A fresh key. It is recognisable, so that one left lying about can be found."""
    return "skillgap_" + secrets.token_urlsafe(32)


def entry_of(name: str, key: str) -> str:
    """What API_KEYS holds of a key; raises ValueError for a name it cannot hold."""
    entry = f"{name}:{sha256(key.encode()).hexdigest()}"
    if not ENTRY.fullmatch(entry):
        raise ValueError("a name is up to 64 letters, digits, dots, dashes and underscores")
    return entry


def parse_keys(text: str) -> list[ApiKey]:
    """The keys that API_KEYS names, separated by commas or lines; raises ValueError."""
    keys = []
    for number, entry in enumerate(text.replace("\n", ",").split(","), start=1):
        if not entry.strip():
            continue
        found = ENTRY.fullmatch(entry.strip())
        if not found:
            # Not the entry itself: somebody may have put the key there instead of its hash.
            raise ValueError(f"entry {number} is not name:sha256 or name:sha256:requests-a-minute")
        per_minute = found["per_minute"]
        keys.append(
            ApiKey(found["name"], bytes.fromhex(found["digest"]), int(per_minute) if per_minute is not None else None)
        )
    names = [key.name for key in keys]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{', '.join(sorted(twice))} is there more than once")
    return keys


def find_key(keys: Sequence[ApiKey], given: bytes) -> ApiKey | None:
    """The key that was given. All are compared, in constant time, whichever it is."""
    digest = sha256(given).digest()
    found = None
    for key in keys:
        if compare_digest(key.digest, digest):
            found = key
    return found
