"""``/skill-gaps`` and ``/matrix``: many pairs at once, streamed."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from skillgap.http.bodies import asked_in_body, body_of, text_in
from skillgap.http.dependencies import catalogue_asked_for, levels_by_default
from skillgap.http.routing import StrictRouter
from skillgap.occupations.batch.service import (
    JSON_LINES,
    MOST_PAIRS,
    MatrixQuery,
    MatrixRowOut,
    PairOut,
    PairsBody,
    matrix_answer,
    matrix_asked_for,
    pairs_answer,
    pairs_asked_for,
)
from skillgap.occupations.pair.query import parameters_of

router = StrictRouter(
    tags=["many at once"],
)


def lines_of(row: type[PairOut | MatrixRowOut]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's words for an answer that is a row a line."""
    schema = row.model_json_schema(mode="serialization")
    content = {JSON_LINES: {"schema": schema}, "text/csv": {"schema": {"type": "string"}}}
    return {200: {"description": "A line a pair.", "content": content}}


@router.post(
    "/skill-gaps",
    summary=f"Up to {MOST_PAIRS:,} pairs of occupations",
    response_class=Response,
    responses=lines_of(PairOut),
    openapi_extra=body_of(PairsBody),
)
async def post_skill_gaps(request: Request) -> Response:
    """A line for every pair, in their order, with the figures of /skill-gap for these options.

    What is wrong with a pair, a code that is not known or not rated, is told in its line under
    `problem` and `detail`; the others are compared.
    """
    asked = {"levels": levels_by_default(request), **await asked_in_body(request)}
    catalogue = await catalogue_asked_for(request, text_in(asked, "release"))
    return pairs_answer(catalogue, pairs_asked_for(asked, catalogue))


@router.get(
    "/matrix",
    summary="One to all, all to one, or all pairs of occupations in short",
    response_class=Response,
    responses=lines_of(MatrixRowOut),
    openapi_extra={"parameters": parameters_of(MatrixQuery)},
)
async def get_matrix(request: Request) -> Response:
    """A line for every pair with this source and this target; without one, with each occupation.

    Sorted by source, then target; an occupation beside itself is a pair too. The figures are those
    of /skill-gap without options, by published levels alone.
    """
    catalogue = await catalogue_asked_for(request, request.query_params.get("release"))
    query = matrix_asked_for(request.query_params, catalogue)
    return matrix_answer(catalogue, query)
