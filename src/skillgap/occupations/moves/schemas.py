"""What the answers about moves look like: moves, paths and door openers."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, Field

from skillgap.gap.closeness import Closeness
from skillgap.gap.comparison import skill_gap
from skillgap.gap.distances import Measure
from skillgap.gap.door_openers import DoorOpener
from skillgap.gap.transitions import Direction, Move, Step, Transitions, ranked_moves
from skillgap.occupations.moves.query import (
    SKILLS,
    MovesOptions,
    OpenersOptions,
    PathOptions,
    filtered,
)
from skillgap.occupations.notes import notes_of
from skillgap.occupations.pair.schemas import COMPUTED_DECIMALS, Level
from skillgap.occupations.schemas import OccupationRef, occupation_ref
from skillgap.onet.catalogue import Catalogue

MOST_REASONS = 3

NOT_CALIBRATED = (
    "No two rated occupations of this release are of the same SOC broad occupation: closeness could not be calibrated."
)
SKILLS_ALONE = "This is about skills alone: knowledge, schooling and licences are not in it."
UNDEMANDING_FIRST = "By the gap alone, occupations that ask for little come first, however unlike they are."

WeightedGap = Annotated[
    float,
    Field(
        ge=0,
        le=7,
        description="What the target asks for that the source lacks: the mean gap in levels, each "
        "element weighted by its importance to the target.",
    ),
]
Coverage = Annotated[
    float,
    Field(
        ge=0,
        le=1,
        description="Share of the target's required level that the source has, each element "
        "weighted by its importance to the target.",
    ),
]
Notes = Annotated[list[str], Field(description="What to know before relying on the figures.")]


class WidestGapOut(BaseModel):
    """One of the widest gaps of a move."""

    element_id: str
    element_name: str
    difference: float = Field(gt=0, le=7, description="Target level - source level.")


WidestGaps = Annotated[
    list[WidestGapOut],
    Field(description=f"The {MOST_REASONS} widest gaps, or as many as there are, widest first."),
]


class ClosenessOut(BaseModel):
    """Up to which distance occupations count as close, calibrated on the release.

    The mean plus one standard deviation of the distances between rated occupations of the same SOC
    broad occupation. It is computed from the release as read into memory, when first asked for.
    """

    measure: Measure
    domains: list[str]
    threshold: float = Field(ge=0, description="In the unit of the measure.")
    pairs: int = Field(ge=0, description="Ordered pairs of occupations that it rests on.")

    @classmethod
    def of(cls, nearness: Transitions, measure: Measure) -> Self:
        """The answer for one measure."""
        closeness = nearness.closeness(measure)
        return cls(
            measure=measure,
            domains=list(nearness.domains),
            threshold=_rounded(closeness.threshold),
            pairs=closeness.pairs,
        )

    def notes(self) -> list[str]:
        """What to know before relying on it."""
        return [] if self.pairs else [NOT_CALIBRATED]


class MoveFilterOut(BaseModel):
    """A filter that was asked for, and how many of the occupations left by then it removed."""

    name: str
    value: float | bool
    removed: int


class RelatedEntryOut(BaseModel):
    """An entry in O*NET's own list of related occupations."""

    relatedness_tier: str
    related_index: int


class MoveOut(BaseModel):
    """A move between the occupation asked about and another one."""

    rank: int = Field(ge=1, description="Among all rated occupations, before any filter.")
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

    @classmethod
    def of(cls, catalogue: Catalogue, comparing: Transitions, move: Move, closeness: Closeness) -> Self:
        """The answer for one move."""
        return cls(
            rank=move.rank,
            occupation=occupation_ref(catalogue, move.other),
            distance=_rounded(move.distance),
            close=move.distance <= closeness.threshold,
            weighted_gap=_rounded(move.step.gap),
            coverage=_rounded(move.step.coverage),
            job_zone=catalogue.occupations[move.other].job_zone,
            related=_related(catalogue, move.step),
            largest_gaps=_largest_gaps(comparing, move.step),
        )


class MovesOut(BaseModel):
    """The rated occupations, the nearest first."""

    release: str
    occupation: OccupationRef
    direction: Direction
    measure: Measure
    closeness: ClosenessOut = Field(description="With the domains that occupations are ranked on.")
    compared_on: list[str] = Field(description="The domains of weighted_gap, coverage and largest_gaps.")
    rated: int = Field(description="How many occupations were ranked: all rated ones but this one.")
    filters: list[MoveFilterOut] = Field(description="The filters asked for, in the order of use.")
    total: int = Field(description="How many occupations the filters left.")
    limit: int
    offset: int
    notes: Notes
    moves: list[MoveOut]

    @classmethod
    def of(cls, catalogue: Catalogue, asked: MovesOptions, code: str) -> Self:
        """The answer for one occupation of a catalogue; raises what ``asked`` raises."""
        ranking, comparing = asked.nearness(catalogue, code)
        direction, measure = asked.direction, asked.measure
        ranked = ranked_moves(ranking, comparing, code, direction, measure)
        left, removed = filtered(ranked, asked.filters(catalogue, code))
        closeness = ClosenessOut.of(ranking, measure)
        return cls(
            release=catalogue.info.release,
            occupation=occupation_ref(catalogue, code),
            direction=direction,
            measure=measure,
            closeness=closeness,
            compared_on=list(comparing.domains),
            rated=len(ranked),
            filters=[MoveFilterOut(name=used.name, value=used.value, removed=moves) for used, moves in removed],
            total=len(left),
            limit=asked.limit,
            offset=asked.offset,
            notes=[
                *notes_of(catalogue, asked.domain or SKILLS),
                *closeness.notes(),
                *([UNDEMANDING_FIRST] if measure is Measure.GAP else []),
            ],
            moves=[
                MoveOut.of(catalogue, comparing, move, ranking.closeness(measure))
                for move in left[asked.offset : asked.offset + asked.limit]
            ],
        )


