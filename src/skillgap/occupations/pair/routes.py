"""``GET /skill-gap`` and its verdict: two occupations compared."""

from typing import Annotated

from fastapi import Query, Request, Response

from skillgap.http.csv_response import CSV_TOO, csv_answer
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.pair.narration import add_narrative
from skillgap.occupations.pair.query import GapQuery
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
from skillgap.occupations.pair.service import compare
from skillgap.occupations.pair.standing import VerdictOut, VerdictQuery
from skillgap.occupations.pair.verdict import judge

router = StrictRouter(tags=["gap"])


@router.get(
    "/skill-gap",
    summary="What does the target occupation require above the source's level?",
    response_model=SkillGapOut,
    responses=CSV_TOO,
)
async def get_skill_gap(
    query: Annotated[GapQuery, Query()], reader: ReaderDep, request: Request, response: Response
) -> SkillGapOut | Response:
    """Elements that the target occupation needs at a higher level than the source, widest first.

    Levels are on O*NET's LV scale (0-7) as published; a level that O*NET marks as not relevant counts as 0 on either
    side. `missing` says that the source's level is 0. Each gap comes with the interval of its difference and a class:
    `gap`, `possible_gap` (the interval holds 0) or `negligible` (below the threshold).
    """
    query = query.with_levels(reader.default_levels)
    answer = await reader.read(query.release, lambda catalogue: compare(catalogue, query))
    if query.explain == "llm":
        await add_narrative(answer, request.app.state.narrator)
    csv = gap_csv(answer) if query.format == "csv" else None
    if query.explain == "llm":  # the same request may have another response next time
        (csv or response).headers["Cache-Control"] = "no-store"
    return csv or answer


@router.get("/skill-gap/verdict", summary="Is the move close, a stretch or far?", response_model=VerdictOut)
def get_verdict(query: Annotated[VerdictQuery, Query()], reader: ReaderDep) -> VerdictOut:
    """The verdict on a move, and where its target stands among all occupations as seen from the source.

    `close`: as alike as occupations of one SOC broad occupation, and no wider a gap in any domain. `far`: less alike
    than those of one SOC minor group. `stretch`: between. Filters do not change it. It rests on published ratings:
    where a side has none, or not all, `verdict` is null and `reason` says why.
    """
    return judge(reader.catalogue(query.release), query, reader.default_levels)


def gap_csv(answer: SkillGapOut) -> Response:
    """Every listed element as CSV."""
    source = answer.from_occupation.onetsoc_code if answer.from_occupation else None
    target = answer.to_occupation.onetsoc_code
    return csv_answer(
        answer.elements(),
        ElementGapOut,
        names=("skill-gap", source or "person", target, answer.domain, answer.release),
        first={"release": answer.release, "from": source, "to": target},
    )
