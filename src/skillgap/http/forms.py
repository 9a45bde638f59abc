"""The form of a POST (multipart/form-data), read within limits and into memory alone: no file touches a disk."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

from skillgap.errors import BodyTooLarge, InvalidParameter

FORM = "multipart/form-data"
MOST_FIELDS = 5_000


class MemoryParser(MultiPartParser):
    """Starlette's parser, with uploads in memory: it writes them into a file from 1 MB on."""

    spool_max_size = 0  # never into a file


@asynccontextmanager
async def read_form(request: Request, largest: int) -> AsyncIterator[FormData]:
    """The fields and files of a form of at most ``largest`` bytes; the files are closed at the end.

    Raises BodyTooLarge, or InvalidParameter where it is no form, or a broken one.
    """
    if not request.headers.get("content-type", "").startswith(FORM):
        raise InvalidParameter(f"Send the form as {FORM}.", parameter="content-type")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > largest:
        raise _too_large(largest)  # before any of it is read
    try:
        parser = MemoryParser(
            request.headers, _within(request, largest), max_files=1, max_fields=MOST_FIELDS, max_part_size=largest
        )
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidParameter(f"The form cannot be read: {error.message}", parameter="form") from None
    try:
        yield form
    finally:
        await form.close()


async def _within(request: Request, largest: int) -> AsyncGenerator[bytes]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise _too_large(largest)
        yield part


def _too_large(largest: int) -> BodyTooLarge:
    return BodyTooLarge(f"The form is larger than {largest:,} bytes.")
