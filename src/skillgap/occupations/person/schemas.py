"""What ``/matches`` and ``/questions`` answer, and what a first guess adds to the answers about a person."""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field

from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
from skillgap.occupations.reference.schemas import ElementOut
from skillgap.occupations.schemas import ComparedOccupation, FilterOut, Level, OccupationRef


class MatchOut(BaseModel):
    """An occupation beside a person, on what the person has answered."""

    rank: int = Field(ge=1, description="Before the filter.")
    occupation: OccupationRef
    job_zone: int | None = Field(description="1 (little preparation) to 5 (extensive).")
    gaps: int
    missing: int = Field(description="Gaps where the person's level is 0.")
    coverage: float = Field(ge=0, le=1, description="As in /skill-gap, on the answered elements.")
    weighted_gap: float = Field(description="In levels, as in /skill-gap.")
    weighted_difference: float = Field(
        description="Mean difference in levels, of gaps and surplus alike, each element weighted "
        "by its importance to the occupation."
    )
    weight_answered: float = Field(ge=0, le=1, description="Share of the occupation's importance that was answered.")


class MatchesOut(BaseModel):
    """The occupations that fit a person, the best first."""

    release: str
    domain: str
    measure: str
    answered: int = Field(description="Elements that were answered in the domain.")
    elements: int = Field(description="Elements there are in the domain.")
    filters: list[FilterOut]
    total: int = Field(description="Occupations that the filter left.")
    limit: int
    offset: int
    matches: Sequence[MatchOut]
    notes: list[str]


class PersonLevelOut(BaseModel):
    """A level that a person has answered, or that is assumed."""

    element_id: str
    element_name: str
    level: Level


class FirstGuessOut(BaseModel):
    """Which levels are the person's own, and which are assumed from the starting occupation."""

    occupation: ComparedOccupation
    answered: list[PersonLevelOut]
    assumed: list[PersonLevelOut] = Field(description="Not answered: the occupation's levels stand for them.")


class GapFirstGuessOut(FirstGuessOut):
    """The same with what the assumed levels mean to a target."""

    weight_assumed: float = Field(
        ge=0, le=1, description="Share of the target's importance that rests on assumed levels."
    )


class PersonGapFromOut(SkillGapOut):
    """What the target occupation requires above a person's levels, some of which are assumed."""

    first_guess: GapFirstGuessOut


class ElementGapFromOut(ElementGapOut):
    """A line of the table, where some of a person's levels are assumed."""

    origin: Literal["answered", "assumed"]


class MatchFromOut(MatchOut):
    """An occupation beside a person, on what was answered and what is assumed."""

    weight_assumed: float = Field(
        ge=0, le=1, description="Share of the occupation's importance that rests on assumed levels."
    )


class MatchesFromOut(MatchesOut):
    """The occupations that fit a person, some of whose levels are assumed."""

    first_guess: FirstGuessOut
    matches: Sequence[MatchFromOut]


class QuestionOut(ElementOut):
    """An element to ask a person about, and why."""

    share: float = Field(
        ge=0,
        le=1,
        description="What the answer adds: of the variance between all occupations or, with `from`, of the difference "
        "between it and the occupations most like it; levels count by importance.",
    )
    explained: float = Field(ge=0, le=1, description="The shares up to this question together.")
    from_level: Level | None = Field(description="The first guess; null without `from`.")


class QuestionsOut(BaseModel):
    """The questions that tell most about where a person fits, the most telling first."""

    release: str
    domain: str
    from_occupation: ComparedOccupation | None = Field(description="null where no start is named.")
    elements: int = Field(description="Elements there are in the domain.")
    questions: list[QuestionOut]
    notes: list[str]
