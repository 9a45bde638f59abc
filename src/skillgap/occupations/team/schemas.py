"""What a plan for a team holds, row by row."""

from pydantic import BaseModel, Field

from skillgap.gap.verdict import Verdict
from skillgap.occupations.schemas import Coverage, OccupationRef, WeightedGap
from skillgap.occupations.team.titles import How


class CodedOccupation(OccupationRef):
    """The occupation that a title was coded as, and how."""

    coded_by: How = Field(description="`code`: it is in the file; `title`: by the title; `hand`: chosen by somebody.")
    probability: float | None = Field(description="That a title means this occupation; null where not coded by title.")


class PersonPlan(BaseModel):
    """What one person's move takes: the figures of /skill-gap without options, on skills."""

    verdict: Verdict | None = Field(description="close, stretch or far; null where it cannot be said.")
    certain: int
    possible: int
    negligible: int
    gaps: int
    missing: int = Field(description="Gaps where the source's level is 0.")
    weighted_gap: WeightedGap
    coverage: Coverage
    from_occupation: CodedOccupation
    to_occupation: CodedOccupation


class SkillNeed(BaseModel):
    """How many of the team lack a skill for their targets, and who, the widest gap first."""

    element_id: str
    element_name: str
    lack: int = Field(description="People with a certain gap; without standard errors, of at least half a level.")
    possible: int = Field(description="People with a gap of at least half a level that may be chance.")
    mean_gap: float | None = Field(description="Of those who lack it, in levels; null where nobody does.")
    who: list[str]
