"""``POST /skill-gap``, ``POST /matches`` and ``GET /questions``: a person beside one occupation, or beside all."""

from typing import Annotated

from fastapi import Body, Query, Response

from skillgap.http.csv_response import CSV_TOO, csv_answer
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.pair.routes import gap_csv
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.person.first_guess import elements_with_origin
from skillgap.occupations.person.query import MatchesBody, PersonGapBody, QuestionsQuery
from skillgap.occupations.person.questions import choose_questions
from skillgap.occupations.person.schemas import (
    ElementGapFromOut,
    MatchesFromOut,
    MatchesOut,
    MatchFromOut,
    MatchOut,
    PersonGapFromOut,
    QuestionOut,
    QuestionsOut,
)
from skillgap.occupations.person.service import compare_person, match_occupations

router = StrictRouter(tags=["gap"])


@router.post(
    "/skill-gap",
    summary="What does the target occupation require above a person's levels?",
    response_model=PersonGapFromOut | SkillGapOut,
    responses=CSV_TOO,
)
def post_skill_gap(body: Annotated[PersonGapBody, Body()], reader: ReaderDep) -> SkillGapOut | Response:
    """The same for a person: levels, or level anchors, by element id.

    What the person has not answered is unknown: it is neither 0 nor a gap, but left out of the comparison and counted
    under `person`, with the share of the target's importance that was answered. There are no intervals, since a
    person's levels have no standard errors.

    With `from` the levels of a present or past occupation stand for what is not answered. The answer then lists under
    `first_guess` which levels are assumed; `person` counts the person's own answers alone.
    """
    answer = compare_person(reader.catalogue(body.release), body)
    return person_gap_csv(answer) if body.format == "csv" else answer


def person_gap_csv(answer: SkillGapOut) -> Response:
    """Every listed element as CSV; where levels are assumed, with the origin of each."""
    if not isinstance(answer, PersonGapFromOut):
        return gap_csv(answer)
    start, target = answer.first_guess.occupation.onetsoc_code, answer.to_occupation.onetsoc_code
    return csv_answer(
        elements_with_origin(answer),
        ElementGapFromOut,
        names=("skill-gap", "person", target, answer.domain, answer.release),
        first={"release": answer.release, "from": None, "to": target, "first_guess": start},
    )


@router.post(
    "/matches",
    summary="Which occupations fit a person's levels best?",
    response_model=MatchesFromOut | MatchesOut,
    responses=CSV_TOO,
)
def post_matches(body: Annotated[MatchesBody, Body()], reader: ReaderDep) -> MatchesOut | Response:
    """Each completely rated occupation compared with a person on what was answered, the best first.

    By default the best is the one whose levels differ least from the person's, upwards or downwards: by the gap
    alone, whatever requires little comes first. With `from` the levels of a present or past occupation stand for what
    is not answered, as in `POST /skill-gap`.
    """
    answer = match_occupations(reader.catalogue(body.release), body)
    return answer if body.format == "json" else matches_csv(answer)


def matches_csv(answer: MatchesOut) -> Response:
    """The listed occupations as CSV."""
    names = ("matches", answer.domain, answer.release)
    first: dict[str, str | None] = {"release": answer.release}
    if not isinstance(answer, MatchesFromOut):
        return csv_answer(answer.matches, MatchOut, names=names, first=first)
    first["first_guess"] = answer.first_guess.occupation.onetsoc_code
    return csv_answer(answer.matches, MatchFromOut, names=names, first=first)


@router.get(
    "/questions",
    summary="Which questions tell most about where a person fits?",
    response_model=QuestionsOut,
    responses=CSV_TOO,
)
def get_questions(query: Annotated[QuestionsQuery, Query()], reader: ReaderDep) -> QuestionsOut | Response:
    """The elements whose levels tell most about the ranking of `/matches`, the most telling first.

    Without `from` an answer is to stand for the elements that are not asked: each next one explains most of what is
    left of the variance between the occupations. With `from` its levels stand for them: then those come first in
    which the occupations most like it differ most from it.
    """
    answer = choose_questions(reader.catalogue(query.release), query)
    return answer if query.format == "json" else questions_csv(answer)


def questions_csv(answer: QuestionsOut) -> Response:
    """The questions as CSV."""
    start = answer.from_occupation.onetsoc_code if answer.from_occupation else None
    names = ("questions", start, answer.domain, answer.release)
    return csv_answer(answer.questions, QuestionOut, names=names, first={"release": answer.release, "from": start})
