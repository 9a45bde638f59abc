"""A person beside an occupation, and the occupations that fit a person best."""

import numpy as np

from skillgap.gap.distances import differences_from, gaps_from
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.person import all_alike, answered
from skillgap.occupations.pair.query import Side, resolve_side
from skillgap.occupations.pair.schemas import PersonOut, SkillGapOut
from skillgap.occupations.pair.service import build_response
from skillgap.occupations.person.query import MatchesBody, Person, PersonGapBody, nothing_answered
from skillgap.occupations.person.schemas import MatchesOut, MatchOut
from skillgap.occupations.schemas import FilterOut, occupation_ref, ranking_notes, rounded
from skillgap.onet.catalogue import Catalogue

ALIKE = "Everything was answered with the same level: the comparison says little."


def compare_person(catalogue: Catalogue, body: PersonGapBody) -> SkillGapOut:
    """What the target requires above a person's levels, on the answered elements alone.

    Raises SeveralFaults with everything that is wrong with the answers and the target.
    """
    values = body.model_dump(by_alias=True)
    body.check(values, catalogue)
    target = resolve_side(catalogue, {**values, "levels": None}, "to")
    person = body.person(catalogue, body.domain)
    share = answered(person.profile, target.profile)
    if not share.answered:
        raise nothing_answered(body.domain)
    response = build_response(catalogue, body, Side("", person.profile), target)
    response.person = PersonOut(
        answered=share.answered, unanswered=share.unanswered, weight_answered=rounded(share.importance_weight)
    )
    response.notes += _person_notes(person)
    return response


def match_occupations(catalogue: Catalogue, body: MatchesBody) -> MatchesOut:
    """The rated occupations, the best match first; those for which no answer has a weight are left out.

    Raises SeveralFaults with everything that is wrong with the answers and the domain.
    """
    body.check(body.model_dump(by_alias=True), catalogue)
    person = body.person(catalogue, body.domain)
    if not person.profile:
        raise nothing_answered(body.domain)
    ranking = catalogue.transitions(*catalogue.domains(body.domain))
    matches = _rank(catalogue, ranking.matrix, body, person)
    covered = [match for match in matches if match.coverage >= body.min_coverage]
    removed = FilterOut(name="min_coverage", value=body.min_coverage, removed=len(matches) - len(covered))
    return MatchesOut(
        release=catalogue.info.release,
        domain=body.domain,
        measure=body.measure,
        answered=len(person.profile),
        elements=len(ranking.matrix.elements),
        filters=[removed] if body.min_coverage > 0 else [],
        total=len(covered),
        limit=body.limit,
        offset=body.offset,
        matches=covered[body.offset : body.offset + body.limit],
        notes=ranking_notes(catalogue, body.domain, ranking) + _person_notes(person),
    )


def _person_notes(person: Person) -> list[str]:
    notes = [ALIKE] if all_alike(person.profile) else []
    if person.elsewhere:
        notes.append(f"Left out as of another domain: {', '.join(person.elsewhere)}.")
    return notes


def _rank(catalogue: Catalogue, whole: ProfileMatrix, body: MatchesBody, person: Person) -> list[MatchOut]:
    matrix = whole.on(person.profile)
    levels = np.array([float(person.profile[element].effective_hundredths) for element in matrix.elements])
    gaps, differences = gaps_from(matrix, levels), differences_from(matrix, levels)
    wider = matrix.levels > levels
    missing = wider & (levels == 0)
    weights = matrix.total_weights / whole.total_weights.clip(min=1)
    ranked_by = differences if body.measure == "difference" else gaps.gap
    order = [row for row in np.lexsort((differences, ranked_by)) if matrix.total_weights[row] > 0]
    return [
        MatchOut(
            rank=rank,
            occupation=occupation_ref(catalogue, matrix.codes[row]),
            job_zone=catalogue.occupations[matrix.codes[row]].job_zone,
            gaps=int(wider[row].sum()),
            missing=int(missing[row].sum()),
            coverage=rounded(float(gaps.coverage[row])),
            weighted_gap=rounded(float(gaps.gap[row])),
            weighted_difference=rounded(float(differences[row])),
            weight_answered=rounded(float(weights[row])),
        )
        for rank, row in enumerate(order, start=1)
    ]
