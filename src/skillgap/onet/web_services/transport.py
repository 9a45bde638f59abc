"""JSON from O*NET Web Services: one key for one host, at a polite pace, with retries.

The key travels in one header, to one host, and into no log and no error.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from requests import Response

from skillgap.errors import WebServicesError, WebServicesRefused, WebServicesUnavailable
from skillgap.http_client import ATTEMPTS, HttpClient, HttpFault, fault_of_status, read_body, retrying
from skillgap.onet.supplements.ratings import SOURCE

KEY_PAGE = "https://services.onetcenter.org/"
LARGEST_BODY = 20_000_000  # bytes; a page of 2,000 rows has about 800,000
FIRST_WAIT = 0.2  # seconds before the second attempt; doubled each time


@dataclass(frozen=True)
class Pace:
    """How fast to send requests, and the clocks: seconds of a steady clock, and the time of day in UTC."""

    spacing: float = 0.2  # seconds between the starts of two requests
    longest_wait: float = 10.0  # seconds before another attempt, whatever Retry-After says
    timeouts: tuple[float, float] = (5.0, 10.0)  # seconds to connect, and without a byte
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


class ResourceNotFound(Exception):
    """404 or 422: there is no such resource, or no data for it; the text is the service's sentence."""


REQUEST_OUTCOMES: Mapping[type[Exception], str] = {
    ResourceNotFound: "nothing_there",
    HttpFault: "away",
    WebServicesRefused: "refused",
    WebServicesError: "unusable",
}
"""How requests without a usable response are counted; all others are ``ok``."""


class Transport:
    """The service at an address. One thread at a time may use it."""

    def __init__(self, url: str, key: str, pace: Pace) -> None:
        self.host = urlsplit(url).hostname or url
        self.pace = pace
        self.requests: Counter[str] = Counter()  # by outcome
        self._url = url.rstrip("/")
        self._key = key
        self._client = HttpClient(pace.timeouts, {"X-API-Key": key, "Accept": "application/json"})
        self._attempts = retrying(FIRST_WAIT, pace.longest_wait, pace.sleep)
        self._last_request = float("-inf")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON at a path, after as many attempts as it takes; numbers are Decimals.

        Raises ResourceNotFound, WebServicesRefused, WebServicesUnavailable or WebServicesError.
        """
        try:
            return self._attempts(self._get_counted, path, query or {})
        except HttpFault as fault:
            raise WebServicesUnavailable(
                f"{SOURCE} at {self.host} is unavailable ({ATTEMPTS} attempts): {path}: {fault}"
            ) from fault

    def difference(self, path: str, fault: str) -> WebServicesError:
        """The error for a response that is not as the service documents it."""
        return WebServicesError(f"{SOURCE} at {self.host}, {path}: {fault}")

    def _get_counted(self, path: str, query: Mapping[str, str]) -> Any:
        outcome = "ok"
        try:
            return self._get_once(path, query)
        except tuple(REQUEST_OUTCOMES) as fault:
            outcome = REQUEST_OUTCOMES[type(fault)]
            raise
        finally:
            self.requests[outcome] += 1

    def _get_once(self, path: str, query: Mapping[str, str]) -> Any:
        self._keep_spacing()
        with self._client.reading(f"{self._url}{path}", params=query) as response:
            if response.status_code != 200:
                raise self._status_fault(path, response)
            body = self._body(path, response)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise self.difference(path, f"JSON was expected, not {kind[:40] or 'an unknown type'}")
        try:
            return json.loads(body.decode("utf-8"), parse_float=Decimal)
        except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, nested too deeply
            raise self.difference(path, "the body is not JSON in UTF-8") from error

    def _keep_spacing(self) -> None:
        too_early = self._last_request + self.pace.spacing - self.pace.clock()
        if too_early > 0:
            self.pace.sleep(too_early)
        self._last_request = self.pace.clock()

    def _body(self, path: str, response: Response) -> bytes:
        try:
            return read_body(response, LARGEST_BODY)
        except HttpFault as fault:
            raise self.difference(path, str(fault)) from fault

    def _status_fault(self, path: str, response: Response) -> Exception:
        """The error for a status, whatever the body says."""
        status = response.status_code
        if status in (401, 403):
            return WebServicesRefused(
                f"{self.host} rejected the key in ONET_API_KEY ({status}). Keys are made at {KEY_PAGE}."
            )
        if status in (404, 422):
            return ResourceNotFound(f"{path}: {status} {self._sentence(path, response)}".strip())
        if response.is_redirect:
            return self.difference(path, f"it redirects ({status}), which is not followed")
        fault = fault_of_status(response, self.pace.now())
        return fault if fault.transient else self.difference(path, str(fault))

    def _sentence(self, path: str, response: Response) -> str:
        """The service's own words, which only a 422 promises; without the key."""
        if response.status_code != 422:
            return ""
        try:
            sentence = str(json.loads(self._body(path, response))["error"])[:200]
        except (ValueError, LookupError, TypeError):
            return ""
        return repr(sentence.replace(self._key, "***"))
