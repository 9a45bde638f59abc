"""Fetching an occupation that is not rated at the moment somebody asks for it.

The database is not written: what came is kept in this process (``CatalogueWatch.keep``), and
``skillgap supplement`` makes it permanent. Each worker process has its own memory and own limit.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from skillgap.errors import WebServicesError, WebServicesRefused, WebServicesUnavailable
from skillgap.onet.supplements.ratings import read_supplement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from skillgap.onet.catalogue import Catalogue
    from skillgap.onet.live_catalogue import LiveCatalogue
    from skillgap.onet.web_services.client import WebServices


logger = logging.getLogger(__name__)

MINUTE = 60.0  # seconds
AFTER_A_FAULT = 60.0  # seconds until the service, or one occupation with bad rows, is asked again
COME_BACK = 2.0  # seconds, while an occupation is being fetched


@dataclass(frozen=True)
class Limits:
    """How much is fetched on demand, and how long an answer waits for it."""

    per_minute: int = 4  # occupations
    seconds: float = 4.0  # that an answer waits
    remember: timedelta = timedelta(hours=24)  # that the service has nothing


class OnDemand:
    """Fetches each occupation once at a time, a few a minute, and remembers what was not there."""

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
        self._asking = threading.Lock()  # the client is for one thread at a time
        self._running: dict[str, Future[None]] = {}
        self._begun: deque[float] = deque()
        self._service_rests_until = float("-inf")
        self._occupation_rests_until: dict[str, float] = {}

    async def supply(self, catalogue: Catalogue, codes: Sequence[str]) -> float | None:
        """Fetch occupations that are not rated, and wait a little for them.

        Returns the seconds after which asking again makes sense, None where it never will: all that
        there is is served now.
        """
        begun = [self._begin(catalogue, code) for code in codes]
        running = [asyncio.wrap_future(one) for one in begun if one is not None]
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

    def _begin(self, catalogue: Catalogue, code: str) -> Future[None] | None:
        """The fetch of an occupation; None where nothing can come, or not yet."""
        with self._deciding:
            if code in self._running:
                return self._running[code]
            if self._is_known(catalogue, code) or self._seconds_to_rest(code) > 0:
                return None
            self._begun.append(self._clock())
            fetched = self._running[code] = Future()
        threading.Thread(target=self._fetch, args=(catalogue, code, fetched), daemon=True).start()
        return fetched

    def _is_known(self, catalogue: Catalogue, code: str) -> bool:
        known = catalogue.supplements.get(code)
        return known is not None and self._now() - known.fetched_at < self._limits.remember

    def _seconds_left(self, code: str) -> float:
        """When to ask again for an occupation; 0 when all there is is served."""
        catalogue = self._live.snapshot.catalogue
        if catalogue and self._is_known(catalogue, code):
            return 0
        with self._deciding:
            return COME_BACK if code in self._running else self._seconds_to_rest(code)

    def _seconds_to_rest(self, code: str) -> float:
        now = self._clock()
        while self._begun and now - self._begun[0] >= MINUTE:
            self._begun.popleft()
        too_many = len(self._begun) >= self._limits.per_minute
        ends = [
            self._service_rests_until,
            self._occupation_rests_until.get(code, now),
            self._begun[0] + MINUTE if too_many else now,
        ]
        return round(max(ends) - now, 3)  # what is left of a sum of fractions is no wait

    def _fetch(self, catalogue: Catalogue, code: str, fetched: Future[None]) -> None:
        scales = {one.scale_id: (one.minimum, one.maximum) for one in catalogue.scales.values()}
        try:
            with self._asking:
                supplement = read_supplement(self._services.ratings(code), scales)
            self._live.add_supplement(supplement)
            logger.info("%s: %s (%s)", code, supplement.outcome, supplement.title)
        except (WebServicesRefused, WebServicesUnavailable) as error:
            logger.warning("%s", error)
            self._service_rests_until = self._clock() + AFTER_A_FAULT
        except WebServicesError as error:
            logger.warning("%s", error)
            self._occupation_rests_until[code] = self._clock() + AFTER_A_FAULT
        except Exception:  # the outermost frame of this thread
            logger.exception("%s could not be fetched", code)
            self._occupation_rests_until[code] = self._clock() + AFTER_A_FAULT
        finally:
            with self._deciding:
                del self._running[code]
            fetched.set_result(None)
