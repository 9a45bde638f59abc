"""The zip of a release: opened in memory, with bounds on whatever it says of itself; nothing is unpacked to disk.

A release's zip has 15 MB and some 45 members.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path, PurePosixPath

from skillgap.errors import SourceFileError
from skillgap.onet.load.content import UNREADABLE, disk_faults

LARGEST_ZIP = 60_000_000  # bytes
LARGEST_UNPACKED = 2_000_000_000  # bytes; a whole release has about 150 million
LARGEST_READ = 2_000_000  # bytes at once: the table of contents is read whole
MOST_MEMBERS = 1_000
LONGEST_NAME = 255
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a bound on what comes out


class _Bounded(BytesIO):
    """The bytes of a zip, of which nobody reads much at once."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.size = len(content)

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes; raises BadZipFile for too many, as zipfile does for what is no zip."""
        if (self.size - self.tell() if size is None or size < 0 else size) > LARGEST_READ:
            raise zipfile.BadZipFile("its table of contents is too large")
        return super().read(size)


def open_zip(path: Path) -> zipfile.ZipFile:
    """The zip at a path; raises SourceFileError for one that is damaged, too large, or points outside itself."""
    with disk_faults(path):
        if path.stat().st_size > LARGEST_ZIP:
            raise SourceFileError(path, f"rejected: more than {LARGEST_ZIP:,} bytes")
        content = path.read_bytes()
    try:
        archive = zipfile.ZipFile(_Bounded(content))
    except UNREADABLE as error:
        raise SourceFileError(path, f"not a zip file, or cut short ({error})") from error
    archive.filename = str(path)  # by which zipfile.Path names what is in it
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise SourceFileError(path, f"rejected: {len(members):,} files in it, over {MOST_MEMBERS:,}")
    for member in members:
        if fault := _fault(member):
            raise SourceFileError(path, f"rejected: {member.filename[:LONGEST_NAME]!r} {fault}")
    repeated = [name for name, times in Counter(archive.namelist()).items() if times > 1]
    if repeated:
        raise SourceFileError(path, f"rejected: {repeated[0]!r} is in it twice")
    size = sum(member.file_size for member in members)
    if size > LARGEST_UNPACKED:
        raise SourceFileError(path, f"rejected: {size:,} bytes unpacked, over {LARGEST_UNPACKED:,}")
    return archive


def _fault(member: zipfile.ZipInfo) -> str | None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if len(member.filename) > LONGEST_NAME:
        return f"is a name of more than {LONGEST_NAME} characters"
    if name.is_absolute() or ".." in name.parts:
        return "points outside the zip"
    if member.compress_type not in METHODS:
        return f"is packed by method {member.compress_type}; stored and deflated can be read"
    return None
