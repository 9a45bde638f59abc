"""What the responses about moves, paths and door openers hold."""

from typing import Annotated

from pydantic import BaseModel, Field

from skillgap.gap.distances import Measure
from skillgap.gap.transitions import Direction
from skillgap.occupations.schemas import Coverage, FilterOut, Level, OccupationRef, ResponseModel, WeightedGap

MOST_REASONS = 3

Notes = Annotated[list[str], Field(description="What to know before relying on the figures.")]


class WidestGapOut(ResponseModel):
    """One of the widest gaps of a move."""

    element_id: str
    element_name: str
    difference: float = Field(gt=0, le=7, description="Target level - source level.")


WidestGaps = Annotated[
    list[WidestGapOut], Field(description=f"The {MOST_REASONS} widest gaps, or as many as there are, widest first.")
]


class ClosenessOut(BaseModel):
    """Up to which distance occupations count as close, calibrated on the release.

    The mean plus one standard deviation of the distances between rated occupations of the same SOC
    broad occupation. It is computed from the release as read into memory, when first needed.
    """

    measure: Measure
    domains: list[str]
    threshold: float = Field(ge=0, description="In the unit of the measure.")
    pairs: int = Field(ge=0, description="Ordered pairs of occupations that it rests on.")


class RelatedEntryOut(ResponseModel):
    """An entry in O*NET's own list of related occupations."""

    relatedness_tier: str
    related_index: int


class MoveOut(BaseModel):
    """A move between the occupation and another one."""

    rank: int = Field(ge=1, description="Among the occupations that are ranked, before any filter.")
    occupation: OccupationRef = Field(description="The other occupation.")
    distance: float = Field(ge=0, description="In the unit of the measure; 0 is nearest.")
    close: bool = Field(description="Whether the distance is within the threshold.")
    weighted_gap: WeightedGap
    coverage: Coverage
    job_zone: int | None = Field(description="1 (little preparation) to 5 (extensive).")
    related: RelatedEntryOut | None = Field(
        description="The target in O*NET's own list of what is related to the source; null where it is not in it."
    )
    largest_gaps: WidestGaps


class MovesOut(BaseModel):
    """The occupations rated on the same domains, the nearest first."""

    release: str
    occupation: OccupationRef
    direction: Direction
    measure: Measure
    closeness: ClosenessOut = Field(description="With the domains that occupations are ranked on.")
    compared_on: list[str] = Field(description="The domains of weighted_gap, coverage and largest_gaps.")
    rated: int = Field(
        description="How many were ranked: those rated completely on all domains of `closeness`, but this one."
    )
    filters: list[FilterOut] = Field(
        description="The filters in the order of use, each with how many of the occupations left by then it removed."
    )
    total: int = Field(description="How many occupations the filters left.")
    limit: int
    offset: int
    notes: Notes
    moves: list[MoveOut]


class StepOut(BaseModel):
    """One move of a path."""

    from_occupation: OccupationRef
    to_occupation: OccupationRef
    weighted_gap: WeightedGap
    coverage: Coverage
    close: bool = Field(description="Whether the weighted gap is within the threshold.")
    largest_gaps: WidestGaps


class PathOut(BaseModel):
    """The path whose widest step is smallest and then whose sum is, beside the direct move."""

    release: str
    from_occupation: OccupationRef
    to_occupation: OccupationRef
    max_steps: int
    closeness: ClosenessOut
    widest_step: WeightedGap
    total_gap: float = Field(ge=0, description="The weighted gaps of all steps together.")
    steps: list[StepOut] = Field(description="Empty from an occupation to itself.")
    direct: StepOut
    notes: Notes


class OpenerOut(BaseModel):
    """A skill whose rise by one level brings occupations within reach."""

    element_id: str
    element_name: str
    from_level: Level
    raised_to: Level
    opens: int = Field(ge=0, description="Occupations that this alone brings within reach.")
    occupations: list[OccupationRef] = Field(description="The first of them, those most like the occupation first.")


class OpenersOut(BaseModel):
    """The skills of an occupation, those whose rise by one level opens most doors first."""

    release: str
    occupation: OccupationRef
    within: float = Field(ge=0, description="An occupation is within reach up to this weighted gap, in levels.")
    closeness: ClosenessOut
    rated: int = Field(
        description="How many occupations were considered: this one and incompletely rated ones are not."
    )
    within_reach: int = Field(description="How many of them are within reach as it is.")
    total: int
    limit: int
    offset: int
    notes: Notes
    openers: list[OpenerOut]
