"""Where an occupation leads: closest moves, paths by stepping stones, door openers."""

from __future__ import annotations

from fastapi import Request, Response

from skillgap.http.csv_response import CSV_TOO, csv_answer
from skillgap.http.dependencies import CodeDep, catalogue_asked_for
from skillgap.http.routing import StrictRouter
from skillgap.occupations.moves.query import MovesOptions, OpenersOptions, PathOptions, PathQuery
from skillgap.occupations.moves.schemas import (
    MoveOut,
    MovesOut,
    OpenerOut,
    OpenersOut,
    PathOut,
    StepOut,
)
from skillgap.occupations.pair.query import options_asked_for, pair_asked_for, parameters_of
from skillgap.onet.catalogue import Catalogue

router = StrictRouter(
    tags=["moves"],
)


@router.get(
    "/occupations/{code}/moves",
    summary="Which occupations are nearest?",
    response_model=MovesOut,
    responses=CSV_TOO,
    openapi_extra={"parameters": parameters_of(MovesOptions)},
)
async def get_moves(request: Request, code: CodeDep) -> Response:
    """All rated occupations, the nearest first, each with what the move takes.

    A rank says how alike the ratings of two occupations are, not whether somebody will get there.
    The default measure, `resemblance` of skills and, where it is loaded, knowledge, finds more of
    O*NET's own related occupations than any gap does.
    """
    catalogue = await _published(request)
    asked = options_asked_for(request, MovesOptions.model_validate)
    answer = MovesOut.of(catalogue, asked, code)
    if asked.format == "csv":
        names = ("moves", asked.direction.value, code, answer.release)
        first = {"release": answer.release, "onetsoc_code": code}
        return csv_answer(answer.moves, MoveOut, names=names, first=first)
    return _json(answer)


@router.get(
    "/occupations/{code}/openers",
    summary="Which skill, raised by one level, opens most doors?",
    response_model=OpenersOut,
    responses=CSV_TOO,
    openapi_extra={"parameters": parameters_of(OpenersOptions)},
)
async def get_openers(request: Request, code: CodeDep) -> Response:
    """Every skill, by how many occupations its rise by one level (at most to 7) brings in reach."""
    catalogue = await _published(request)
    asked = options_asked_for(request, OpenersOptions.model_validate)
    catalogue.profile(code, "code")
    answer = OpenersOut.of(catalogue, asked, code)
    if asked.format == "csv":
        names = ("openers", code, answer.release)
        first = {"release": answer.release, "onetsoc_code": code}
        return csv_answer(answer.openers, OpenerOut, names=names, first=first)
    return _json(answer)


@router.get(
    "/paths",
    summary="By which steps can the target be reached?",
    response_model=PathOut,
    responses=CSV_TOO,
    openapi_extra={"parameters": parameters_of(PathQuery)},
)
async def get_path(request: Request) -> Response:
    """The path whose widest step is smallest, then whose sum of steps is, beside the direct move.

    A step is as wide as its weighted gap, on skills unless a domain is asked for: what
    `/occupations/{code}/moves` says of it.
    """
    catalogue = await _published(request)
    asked, source, target = pair_asked_for(request, catalogue, PathOptions.model_validate)
    codes = source.onetsoc_code, target.onetsoc_code
    answer = PathOut.of(catalogue, asked, *codes)
    if asked.format == "csv":
        names = ("path", *codes, asked.domain, answer.release)
        first = {"release": answer.release, "from": codes[0], "to": codes[1]}
        return csv_answer(answer.steps, StepOut, names=names, first=first)
    return _json(answer)


async def _published(request: Request) -> Catalogue:
    """The release asked for without supplements: ranks among ratings of one release alone."""
    catalogue = await catalogue_asked_for(request, request.query_params.get("release"))
    return catalogue.published()


def _json(answer: MovesOut | OpenersOut | PathOut) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
