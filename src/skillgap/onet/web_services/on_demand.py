"""Fetching an unrated occupation from O*NET Web Services during the request that needs it.

The database is not written: the result is kept in this process (``LiveCatalogue.add_supplement``),
and ``skillgap supplement`` makes it permanent. Each worker process has its own memory and limit.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from skillgap.errors import WebServicesError, WebServicesRefused, WebServicesUnavailable
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.supplements.ratings import read_supplement

if TYPE_CHECKING:
    from skillgap.onet.web_services.client import WebServices  # requests: only where there is a key


logger = logging.getLogger(__name__)

MINUTE = 60.0  # seconds
FAULT_SECONDS = 60.0  # without requests to a faulty service, or for an occupation with bad rows
RETRY_SECONDS = 2.0  # while an occupation is being fetched


@dataclass(frozen=True)
class Limits:
    """How much is fetched on demand, and how long a request waits for it."""

    per_minute: int = 4  # occupations
    seconds: float = 4.0  # that a request waits
    remember: timedelta = timedelta(hours=24)  # that the service has no ratings


class OnDemand:
    """Fetches each occupation once at a time, a few a minute, and remembers which have no ratings."""

    def __init__(
        self,
        live: LiveCatalogue,
        services: WebServices,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._live = live
        self._services = services
        self._limits = limits
        self._clock = clock
        self._now = now
        self._deciding = threading.Lock()
        self._requesting = threading.Lock()  # the client is for one thread at a time
        self._running: dict[str, Future[None]] = {}
        self._started: deque[float] = deque()
        self._service_pauses_until = float("-inf")
        self._occupation_pauses_until: dict[str, float] = {}

    async def supply(self, catalogue: Catalogue, codes: Sequence[str]) -> float | None:
        """Fetch occupations that are not rated, and wait a little for them.

        Returns the seconds after which a retry may find more, None where it never will: all that
        there is is served now.
        """
        fetches = [self._start(catalogue, code) for code in codes]
        running = [asyncio.wrap_future(fetch) for fetch in fetches if fetch is not None]
        if running:
            await asyncio.wait(running, timeout=self._limits.seconds)
        return max(map(self._seconds_left, codes), default=0) or None

    @property
    def requests(self) -> Mapping[str, int]:
        """The requests that were made, by outcome."""
        return self._services.requests

    def close(self) -> None:
        """Close the connections to the service."""
        self._services.close()

    def _start(self, catalogue: Catalogue, code: str) -> Future[None] | None:
        """The fetch of an occupation; None where there is nothing to fetch, or not yet."""
        with self._deciding:
            if code in self._running:
                return self._running[code]
            if self._is_known(catalogue, code) or self._pause(code) > 0:
                return None
            self._started.append(self._clock())
            fetch = self._running[code] = Future()
        threading.Thread(target=self._fetch, args=(catalogue, code, fetch), daemon=True).start()
        return fetch

    def _is_known(self, catalogue: Catalogue, code: str) -> bool:
        known = catalogue.supplements.get(code)
        return known is not None and self._now() - known.fetched_at < self._limits.remember

    def _seconds_left(self, code: str) -> float:
        """Seconds until a retry for an occupation; 0 when all there is is served."""
        catalogue = self._live.snapshot.catalogue
        if catalogue and self._is_known(catalogue, code):
            return 0
        with self._deciding:
            return RETRY_SECONDS if code in self._running else self._pause(code)

    def _pause(self, code: str) -> float:
        """Seconds until an occupation may be requested."""
        now = self._clock()
        while self._started and now - self._started[0] >= MINUTE:
            self._started.popleft()
        ends = [now, self._service_pauses_until, self._occupation_pauses_until.get(code, now)]
        if len(self._started) >= self._limits.per_minute:
            ends.append(self._started[0] + MINUTE)
        return round(max(ends) - now, 3)  # what is left of a sum of fractions is no wait

    def _fetch(self, catalogue: Catalogue, code: str, fetch: Future[None]) -> None:
        try:
            with self._requesting:
                supplement = read_supplement(self._services.ratings(code), catalogue.scales)
            self._live.add_supplement(supplement)
            logger.info("%s: %s (%s)", code, supplement.outcome, supplement.title)
        except (WebServicesRefused, WebServicesUnavailable) as error:
            logger.warning("%s", error)
            self._service_pauses_until = self._clock() + FAULT_SECONDS
        except WebServicesError as error:
            logger.warning("%s", error)
            self._occupation_pauses_until[code] = self._clock() + FAULT_SECONDS
        except Exception:  # the outermost frame of this thread
            logger.exception("%s could not be fetched", code)
            self._occupation_pauses_until[code] = self._clock() + FAULT_SECONDS
        finally:
            with self._deciding:
                del self._running[code]
            fetch.set_result(None)
