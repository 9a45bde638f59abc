"""Replies of a language model, which a reader needs no client for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import AliasPath, BaseModel, Field


class ResponseFormat(StrEnum):
    """How a server is made to answer in JSON, the strictest way first."""

    STRICT = "json_schema_strict"
    SCHEMA = "json_schema"
    OBJECT = "json_object"
    PROMPT = "prompt_only"

    @property
    def fallback(self) -> ResponseFormat | None:
        """The next format, for a server that does not accept this one."""
        formats: list[ResponseFormat | None] = [*ResponseFormat, None]
        return formats[formats.index(self) + 1]


class ReplyKind(StrEnum):
    """What a call resulted in."""

    ANSWER = "answer"
    CUT = "cut"  # the answer reached its length limit
    REFUSED = "refused"
    FILTERED = "filtered"
    FAILED = "failed"


class Next(StrEnum):
    """What may be tried after a failure."""

    NOTHING = "nothing"  # the same prompt would fail again
    LATER = "later"
    AT_ONCE = "at once"  # the response format has been changed
    LESS = "less"  # the prompt was too long
    STOP = "stop"  # no call would succeed: wrong key, wrong address, quota used up


MOST_TOKENS = 10**9  # that a call may be said to have cost: more is no count, and no database's integer


class Usage(BaseModel):
    """Tokens as the server reports them."""

    prompt_tokens: int = Field(default=0, ge=0, le=MOST_TOKENS)
    completion_tokens: int = Field(default=0, ge=0, le=MOST_TOKENS)
    cached_tokens: int | None = Field(
        default=None, ge=0, le=MOST_TOKENS, validation_alias=AliasPath("prompt_tokens_details", "cached_tokens")
    )

    @property
    def total(self) -> int:
        """Tokens of prompt and completion."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class Reply:
    """The result of one call."""

    kind: ReplyKind
    response_format: ResponseFormat
    milliseconds: int
    text: str = ""
    fault: str = ""  # a sentence; never holds a key
    next: Next = Next.NOTHING
    wait_seconds: float | None = None  # that the server asks the client to wait
    usage: Usage | None = None
    unbilled: bool = False  # it was rejected before a model saw it, or never sent
    model_answered: str | None = None
    system_fingerprint: str | None = None

    def tokens(self, estimate: int) -> int:
        """Tokens to count against a budget: as reported, or the estimate where that is unknown."""
        return self.usage.total if self.usage else 0 if self.unbilled else estimate
