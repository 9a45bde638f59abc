"""``/health``, ``/ready`` and ``/problems``: the service about itself."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import HTTPException, Request, Response

from skillgap import __version__
from skillgap.api.documents import problems
from skillgap.api.parameters import current_catalogue, served_now
from skillgap.api.problems import ALL_PROBLEMS
from skillgap.api.routing import Routes
from skillgap.api.schemas import (
    SAMPLE_NOTE,
    DatabaseOut,
    HealthOut,
    ProblemTypeOut,
    ReadyOut,
    ReleaseOut,
)
from skillgap.catalogue import CatalogueWatch

router = Routes(tags=["service"])

STARTED_AT = datetime.now(UTC)


@router.get("/health", summary="The process and what it holds")
async def get_health(request: Request, response: Response) -> HealthOut:
    """Always 200 while the process lives; `status` says how well."""
    response.headers["Cache-Control"] = "no-store"
    watch: CatalogueWatch = request.app.state.watch
    catalogue = served_now(request).catalogue
    notes = []
    if watch.fault:
        notes.append("The database is away; what was read before is served.")
    if catalogue is None:
        notes.append("No release is loaded. Run `skillgap load`.")
    elif catalogue.info.illustrative:
        notes.append(SAMPLE_NOTE)
    return HealthOut(
        status="empty" if catalogue is None else "degraded" if notes else "ok",
        version=__version__,
        started_at=STARTED_AT,
        release=ReleaseOut.of(catalogue.info) if catalogue else None,
        occupations=len(catalogue.occupations) if catalogue else 0,
        rated_occupations=len(catalogue.profiles["skills"]) if catalogue else 0,
        database=DatabaseOut(reachable=watch.fault is None, unreachable_since=watch.fault_since),
        notes=notes,
    )


@router.get("/ready", summary="Is a release being served?", responses=problems("nothing-loaded"))
async def get_ready(request: Request, response: Response) -> ReadyOut:
    """200 as soon as a release is served, 503 until then."""
    response.headers["Cache-Control"] = "no-store"
    return ReadyOut(release=current_catalogue(request).info.release)


@router.get("/problems/{code}", summary="What a problem means", responses=problems("not-found"))
async def get_problem(code: str) -> ProblemTypeOut:
    """The page that the `type` of a problem points to."""
    for problem in ALL_PROBLEMS:
        if problem.code == code:
            return ProblemTypeOut.model_validate(problem._asdict())
    raise HTTPException(404)
