"""The bytes of a file, whether it lies in a folder or in a zip."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from importlib.resources.abc import Traversable

from skillgap.errors import SourceFileError

# A disk's errors, and those that zipfile lets through of a damaged archive: an early end, an
# unknown method, a password, an impossible name or size.
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def read_bytes(file: Traversable) -> bytes:
    """The whole file; raises SourceFileError where it cannot be read."""
    return read_start(file, -1)


def read_start(file: Traversable, size: int) -> bytes:
    """The first bytes of the file; raises SourceFileError where they cannot be read."""
    try:
        with file.open("rb") as stream:
            return stream.read(size)
    except UNREADABLE as error:
        raise SourceFileError(file.name, f"cannot be read: {error}") from error


def sha256(file: Traversable) -> str:
    """The checksum of the file's bytes as they are."""
    return hashlib.sha256(read_bytes(file)).hexdigest()
