"""One check of an installation."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, NamedTuple

State = Literal["ok", "warn", "fail"]
Role = Literal["serve", "load", "both"]

TIMEOUT_SECONDS = 5.0  # for the database, and for anything on the network
CLOCK_TOLERANCE = timedelta(seconds=5)


class Check(NamedTuple):
    """What was checked, its state, and what to do where it is not ok."""

    subject: str
    state: State
    finding: str
    advice: str = ""


def verdict(subject: str, finding: str, fault: str, advice: str, *, state: State = "warn") -> Check:
    """An ok check with a finding or, where there is a fault, one in the state of the fault with its advice."""
    return Check(subject, state, fault, advice) if fault else Check(subject, "ok", finding)
