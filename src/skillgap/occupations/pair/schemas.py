"""What ``/skill-gap`` answers. A declared field is always sent; null says "there is none"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from skillgap.gap.certainty import Certainty, ClassifiedGap, Comparison, compare, interval
from skillgap.gap.comparison import ElementGap, Status
from skillgap.gap.person import AnsweredShare, answered, answered_part
from skillgap.gap.ratings import Estimate
from skillgap.occupations.notes import notes_of, person_notes
from skillgap.occupations.pair.explanation import Explanation, explain
from skillgap.occupations.pair.level_schemas import LevelsOut, SideLevelsOut, level_notes
from skillgap.occupations.pair.narrative_schemas import NarrativeOut
from skillgap.occupations.pair.query import CompareOptions, GapOptions, Side
from skillgap.occupations.person.query import Person
from skillgap.occupations.schemas import (
    ComparedOccupation,
    ScaleOut,
    compared_occupation,
    scale_out,
)
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.levels import weighed_equally

Level = Annotated[float, Field(ge=0, le=7, description="On O*NET's LV scale, 0-7.")]
Importance = Annotated[float, Field(ge=1, le=5, description="On O*NET's IM scale, 1-5.")]
Score = Annotated[float, Field(ge=0, le=100, description="The same on O*NET's standardised scale, 0-100.")]

COMPUTED_DECIMALS = 5  # of figures we compute; published figures are passed on as they are


class MethodOut(BaseModel):
    """What the classes rest on."""

    confidence: float = Field(description="Of the intervals.")
    threshold: float = Field(description="Smaller differences are `negligible`, in levels.")
    adjust: Literal["none", "holm"]
    order: Literal["difference, to_importance, element_id"]


class FilterOut(BaseModel):
    """A filter that was asked for, and the number of elements it took out."""

    name: str
    value: str | float
    removed: int


class SummaryOut(BaseModel):
    """The comparison in figures."""

    compared: int = Field(description="Elements the target is rated on, after the filters.")
    gaps: int
    missing: int = Field(description="Gaps where the source's level is 0.")
    coverage: float = Field(
        ge=0,
        le=1,
        description="Share of the target's required level that the source has, each element "
        "weighted by its importance to the target.",
    )
    met: int = Field(description="Elements at the same level on both sides.")
    surplus: int = Field(description="Elements where the source is above the target.")
    weighted_gap: float = Field(
        description="Mean gap in levels, each element weighted by its importance to the target."
    )
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
    """An element the target asks for, beside what the source has."""

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
    explanation: ExplanationOut | None = Field(description="null unless `explain` asks for it.")


class PersonOut(BaseModel):
    """How much of what the target is rated on a person has answered; the rest is unknown."""

    answered: int = Field(description="Elements of the target that are compared, before filters.")
    unanswered: int = Field(description="Elements of the target that are left out as unknown.")
    weight_answered: float = Field(
        ge=0, le=1, description="Share of the target's importance that the answered elements have."
    )

    @classmethod
    def of(cls, share: AnsweredShare) -> Self:
        """The answer for one person and one target."""
        return cls(
            answered=share.answered,
            unanswered=share.unanswered,
            weight_answered=round(share.importance_weight, COMPUTED_DECIMALS),
        )


class SkillGapOut(BaseModel):
    """What the target occupation asks for that the source does not bring, widest gap first."""

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
    met: list[ElementGapOut] | None = Field(description="null unless `include` asks for it.")
    surplus: list[ElementGapOut] | None = Field(description="null unless `include` asks for it.")
    notes: list[str]
    levels: LevelsOut | None = Field(description="null where all levels are O*NET's.")
    narrative: NarrativeOut | None = Field(
        description="null unless `explain=llm` asks for it and the model has told it."
    )

    @classmethod
    def of_person(cls, catalogue: Catalogue, asked: CompareOptions, person: Person, target: Side) -> Self:
        """The answer for a person, compared on what was answered alone."""
        known = target._replace(profile=answered_part(person.profile, target.profile))
        answer = cls.of(catalogue, asked, person, known)
        answer.person = PersonOut.of(answered(person.profile, target.profile))
        answer.notes += person_notes(person)
        return answer

    @classmethod
    def of(cls, catalogue: Catalogue, asked: CompareOptions, source: Side | Person, target: Side) -> Self:
        """The answer for two occupations of a catalogue."""
        comparison = compared(asked, source, target)
        from_occupation = levels = None
        sides = [(target.onetsoc_code, target.used)]
        if isinstance(source, Side):
            sides.insert(0, (source.onetsoc_code, source.used))
            from_occupation = compared_occupation(catalogue, *sides[0])
        by_onet = [code for code, used in sides if used.occupation is None]
        notes = notes_of(catalogue, asked.domain, *by_onet)
        if isinstance(source, Side) and isinstance(asked, GapOptions) and asked.levels != "published":
            notes += level_notes(catalogue, asked.levels, *sides)
            levels = LevelsOut(
                asked=asked.levels,
                from_occupation=SideLevelsOut.of(source.used),
                to_occupation=SideLevelsOut.of(target.used),
            )
        from_title = from_occupation.title if from_occupation else "you"
        to_occupation = compared_occupation(catalogue, target.onetsoc_code, target.used)

        def shape(one: ClassifiedGap) -> ElementGapOut:
            return _element(catalogue, asked, one, from_title, to_occupation.title)

        def shape_all(elements: Sequence[ElementGap]) -> list[ElementGapOut]:
            return [shape(ClassifiedGap(one, interval(one, asked.confidence), None)) for one in elements]

        return cls(
            release=catalogue.info.release,
            from_occupation=from_occupation,
            person=None,
            to_occupation=to_occupation,
            scale=scale_out(catalogue, "LV"),
            domain=asked.domain,
            method=MethodOut(
                confidence=asked.confidence,
                threshold=asked.threshold,
                adjust=asked.adjust,
                order="difference, to_importance, element_id",
            ),
            filters=[FilterOut(name=one.name, value=one.value, removed=one.removed) for one in comparison.filters],
            summary=summary_out(comparison),
            skill_gaps=[shape(one) for one in comparison.gaps],
            met=shape_all(comparison.met) if asked.lists("met") else None,
            surplus=shape_all(comparison.surplus) if asked.lists("surplus") else None,
            notes=notes,
            levels=levels,
            narrative=None,
        )


def compared(asked: CompareOptions, source: Side | Person, target: Side) -> Comparison:
    """The comparison; a target whose importances are not known weighs every element the same."""
    comparison = compare(source.profile, target.profile, asked.options())
    known = any(rating.importance for rating in target.profile.values())
    if target.used.occupation is not None and not known:
        alike = weighed_equally(target.profile)
        summed = compare(source.profile, alike, asked.options())
        comparison = comparison._replace(coverage=summed.coverage, weighted_gap=summed.weighted_gap)
    return comparison


def summary_out(comparison: Comparison) -> SummaryOut:
    """The figures of a comparison."""
    certainties = comparison.certainties()
    return SummaryOut(
        compared=comparison.compared,
        gaps=len(comparison.gaps),
        missing=sum(not (gap.element.source and gap.element.source.effective_hundredths) for gap in comparison.gaps),
        coverage=round(comparison.coverage, COMPUTED_DECIMALS),
        met=len(comparison.met),
        surplus=len(comparison.surplus),
        weighted_gap=round(comparison.weighted_gap, COMPUTED_DECIMALS),
        certain=certainties[Certainty.GAP],
        possible=certainties[Certainty.POSSIBLE_GAP],
        negligible=certainties[Certainty.NEGLIGIBLE],
    )


def _element(
    catalogue: Catalogue, asked: CompareOptions, one: ClassifiedGap, from_title: str, to_title: str
) -> ElementGapOut:
    element, found, certainty = one
    explanation = None
    if asked.explain != "none":
        explanation = _explanation(explain(catalogue, element, from_title, to_title))
    from_level, to_level = float(element.source_level), float(element.target_level)
    return ElementGapOut(
        element_id=element.element_id,
        element_name=element.element_name,
        status=element.status,
        from_level=from_level,
        to_level=to_level,
        difference=float(element.difference),
        to_importance=None if element.target_importance is None else float(element.target_importance),
        from_not_relevant=element.source is not None and element.source.not_relevant,
        low_precision=element.low_precision,
        certainty=certainty.value if certainty else None,
        standard_error=round(found.standard_error, COMPUTED_DECIMALS) if found else None,
        lower=round(found.lower, COMPUTED_DECIMALS) if found else None,
        upper=round(found.upper, COMPUTED_DECIMALS) if found else None,
        floored=found.floored if found else False,
        from_score=round(from_level / 7 * 100, 1),
        to_score=round(to_level / 7 * 100, 1),
        to_importance_score=_importance_score(element.target.importance),
        domain=catalogue.elements[element.element_id].domain or "",
        explanation=explanation,
    )


def _explanation(found: Explanation) -> ExplanationOut:
    return ExplanationOut(
        description=found.description,
        from_anchor=found.below.anchor_description if found.below else None,
        from_anchor_level=found.below.anchor_value if found.below else None,
        to_anchor=found.above.anchor_description if found.above else None,
        to_anchor_level=found.above.anchor_value if found.above else None,
        sentence=found.sentence,
    )


def _importance_score(importance: Estimate | None) -> float | None:
    return None if importance is None else round(float(importance.data_value - 1) / 4 * 100, 1)


def listed(answer: SkillGapOut) -> list[ElementGapOut]:
    """Every element that the answer lists."""
    return [*answer.skill_gaps, *(answer.met or ()), *(answer.surplus or ())]
