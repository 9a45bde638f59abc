"""What the answers look like. A field that is declared is always sent; null is "not published"."""

from __future__ import annotations

from pydantic import BaseModel, Field

from skillgap.occupations.schemas import OccupationRef


class FaultOut(BaseModel):
    """One thing that is wrong with a request."""

    code: str
    parameter: str | None
    detail: str
    suggestions: list[OccupationRef] = Field(
        description="Occupations to ask about instead: rated ones of the same SOC group, those of "
        "a 6-digit code, or the successors of an older code."
    )


class ProblemOut(BaseModel):
    """An RFC 9457 problem. ``code`` is stable; texts may change."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str | None
    errors: list[FaultOut] = Field(description="Every fault of the request, each with its code.")


class ProblemTypeOut(BaseModel):
    """What a kind of problem means, and what to do about it."""

    code: str
    status: int
    title: str
    advice: str
