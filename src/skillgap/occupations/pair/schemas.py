"""What ``/skill-gap`` answers. A declared field is always sent; null says "there is none"."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from skillgap.gap.comparison import Status
from skillgap.occupations.pair.levels import LevelsOut
from skillgap.occupations.schemas import (
    ComparedOccupation,
    Coverage,
    FilterOut,
    Importance,
    Level,
    ScaleOut,
    Score,
    WeightedGap,
)


class MethodOut(BaseModel):
    """What the classes rest on."""

    confidence: float = Field(description="Of the intervals.")
    threshold: float = Field(description="Smaller differences are `negligible`, in levels.")
    adjust: Literal["none", "holm"]
    order: Literal["difference, to_importance, element_id"]


class SummaryOut(BaseModel):
    """The comparison in figures."""

    compared: int = Field(description="Elements that both sides have a level for, after the filters.")
    unknown: int = Field(description="Elements that one side alone has a level for: left out, never counted as 0.")
    gaps: int
    missing: int = Field(description="Gaps where the source's level is 0.")
    coverage: Coverage
    met: int = Field(description="Elements at the same level on both sides.")
    surplus: int = Field(description="Elements where the source is above the target.")
    weighted_gap: WeightedGap
    certain: int = Field(description="Gaps of class `gap`.")
    possible: int = Field(description="Gaps of class `possible_gap`.")
    negligible: int = Field(description="Gaps of class `negligible`.")


class ExplanationOut(BaseModel):
    """What the two levels mean, by O*NET's own examples."""

    description: str | None = Field(description="O*NET's definition of the element.")
    from_anchor: str | None = Field(
        description="The example at or just below the source's level; null below the first one."
    )
    from_anchor_level: int | None
    to_anchor: str | None = Field(
        description="The example at or just above the target's level; null above the last one."
    )
    to_anchor_level: int | None
    sentence: str


class ElementGapOut(BaseModel):
    """An element the target requires, beside what the source has."""

    element_id: str
    element_name: str
    domain: str
    status: Status
    from_level: Level
    from_score: Score
    from_not_relevant: bool = Field(description="O*NET marks it as not relevant for the source; its level counts as 0.")
    to_level: Level
    to_score: Score
    to_importance: Importance | None
    to_importance_score: Score | None
    difference: float = Field(ge=-7, le=7, description="to_level - from_level.")
    low_precision: bool = Field(
        description="O*NET recommends suppressing one of the two levels: the estimate is imprecise."
    )
    certainty: Literal["gap", "possible_gap", "negligible"] | None = Field(
        description="null where there is no gap, or O*NET publishes no standard errors."
    )
    standard_error: float | None = Field(description="Of the difference, in levels.")
    lower: float | None = Field(description="Lower end of the difference's interval, in levels.")
    upper: float | None = Field(description="Upper end of the difference's interval, in levels.")
    floored: bool = Field(description="All raters agreed on a side; the rounding error stands for its error of 0.")
    explanation: ExplanationOut | None = Field(description="null unless `explain` is set.")


class PersonOut(BaseModel):
    """How much of what the target is rated on a person has answered; the rest is unknown."""

    answered: int = Field(description="Elements of the target that are compared, before filters.")
    unanswered: int = Field(description="Elements of the target that are left out as unknown.")
    weight_answered: float = Field(
        ge=0, le=1, description="Share of the target's importance that the answered elements have."
    )


class PassageOut(BaseModel):
    """A few sentences, and the elements they are about."""

    element_ids: list[str]
    text: str


class NarrativeOut(BaseModel):
    """The gap in a language model's words, from the figures and anchors of this response alone."""

    paragraphs: list[PassageOut]
    steps: list[PassageOut] = Field(description="What to learn to do.")
    model: str
    prompt_version: str
    told: date


class SkillGapOut(BaseModel):
    """What the target occupation requires above the source's level, widest gap first."""

    release: str
    from_occupation: ComparedOccupation | None = Field(description="null where a person is compared.")
    person: PersonOut | None = Field(description="null where an occupation is compared.")
    to_occupation: ComparedOccupation
    scale: ScaleOut
    domain: str
    method: MethodOut
    filters: list[FilterOut]
    summary: SummaryOut
    skill_gaps: list[ElementGapOut]
    met: list[ElementGapOut] | None = Field(description="null unless `include` names it.")
    surplus: list[ElementGapOut] | None = Field(description="null unless `include` names it.")
    notes: list[str]
    levels: LevelsOut | None = Field(description="null where published levels were requested.")
    narrative: NarrativeOut | None = Field(
        description="null unless `explain=llm` is set and the language model's words could be used."
    )

    @property
    def source_title(self) -> str:
        """Who is compared with the target."""
        return self.from_occupation.title if self.from_occupation else "You"

    def elements(self) -> list[ElementGapOut]:
        """Every element that is listed."""
        return [*self.skill_gaps, *(self.met or ()), *(self.surplus or ())]
