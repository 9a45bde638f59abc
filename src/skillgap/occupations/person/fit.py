"""Why an occupation fits a person: what it needs that is there, what lacks most, and what is unknown."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, Field

from skillgap.gap.certainty import HALF_A_LEVEL
from skillgap.gap.comparison import ElementGap, compare_profiles
from skillgap.gap.person_verdict import ENOUGH, person_borders, person_verdict
from skillgap.gap.verdict import Verdict
from skillgap.occupations.person.query import MatchesBody, Person
from skillgap.occupations.person.schemas import MatchesOut, MatchFromOut, MatchOut
from skillgap.occupations.person.service import match_occupations
from skillgap.occupations.schemas import IMPORTANT
from skillgap.onet.catalogue import Catalogue

MOST_REASONS = 3


class ReasonOut(BaseModel):
    """An element of an occupation beside what a person has of it."""

    element_id: str
    element_name: str
    level: float
    needed: float
    origin: Literal["answered", "assumed"]


class FitOut(BaseModel):
    """A match with its reasons."""

    match: MatchOut
    ranked: int = Field(description="Occupations that the match's rank is among, before filters.")
    verdict: Verdict | None = Field(description="null where less than half of the importance is answered.")
    holds: list[ReasonOut] = Field(description="What is important to the occupation and there, own answers first.")
    lacks: list[ReasonOut] = Field(description="The widest gaps of half a level or more, the widest first.")
    weight_assumed: float
    weight_unknown: float


class FitsOut(BaseModel):
    """The matches of a person with their reasons."""

    answer: MatchesOut
    fits: list[FitOut]


def fit_occupations(catalogue: Catalogue, body: MatchesBody) -> FitsOut:
    """The matches with why each fits; raises what ``match_occupations`` raises."""
    answer = match_occupations(catalogue, body)
    person = body.person(catalogue, body.domain)
    verdicts = verdicts_on(catalogue, body.domain, person, answer.matches)
    ranked = answer.total + sum(used.removed for used in answer.filters)
    return FitsOut(
        answer=answer,
        fits=[
            _fit(catalogue, person, match, verdict, domain=body.domain, ranked=ranked)
            for match, verdict in zip(answer.matches, verdicts, strict=True)
        ],
    )


def fit_with(catalogue: Catalogue, body: MatchesBody, code: str) -> FitOut | None:
    """One occupation among all matches, whatever the filters; None where it has no rank among them."""
    unfiltered = {"min_coverage": 0, "max_job_zone": None, "max_job_zone_difference": None, "other_major_group": False}
    everything = body.model_copy(update={**unfiltered, "limit": len(catalogue.occupations), "offset": 0})
    matches = match_occupations(catalogue, everything).matches
    match = next((match for match in matches if match.occupation.onetsoc_code == code), None)
    if match is None:
        return None
    person = body.person(catalogue, body.domain)
    (verdict,) = verdicts_on(catalogue, body.domain, person, [match])
    return _fit(catalogue, person, match, verdict, domain=body.domain, ranked=len(matches))


def verdicts_on(catalogue: Catalogue, domain: str, person: Person, matches: Sequence[MatchOut]) -> list[Verdict | None]:
    """How far each occupation is from a person; None where too little is answered to say it."""
    if all(match.weight_answered < ENOUGH for match in matches):
        return [None for _ in matches]
    borders = person_borders(catalogue.matrix(domain).on(person.profile))
    return [
        person_verdict(match.weighted_difference, match.weighted_gap, match.weight_answered, borders)
        for match in matches
    ]


def _fit(
    catalogue: Catalogue, person: Person, match: MatchOut, verdict: Verdict | None, *, domain: str, ranked: int
) -> FitOut:
    target = catalogue.profile(match.occupation.onetsoc_code, domain=domain)
    elements = compare_profiles(person.profile, target).elements
    assumed = match.weight_assumed if isinstance(match, MatchFromOut) else 0.0
    return FitOut(
        match=match,
        ranked=ranked,
        verdict=verdict,
        holds=_reasons(person, _held(person, elements)),
        lacks=_reasons(person, [element for element in elements if element.difference >= HALF_A_LEVEL]),
        weight_assumed=assumed,
        weight_unknown=max(0.0, 1 - match.weight_answered - assumed),
    )


def _held(person: Person, elements: Iterable[ElementGap]) -> list[ElementGap]:
    matter = [
        element
        for element in elements
        if element.difference <= 0 < element.target_level and (element.target_importance or 0) >= IMPORTANT
    ]
    return sorted(
        matter,
        key=lambda element: (
            element.element_id not in person.own,
            -(element.target_importance or 0),
            element.element_id,
        ),
    )


def _reasons(person: Person, elements: Sequence[ElementGap]) -> list[ReasonOut]:
    return [
        ReasonOut(
            element_id=element.element_id,
            element_name=element.element_name,
            level=float(element.source_level),
            needed=float(element.target_level),
            origin="answered" if element.element_id in person.own else "assumed",
        )
        for element in elements[:MOST_REASONS]
    ]
