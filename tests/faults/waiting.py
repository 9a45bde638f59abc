"""Waiting for something to become true: looked at again and again, up to a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], within: float = 60.0) -> T:
    """What ``look`` gives as soon as it is true; fails when that takes longer (seconds)."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {within} s: last seen {found!r}"
        time.sleep(0.02)
    return found