class StepOut(BaseModel):
    """One move of a path."""

    from_occupation: OccupationRef
    to_occupation: OccupationRef
    weighted_gap: WeightedGap
    coverage: Coverage
    close: bool = Field(description="Whether the weighted gap is within the threshold.")
    largest_gaps: WidestGaps

    @classmethod
    def of(cls, catalogue: Catalogue, nearness: Transitions, step: Step) -> Self:
        """The answer for one step."""
        return cls(
            from_occupation=occupation_ref(catalogue, step.source),
            to_occupation=occupation_ref(catalogue, step.target),
            weighted_gap=_rounded(step.gap),
            coverage=_rounded(step.coverage),
            close=step.gap <= nearness.closeness(Measure.GAP).threshold,
            largest_gaps=_largest_gaps(nearness, step),
        )


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

    @classmethod
    def of(cls, catalogue: Catalogue, asked: PathOptions, source: str, target: str) -> Self:
        """The answer for two occupations of a catalogue; raises what ``asked`` raises."""
        nearness = asked.nearness(catalogue, source, target)
        closeness = ClosenessOut.of(nearness, Measure.GAP)
        alone = [SKILLS_ALONE] if nearness.domains == (SKILLS,) else []
        steps = nearness.stepping_stones(source, target, asked.max_steps)
        return cls(
            release=catalogue.info.release,
            from_occupation=occupation_ref(catalogue, source),
            to_occupation=occupation_ref(catalogue, target),
            max_steps=asked.max_steps,
            closeness=closeness,
            widest_step=_rounded(max((step.gap for step in steps), default=0.0)),
            total_gap=_rounded(sum(step.gap for step in steps)),
            steps=[StepOut.of(catalogue, nearness, step) for step in steps],
            direct=StepOut.of(catalogue, nearness, nearness.step(source, target)),
            notes=[*notes_of(catalogue, asked.domain), *closeness.notes(), *alone],
        )


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
    rated: int = Field(description="All rated occupations but this one.")
    within_reach: int = Field(description="How many of them are within reach as it is.")
    total: int
    limit: int
    offset: int
    notes: Notes
    openers: list[OpenerOut]

    @classmethod
    def of(cls, catalogue: Catalogue, asked: OpenersOptions, code: str) -> Self:
        """The answer for one rated occupation of a catalogue."""
        nearness = catalogue.transitions(SKILLS)
        closeness = ClosenessOut.of(nearness, Measure.GAP)
        calibrated = nearness.closeness(Measure.GAP).threshold
        within = calibrated if asked.within is None else asked.within
        openers = nearness.door_openers(code, within)
        steps = nearness.steps(code, Direction.FROM)
        return cls(
            release=catalogue.info.release,
            occupation=occupation_ref(catalogue, code),
            within=_rounded(within),
            closeness=closeness,
            rated=len(steps),
            within_reach=sum(step.gap <= within for step in steps.values()),
            total=len(openers),
            limit=asked.limit,
            offset=asked.offset,
            notes=[*notes_of(catalogue, SKILLS), *closeness.notes(), SKILLS_ALONE],
            openers=_openers_out(
                catalogue,
                code,
                openers[asked.offset : asked.offset + asked.limit],
                asked.occupations,
            ),
        )


def _openers_out(catalogue: Catalogue, code: str, openers: list[DoorOpener], most_occupations: int) -> list[OpenerOut]:
    likest = catalogue.transitions(SKILLS).ranked(code, Direction.FROM, Measure.RESEMBLANCE)
    place = {other: i for i, (other, _) in enumerate(likest)}
    profile = catalogue.profile(code)
    return [
        OpenerOut(
            element_id=opener.element_id,
            element_name=catalogue.elements[opener.element_id].element_name,
            from_level=float(profile[opener.element_id].effective_level) if opener.element_id in profile else 0.0,
            raised_to=opener.raised_to,
            opens=len(opener.opens),
            occupations=[
                occupation_ref(catalogue, other)
                for other in sorted(opener.opens, key=place.__getitem__)[:most_occupations]
            ],
        )
        for opener in openers
    ]


def _largest_gaps(nearness: Transitions, step: Step) -> list[WidestGapOut]:
    gaps = skill_gap(nearness.profile(step.source), nearness.profile(step.target))
    return [
        WidestGapOut(
            element_id=gap.element_id,
            element_name=gap.element_name,
            difference=float(gap.difference),
        )
        for gap in gaps[:MOST_REASONS]
    ]


def _related(catalogue: Catalogue, step: Step) -> RelatedEntryOut | None:
    for one in catalogue.related.get(step.source, ()):
        if one.onetsoc_code == step.target:
            return RelatedEntryOut(relatedness_tier=one.relatedness_tier, related_index=one.related_index)
    return None


def _rounded(figure: float) -> float:
    return round(figure, COMPUTED_DECIMALS)
