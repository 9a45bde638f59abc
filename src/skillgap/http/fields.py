"""The fields of a form that a browser posts (application/x-www-form-urlencoded), read within limits."""

from urllib.parse import parse_qsl

from fastapi import Request

from skillgap.errors import BodyTooLarge, InvalidBody, UnsupportedMediaType

FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 64 * 1024  # bytes; 161 answers take about 4,000
MOST_FIELDS = 1_000


async def read_fields(request: Request) -> list[tuple[str, str]]:
    """The fields of a form, in its order; raises UnsupportedMediaType, BodyTooLarge or InvalidBody."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != FORM:
        raise UnsupportedMediaType(f"The body is {declared[:100]!r}. Send {FORM}.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise BodyTooLarge(f"The form is larger than {LARGEST_FORM:,} bytes.")
    try:
        return parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:  # UnicodeDecodeError too
        raise InvalidBody(f"The form cannot be read: {error}.") from None
