"""``POST /skill-gaps`` and ``GET /matrix``: many pairs at once, streamed."""

from typing import Annotated

from fastapi import Body, Query, Response

from skillgap.http.lines import lines_of, stream_lines
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.batch.query import MOST_PAIRS, MatrixQuery, PairsBody
from skillgap.occupations.batch.schemas import MatrixRowOut, PairOut
from skillgap.occupations.batch.service import compare_all, compare_pairs
from skillgap.occupations.pair.schemas import SkillGapOut

router = StrictRouter(tags=["many at once"])


@router.post(
    "/skill-gaps",
    summary=f"Up to {MOST_PAIRS:,} pairs of occupations",
    response_class=Response,
    responses=lines_of(PairOut, SkillGapOut, what="A line a pair."),
)
def post_skill_gaps(body: Annotated[PairsBody, Body()], reader: ReaderDep) -> Response:
    """A line for every pair, in their order, with the figures of /skill-gap for these options.

    What is wrong with a pair, a code that is not known or not rated, is reported in its line under `problem` and
    `detail`; the others are compared.
    """
    body = body.with_levels(reader.default_levels)
    catalogue = reader.catalogue(body.release)
    return stream_lines(compare_pairs(catalogue, body), body.format, "skill-gaps", body.domain, catalogue.info.release)


@router.get(
    "/matrix",
    summary="One to all, all to one, or all pairs of occupations in short",
    response_class=Response,
    responses=lines_of(MatrixRowOut, what="A line a pair."),
)
def get_matrix(query: Annotated[MatrixQuery, Query()], reader: ReaderDep) -> Response:
    """A line for every pair with this source and this target; without one, with each occupation.

    Sorted by source, then target; an occupation beside itself is a pair too. The figures are those of /skill-gap
    without options, by published levels alone.
    """
    catalogue = reader.catalogue(query.release)
    names = ("matrix", query.from_code, query.to_code, query.domain, catalogue.info.release)
    return stream_lines(compare_all(catalogue, query), query.format, *names)
