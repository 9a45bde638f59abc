"""A release's titles in one numbered list: each occupation's own, then its alternate titles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import IntEnum
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Standing(IntEnum):
    """How well a title stands for its occupation, the best last."""

    ALTERNATE = 0  # some source of O*NET's has it
    REPORTED = 1  # people in the occupation reported it (Sample of Reported Titles)
    SHOWN = 2  # and My Next Move shows it
    OWN = 3  # O*NET's title of the occupation


class NumberedTitles:
    """Titles from number 0 on: occupations by the shorter title, then the code; in each the shorter title first."""

    def __init__(
        self,
        titles: Mapping[str, str],
        alternate_titles: Iterable[tuple[str, str]],
        reported_titles: Mapping[tuple[str, str], bool],
    ) -> None:
        """Number ``titles`` (onetsoc_code -> title) and their alternates: (onetsoc_code, title).

        ``reported_titles`` says of a reported title whether My Next Move shows it. A code without a
        title is left out.
        """
        alternates: dict[str, list[str]] = defaultdict(list)
        for code, title in chain(alternate_titles, reported_titles):
            alternates[code].append(title)
        self.codes = sorted(titles, key=lambda code: (len(titles[code]), code))
        self.own: dict[str, int] = {}  # by code
        self.texts: list[str] = []
        self.owners: list[str] = []  # the code of each text
        standings: list[int] = []
        for code in self.codes:
            self.own[code] = len(self.texts)
            others = sorted({*alternates[code]} - {titles[code]}, key=lambda title: (len(title), title))
            self.texts += [titles[code], *others]
            self.owners += [code] * (1 + len(others))
            reported = (reported_titles.get((code, title)) for title in others)
            standings += [Standing.OWN, *(Standing.ALTERNATE if shown is None else 1 + shown for shown in reported)]
        self.standings = bytes(standings)
