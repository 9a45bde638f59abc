"""A TCP proxy before a database that can be slow, fall silent, or cut its connections."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER, for no time


class Proxy:
    """Passes bytes on between its own port and another, in a thread of its own."""

    def __init__(self, upstream_port: int) -> None:
        self.port = 0
        self.delay = 0.0  # seconds before each piece is passed on, in either direction
        self.silent_after: int | None = None  # bytes of one client
        self.fell_silent = threading.Event()
        self.connections = 0  # opened so far
        self._upstream_port = upstream_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._passing = asyncio.Event()
        self._passing.set()
        self._thread = threading.Thread(target=self._loop.run_forever)

    @contextmanager
    def running(self) -> Iterator[Proxy]:
        """Listening, until all is closed."""
        self._thread.start()
        listening = asyncio.start_server(self._connected, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._call(server.close)
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
            self._call(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Connections stay open and are taken, and not a byte goes either way."""
        self._call(self._passing.clear)
        try:
            yield
        finally:
            self.speak()

    def speak(self) -> None:
        """Pass bytes on again."""
        self._call(self._passing.set)

    def reset(self) -> None:
        """Cut all connections, as a router does that has forgotten them."""
        self._call(self._reset)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        await self._passing.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        self._writers.add(back)
        await asyncio.gather(self._pass(reader, back, to_upstream=True), self._pass(there, writer))

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_upstream: bool = False
    ) -> None:
        passed = 0
        with suppress(ConnectionError):
            while piece := await reader.read(16_384):
                passed += len(piece) if to_upstream else 0
                if self.silent_after is not None and passed > self.silent_after:
                    self.silent_after = None
                    self._passing.clear()
                    self.fell_silent.set()
                await asyncio.sleep(self.delay)
                await self._passing.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()

    def _reset(self) -> None:
        for writer in self._writers:
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            writer.transport.abort()
        self._writers.clear()

    def _call(self, function: Callable[[], None]) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (function(), done.set()))
        done.wait()

    async def _end(self) -> None:
        self._passing.set()
        for writer in self._writers:
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
