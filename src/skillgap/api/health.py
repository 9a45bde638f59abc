"""``/health``, ``/ready`` and ``/problems``: the service about itself."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from fastapi import HTTPException, Request, Response

from skillgap import __version__
from skillgap.api.health_schemas import (
    DatabaseOut,
    DegradedOut,
    FailedLoadOut,
    HealthOut,
    HeldOut,
    ReadFileOut,
    ReadyOut,
    WorkerOut,
)
from skillgap.api.problem_schemas import ProblemTypeOut
from skillgap.api.problems import ALL_PROBLEMS
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.releases.schemas import ReleaseOut
from skillgap.occupations.schemas import SAMPLE_NOTE
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import LiveCatalogue

router = StrictRouter(tags=["service"])

STARTED_AT = datetime.now(UTC)


@router.get("/health", summary="The process and what it holds")
async def get_health(request: Request, reader: ReaderDep, response: Response) -> HealthOut:
    """Always 200 while the process lives; `status` says how well."""
    response.headers["Cache-Control"] = "no-store"
    live: LiveCatalogue = request.app.state.live
    catalogue = reader.snapshot.catalogue
    failed = live.history.failed_run
    degraded, notes = [], []
    if live.fault:
        degraded.append(DegradedOut(reason="database", since=live.fault_since))
        notes.append("The database is away; what was read before is served.")
    if catalogue is None:
        notes.append("No release is loaded. Run `skillgap load`.")
    elif catalogue.info.illustrative:
        degraded.append(DegradedOut(reason="sample", since=live.served_since))
        notes.append(SAMPLE_NOTE)
    if failed:
        notes.append("The last load failed; what was loaded before is served.")
    now = datetime.now(UTC)
    uptime = int((now - STARTED_AT).total_seconds())
    return HealthOut(
        status="empty" if catalogue is None else "degraded" if degraded else "ok",
        version=__version__,
        started_at=STARTED_AT,
        worker=WorkerOut(pid=os.getpid(), started_at=STARTED_AT, uptime_seconds=uptime),
        release=ReleaseOut.of(catalogue.info) if catalogue else None,
        held=_held(live, catalogue, now) if catalogue else None,
        occupations=len(catalogue.occupations) if catalogue else 0,
        rated_occupations=len(catalogue.profiles["skills"]) if catalogue else 0,
        database=DatabaseOut(reachable=live.fault is None, unreachable_since=live.fault_since),
        degraded=degraded,
        failed_load=FailedLoadOut.model_validate(failed._asdict()) if failed else None,
        notes=notes,
    )


def _held(live: LiveCatalogue, catalogue: Catalogue, now: datetime) -> HeldOut:
    return HeldOut(
        served_since=live.served_since or now,
        read_seconds=round(live.read_seconds, 2),
        files=[ReadFileOut.model_validate(one._asdict()) for one in live.files],
        supplements=len(catalogue.supplemental),
        rescored_occupations=len(catalogue.model.occupations),
        domains={name: len(rated) for name, rated in catalogue.profiles.items()},
    )


@router.get(
    "/ready",
    summary="Is a release being served?",
)
async def get_ready(reader: ReaderDep, response: Response) -> ReadyOut:
    """200 as soon as a release is served, 503 until then."""
    response.headers["Cache-Control"] = "no-store"
    return ReadyOut(release=reader.current().info.release)


@router.get(
    "/problems/{code}",
    summary="What a problem means",
)
async def get_problem(code: str) -> ProblemTypeOut:
    """The page that the `type` of a problem points to."""
    for problem in ALL_PROBLEMS:
        if problem.code == code:
            return ProblemTypeOut.model_validate(problem._asdict())
    raise HTTPException(404)
