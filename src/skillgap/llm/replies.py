"""What becomes of a call: plain values, so that whoever reads them needs no client."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ResponseFormat(StrEnum):
    """How a server is told to answer in JSON; the ladder, from its top."""

    STRICT = "json_schema_strict"
    SCHEMA = "json_schema"
    OBJECT = "json_object"
    PROMPT = "prompt_only"

    @property
    def below(self) -> ResponseFormat | None:
        """The next rung down."""
        rungs = list(ResponseFormat)
        place = rungs.index(self) + 1
        return rungs[place] if place < len(rungs) else None


class Said(StrEnum):
    """What came back."""

    ANSWER = "answer"
    CUT = "cut"  # the answer reached its length limit
    REFUSED = "refused"
    FILTERED = "filtered"
    FAILED = "failed"


class Next(StrEnum):
    """What may be tried after a failure."""

    NOTHING = "nothing"  # the same question would fail again
    LATER = "later"
    AT_ONCE = "at once"  # the response format has been changed
    LESS = "less"  # the question was too long
    STOP = "stop"  # no question would be answered: wrong key, wrong address, quota used up


@dataclass(frozen=True)
class Usage:
    """Tokens as the server reports them."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None

    @property
    def total(self) -> int:
        """What they cost together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class Reply:
    """What became of one call."""

    said: Said
    response_format: ResponseFormat
    milliseconds: int
    text: str = ""
    fault: str = ""  # a sentence; never holds a key
    next: Next = Next.NOTHING
    wait_seconds: float | None = None  # as the server asks for
    usage: Usage | None = None
    unbilled: bool = False  # it was turned away before a model saw it
    model_answered: str | None = None
    system_fingerprint: str | None = None
