"""An HTTP client whose responses end at a length: a model's server may send without an end."""

from __future__ import annotations

from collections.abc import AsyncIterator

from httpx2 import AsyncByteStream, AsyncClient, ReadError, Response
from openai import DefaultAsyncHttpxClient

LARGEST_BODY = 4_000_000  # bytes; the longest answer that is requested is a twentieth of it


class _BoundedBody(AsyncByteStream):
    """A body that raises ReadError beyond the length."""

    def __init__(self, body: AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._body:
            size += len(chunk)
            if size > LARGEST_BODY:
                raise ReadError(f"the server sent more than {LARGEST_BODY:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._body.aclose()


def bounded_client() -> AsyncClient:
    """OpenAI's usual HTTP client, with bodies that end at the length."""
    return DefaultAsyncHttpxClient(event_hooks={"response": [_bound]})


async def _bound(response: Response) -> None:
    if isinstance(response.stream, AsyncByteStream):
        response.stream = _BoundedBody(response.stream)
