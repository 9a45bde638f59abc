"""The ``Retry-After`` header as servers send it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from skillgap.retry_after import retry_after

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("3", 3),
        (" 0.5 ", 0.5),
        ("Sat, 21 Nov 2026 08:00:05 GMT", 5),
        ("Sat, 21 Nov 2026 07:59:00 GMT", 0),
        ("Sat, 21 Nov 2026 08:00:05", None),  # a time without a zone says nothing certain
        ("-1", None),
        ("\u00b2", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_wait_is_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds
