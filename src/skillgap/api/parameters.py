"""What endpoints take from a request: the release served, codes, pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Literal, TypeVar

from fastapi import Depends, Path, Query, Request
from pydantic import Field

from skillgap.catalogue import DASHES, Catalogue, CatalogueWatch, Levels, Served
from skillgap.errors import NothingLoaded, OccupationNotRated, RequestError, SeveralFaults
from skillgap.on_demand import OnDemand

Domain = Literal["skills", "knowledge", "abilities", "work_activities", "all"]
DOMAIN_DESCRIPTION = (
    "Skills and abilities are rated by analysts, knowledge and work activities by incumbents, who "
    "rate higher: do not compare levels across domains."
)
LEVELS_DESCRIPTION = (
    "`published`: O*NET's. `rescored`: a language model's, where it has given some, and "
    "`calibrated`: those moved onto O*NET's scale; the answer says whose they are. Skills only."
)
LONGEST_SEARCH = 200
LARGEST_PAGE = 1000
CODE_PATTERN = rf"^\s*\d{{2}}[{DASHES}]\d{{4}}(\.\d{{2}})?\s*$"

Asked = TypeVar("Asked")
CodeText = Annotated[str, Field(max_length=100, json_schema_extra={"pattern": CODE_PATTERN})]
"""A code as it is asked for; what is no code is told by ``parse_code``, with an example of one."""


def served_now(request: Request) -> Served:
    """What was served when the request came in."""
    served: Served = request.scope["served"]
    return served


def current_catalogue(request: Request) -> Catalogue:
    """The current release; raises NothingLoaded until there is one."""
    current = served_now(request).catalogue
    if current is None:
        raise NothingLoaded
    return current


async def catalogue_asked_for(
    request: Request,
    release: Annotated[
        str | None,
        Query(max_length=20, description="A loaded release; without it the current one."),
    ] = None,
) -> Catalogue:
    """The release that was asked for, or the current one.

    Raises NothingLoaded until there is one, ReleaseNotFound for one that is not loaded.
    """
    current = current_catalogue(request)
    if release in (None, current.info.release):
        return current
    watch: CatalogueWatch = request.app.state.watch
    return await asyncio.to_thread(watch.catalogue_of, release)


async def with_supplied(
    request: Request, catalogue: Catalogue, faults: Sequence[RequestError]
) -> Catalogue | None:
    """The current release again, once occupations it does not rate have been asked for elsewhere.

    None where that does not help: something else is wrong too, another release was asked for, or
    nothing is fetched on demand. ``request.state.retry_after`` says when more may be there.
    """
    on_demand: OnDemand | None = request.app.state.on_demand
    codes = [
        fault.may_be_supplied
        for fault in faults
        if isinstance(fault, OccupationNotRated) and fault.may_be_supplied
    ]
    if (
        on_demand is None
        or len(codes) < len(faults)
        or catalogue is not served_now(request).catalogue
    ):
        return None
    request.state.retry_after = await on_demand.supply(catalogue, codes)
    watch: CatalogueWatch = request.app.state.watch
    request.scope["served"] = watch.served
    return current_catalogue(request)


async def supplying(
    request: Request, catalogue: Catalogue, ask: Callable[[Catalogue], Asked]
) -> tuple[Catalogue, Asked]:
    """The catalogue and what ``ask`` makes of it, once what it lacks has been asked for elsewhere.

    Raises what ``ask`` raises where that does not help.
    """
    try:
        return catalogue, ask(catalogue)
    except RequestError as error:
        faults = error.faults if isinstance(error, SeveralFaults) else [error]
        supplied = await with_supplied(request, catalogue, faults)
        if supplied is None:
            raise
    return supplied, ask(supplied)


def levels_by_default(request: Request) -> Levels:
    """The levels that answer when none are asked for (LEVELS)."""
    watch: CatalogueWatch = request.app.state.watch
    return watch.levels


def levels_asked_for(
    request: Request,
    levels: Annotated[Levels | None, Query(description=LEVELS_DESCRIPTION)] = None,
) -> Levels:
    """The levels that were asked for, or else those of LEVELS."""
    return levels or levels_by_default(request)


CatalogueDep = Annotated[Catalogue, Depends(catalogue_asked_for)]
CodeInPath = Annotated[
    CodeText,
    Path(
        description="An O*NET-SOC code, or its first 6 digits.",
        examples=["15-1251.00"],
    ),
]


async def occupation_code(catalogue: CatalogueDep, code: CodeInPath) -> str:
    """The code in the path as O*NET writes it; raises SeveralOccupations."""
    return catalogue.code_named(code, "code")


async def listed_code(catalogue: CatalogueDep, code: CodeInPath) -> str:
    """The same where nothing rests on ratings."""
    return catalogue.code_named(code, "code", rated=False)


CodeDep = Annotated[str, Depends(occupation_code)]
ListedCodeDep = Annotated[str, Depends(listed_code)]
DomainParameter = Annotated[Domain, Query(description=DOMAIN_DESCRIPTION)]
LevelsDep = Annotated[Levels, Depends(levels_asked_for)]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many, at most.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to pass over.")]
