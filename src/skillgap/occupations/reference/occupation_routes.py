"""``/occupations``: finding occupations, and what O*NET says of one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from skillgap.http.csv_response import CSV_TOO, FormatParameter, csv_answer
from skillgap.http.dependencies import CatalogueDep, CodeDep, LevelsDep, ListedCodeDep, supplying
from skillgap.http.parameters import LONGEST_SEARCH, DomainParameter, Limit, Offset
from skillgap.http.routing import StrictRouter
from skillgap.occupations.pair.level_schemas import RatingLevelsOut
from skillgap.occupations.reference.schemas import (
    OccupationMatch,
    OccupationOut,
    OccupationsOut,
    RatingOut,
    RatingsOut,
)
from skillgap.occupations.schemas import compared_occupation

router = StrictRouter(
    prefix="/occupations",
    tags=["occupations"],
)


@router.get("", summary="Search occupations", response_model=OccupationsOut, responses=CSV_TOO)
async def list_occupations(
    catalogue: CatalogueDep,
    q: Annotated[
        str,
        Query(
            description="Part of a code, a title or a lay title; typing errors are forgiven. "
            "Without it every occupation is listed by code.",
            max_length=LONGEST_SEARCH,
            examples=["registered nurse"],
        ),
    ] = "",
    limit: Limit = 20,
    offset: Offset = 0,
    format_: FormatParameter = "json",
) -> OccupationsOut | Response:
    """Occupations by code, title or lay title, the best match first, and why each was found."""
    if q.strip():
        matches = [
            OccupationMatch(
                onetsoc_code=match.onetsoc_code,
                title=catalogue.occupations[match.onetsoc_code].title,
                rated=catalogue.is_rated(match.onetsoc_code),
                matched=match.matched.value,
                matched_text=match.matched_text,
            )
            for match in catalogue.search().find(q)
        ]
    else:
        matches = [
            OccupationMatch(
                onetsoc_code=code,
                title=occupation.title,
                rated=catalogue.is_rated(code),
                matched=None,
                matched_text=None,
            )
            for code, occupation in catalogue.occupations.items()
        ]
    page = matches[offset : offset + limit]
    if format_ == "csv":
        release = catalogue.info.release
        names = ("occupations", release)
        return csv_answer(page, OccupationMatch, names=names, first={"release": release})
    return OccupationsOut(
        release=catalogue.info.release,
        total=len(matches),
        limit=limit,
        offset=offset,
        occupations=page,
    )


@router.get(
    "/{code}",
    summary="One occupation",
)
async def get_occupation(catalogue: CatalogueDep, code: ListedCodeDep) -> OccupationOut:
    """Title, description, job zone, lay titles and O*NET's own related occupations."""
    return OccupationOut.of(catalogue, catalogue.occupation(code, "code"))


@router.get(
    "/{code}/ratings",
    summary="All ratings of an occupation",
    response_model=RatingsOut,
    responses=CSV_TOO,
)
async def get_ratings(
    request: Request,
    catalogue: CatalogueDep,
    code: CodeDep,
    levels: LevelsDep,
    domain: DomainParameter = "skills",
    format_: FormatParameter = "json",
) -> RatingsOut | Response:
    """Level and importance of every element, with O*NET's statistics, as published.

    A language model's levels, where they are asked for, come without those statistics.
    """
    catalogue, (profile, used) = await supplying(
        request,
        catalogue,
        lambda served: served.profile_by_levels(code, levels, "code", domain),
    )
    ratings = [RatingOut.of(one) for one in profile.values()]
    if format_ == "csv":
        release = catalogue.info.release
        names = ("ratings", code, domain, release)
        first = {"release": release, "onetsoc_code": code}
        return csv_answer(ratings, RatingOut, names=names, first=first)
    return RatingsOut(
        release=catalogue.info.release,
        occupation=compared_occupation(catalogue, code, used),
        domain=domain,
        ratings=ratings,
        levels=RatingLevelsOut.of(catalogue, levels, code, used),
    )
