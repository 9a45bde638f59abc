"""Where an occupation leads: nearest moves, paths by stepping stones, door openers.

Plain functions, which FastAPI runs in threads: each computes over all rated occupations.
"""

from typing import Annotated

from fastapi import Query, Response

from skillgap.http.csv_response import CSV_TOO, csv_answer
from skillgap.http.parameters import CodeInPath
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.moves.query import MovesQuery, OpenersQuery, PathQuery
from skillgap.occupations.moves.schemas import MoveOut, MovesOut, OpenerOut, OpenersOut, PathOut, StepOut
from skillgap.occupations.moves.service import find_openers, find_path, rank_moves

router = StrictRouter(tags=["moves"])


@router.get(
    "/occupations/{code}/moves", summary="Which occupations are nearest?", response_model=MovesOut, responses=CSV_TOO
)
def get_moves(code: CodeInPath, query: Annotated[MovesQuery, Query()], reader: ReaderDep) -> MovesOut | Response:
    """The occupations rated completely on the same domains, the nearest first, each with what the move takes.

    A rank says how alike the ratings of two occupations are, not whether somebody will get there. The default measure,
    `resemblance` of skills and, where it is loaded, knowledge, finds more of O*NET's own related occupations than any
    gap does.
    """
    answer = rank_moves(reader.catalogue(query.release), code, query)
    return answer if query.format == "json" else moves_csv(answer)


def moves_csv(answer: MovesOut) -> Response:
    """The listed moves as CSV."""
    code = answer.occupation.onetsoc_code
    names = ("moves", answer.direction.value, code, answer.release)
    return csv_answer(answer.moves, MoveOut, names=names, first={"release": answer.release, "onetsoc_code": code})


@router.get(
    "/occupations/{code}/openers",
    summary="Which skill, raised by one level, opens most doors?",
    response_model=OpenersOut,
    responses=CSV_TOO,
)
def get_openers(code: CodeInPath, query: Annotated[OpenersQuery, Query()], reader: ReaderDep) -> OpenersOut | Response:
    """Every skill, by how many occupations its rise by one level (at most to 7) brings within reach."""
    answer = find_openers(reader.catalogue(query.release), code, query)
    return answer if query.format == "json" else openers_csv(answer)


def openers_csv(answer: OpenersOut) -> Response:
    """The listed skills as CSV."""
    code = answer.occupation.onetsoc_code
    first = {"release": answer.release, "onetsoc_code": code}
    return csv_answer(answer.openers, OpenerOut, names=("openers", code, answer.release), first=first)


@router.get("/paths", summary="By which steps can the target be reached?", response_model=PathOut, responses=CSV_TOO)
def get_path(query: Annotated[PathQuery, Query()], reader: ReaderDep) -> PathOut | Response:
    """The path whose widest step is smallest, then whose sum of steps is, beside the direct move.

    A step is as wide as its weighted gap, on skills unless a domain is named: what `/occupations/{code}/moves` says
    of it.
    """
    answer = find_path(reader.catalogue(query.release), query)
    return answer if query.format == "json" else path_csv(answer, query.domain)


def path_csv(answer: PathOut, domain: str) -> Response:
    """The steps as CSV."""
    codes = answer.from_occupation.onetsoc_code, answer.to_occupation.onetsoc_code
    first = {"release": answer.release, "from": codes[0], "to": codes[1]}
    return csv_answer(answer.steps, StepOut, names=("path", *codes, domain, answer.release), first=first)
