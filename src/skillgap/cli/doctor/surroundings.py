"""Checks of what surrounds the database: the release's files, room on the disk, services on the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from skillgap.cli.doctor.check import TIMEOUT_SECONDS, Check, State
from skillgap.http_client import HttpClient, HttpFault

LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000  # bytes


def check_files(onet_data: Path | None, downloads: Path, url: URL) -> Iterator[Check]:
    """The release that a load would read, and room for what it writes."""
    if onet_data is not None:
        if not onet_data.exists():
            yield Check("files", "fail", f"ONET_DATA: there is no {onet_data}", "correct the path")
        elif not os.access(onet_data, os.R_OK):
            yield Check("files", "fail", f"ONET_DATA: {onet_data} may not be read", "chmod it")
        else:
            yield Check("files", "ok", f"ONET_DATA: {onet_data} is there")
    folders = {_existing(downloads)}
    if url.get_backend_name() == "sqlite":
        folders.add(_existing(Path(url.database or ".")))
    for folder in folders:
        free = shutil.disk_usage(folder).free
        state: State = "ok" if free > LITTLE_ROOM else "warn" if free > NO_ROOM else "fail"
        advice = "" if state == "ok" else "make room: a load into SQLite takes 200 MB"
        yield Check("disk", state, f"{free / 1e9:.1f} GB are free in {folder.resolve()}", advice)


def check_address(subject: str, address: str, headers: dict[str, str], setting: str) -> Check:
    """Whether a server answers there, and accepts the key where one is sent."""
    try:
        with HttpClient((TIMEOUT_SECONDS, TIMEOUT_SECONDS), headers) as client, client.reading(address) as response:
            status = response.status_code
    except HttpFault as fault:
        return Check(subject, "warn", f"{address}: {fault}", "is the address right, and a proxy?")
    if status in (401, 403):
        return Check(subject, "fail", f"{address} rejects the request ({status})", f"correct {setting}")
    if status >= 500 or status == 429:
        return Check(subject, "warn", f"{address} answers {status}", "check again later")
    return Check(subject, "ok", f"{address} answers {status}")


def _existing(path: Path) -> Path:
    """The nearest existing folder."""
    path = path.absolute()
    while not path.is_dir():
        path = path.parent
    return path
