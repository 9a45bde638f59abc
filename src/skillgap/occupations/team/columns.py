"""Which column of a file of people holds what, by the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from skillgap.errors import InvalidParameter
from skillgap.occupations.team.text import PARAMETER

LONGEST_NAME = 40  # characters of a column's name in a message
SUBJECTS = ("title", "job title", "role", "occupation", "job", "position", "code", "onetsoc code", "o net soc code")
PRESENT = ("present", "current", "from", "source", "existing", "today")
TARGET = ("target", "to", "goal", "next", "desired", "future", "planned", "new")


def _names(adjectives: Sequence[str]) -> tuple[str, ...]:
    return (*map(" ".join, product(adjectives, SUBJECTS)), *adjectives)


KNOWN = {
    "name": ("name", "full name", "person", "person name", "employee name", "employee", "worker", "staff", "member"),
    "id": (
        "id",
        "employee id",
        "person id",
        "staff id",
        "employee number",
        "staff number",
        "personnel number",
        "emp id",
    ),
    "present": (*_names(PRESENT), *SUBJECTS),
    "target": _names(TARGET),
}
"""The names of columns in small letters, the plainest first: of two columns that could be meant it is taken."""


class Columns(NamedTuple):
    """The places of the columns that are used, from 0; ``unused`` names the others."""

    present: int
    target: int | None
    name: int | None
    id: int | None
    unused: tuple[str, ...]


def columns_of(header: Sequence[str]) -> Columns:
    """The columns that a header names; raises InvalidParameter where there is no present title."""
    places = {use: _place(header, names) for use, names in KNOWN.items()}
    present = places["present"]
    if present is None:
        found = ", ".join(f"“{name.strip()[:LONGEST_NAME]}”" for name in header if name.strip())
        raise InvalidParameter(
            "The first line must name the columns: name (or id), present title, target title. "
            f"None of {found or 'its cells'} is a present title.",
            parameter=PARAMETER,
        )
    used = set(places.values())
    unused = tuple(
        name.strip()[:LONGEST_NAME] for place, name in enumerate(header) if place not in used and name.strip()
    )
    return Columns(present, places["target"], places["name"], places["id"], unused)


def known_columns(header: Sequence[str]) -> int:
    """How many uses the names of a header have."""
    return sum(_place(header, names) is not None for names in KNOWN.values())


def _place(header: Sequence[str], names: Sequence[str]) -> int | None:
    plain = [" ".join(re.findall(r"[a-z0-9]+", name.casefold())) for name in header]
    return next((plain.index(name) for name in names if name in plain), None)
