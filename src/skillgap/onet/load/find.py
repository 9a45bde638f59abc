"""Finding a release: its folder or zip, its name and its date."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources.abc import Traversable
from io import BytesIO
from pathlib import Path, PurePosixPath

from skillgap.errors import SourceFileError, SourceNotFound
from skillgap.onet.load.source_files import UNREADABLE, holds_release, read_bytes

SAMPLE = "sample"
LARGEST_ZIP = 2_000_000_000  # bytes unpacked; a whole release has about 150 million


@dataclass(frozen=True)
class Place:
    """A release found: its folder (or the folder inside a zip) and its name."""

    path: Path
    folder: Traversable
    release: str
    released: date | None
    illustrative: bool


def open_place(path: Path, release: str | None = None) -> Place:
    """The release at a path: a folder, a zip, or either with the release's folder inside it.

    Its name is ``release``, else what its Read Me says, else what the path's name says. Raises
    SourceNotFound when there is no release, SourceFileError when the zip cannot be trusted.
    """
    folder = _release_folder(path)
    if folder is None:
        raise SourceNotFound(f"{path}: no O*NET release here (no file 'Occupation Data')")
    read_me = _read_me(folder)
    illustrative = read_me.startswith("skillgap illustrative sample")
    name = release or (SAMPLE if illustrative else _release_named(read_me, folder, path))
    if name is None:
        raise SourceNotFound(f"{path}: which release is this? Name it with --release.")
    return Place(path, folder, name, _month_named(read_me), illustrative)


def newest_place(data: Path) -> Place | None:
    """The newest release in a folder of releases, the illustrative sample left out.

    The folder itself may be a release, or hold folders and zips that are.
    """
    candidates = [data, *sorted(data.iterdir())] if data.is_dir() else []
    places = [
        open_place(path)
        for path in candidates
        if (path.is_dir() or path.suffix == ".zip")
        and path.name != SAMPLE
        and _release_folder(path, nested=path != data) is not None
    ]
    return max(places, key=lambda place: release_order(place.release), default=None)


def release_order(release: str) -> tuple[int, ...]:
    """Releases by age: 29.2 < 30.0 < 30.10; names without a number are the oldest."""
    return tuple(int(number) for number in re.findall(r"\d+", release))


def _release_folder(path: Path, *, nested: bool = True) -> Traversable | None:
    top: Traversable
    if path.is_dir():
        top = path
    elif path.is_file():
        top = zipfile.Path(_trusted_zip(path))
    else:
        raise SourceNotFound(f"{path}: no such folder or zip")
    if holds_release(top):
        return top
    inner = sorted((child for child in top.iterdir() if child.is_dir()), key=lambda child: child.name)
    return next((child for child in inner if nested and holds_release(child)), None)


def _trusted_zip(path: Path) -> zipfile.ZipFile:
    """The zip, read into memory (a release has 15 MB); nothing is unpacked to disk.

    Raises SourceFileError for one that is damaged, too large, or points outside itself.
    """
    if path.stat().st_size > LARGEST_ZIP:
        raise SourceFileError(path, f"rejected: more than {LARGEST_ZIP} bytes")
    try:
        archive = zipfile.ZipFile(BytesIO(path.read_bytes()))
    except UNREADABLE as error:
        raise SourceFileError(path, "not a zip file, or cut short") from error
    for member in archive.infolist():
        name = PurePosixPath(member.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts:
            raise SourceFileError(path, f"rejected: {member.filename!r} points outside the zip")
    size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST_ZIP:
        raise SourceFileError(path, f"rejected: {size} bytes unpacked, over {LARGEST_ZIP}")
    return archive


def _read_me(folder: Traversable) -> str:
    names = ("read me.txt", "readme.txt")
    file = next((file for file in folder.iterdir() if file.name.lower() in names), None)
    return read_bytes(file, 4000).decode("utf-8-sig", errors="replace") if file else ""


def _release_named(read_me: str, folder: Traversable, path: Path) -> str | None:
    stated = re.search(r"O\*NET (\d+\.\d+) Database", read_me)
    if stated:
        return stated[1]
    names = (folder.name, path.stem if path.suffix == ".zip" else path.name)
    found = (re.search(r"(?<!\d)(\d{1,3})[._](\d{1,2})(?!\d)", name) for name in names)
    return next((f"{name[1]}.{name[2]}" for name in found if name), None)


def _month_named(read_me: str) -> date | None:
    stated = re.search(r"^([A-Z][a-z]+ \d{4}) Release", read_me, re.MULTILINE)
    try:
        return datetime.strptime(stated[1], "%B %Y").date() if stated else None  # noqa: DTZ007
    except ValueError:
        return None
