"""Downloading a release from the O*NET Resource Center: no account, no key.

An interrupted download stays as a ``.part`` file. Beside it stands the server's validator of that
file (ETag or Last-Modified), so that a later download resumes only where nothing has changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from requests import Response

from skillgap.errors import DownloadError, SourceFileError
from skillgap.http_client import CHUNK_BYTES, HttpClient, HttpFault, fault_of_status, retrying
from skillgap.onet.load.archive import LARGEST_ZIP, open_zip
from skillgap.onet.load.content import UNREADABLE

Progress = Callable[[int, int | None], None]

LONGEST_WAIT = 60.0  # seconds before another attempt, whatever Retry-After says


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

    ``report`` gets the number of bytes downloaded, and of the whole where the server names it.
    ``timeouts`` are seconds to connect and without a byte; ``wait_seconds`` double with each new
    attempt. Raises DownloadError; what can be resumed is left as ``.part``.
    """
    if not re.fullmatch(r"\d{1,3}\.\d{1,2}", release):
        raise DownloadError(f"{release!r} does not name an O*NET release, as 29.2 does.")
    zips = [folder / f"db_{release.replace('.', '_')}_{kind}.zip" for kind in ("text", "csv")]
    for path in zips:
        if path.is_file():
            return path
    host = urlsplit(base_url).hostname
    failed = f"O*NET {release} could not be downloaded"
    attempts = retrying(wait_seconds, LONGEST_WAIT)
    with HttpClient(timeouts, {"Accept-Encoding": "identity"}, follow_redirects=True) as client:
        for path in zips:
            part = path.with_name(f"{path.name}.part")
            try:
                folder.mkdir(parents=True, exist_ok=True)
                attempts(_download, client, f"{base_url.rstrip('/')}/{path.name}", part, report)
                _check_zip(part)
                os.replace(part, path)
            except _NotOffered:
                _discard(part)
                continue
            except HttpFault as fault:
                if not fault.transient:
                    _discard(part)
                advice = "Put a release into data/ or name it with --from."
                raise DownloadError(f"{failed} from {host}: {fault}. {advice}") from fault
            except OSError as error:
                raise DownloadError(f"{failed}: {folder}: {error.strerror or error}.") from error
            _discard(part)
            return path
    raise DownloadError(f"O*NET release {release} is not offered at {host}, as text or as CSV.")


def _download(client: HttpClient, url: str, part: Path, report: Progress) -> None:
    """One attempt, which resumes where the one before was interrupted."""
    done, validator = part.stat().st_size if part.is_file() else 0, _read_validator(part)
    resume = {"Range": f"bytes={done}-", "If-Range": validator} if done and validator else None
    with client.reading(url, headers=resume) as response:
        _check_status(response, part, done)
        _write_body(response, part, report)


def _check_status(response: Response, part: Path, done: int) -> None:
    status = response.status_code
    if status == 404:
        raise _NotOffered
    other_range = f"bytes {done}-" not in response.headers.get("Content-Range", "")
    if status == 416 or (status == 206 and other_range):
        _discard(part)
        raise HttpFault("it does not resume where the download was interrupted", transient=True)
    if status not in (200, 206):
        raise fault_of_status(response)


def _write_body(response: Response, part: Path, report: Progress) -> None:
    """Append a range to the file, or begin it anew when the response is the whole."""
    resumed = response.status_code == 206
    with part.open("ab" if resumed else "wb") as file:
        if not resumed:
            _validator_file(part).write_text(_validator(response), encoding="latin-1")
        done = file.tell()
        length = response.headers.get("Content-Length", "")
        size = done + int(length) if length.isdecimal() else None
        _check_size(size or done)
        for chunk in response.iter_content(CHUNK_BYTES):
            file.write(chunk)
            done += len(chunk)
            _check_size(done)
            report(done, size)
    if size is not None and done != size:
        raise HttpFault(f"the answer was cut short ({done} of {size} bytes)", transient=True)


def _check_size(size: int) -> None:
    if size > LARGEST_ZIP:
        raise HttpFault(f"the file has more than {LARGEST_ZIP:,} bytes")


def _check_zip(part: Path) -> None:
    try:
        with open_zip(part) as archive:
            damaged = archive.testzip()
    except SourceFileError as error:
        raise HttpFault(str(error)) from error
    except UNREADABLE as error:
        raise HttpFault(f"the file is a damaged zip file: {error}") from error
    if damaged:
        raise HttpFault(f"the file is a damaged zip file, at {damaged!r}")


def _validator(response: Response) -> str:
    """What If-Range may name; a weak ETag is not enough for bytes."""
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified", "")


def _validator_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.mark")


def _read_validator(part: Path) -> str:
    file = _validator_file(part)
    return file.read_text(encoding="latin-1").strip() if file.is_file() else ""


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _validator_file(part).unlink(missing_ok=True)
