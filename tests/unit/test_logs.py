"""The access log loses no line, although it writes many at a time."""

from __future__ import annotations

import asyncio
import io
import logging

from skillgap.logs import LinesTogether


class Written(io.StringIO):
    """A stream that keeps how many lines came with each write."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []

    def write(self, text: str) -> int:
        self.lines.append(text.count("\n"))
        return super().write(text)


async def log(handler: LinesTogether, lines: int) -> None:
    for number in range(lines):
        handler.handle(logging.makeLogRecord({"msg": f"line {number}"}))


async def lines_written_after_the_alarm(stream: Written, lines: int) -> list[int]:
    await log(LinesTogether(stream), lines)
    assert stream.lines == []
    async with asyncio.timeout(60):
        while not stream.lines:
            await asyncio.sleep(0.01)
    return stream.lines


def test_lines_that_wait_are_written_together_and_in_order() -> None:
    stream = Written()
    assert asyncio.run(lines_written_after_the_alarm(stream, 3)) == [3]
    assert stream.getvalue() == "line 0\nline 1\nline 2\n"


def test_many_lines_do_not_wait_for_the_alarm() -> None:
    stream = Written()
    asyncio.run(log(LinesTogether(stream), 1_001))
    assert stream.lines == [500, 500]


def test_what_waits_at_the_end_is_written() -> None:
    stream = Written()
    handler = LinesTogether(stream)
    asyncio.run(log(handler, 2))
    handler.flush()
    assert stream.lines == [2]
