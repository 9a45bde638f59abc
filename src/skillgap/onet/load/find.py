"""Finding a release: its folder or zip, its name and its date."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple, TypeVar

from skillgap.errors import SourceFileError, SourceNotFound
from skillgap.onet.load.archive import open_zip
from skillgap.onet.load.content import disk_faults, kind_of, read_start
from skillgap.onet.load.source_files import holds_release

AnyPath = TypeVar("AnyPath", Path, Traversable)

SAMPLE = "sample"
LONGEST_NAME = 20  # of a release, as the tables have room for


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
    SourceNotFound when there is no release, SourceFileError when the zip cannot be trusted or it is
    not clear which of two releases is meant.
    """
    with disk_faults(path):
        folder = _release_folder(path)
        if folder is None:
            raise SourceNotFound(f"{path}: no O*NET release here (no file 'Occupation Data')")
        return _place(path, folder, release)


class Found(NamedTuple):
    """A release and where it is; a zip is not held open."""

    release: str
    path: Path


def releases_in(data: Path) -> list[Found]:
    """The releases in a folder of releases, the newest first, the illustrative sample left out.

    The folder itself may be a release, or hold folders and zips that are. Raises SourceFileError for
    one of them that cannot be read: it may be the release that is wanted.
    """
    with disk_faults(data):
        candidates = [data, *(path for path in _children(data) if path.name != SAMPLE)] if data.is_dir() else []
        found = [
            Found(_place(path, folder).release, path)
            for path in candidates
            if path.is_dir() or path.suffix == ".zip"
            if (folder := _release_folder(path, nested=path != data)) is not None
        ]
    return sorted(found, key=lambda place: release_order(place.release), reverse=True)


def release_order(release: str) -> tuple[int, ...]:
    """Releases by age: 29.2 < 30.0 < 30.10; names without a number are the oldest."""
    return tuple(int(number) for number in re.findall(r"\d+", release))


def _place(path: Path, folder: Traversable, release: str | None = None) -> Place:
    read_me = _read_me(folder)
    illustrative = read_me.startswith("skillgap illustrative sample")
    name = release or (SAMPLE if illustrative else _release_named(read_me, folder, path))
    if name is None:
        raise SourceNotFound(f"{path}: which release is this? Name it with --release.")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise SourceNotFound(f"--release {name[:40]!r}: a name has up to {LONGEST_NAME} printable characters.")
    return Place(path, folder, name, _month_named(read_me), illustrative)


def _release_folder(path: Path, *, nested: bool = True) -> Traversable | None:
    top: Traversable
    if path.is_dir():
        top = path
    elif path.is_file():
        top = zipfile.Path(open_zip(path))
    else:
        kind = kind_of(path)
        raise SourceNotFound(f"{path}: it is {kind}, no folder or zip" if kind else f"{path}: no such folder or zip")
    if holds_release(top):
        return top
    inner = [child for child in _children(top) if nested and child.is_dir() and holds_release(child)]
    if len(inner) > 1:
        names = " and ".join(repr(child.name) for child in inner)
        raise SourceFileError(path, f"several releases are in it, {names}: name the folder of one, or zip it alone")
    return inner[0] if inner else None


def _children(folder: AnyPath) -> list[AnyPath]:
    return sorted(folder.iterdir(), key=lambda child: child.name)


def _read_me(folder: Traversable) -> str:
    names = ("read me.txt", "readme.txt")
    file = next((file for file in _children(folder) if file.name.lower() in names), None)
    return read_start(file, 4000).decode("utf-8-sig", errors="replace") if file else ""


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
