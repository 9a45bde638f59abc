"""The ``Retry-After`` header of HTTP."""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import parsedate_to_datetime


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After`` header, a number or a date with a zone; None where it is neither.

    Never negative. ``now`` is the time of day with its zone.
    """
    if re.fullmatch(r"\d+(\.\d+)?", header.strip(), re.ASCII):
        return float(header)
    try:
        return max((parsedate_to_datetime(header) - now).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None
