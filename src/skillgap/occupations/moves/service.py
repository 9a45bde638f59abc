"""Moves, paths and door openers of one release: ranks among its published ratings alone."""

from collections.abc import Sequence

from skillgap.gap.closeness import Closeness
from skillgap.gap.comparison import ElementGap, skill_gap
from skillgap.gap.distances import Measure
from skillgap.gap.door_openers import DoorOpener
from skillgap.gap.transitions import Direction, Move, Step, Transitions, ranked_moves
from skillgap.occupations.filters import apply_filters
from skillgap.occupations.moves.query import MovesQuery, OpenersQuery, PathQuery, used_filters
from skillgap.occupations.moves.schemas import (
    MOST_REASONS,
    ClosenessOut,
    MoveOut,
    MovesOut,
    OpenerOut,
    OpenersOut,
    PathOut,
    StepOut,
)
from skillgap.occupations.pair.query import resolve_sides
from skillgap.occupations.schemas import occupation_ref, ranking_notes, rounded
from skillgap.onet.catalogue import Catalogue

SKILLS, KNOWLEDGE = "skills", "knowledge"
NOT_CALIBRATED = (
    "No two rated occupations of this release are of the same SOC broad occupation: closeness could not be calibrated."
)
SKILLS_ALONE = "This is about skills alone: knowledge, schooling and licences are not in it."
UNDEMANDING_FIRST = "By the gap alone, occupations that require little come first, however unlike they are."


def rank_moves(catalogue: Catalogue, code: str, query: MovesQuery, parameter: str = "code") -> MovesOut:
    """The completely rated occupations, the nearest first, each with what the move takes.

    Raises OccupationNotFound, OccupationNotRated, DomainNotLoaded or InvalidParameter.
    """
    catalogue = catalogue.published()
    code = catalogue.code_named(code, parameter)
    ranking, comparing = _domains_of_moves(catalogue, code, query, parameter)
    ranked = ranked_moves(ranking, comparing, code, query.direction, query.measure)
    moves, filters = apply_filters(
        ranked, used_filters(catalogue, code, query), lambda move: (move.other, rounded(move.step.coverage))
    )
    closeness = ranking.closeness(query.measure)
    return MovesOut(
        release=catalogue.info.release,
        occupation=occupation_ref(catalogue, code),
        direction=query.direction,
        measure=query.measure,
        closeness=_closeness_out(ranking, query.measure),
        compared_on=list(comparing.domains),
        rated=len(ranked),
        filters=filters,
        total=len(moves),
        limit=query.limit,
        offset=query.offset,
        notes=[
            *ranking_notes(catalogue, query.domain or SKILLS, ranking),
            *([] if closeness.pairs else [NOT_CALIBRATED]),
            *([UNDEMANDING_FIRST] if query.measure is Measure.GAP else []),
        ],
        moves=[
            _move_out(catalogue, comparing, move, closeness)
            for move in moves[query.offset : query.offset + query.limit]
        ],
    )


def find_path(catalogue: Catalogue, query: PathQuery) -> PathOut:
    """The path whose widest step is smallest, beside the direct move.

    Raises SeveralFaults with everything that is wrong with both codes and the domain.
    """
    catalogue = catalogue.published()
    sides = resolve_sides(catalogue, query.model_dump(by_alias=True, include={"from_code", "to_code", "domain"}))
    source, target = (side.onetsoc_code for side in sides)
    domains = catalogue.domains(query.domain)
    for parameter, code in (("from", source), ("to", target)):
        catalogue.require_ranked(code, parameter, *domains)
    transitions = catalogue.transitions(*domains)
    closeness = transitions.closeness(Measure.GAP)
    steps = transitions.stepping_stones(source, target, query.max_steps)
    return PathOut(
        release=catalogue.info.release,
        from_occupation=occupation_ref(catalogue, source),
        to_occupation=occupation_ref(catalogue, target),
        max_steps=query.max_steps,
        closeness=_closeness_out(transitions, Measure.GAP),
        widest_step=rounded(max((step.gap for step in steps), default=0.0)),
        total_gap=rounded(sum(step.gap for step in steps)),
        steps=[_step_out(catalogue, transitions, step, closeness) for step in steps],
        direct=_step_out(catalogue, transitions, transitions.step(source, target), closeness),
        notes=[
            *ranking_notes(catalogue, query.domain, transitions),
            *([] if closeness.pairs else [NOT_CALIBRATED]),
            *([SKILLS_ALONE] if domains == (SKILLS,) else []),
        ],
    )


