"""An occupation that a search found, and how."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple


class Matched(StrEnum):
    """What of an occupation was found."""

    CODE = "code"
    TITLE = "title"
    JOB_TITLE = "job_title"


class Step(IntEnum):
    """How an occupation was found, the best way last."""

    CORRECTED = 0  # by similar words, some of which had to be corrected
    TEXT = 1  # by similar words
    UNFINISHED_TITLE = 2  # its title begins with the text, which ends within a word
    STRAY_ALTERNATE_TITLE = 3  # as the next but one, but unlike the title: "Police" is one of secretaries
    BEGINNING_OF_TITLE = 4  # its title begins with the text, or the text holds its whole title and more
    ALTERNATE_TITLE = 5
    TITLE = 6
    BEGINNING_OF_CODE = 7
    CODE = 8


class Match(NamedTuple):
    """One occupation and why it was found; of two matches the higher score is the better one."""

    onetsoc_code: str
    matched: Matched
    matched_text: str
    score: float  # the step, and how well it fits among those of the step (0 to under 1)
    rated: bool

    @property
    def step(self) -> Step:
        """How the occupation was found."""
        return Step(int(self.score))

    @property
    def is_exact(self) -> bool:
        """Whether the text is the occupation's code, title or alternate title."""
        return self.step in (Step.CODE, Step.TITLE, Step.ALTERNATE_TITLE)
