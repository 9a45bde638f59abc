"""What ``/skill-gap/verdict`` asks and answers."""

from typing import Annotated

from pydantic import BaseModel, Field

from skillgap.gap.verdict import Verdict
from skillgap.http.parameters import LEVELS_DESCRIPTION, Domain
from skillgap.occupations.pair.query import PairQuery
from skillgap.occupations.schemas import Coverage, OccupationRef, WeightedGap
from skillgap.onet.rescored.model_levels import Levels

RANK = "Among the occupations that are ranked; 1 is"

Distance = Annotated[float, Field(ge=0, le=2, description="1 - correlation of the profiles: 0 is alike, 2 opposite.")]


class VerdictQuery(PairQuery):
    """Which move is judged, and on what."""

    domain: Domain | None = Field(
        default=None,
        description="What to judge on. Without it: skills and, where it is loaded, knowledge. `all`: every loaded one.",
    )
    levels: Levels | None = Field(default=None, description=LEVELS_DESCRIPTION)


class BordersOut(BaseModel):
    """What divides the verdicts of the resemblance, calibrated on the groups of the SOC."""

    calibrated_on: str = Field(description="The release whose occupations the borders rest on.")
    domains: list[str] = Field(description="Whose profiles the resemblance compares.")
    close: Distance = Field(description="Mean plus one standard deviation inside SOC broad occupations.")
    close_pairs: int = Field(description="Ordered pairs that it rests on.")
    far: Distance = Field(description="Mean plus one standard deviation inside SOC minor groups.")
    far_pairs: int = Field(description="Ordered pairs that it rests on.")


class DomainFiguresOut(BaseModel):
    """What a move takes in one domain."""

    domain: str
    compared: int = Field(description="Elements that both occupations have a level for.")
    weighted_gap: WeightedGap
    close_up_to: float | None = Field(
        description="The weighted gap up to which a move is close, in levels; null where there is no such border."
    )
    coverage: Coverage
    coverage_rank: int | None = Field(
        description=f"{RANK} the highest coverage from the same source. The median coverage is high: read it beside "
        "this. null where there is no rank."
    )
    ranked: int | None
    gaps: int
    certain: int = Field(description="Gaps of at least half a level whose 95 % interval is above 0.")
    possible: int = Field(description="Gaps of at least half a level whose interval holds 0.")
    negligible: int = Field(description="Gaps below half a level.")


class CountsOut(BaseModel):
    """How many occupations are close to the source, a stretch or far."""

    close: int
    stretch: int
    far: int


class VerdictOut(BaseModel):
    """How far a move is, and where its target stands among all occupations as seen from the source."""

    release: str
    from_occupation: OccupationRef
    to_occupation: OccupationRef
    verdict: Verdict | None = Field(description="null where there is none; `reason` says why.")
    sentence: str = Field(description="The verdict, or why there is none, in words.")
    reason: str | None = Field(description="Why there is no verdict; null where there is one.")
    resemblance: Distance | None = Field(description="The distance between the profiles; null without a verdict.")
    rank: int | None = Field(description=f"{RANK} the nearest: by verdict, then by resemblance.")
    ranked: int | None = Field(description="The completely rated occupations, without the source.")
    closer_than: float | None = Field(ge=0, le=1, description="Share of the ranked occupations that are farther.")
    counts: CountsOut | None = Field(description="The ranked occupations by their verdicts.")
    borders: BordersOut | None
    domains: list[DomainFiguresOut]
    notes: list[str]
