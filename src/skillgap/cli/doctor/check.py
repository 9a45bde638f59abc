"""One check of an installation."""

from __future__ import annotations

from typing import Literal, NamedTuple

State = Literal["ok", "warn", "fail"]
Role = Literal["serve", "load", "both"]

TIMEOUT_SECONDS = 5.0  # for the database, and for anything on the network


class Check(NamedTuple):
    """What was checked, its state, and what to do where it is not ok."""

    subject: str
    state: State
    finding: str
    advice: str = ""
