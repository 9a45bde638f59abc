"""The body of a POST: one JSON object, read within limits; its members may stand in the query instead.

A route whose model names a list for rows takes that list as CSV or JSON lines too; all else then stands in the query.
"""

from collections.abc import Sequence
from email.message import Message
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers

from skillgap.errors import BodyTooLarge, InvalidParameter, SeveralFaults, UnsupportedMediaType
from skillgap.http.json_text import parse_object
from skillgap.http.rows import CSV, JSON_LINES, Rows, parse_rows

JSON = "application/json"
LONGEST_TYPE = 100  # characters of a header that a client has sent
LARGEST_BODY = 2 * 1024 * 1024  # bytes; 10,000 pairs take about 500,000


class JsonRequest(Request):
    """A request whose body FastAPI finds parsed: JSON, as its Content-Type says where it has one.

    With ``rows`` a list may be sent as CSV or JSON lines.
    """

    def __init__(self, request: Request, rows: Rows | None = None) -> None:
        self._declared = request.headers
        self._rows = rows
        others = [header for header in request.scope["headers"] if header[0] != b"content-type"]
        headers = [*others, (b"content-type", b"application/json")]
        super().__init__({**request.scope, "headers": headers}, request.receive)
        self.members: dict[str, Any] = {}

    async def read_values(self) -> dict[str, Any]:
        """The members of the body and of the query together, before they are validated.

        Raises UnsupportedMediaType, BodyTooLarge, InvalidBody, or SeveralFaults when a name is in both.
        """
        media_type = declared_type(self._declared, (JSON, CSV, JSON_LINES) if self._rows else (JSON,))
        read = await self._read()
        rows = self._rows if media_type != JSON else None
        body = {rows.name: parse_rows(read, media_type, rows)} if rows else parse_object(read)
        faults = [
            InvalidParameter(f"'{name}' is in the query and in the body.", parameter=name)
            for name in self.query_params
            if name in body
        ]
        if faults:
            raise SeveralFaults(faults)
        self.members = {**self.query_params, **body}
        return self.members

    async def body(self) -> bytes:
        """Anything but empty, so that FastAPI asks for the parsed body."""
        return b"{}"

    async def json(self) -> Any:
        """The values that were read."""
        return self.members

    async def _read(self) -> bytes:
        too_large = BodyTooLarge(f"The body is larger than {LARGEST_BODY:,} bytes.")
        declared = self.headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > LARGEST_BODY:
            raise too_large  # before any of it is read
        body = bytearray()
        async for part in self.stream():
            body += part
            if len(body) > LARGEST_BODY:
                raise too_large
        return bytes(body)


def declared_type(headers: Headers, accepted: Sequence[str]) -> str:
    """The media type that the headers of a request declare, the first of ``accepted`` where they declare none.

    Raises UnsupportedMediaType unless it is one of these, in UTF-8.
    """
    found = accepted[0]
    for declared in headers.getlist("content-type"):
        media_type = Message()
        media_type["Content-Type"] = declared
        found = media_type.get_content_type()
        charset = media_type.get_content_charset("utf-8")
        if found not in accepted or charset not in ("utf-8", "us-ascii"):
            text = f"The body is {declared[:LONGEST_TYPE]!r}. Send {' or '.join(accepted)} in UTF-8."
            raise UnsupportedMediaType(text, accepted)
    for coding in headers.getlist("content-encoding"):
        if coding != "identity":
            text = f"The body is compressed ({coding[:LONGEST_TYPE]!r}). Send it as it is."
            raise UnsupportedMediaType(text, accepted)
    return found
