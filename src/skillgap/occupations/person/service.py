"""A person beside an occupation, and the occupations that fit a person best."""

import numpy as np

from skillgap.gap.distances import differences_from, gaps_from
from skillgap.gap.matrix import Floats, ProfileMatrix
from skillgap.gap.person import all_alike, answered
from skillgap.gap.ratings import Profile
from skillgap.occupations.filters import apply_filters
from skillgap.occupations.pair.query import Side, resolve_side
from skillgap.occupations.pair.schemas import PersonOut, SkillGapOut
from skillgap.occupations.pair.service import build_response
from skillgap.occupations.person.first_guess import first_guess_note, first_guess_of, gap_with_first_guess
from skillgap.occupations.person.query import MatchesBody, Person, PersonGapBody, nothing_answered
from skillgap.occupations.person.schemas import MatchesFromOut, MatchesOut, MatchFromOut, MatchOut
from skillgap.occupations.schemas import occupation_ref, ranking_notes, rounded
from skillgap.onet.catalogue import Catalogue

ALIKE = "Everything was answered with the same level: the comparison says little."


def compare_person(catalogue: Catalogue, body: PersonGapBody) -> SkillGapOut:
    """What the target requires above a person's levels, on those that are answered or assumed.

    Raises SeveralFaults with everything that is wrong with the answers, the start and the target.
    """
    values = body.model_dump(by_alias=True)
    body.check(values, catalogue)
    target = resolve_side(catalogue, {**values, "levels": None}, "to")
    person = body.person(catalogue, body.domain)
    known, own = answered(person.profile, target.profile), answered(person.own, target.profile)
    if not known.answered:
        raise nothing_answered(body.domain)
    response = build_response(catalogue, body, Side("", person.profile), target)
    response.person = PersonOut(
        answered=own.answered, unanswered=known.unanswered, weight_answered=rounded(own.importance_weight)
    )
    response.notes += _person_notes(catalogue, person)
    if person.start is None:
        return response
    assumed = known.importance_weight - own.importance_weight
    return gap_with_first_guess(catalogue, response, person, rounded(assumed))


def match_occupations(catalogue: Catalogue, body: MatchesBody) -> MatchesOut:
    """The rated occupations, the best match first; those for which no level has a weight are left out.

    Raises SeveralFaults with everything that is wrong with the answers, the start and the domain, or InvalidParameter.
    """
    body.check(body.model_dump(by_alias=True), catalogue)
    person = body.person(catalogue, body.domain)
    if not person.profile:
        raise nothing_answered(body.domain)
    ranking = catalogue.transitions(*catalogue.domains(body.domain))
    matches, filters = apply_filters(
        _rank(catalogue, ranking.matrix, body, person),
        body.used_filters(catalogue, person.start),
        lambda match: (match.occupation.onetsoc_code, match.coverage),
    )
    answer = MatchesOut(
        release=catalogue.info.release,
        domain=body.domain,
        measure=body.measure,
        answered=len(person.own),
        elements=len(ranking.matrix.elements),
        filters=filters,
        total=len(matches),
        limit=body.limit,
        offset=body.offset,
        matches=matches[body.offset : body.offset + body.limit],
        notes=ranking_notes(catalogue, body.domain, ranking) + _person_notes(catalogue, person),
    )
    if person.start is None:
        return answer
    guess = first_guess_of(catalogue, person, person.start)
    return MatchesFromOut.model_validate({**dict(answer), "first_guess": guess})


def _person_notes(catalogue: Catalogue, person: Person) -> list[str]:
    notes = [first_guess_note(catalogue, person)] if person.start else []
    if all_alike(person.own):
        notes.append(ALIKE)
    if person.elsewhere:
        notes.append(f"Left out as of another domain: {', '.join(person.elsewhere)}.")
    return notes


def _rank(catalogue: Catalogue, whole: ProfileMatrix, body: MatchesBody, person: Person) -> list[MatchOut]:
    matrix = whole.on(person.profile)
    levels = np.array([float(person.profile[element].effective_hundredths) for element in matrix.elements])
    gaps, differences = gaps_from(matrix, levels), differences_from(matrix, levels)
    wider = matrix.levels > levels
    missing = wider & (levels == 0)
    known, own = _weight_share(whole, person.profile), _weight_share(whole, person.own)
    ranked_by = differences if body.measure == "difference" else gaps.gap
    order = [row for row in np.lexsort((differences, ranked_by)) if matrix.total_weights[row] > 0]
    matches = [
        MatchOut(
            rank=rank,
            occupation=occupation_ref(catalogue, matrix.codes[row]),
            job_zone=catalogue.occupations[matrix.codes[row]].job_zone,
            gaps=int(wider[row].sum()),
            missing=int(missing[row].sum()),
            coverage=rounded(float(gaps.coverage[row])),
            weighted_gap=rounded(float(gaps.gap[row])),
            weighted_difference=rounded(float(differences[row])),
            weight_answered=rounded(float(own[row])),
        )
        for rank, row in enumerate(order, start=1)
    ]
    if person.start is None:
        return matches
    assumed = [rounded(float(known[row] - own[row])) for row in order]
    return [MatchFromOut(**dict(match), weight_assumed=weight) for match, weight in zip(matches, assumed, strict=True)]


def _weight_share(whole: ProfileMatrix, profile: Profile) -> Floats:
    """Which share of each occupation's importance the elements of a profile have."""
    share: Floats = whole.on(profile).total_weights / whole.total_weights.clip(min=1)
    return share
