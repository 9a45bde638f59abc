"""GET requests with timeouts, bounded bodies, safe redirects, retries, and faults in plain words."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

import requests
from requests import Response
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential, wait_random

from skillgap import __version__
from skillgap.retry_after import retry_after

ATTEMPTS = 4
CHUNK_BYTES = 65_536
MOST_REDIRECTS = 4
TRANSIENT_STATUSES = (429, 500, 502, 503, 504)
REASONS: Mapping[type[BaseException], str] = {
    socket.gaierror: "no connection (name not resolved)",
    ConnectionRefusedError: "no connection (refused)",
    ssl.SSLError: "no secure connection",
    TimeoutError: "no answer in time",
    requests.Timeout: "no answer in time",
    requests.TooManyRedirects: "it redirects without end",
    requests.exceptions.ChunkedEncodingError: "the answer was cut short",
}


class HttpFault(Exception):
    """Why a request gave no usable response, without its address; ``transient``: a retry may succeed.

    ``retry_after`` is the number of seconds that the server asks the client to wait.
    """

    def __init__(self, reason: str, *, transient: bool = False, retry_after: float = 0) -> None:
        super().__init__(reason)
        self.transient = transient
        self.retry_after = retry_after


class HttpClient(requests.Session):
    """GET requests over kept connections. ``timeouts``: seconds to connect, and without a byte.

    With ``follow_redirects`` redirects to https, or within scheme and host, are followed and no body
    of one is read; without, a redirect is a response like any other.
    """

    def __init__(
        self, timeouts: tuple[float, float], headers: Mapping[str, str] | None = None, *, follow_redirects: bool = False
    ) -> None:
        super().__init__()
        self.max_redirects = MOST_REDIRECTS
        self.headers.update({"User-Agent": f"skillgap/{__version__}", **(headers or {})})
        self._timeouts = timeouts
        self._follow_redirects = follow_redirects

    def get_redirect_target(self, resp: Response) -> str | None:
        location = super().get_redirect_target(resp) if self._follow_redirects else None
        if location is not None:
            resp.close()
            source, target = urlsplit(resp.url), urlsplit(urljoin(resp.url, location))
            if target.scheme != "https" and (source.scheme, source.hostname) != (target.scheme, target.hostname):
                raise HttpFault("it redirects to another host without https")
        return location

    @contextmanager
    def reading(
        self, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Iterator[Response]:
        """The response, whose body is read while it is open; raises HttpFault, then too."""
        try:
            response = self.get(url, params=params, headers=headers, timeout=self._timeouts, stream=True)
        except ValueError:  # also of requests; its text repeats the address, with its password
            raise HttpFault("the address is not valid") from None
        except requests.RequestException as error:
            raise _fault_of(error) from None
        with response:
            try:
                yield response
            except requests.RequestException as error:
                raise _fault_of(error) from None


def read_body(response: Response, most_bytes: int) -> bytes:
    """The whole body; raises HttpFault where it is longer."""
    body = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        body += chunk
        if len(body) > most_bytes:
            raise HttpFault(f"the body has more than {most_bytes} bytes")
    return bytes(body)


def fault_of_status(response: Response, now: datetime | None = None) -> HttpFault:
    """The fault that a status stands for, with the wait its ``Retry-After`` names."""
    wait = retry_after(response.headers.get("Retry-After", ""), now or datetime.now(UTC))
    transient = response.status_code in TRANSIENT_STATUSES
    return HttpFault(f"it answers with status {response.status_code}", transient=transient, retry_after=wait or 0)


def retrying(first_wait: float, longest_wait: float, sleep: Callable[[float], None] = time.sleep) -> Retrying:
    """Attempts repeated on transient faults, after the wait the server names, or doubling waits (seconds)."""
    backoff = wait_exponential(multiplier=first_wait) + wait_random(0, first_wait / 2)

    def wait(state: RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        named = fault.retry_after if isinstance(fault, HttpFault) else 0
        return min(max(named, backoff(state)), longest_wait)

    return Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, HttpFault) and error.transient),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait,
        sleep=sleep,
        reraise=True,
    )


def _fault_of(error: requests.RequestException) -> HttpFault:
    """The fault in words, from the innermost cause: requests raises ConnectionError for most."""
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    reasons = (reason for cause in causes for kind, reason in REASONS.items() if isinstance(cause, kind))
    transient = not isinstance(error, requests.TooManyRedirects)
    return HttpFault(next(reasons, "no connection"), transient=transient)
