"""The text of an uploaded file: which encoding it has, and which files are none."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from typing import NamedTuple

from skillgap.errors import BodyTooLarge, InvalidParameter

LARGEST_FILE = 2_000_000  # bytes
PARAMETER = "people"
OTHER_FILES = {
    b"PK\x03\x04": "a workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
"""What other files begin with, and what they are."""

SAVE_AS_CSV = "Save it as “CSV UTF-8” in your spreadsheet, or paste the rows."


class Text(NamedTuple):
    """A decoded file, lines ending in LF, and what to know about how it was read."""

    text: str
    notes: tuple[str, ...]


def decode(data: bytes) -> Text:
    """The text of a file in UTF-8, UTF-16 with its mark, or else Windows-1252, which is noted.

    Raises BodyTooLarge, or InvalidParameter with what to do, for anything else.
    """
    if len(data) > LARGEST_FILE:
        raise BodyTooLarge(f"The file is larger than {LARGEST_FILE:,} bytes. Leave out columns, or send it in parts.")
    for start, kind in OTHER_FILES.items():
        if data.startswith(start):
            raise _unreadable(f"The file is {kind}, not CSV. {SAVE_AS_CSV}")
    text, notes = _decoded(data)
    if "\0" in text:
        raise _unreadable(f"The file is not text in UTF-8: it holds bytes of 0, as UTF-16 has. {SAVE_AS_CSV}")
    return Text(text.replace("\r\n", "\n").replace("\r", "\n"), notes)


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), ()
        except UnicodeDecodeError as error:
            raise _unreadable(f"The file is damaged UTF-16 at byte {error.start + 1}. {SAVE_AS_CSV}") from None
    try:
        return data.removeprefix(BOM_UTF8).decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _as_windows_1252(data, error.start)


def _as_windows_1252(data: bytes, place: int) -> tuple[str, tuple[str, ...]]:
    line = data.count(b"\n", 0, place) + 1
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise _unreadable(f"Line {line} is neither UTF-8 nor Windows-1252. {SAVE_AS_CSV}") from None
    return text, (f"The file is not UTF-8 (line {line}) and was read as Windows-1252: look at names with accents.",)


def _unreadable(text: str) -> InvalidParameter:
    return InvalidParameter(text, parameter=PARAMETER)
