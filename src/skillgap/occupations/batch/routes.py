"""``POST /skill-gaps`` and ``GET /matrix``: many pairs at once, streamed."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Body, Query, Response
from fastapi.responses import StreamingResponse

from skillgap.http.csv_response import CSV, as_file
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.batch.query import MOST_PAIRS, MatrixQuery, PairsBody
from skillgap.occupations.batch.schemas import MatrixRowOut, PairOut
from skillgap.occupations.batch.service import compare_all, compare_pairs
from skillgap.occupations.pair.schemas import SkillGapOut

router = StrictRouter(tags=["many at once"])

JSON_LINES = "application/x-ndjson"


def _lines_of(*rows: type[PairOut | MatrixRowOut | SkillGapOut]) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of a response whose lines are one of these models each."""
    line = {"anyOf": [{"$ref": f"#/components/schemas/{row.__name__}"} for row in rows]}
    content = {JSON_LINES: {"schema": line}, "text/csv": {"schema": {"type": "string"}}}
    return {200: {"description": "A line a pair.", "content": content}}


@router.post(
    "/skill-gaps",
    summary=f"Up to {MOST_PAIRS:,} pairs of occupations",
    response_class=Response,
    responses=_lines_of(PairOut, SkillGapOut),
)
def post_skill_gaps(body: Annotated[PairsBody, Body()], reader: ReaderDep) -> Response:
    """A line for every pair, in their order, with the figures of /skill-gap for these options.

    What is wrong with a pair, a code that is not known or not rated, is reported in its line under `problem` and
    `detail`; the others are compared.
    """
    body = body.with_levels(reader.default_levels)
    catalogue = reader.catalogue(body.release)
    return _stream(compare_pairs(catalogue, body), body.format, "skill-gaps", body.domain, catalogue.info.release)


@router.get(
    "/matrix",
    summary="One to all, all to one, or all pairs of occupations in short",
    response_class=Response,
    responses=_lines_of(MatrixRowOut),
)
def get_matrix(query: Annotated[MatrixQuery, Query()], reader: ReaderDep) -> Response:
    """A line for every pair with this source and this target; without one, with each occupation.

    Sorted by source, then target; an occupation beside itself is a pair too. The figures are those of /skill-gap
    without options, by published levels alone.
    """
    catalogue = reader.catalogue(query.release)
    names = ("matrix", query.from_code, query.to_code, query.domain, catalogue.info.release)
    return _stream(compare_all(catalogue, query), query.format, *names)


def _stream(chunks: Iterator[str], format_: str, *names: str | None) -> StreamingResponse:
    if format_ == "csv":
        return StreamingResponse(chunks, media_type=CSV, headers=as_file(*names, suffix="csv"))
    return StreamingResponse(chunks, media_type=JSON_LINES)
