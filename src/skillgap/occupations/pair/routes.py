"""``/skill-gap`` and ``/matches``: what a target asks for that an occupation or a person lacks."""

from __future__ import annotations

import re

from fastapi import Request, Response

from skillgap.http.bodies import asked_in_body, body_of, text_in
from skillgap.http.csv_response import CSV_TOO, Format, csv_answer
from skillgap.http.dependencies import catalogue_asked_for, supplying
from skillgap.http.routing import StrictRouter
from skillgap.occupations.pair.fast_json import PLAIN, gap_json, is_plain
from skillgap.occupations.pair.narrative_schemas import add_narrative
from skillgap.occupations.pair.query import GapQuery, Side, gap_asked_for, parameters_of
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut, listed
from skillgap.occupations.person.matches import MatchesOut, MatchOut
from skillgap.occupations.person.query import (
    MatchesBody,
    PersonGapBody,
    matches_asked_for,
    person_gap_asked_for,
)
from skillgap.onet.live_catalogue import Snapshot

router = StrictRouter(
    tags=["gap"],
)

PLAIN_PAIR = re.compile(rb"from=(\d\d-\d{4}\.\d\d)&to=(\d\d-\d{4}\.\d\d)")


def plain_answer(served: Snapshot, query_string: bytes) -> bytes | None:
    """The answer for two full codes of rated occupations and nothing else; None for the rest."""
    pair = PLAIN_PAIR.fullmatch(query_string)
    if pair is None or served.catalogue is None:
        return None
    from_code, to_code = pair[1].decode(), pair[2].decode()
    skills = served.catalogue.profiles["skills"]
    if from_code not in skills or to_code not in skills:
        return None
    source, target = Side(from_code, skills[from_code]), Side(to_code, skills[to_code])
    return gap_json(served.catalogue, PLAIN, source, target)


@router.get(
    "/skill-gap",
    summary="What does the target occupation ask for that the source does not bring?",
    response_model=SkillGapOut,
    responses=CSV_TOO,
    openapi_extra={"parameters": parameters_of(GapQuery)},
)
async def get_skill_gap(request: Request) -> Response:
    """Elements that the target occupation needs at a higher level than the source, widest first.

    Levels are on O*NET's LV scale (0-7) as published; a level that O*NET marks as not relevant
    counts as 0 on either side. `missing` says that the source's level is 0. Each gap comes with the
    interval of its difference and a class: `gap`, `possible_gap` (the interval holds 0) or
    `negligible` (below the threshold).
    """
    catalogue = await catalogue_asked_for(request, request.query_params.get("release"))
    catalogue, (options, source, target) = await supplying(
        request, catalogue, lambda served: gap_asked_for(request, served)
    )
    if is_plain(options):
        plain = gap_json(catalogue, options, source, target)
        return Response(plain, media_type="application/json")
    told = SkillGapOut.of(catalogue, options, source, target)
    if options.explain == "llm":
        await add_narrative(told, request.app.state.narrator)
    answer = _gap_answer(told, options.format)
    if options.explain == "llm":  # the same question may have another answer next time
        answer.headers["Cache-Control"] = "no-store"
    return answer


@router.post(
    "/skill-gap",
    summary="What does the target occupation ask for that a person does not bring?",
    response_model=SkillGapOut,
    responses=CSV_TOO,
    openapi_extra=body_of(PersonGapBody),
)
async def post_skill_gap(request: Request) -> Response:
    """The same for a person: levels, or level anchors, by element id.

    What the person has not answered is unknown: it is neither 0 nor a gap, but left out of the
    comparison and counted under `person`, with the share of the target's importance that was
    answered. There are no intervals, since a person's levels have no standard errors.
    """
    asked = await asked_in_body(request)
    catalogue = await catalogue_asked_for(request, text_in(asked, "release"))
    body, person, target = person_gap_asked_for(asked, catalogue)
    return _gap_answer(SkillGapOut.of_person(catalogue, body, person, target), body.format)


@router.post(
    "/matches",
    summary="Which occupations fit a person's levels best?",
    response_model=MatchesOut,
    responses=CSV_TOO,
    openapi_extra=body_of(MatchesBody),
)
async def post_matches(request: Request) -> Response:
    """Every rated occupation compared with a person on what was answered, the best first.

    By default the best is the one whose levels differ least from the person's, upwards or
    downwards: by the gap alone, whatever asks for little comes first.
    """
    asked = await asked_in_body(request)
    catalogue = await catalogue_asked_for(request, text_in(asked, "release"))
    body, person = matches_asked_for(asked, catalogue)
    answer = MatchesOut.of(catalogue, body, person)
    if body.format == "csv":
        first = {"release": answer.release}
        return csv_answer(answer.matches, MatchOut, names=("matches", body.domain, answer.release), first=first)
    return Response(answer.model_dump_json(), media_type="application/json")


def _gap_answer(answer: SkillGapOut, format_: Format) -> Response:
    if format_ == "json":
        return Response(answer.model_dump_json(), media_type="application/json")
    source = answer.from_occupation.onetsoc_code if answer.from_occupation else None
    target = answer.to_occupation.onetsoc_code
    return csv_answer(
        listed(answer),
        ElementGapOut,
        names=("skill-gap", source or "person", target, answer.domain, answer.release),
        first={"release": answer.release, "from": source, "to": target},
    )
