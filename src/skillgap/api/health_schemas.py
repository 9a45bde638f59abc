"""What the answers look like. A field that is declared is always sent; null is "not published"."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from skillgap.occupations.releases.schemas import ReleaseOut


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
        description="degraded: the database is away or only the sample is loaded; empty: nothing is loaded."
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
