"""``/occupations``, ``/elements`` and ``/scales``: what O*NET publishes."""

from typing import Annotated

from fastapi import Query, Response

from skillgap.http.csv_response import CSV_TOO, csv_answer
from skillgap.http.parameters import CodeInPath
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.reference.query import (
    ElementsQuery,
    ListedCodeQuery,
    RatingsQuery,
    ScalesQuery,
    SearchQuery,
    TasksQuery,
    TechnologiesQuery,
)
from skillgap.occupations.reference.schemas import (
    ElementOut,
    ElementsOut,
    OccupationMatch,
    OccupationOut,
    OccupationsOut,
    RatingOut,
    RatingsOut,
    ScalesOut,
    TaskOut,
    TasksOut,
    TechnologiesOut,
    TechnologyOut,
)
from skillgap.occupations.reference.service import (
    read_elements,
    read_occupation,
    read_ratings,
    read_scales,
    read_tasks,
    read_technologies,
    search_occupations,
)
from skillgap.occupations.schemas import ScaleOut

router = StrictRouter()


@router.get(
    "/occupations", summary="Search occupations", tags=["occupations"], response_model=OccupationsOut, responses=CSV_TOO
)
async def list_occupations(query: Annotated[SearchQuery, Query()], reader: ReaderDep) -> OccupationsOut | Response:
    """Occupations by code, title or alternate title, the best match first, and why each was found."""
    answer = await reader.read(query.release, lambda catalogue: search_occupations(catalogue, query))
    return answer if query.format == "json" else occupations_csv(answer)


def occupations_csv(answer: OccupationsOut) -> Response:
    """The listed occupations as CSV."""
    first = {"release": answer.release}
    return csv_answer(answer.occupations, OccupationMatch, names=("occupations", answer.release), first=first)


@router.get("/occupations/{code}", summary="One occupation", tags=["occupations"])
async def get_occupation(
    code: CodeInPath, query: Annotated[ListedCodeQuery, Query()], reader: ReaderDep
) -> OccupationOut:
    """Title, description, job zone, alternate titles and O*NET's own related occupations."""
    return await reader.read(query.release, lambda catalogue: read_occupation(catalogue, code))


@router.get(
    "/occupations/{code}/ratings",
    summary="All ratings of an occupation",
    tags=["occupations"],
    response_model=RatingsOut,
    responses=CSV_TOO,
)
async def get_ratings(
    code: CodeInPath, query: Annotated[RatingsQuery, Query()], reader: ReaderDep
) -> RatingsOut | Response:
    """Level and importance of each element that the occupation is rated on, with O*NET's statistics, as published.

    A language model's levels, where they are named, come without those statistics.
    """
    levels = query.levels or reader.default_levels
    answer = await reader.read(query.release, lambda catalogue: read_ratings(catalogue, code, query.domain, levels))
    if query.format == "json":
        return answer
    code = answer.occupation.onetsoc_code
    first = {"release": answer.release, "onetsoc_code": code}
    return csv_answer(answer.ratings, RatingOut, names=("ratings", code, query.domain, answer.release), first=first)


@router.get(
    "/occupations/{code}/technologies",
    summary="Technologies of an occupation",
    tags=["occupations"],
    response_model=TechnologiesOut,
    responses=CSV_TOO,
)
async def get_technologies(
    code: CodeInPath, query: Annotated[TechnologiesQuery, Query()], reader: ReaderDep
) -> TechnologiesOut | Response:
    """What people in the occupation work with: in demand first, then hot technologies, then by name.

    An occupation without ratings may have them too. `listed`, `hot` and `in_demand` count all that O*NET lists,
    whatever the filters leave out.
    """
    answer = await reader.read(query.release, lambda catalogue: read_technologies(catalogue, code, query))
    if query.format == "json":
        return answer
    code = answer.occupation.onetsoc_code
    first = {"release": answer.release, "onetsoc_code": code}
    return csv_answer(answer.technologies, TechnologyOut, names=("technologies", code, answer.release), first=first)


@router.get(
    "/occupations/{code}/tasks",
    summary="Tasks of an occupation",
    tags=["occupations"],
    response_model=TasksOut,
    responses=CSV_TOO,
)
async def get_tasks(code: CodeInPath, query: Annotated[TasksQuery, Query()], reader: ReaderDep) -> TasksOut | Response:
    """What people in the occupation do: core tasks first, then supplemental ones, each in O*NET's order.

    An occupation without ratings may have them too.
    """
    answer = await reader.read(query.release, lambda catalogue: read_tasks(catalogue, code))
    if query.format == "json":
        return answer
    code = answer.occupation.onetsoc_code
    first = {"release": answer.release, "onetsoc_code": code}
    return csv_answer(answer.tasks, TaskOut, names=("tasks", code, answer.release), first=first)


@router.get(
    "/elements",
    summary="What occupations are rated on",
    tags=["reference"],
    response_model=ElementsOut,
    responses=CSV_TOO,
)
async def list_elements(query: Annotated[ElementsQuery, Query()], reader: ReaderDep) -> ElementsOut | Response:
    """Every rated element with its domain, its description and what its levels mean."""
    answer = await reader.read(query.release, lambda catalogue: read_elements(catalogue, query))
    if query.format == "json":
        return answer
    names = ("elements", query.domain, answer.release)
    return csv_answer(answer.elements, ElementOut, names=names, first={"release": answer.release})


@router.get(
    "/scales", summary="What numbers are measured on", tags=["reference"], response_model=ScalesOut, responses=CSV_TOO
)
async def list_scales(query: Annotated[ScalesQuery, Query()], reader: ReaderDep) -> ScalesOut | Response:
    """Every scale of the release with its ends."""
    answer = await reader.read(query.release, read_scales)
    if query.format == "json":
        return answer
    return csv_answer(answer.scales, ScaleOut, names=("scales", answer.release), first={"release": answer.release})
