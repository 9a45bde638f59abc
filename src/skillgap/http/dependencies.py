"""What endpoints take from a request: the release served, codes, pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request

from skillgap.errors import (
    NothingLoaded,
    OccupationNotRated,
    RequestError,
    faults_of,
)
from skillgap.http.parameters import LEVELS_DESCRIPTION, CodeInPath
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import LiveCatalogue, Snapshot
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.web_services.on_demand import OnDemand

Asked = TypeVar("Asked")


def current_snapshot(request: Request) -> Snapshot:
    """What was served when the request came in."""
    served: Snapshot = request.scope["snapshot"]
    return served


def current_catalogue(request: Request) -> Catalogue:
    """The current release; raises NothingLoaded until there is one."""
    current = current_snapshot(request).catalogue
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
    live: LiveCatalogue = request.app.state.live
    return await asyncio.to_thread(live.catalogue_of, release)


async def with_supplied(request: Request, catalogue: Catalogue, faults: Sequence[RequestError]) -> Catalogue | None:
    """The current release again, once occupations it does not rate have been asked for elsewhere.

    None where that does not help: something else is wrong too, another release was asked for, or
    nothing is fetched on demand. ``request.state.retry_after`` says when more may be there.
    """
    on_demand: OnDemand | None = request.app.state.on_demand
    codes = [
        fault.may_be_supplied for fault in faults if isinstance(fault, OccupationNotRated) and fault.may_be_supplied
    ]
    if on_demand is None or len(codes) < len(faults) or catalogue is not current_snapshot(request).catalogue:
        return None
    request.state.retry_after = await on_demand.supply(catalogue, codes)
    live: LiveCatalogue = request.app.state.live
    request.scope["snapshot"] = live.snapshot
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
        faults = faults_of(error)
        supplied = await with_supplied(request, catalogue, faults)
        if supplied is None:
            raise
    return supplied, ask(supplied)


def levels_by_default(request: Request) -> Levels:
    """The levels that answer when none are asked for (LEVELS)."""
    live: LiveCatalogue = request.app.state.live
    return live.levels


def levels_asked_for(
    request: Request,
    levels: Annotated[Levels | None, Query(description=LEVELS_DESCRIPTION)] = None,
) -> Levels:
    """The levels that were asked for, or else those of LEVELS."""
    return levels or levels_by_default(request)


CatalogueDep = Annotated[Catalogue, Depends(catalogue_asked_for)]


async def occupation_code(catalogue: CatalogueDep, code: CodeInPath) -> str:
    """The code in the path as O*NET writes it; raises SeveralOccupations."""
    return catalogue.code_named(code, "code")


async def listed_code(catalogue: CatalogueDep, code: CodeInPath) -> str:
    """The same where nothing rests on ratings."""
    return catalogue.code_named(code, "code", rated=False)


CodeDep = Annotated[str, Depends(occupation_code)]
ListedCodeDep = Annotated[str, Depends(listed_code)]
LevelsDep = Annotated[Levels, Depends(levels_asked_for)]
