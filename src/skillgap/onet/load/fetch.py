"""Downloading a release from the O*NET Resource Center: no account, no key.

A download that was cut off stays as a ``.part`` file. Beside it stands the server's mark of that
very file (ETag or Last-Modified), so that a later one goes on only where nothing has changed.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import zipfile
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from skillgap import __version__
from skillgap.errors import DownloadError
from skillgap.onet.load.find import LARGEST_ZIP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Progress = Callable[[int, int | None], None]


LARGEST_DOWNLOAD = 300_000_000  # bytes; a release has about 15 million
PIECE = 65_536  # bytes
ATTEMPTS = 4
HOPS = 5  # redirects and the answer at their end
PASSING = (429, 500, 502, 503, 504)
REASONS = {
    socket.gaierror: "no connection (name not resolved)",
    ConnectionRefusedError: "no connection (refused)",
    ssl.SSLError: "no secure connection",
    TimeoutError: "no answer in time",
}


class _Fault(Exception):
    """Why there is no file. One that is ``passing`` is worth another attempt."""

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing


class _NotOffered(Exception):
    """The server has no such file."""


def fetch_release(
    release: str,
    folder: Path,
    *,
    base_url: str,
    report: Progress = lambda done, size: None,
    timeouts: tuple[float, float] = (10, 30),
    wait_seconds: float = 1,
) -> Path:
    """The path of a release's zip in the folder, downloaded if need be: the text one, else the CSV.

    ``report`` is told how many bytes have come, of how many where the server says so. ``timeouts``
    are seconds to connect and to wait for bytes; ``wait_seconds`` double with each new attempt.
    Raises DownloadError; what can be gone on with is left as ``.part``.
    """
    if not re.fullmatch(r"\d{1,3}\.\d{1,2}", release):
        raise DownloadError(f"{release!r} does not name an O*NET release, as 29.2 does.")
    zips = [folder / f"db_{release.replace('.', '_')}_{kind}.zip" for kind in ("text", "csv")]
    for path in zips:
        if path.is_file():
            return path
    host = urlsplit(base_url).hostname
    failed = f"O*NET {release} could not be downloaded"
    attempts = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, _Fault) and error.passing),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential(wait_seconds),
        reraise=True,
    )
    for path in zips:
        part = path.with_name(f"{path.name}.part")
        url = f"{base_url.rstrip('/')}/{path.name}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            attempts(_download, url, part, report, timeouts)
            _check_zip(part)
            os.replace(part, path)
            _discard(part)
        except _NotOffered:
            _discard(part)
            continue
        except _Fault as fault:
            if not fault.passing:
                _discard(part)
            advice = "Put a release into data/ or name it with --from."
            raise DownloadError(f"{failed} from {host}: {fault}. {advice}") from fault
        except OSError as error:
            raise DownloadError(f"{failed}: {folder}: {error.strerror or error}.") from error
        return path
    raise DownloadError(f"O*NET release {release} is not offered at {host}, as text or as CSV.")


def _download(url: str, part: Path, report: Progress, timeouts: tuple[float, float]) -> None:
    """One attempt, which goes on where the one before was cut off."""
    done, mark = part.stat().st_size if part.is_file() else 0, _read_mark(part)
    headers = {"User-Agent": f"skillgap/{__version__}", "Accept-Encoding": "identity"}
    if done and mark:
        headers |= {"Range": f"bytes={done}-", "If-Range": mark}
    try:
        with requests.Session() as session, _get(session, url, headers, timeouts) as response:
            _check_answer(response, part, done)
            _write_body(response, part, report)
    except ValueError:  # requests' own too; its text would repeat the address, password and all
        raise _Fault("the address is not valid") from None
    except requests.RequestException as error:
        raise _Fault(_reason(error), passing=True) from error


def _get(
    session: requests.Session, url: str, headers: dict[str, str], timeouts: tuple[float, float]
) -> requests.Response:
    """The answer, redirects followed over https or within the host and scheme."""
    for _ in range(HOPS):
        response = session.get(url, headers=headers, timeout=timeouts, stream=True, allow_redirects=False)
        location = session.get_redirect_target(response)
        if location is None:
            return response
        response.close()
        old, url = url, urljoin(url, location)
        here, there = urlsplit(old), urlsplit(url)
        same = (here.scheme, here.hostname) == (there.scheme, there.hostname)
        if there.scheme != "https" and not same:
            raise _Fault("it redirects to another host without https")
    raise _Fault("it redirects without end")


def _check_answer(response: requests.Response, part: Path, done: int) -> None:
    status = response.status_code
    if status == 404:
        raise _NotOffered
    elsewhere = f"bytes {done}-" not in response.headers.get("Content-Range", "")
    if status == 416 or (status == 206 and elsewhere):
        _discard(part)
        raise _Fault("it does not go on where it was cut off", passing=True)
    if status not in (200, 206):
        raise _Fault(f"it answers with status {status}", passing=status in PASSING)


def _write_body(response: requests.Response, part: Path, report: Progress) -> None:
    """Append a part to the file, or begin it anew when the whole has come."""
    goes_on = response.status_code == 206
    with part.open("ab" if goes_on else "wb") as file:
        if not goes_on:
            _mark_file(part).write_text(_mark(response), encoding="latin-1")
        done = file.tell()
        length = response.headers.get("Content-Length", "")
        size = done + int(length) if length.isdecimal() else None
        _check_size(size or done)
        for piece in response.iter_content(PIECE):
            file.write(piece)
            done += len(piece)
            _check_size(done)
            report(done, size)
    if size is not None and done != size:
        raise _Fault(f"the answer was cut short ({done} of {size} bytes)", passing=True)


def _check_size(size: int) -> None:
    if size > LARGEST_DOWNLOAD:
        raise _Fault(f"the file has more than {LARGEST_DOWNLOAD} bytes")


def _check_zip(part: Path) -> None:
    try:
        with zipfile.ZipFile(part) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_ZIP:
                raise _Fault(f"the zip unpacks to more than {LARGEST_ZIP} bytes")
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise _Fault("what came is not a zip file, or a damaged one") from error
    if damaged:
        raise _Fault(f"what came is a damaged zip file, at {damaged!r}")


def _mark(response: requests.Response) -> str:
    """What If-Range may name; a weak ETag is not enough for bytes."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "")


def _mark_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.mark")


def _read_mark(part: Path) -> str:
    file = _mark_file(part)
    return file.read_text(encoding="latin-1").strip() if file.is_file() else ""


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _mark_file(part).unlink(missing_ok=True)


def _reason(error: requests.RequestException) -> str:
    """In words, from the fault at the bottom: requests says most things as ConnectionError."""
    cause: BaseException | None = error
    while cause:
        for kind, reason in REASONS.items():
            if isinstance(cause, kind):
                return reason
        cause = cause.__cause__ or cause.__context__
    cut = isinstance(error, requests.exceptions.ChunkedEncodingError)
    return "the answer was cut short" if cut else "no connection"