def find_openers(catalogue: Catalogue, code: str, query: OpenersQuery) -> OpenersOut:
    """The skills of an occupation, those whose rise by one level brings most occupations within reach first.

    Raises OccupationNotFound or OccupationNotRated.
    """
    catalogue = catalogue.published()
    code = catalogue.code_named(code, "code")
    catalogue.require_ranked(code, "code", SKILLS)
    transitions = catalogue.transitions(SKILLS)
    closeness = transitions.closeness(Measure.GAP)
    within = closeness.threshold if query.within is None else query.within
    openers = transitions.door_openers(code, within)
    steps = transitions.steps(code, Direction.FROM)
    return OpenersOut(
        release=catalogue.info.release,
        occupation=occupation_ref(catalogue, code),
        within=rounded(within),
        closeness=_closeness_out(transitions, Measure.GAP),
        rated=len(steps),
        within_reach=sum(step.gap <= within for step in steps.values()),
        total=len(openers),
        limit=query.limit,
        offset=query.offset,
        notes=[
            *ranking_notes(catalogue, SKILLS, transitions),
            *([] if closeness.pairs else [NOT_CALIBRATED]),
            SKILLS_ALONE,
        ],
        openers=_openers_out(catalogue, code, openers[query.offset : query.offset + query.limit], query.occupations),
    )


def _domains_of_moves(
    catalogue: Catalogue, code: str, query: MovesQuery, parameter: str
) -> tuple[Transitions, Transitions]:
    """On which domains to rank, and on which to say what a move takes.

    Both are skills unless a domain is named, as for the gap. Resemblance looks at knowledge too, which finds more of
    O*NET's related occupations; as it compares each domain by itself, it matters little that other people rated it.
    """
    domains = catalogue.domains(query.domain or SKILLS)
    catalogue.require_ranked(code, parameter, *domains)
    comparing = catalogue.transitions(*domains)
    also_knowledge = query.domain is None and query.measure is Measure.RESEMBLANCE
    if also_knowledge and code in catalogue.profiles.get(KNOWLEDGE, {}):
        both = catalogue.transitions(SKILLS, KNOWLEDGE)
        return (both if code in both.matrix.positions else comparing), comparing
    return comparing, comparing


def _closeness_out(transitions: Transitions, measure: Measure) -> ClosenessOut:
    closeness = transitions.closeness(measure)
    return ClosenessOut(
        measure=measure,
        domains=list(transitions.domains),
        threshold=rounded(closeness.threshold),
        pairs=closeness.pairs,
    )


def _move_out(catalogue: Catalogue, comparing: Transitions, move: Move, closeness: Closeness) -> MoveOut:
    entries = catalogue.related.get(move.step.source, ())
    return MoveOut(
        rank=move.rank,
        occupation=occupation_ref(catalogue, move.other),
        distance=rounded(move.distance),
        close=move.distance <= closeness.threshold,
        weighted_gap=rounded(move.step.gap),
        coverage=rounded(move.step.coverage),
        job_zone=catalogue.occupations[move.other].job_zone,
        related=next((entry for entry in entries if entry.onetsoc_code == move.step.target), None),
        largest_gaps=_largest_gaps(comparing, move.step),
    )


def _step_out(catalogue: Catalogue, transitions: Transitions, step: Step, closeness: Closeness) -> StepOut:
    return StepOut(
        from_occupation=occupation_ref(catalogue, step.source),
        to_occupation=occupation_ref(catalogue, step.target),
        weighted_gap=rounded(step.gap),
        coverage=rounded(step.coverage),
        close=step.gap <= closeness.threshold,
        largest_gaps=_largest_gaps(transitions, step),
    )


def _openers_out(
    catalogue: Catalogue, code: str, openers: Sequence[DoorOpener], most_occupations: int
) -> list[OpenerOut]:
    alike = catalogue.transitions(SKILLS).ranked(code, Direction.FROM, Measure.RESEMBLANCE)
    rank = {other: place for place, (other, _) in enumerate(alike)}
    profile = catalogue.profile(code)
    return [
        OpenerOut(
            element_id=opener.element_id,
            element_name=catalogue.elements[opener.element_id].element_name,
            from_level=float(profile[opener.element_id].effective_level),
            raised_to=opener.raised_to,
            opens=len(opener.opens),
            occupations=[
                occupation_ref(catalogue, other)
                for other in sorted(opener.opens, key=rank.__getitem__)[:most_occupations]
            ],
        )
        for opener in openers
    ]


def _largest_gaps(transitions: Transitions, step: Step) -> list[ElementGap]:
    return skill_gap(transitions.profile(step.source), transitions.profile(step.target))[:MOST_REASONS]
