"""``POST /skill-gap`` and ``POST /matches``: a person beside one occupation, or beside all."""

from typing import Annotated

from fastapi import Body, Response

from skillgap.http.csv_response import CSV_TOO, csv_answer
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.pair.routes import gap_csv
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.person.query import MatchesBody, PersonGapBody
from skillgap.occupations.person.schemas import MatchesOut, MatchOut
from skillgap.occupations.person.service import compare_person, match_occupations

router = StrictRouter(tags=["gap"])


@router.post(
    "/skill-gap",
    summary="What does the target occupation require above a person's levels?",
    response_model=SkillGapOut,
    responses=CSV_TOO,
)
def post_skill_gap(body: Annotated[PersonGapBody, Body()], reader: ReaderDep) -> SkillGapOut | Response:
    """The same for a person: levels, or level anchors, by element id.

    What the person has not answered is unknown: it is neither 0 nor a gap, but left out of the comparison and counted
    under `person`, with the share of the target's importance that was answered. There are no intervals, since a
    person's levels have no standard errors.
    """
    answer = compare_person(reader.catalogue(body.release), body)
    return gap_csv(answer) if body.format == "csv" else answer


@router.post(
    "/matches", summary="Which occupations fit a person's levels best?", response_model=MatchesOut, responses=CSV_TOO
)
def post_matches(body: Annotated[MatchesBody, Body()], reader: ReaderDep) -> MatchesOut | Response:
    """Each completely rated occupation compared with a person on what was answered, the best first.

    By default the best is the one whose levels differ least from the person's, upwards or downwards: by the gap
    alone, whatever requires little comes first.
    """
    answer = match_occupations(reader.catalogue(body.release), body)
    return answer if body.format == "json" else matches_csv(answer)


def matches_csv(answer: MatchesOut) -> Response:
    """The listed occupations as CSV."""
    names = ("matches", answer.domain, answer.release)
    return csv_answer(answer.matches, MatchOut, names=names, first={"release": answer.release})
