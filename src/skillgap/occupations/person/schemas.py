"""What ``/matches`` answers."""

from pydantic import BaseModel, Field

from skillgap.occupations.schemas import FilterOut, OccupationRef


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
    matches: list[MatchOut]
    notes: list[str]
