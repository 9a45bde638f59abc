"""``/health``, ``/ready`` and ``/problems``: the service about itself."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import HTTPException, Path, Request, Response
from pydantic import BaseModel, Field

from skillgap import __version__
from skillgap.api.problems import ALL_PROBLEMS
from skillgap.http.reader import UNREAD, ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.releases.schemas import ReleaseOut
from skillgap.occupations.schemas import SAMPLE_NOTE
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import LiveCatalogue

router = StrictRouter(tags=["service"])

STARTED_AT = datetime.now(UTC)


class DatabaseOut(BaseModel):
    """Whether the database answers; the service goes on without it."""

    reachable: bool
    unreachable_since: datetime | None


class WorkerOut(BaseModel):
    """The process that answers; one of several where the service has several."""

    pid: int
    started_at: datetime
    uptime_seconds: int


class ReadFileOut(BaseModel):
    """A file of the release, as `sha256sum` knows it."""

    file: str
    sha256: str
    rows_loaded: int
    rows_rejected: int


class HeldOut(BaseModel):
    """What is held of a release, and since when."""

    served_since: datetime
    read_seconds: float = Field(description="How long reading it from the database took.")
    files: list[ReadFileOut] = Field(description="What it was loaded from.")
    supplements: int = Field(description="Occupations rated by O*NET Web Services instead.")
    rescored_occupations: int = Field(description="Occupations with levels of a language model.")
    domains: dict[str, int] = Field(description="Occupations rated in each domain.")


class DegradedOut(BaseModel):
    """One thing that makes the service less than it should be."""

    reason: Literal["database", "sample"]
    since: datetime | None


class FailedLoadOut(BaseModel):
    """A load that failed after the one that is served; `skillgap doctor` says why."""

    run_id: int
    outcome: str
    started_at: datetime
    finished_at: datetime | None


class HealthOut(BaseModel):
    """The process and what it holds."""

    status: Literal["ok", "degraded", "empty"] = Field(
        description="degraded: the database is unavailable or only the sample is loaded; empty: no release is held."
    )
    version: str
    started_at: datetime
    worker: WorkerOut
    release: ReleaseOut | None
    held: HeldOut | None
    occupations: int
    rated_occupations: int
    database: DatabaseOut
    degraded: list[DegradedOut]
    failed_load: FailedLoadOut | None = Field(
        description="The last load, where it failed; what was served before still is."
    )
    notes: list[str] = Field(description="What an operator should know, in sentences.")


class ReadyOut(BaseModel):
    """A release is being served."""

    release: str


class ProblemTypeOut(BaseModel):
    """What a kind of problem means, and what to do about it."""

    code: str
    status: int
    title: str
    advice: str


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
        notes.append("The database is unavailable; what was read before is served." if catalogue else UNREAD)
    elif catalogue is None:
        notes.append("No release is loaded. Run `skillgap load`.")
    if catalogue and catalogue.info.illustrative:
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
        files=[ReadFileOut.model_validate(file._asdict()) for file in live.files],
        supplements=len(catalogue.supplemental),
        rescored_occupations=len(catalogue.model.occupations),
        domains={name: len(rated) for name, rated in catalogue.profiles.items()},
    )


@router.get("/ready", summary="Is a release being served?")
async def get_ready(reader: ReaderDep, response: Response) -> ReadyOut:
    """200 as soon as a release is served, 503 until then."""
    response.headers["Cache-Control"] = "no-store"
    return ReadyOut(release=reader.current().info.release)


@router.get("/problems/{code}", summary="What a problem means")
async def get_problem(code: Annotated[str, Path(examples=["occupation-not-rated"])]) -> ProblemTypeOut:
    """The page that the `type` of a problem points to."""
    for problem in ALL_PROBLEMS:
        if problem.code == code:
            return ProblemTypeOut.model_validate(problem._asdict())
    raise HTTPException(404)
