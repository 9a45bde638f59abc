"""The bytes of a release's files, bounded while they are read.

A whole release has 37 MB in the files that are read, the largest one 9 MB and 91,416 lines.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path

from skillgap.errors import SourceFileError

# A disk's errors, and those that zipfile lets through of a damaged archive: an early end, an
# unknown method, a password, an impossible name or size.
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)

CHUNK = 1_000_000  # bytes
LARGEST_FILE = 30_000_000  # bytes
LARGEST_RELEASE = 100_000_000  # bytes of the files that are read
LONGEST_LINE = 1_000_000  # bytes
MOST_LINE_ENDS = 500_000  # CR and LF count as two


@contextmanager
def disk_faults(path: Path | str) -> Iterator[None]:
    """Raise SourceFileError, with the file, for what the disk does not let us see."""
    try:
        yield
    except OSError as error:
        raise SourceFileError(str(error.filename or path), f"cannot be read: {error.strerror or error}") from error


def read_start(file: Traversable, size: int) -> bytes:
    """The first bytes of a file."""
    return next(_chunks(file, size), b"")


def read_content(file: Traversable) -> bytes:
    """The whole file; raises SourceFileError, at the first byte too many, for one that is no text of a release."""
    content = bytearray()
    line, start, ends = 1, 0, 0  # the line that has begun, where it starts, and the line ends so far
    for chunk in _chunks(file):
        if b"\0" in chunk:
            line += chunk.count(b"\n", 0, chunk.index(b"\0"))
            raise SourceFileError(file.name, "not a text file: it has a NUL byte", line=line)
        content += chunk
        ends += chunk.count(b"\n") + chunk.count(b"\r")
        _check_size(file, len(content))
        if ends > MOST_LINE_ENDS:
            raise SourceFileError(file.name, f"rejected: more than {MOST_LINE_ENDS:,} line ends")
        line, start = _check_lines(file, content, line, start)
    return bytes(content)


def checksums(files: Iterable[Traversable]) -> dict[str, str]:
    """SHA-256 of each file by its name; raises SourceFileError for too large a file, or too much in all."""
    sums: dict[str, str] = {}
    total = 0
    for file in files:
        digest, size = hashlib.sha256(), 0
        for chunk in _chunks(file):
            digest.update(chunk)
            size += len(chunk)
            _check_size(file, size)
        total += size
        if total > LARGEST_RELEASE:
            raise SourceFileError(file.name, f"rejected: with it the release has more than {LARGEST_RELEASE:,} bytes")
        sums[file.name] = digest.hexdigest()
    return sums


def kind_of(file: Traversable) -> str | None:
    """What stands in the place of a file, in words; None where it is a file, or nothing is there."""
    if not isinstance(file, Path):
        return "a folder" if file.is_dir() else None
    try:
        mode = os.stat(file).st_mode
    except FileNotFoundError:
        return "a symbolic link to nothing" if file.is_symlink() else None
    except OSError as error:
        return "a symbolic link that leads in a circle" if error.errno == errno.ELOOP else None
    if stat.S_ISREG(mode):
        return None
    return "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"


def _chunks(file: Traversable, size: int = CHUNK) -> Iterator[bytes]:
    """The file in pieces. Nothing but a file is opened: a pipe would be waited for, a device never ends."""
    kind = kind_of(file)
    if kind is not None:
        raise SourceFileError(file.name, f"cannot be read: it is {kind}, not a file")
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(size):
                yield chunk
    except UNREADABLE as error:
        raise SourceFileError(file.name, f"cannot be read: {error}") from error


def _check_size(file: Traversable, size: int) -> None:
    if size > LARGEST_FILE:
        raise SourceFileError(file.name, f"rejected: more than {LARGEST_FILE:,} bytes")


def _check_lines(file: Traversable, content: bytearray, line: int, start: int) -> tuple[int, int]:
    """The line that has begun and where it starts; raises for one that is too long."""
    while (end := content.find(b"\n", start)) >= 0 or len(content) - start > LONGEST_LINE:
        if end < 0 or end - start > LONGEST_LINE:
            raise SourceFileError(file.name, f"rejected: more than {LONGEST_LINE:,} bytes in a line", line=line)
        line, start = line + 1, end + 1
    return line, start
