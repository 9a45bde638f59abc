"""How many requests a client may make: a bucket of tokens each, filled again all the time."""

from __future__ import annotations

import time
from collections import OrderedDict
from ipaddress import IPv6Address
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


MOST_CLIENTS = 10_000


class Taken(NamedTuple):
    """What is left after a request, or how long to wait for the next one, in whole seconds."""

    left: int
    full_in: int
    wait: int


class Rates:
    """Buckets of the clients seen last; each holds the requests of a minute.

    Only so many are held: one that has been forgotten is full again, so memory has an end, and
    whoever comes with ten thousand addresses gains little beyond what these may ask anyway.
    """

    def __init__(self, most_clients: int = MOST_CLIENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self.most_clients = most_clients
        self.clock = clock
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when

    def take(self, client: str, per_minute: int) -> Taken:
        """Take a token for a request; without one, nothing is taken."""
        now = self.clock()
        tokens, filled_at = self.buckets.get(client, (float(per_minute), now))
        each = 60 / per_minute  # seconds for a token
        tokens = min(float(per_minute), tokens + (now - filled_at) / each)
        wait = 0 if tokens >= 1 else max(1, ceil((1 - tokens) * each))
        if not wait:
            tokens -= 1
        self.buckets[client] = tokens, now
        self.buckets.move_to_end(client)
        if len(self.buckets) > self.most_clients:
            self.buckets.popitem(last=False)
        return Taken(int(tokens), ceil((per_minute - tokens) * each), wait)


def same_client(address: str) -> str:
    """The address by which requests are counted: for IPv6 its /64, which one client has whole."""
    if ":" not in address:
        return address[:64]
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address[:64]
    return str(parsed.ipv4_mapped or f"{parsed.packed[:8].hex(':', 2)}::/64")


def is_loopback(client: str) -> bool:
    """Whether it is this machine, as ``same_client`` writes it."""
    return client.startswith("127.") or client == "0000:0000:0000:0000::/64"
