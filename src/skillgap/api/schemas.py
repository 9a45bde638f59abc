"""What the answers look like. A field that is declared is always sent; null is "not published"."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, Field

from skillgap.api.level_schemas import RatingLevelsOut
from skillgap.catalogue import PUBLISHED, Catalogue, LevelsUsed
from skillgap.gap import Estimate, Rating
from skillgap.queries import Element, Occupation, ReleaseInfo

SAMPLE_NOTE = (
    "THE ILLUSTRATIVE SAMPLE IS SERVED, NOT O*NET DATA: its levels are our own judgement. "
    "Load a release with `skillgap load`."
)


class OccupationRef(BaseModel):
    """An occupation by name."""

    onetsoc_code: str
    title: str


class ComparedOccupation(OccupationRef):
    """An occupation by name, and where its ratings come from."""

    source: str = Field(
        description="The release, or O*NET Web Services with the service's release and the date, "
        "for an occupation that the release does not rate."
    )


class ScaleOut(BaseModel):
    """What a number is measured on."""

    scale_id: str
    scale_name: str
    minimum: int
    maximum: int


class OccupationMatch(BaseModel):
    """An occupation that a search found, and why."""

    onetsoc_code: str
    title: str
    rated: bool = Field(
        description="Whether O*NET has rated its skills, so that it can be compared."
    )
    matched: Literal["code", "title", "job_title"] | None = Field(
        description="What the search text matched; null when everything is listed."
    )
    matched_text: str | None


class OccupationsOut(BaseModel):
    """One page of occupations."""

    release: str
    total: int
    limit: int
    offset: int
    occupations: list[OccupationMatch]


class RelatedOut(BaseModel):
    """An entry of O*NET's own list of related occupations."""

    onetsoc_code: str
    title: str
    relatedness_tier: str
    related_index: int
    rated: bool


class OccupationOut(BaseModel):
    """An occupation with everything the release says of it but its ratings."""

    release: str
    onetsoc_code: str
    title: str
    description: str
    job_zone: int | None = Field(description="1 (little preparation) to 5 (extensive).")
    rated_domains: list[str] = Field(description="Domains with ratings; empty where none has.")
    job_titles: list[str] = Field(description="Lay titles (Alternate Titles before 30.3).")
    related_occupations: list[RelatedOut]

    @classmethod
    def of(cls, catalogue: Catalogue, occupation: Occupation) -> Self:
        """The answer for one occupation of a catalogue."""
        code = occupation.onetsoc_code
        return cls(
            release=catalogue.info.release,
            onetsoc_code=code,
            title=occupation.title,
            description=occupation.description,
            job_zone=occupation.job_zone,
            rated_domains=catalogue.rated_domains(code),
            job_titles=list(catalogue.job_titles.get(code, ())),
            related_occupations=[
                RelatedOut(
                    onetsoc_code=one.onetsoc_code,
                    title=catalogue.occupations[one.onetsoc_code].title,
                    relatedness_tier=one.relatedness_tier,
                    related_index=one.related_index,
                    rated=catalogue.is_rated(one.onetsoc_code),
                )
                for one in catalogue.related.get(code, ())
            ],
        )


class EstimateOut(BaseModel):
    """A published number with O*NET's statistics; null where O*NET has published none."""

    data_value: float
    n: int | None
    standard_error: float | None
    lower_ci_bound: float | None
    upper_ci_bound: float | None
    recommend_suppress: bool | None
    not_relevant: bool | None
    date_updated: date | None
    domain_source: str | None

    @classmethod
    def of(cls, estimate: Estimate) -> Self:
        """The same figures as JSON numbers."""
        return cls.model_validate(estimate._asdict())


class RatingOut(BaseModel):
    """What O*NET says of one element in an occupation."""

    element_id: str
    element_name: str
    level: EstimateOut
    importance: EstimateOut | None

    @classmethod
    def of(cls, rating: Rating) -> Self:
        """The answer for one rating."""
        return cls(
            element_id=rating.element_id,
            element_name=rating.element_name,
            level=EstimateOut.of(rating.level),
            importance=EstimateOut.of(rating.importance) if rating.importance else None,
        )


class RatingsOut(BaseModel):
    """All ratings of an occupation in one domain."""

    release: str
    occupation: ComparedOccupation
    domain: str
    ratings: list[RatingOut]
    levels: RatingLevelsOut | None = Field(
        description="null where the levels are O*NET's and no others were asked for."
    )


class AnchorOut(BaseModel):
    """An example of work at one point of an element's level scale."""

    anchor_value: int
    anchor_description: str


class ElementOut(BaseModel):
    """An element of the content model that occupations are rated on."""

    element_id: str
    element_name: str
    description: str | None
    domain: str
    level_anchors: list[AnchorOut]

    @classmethod
    def of(cls, catalogue: Catalogue, element: Element) -> Self:
        """The answer for one rated element."""
        return cls(
            element_id=element.element_id,
            element_name=element.element_name,
            description=element.description,
            domain=element.domain or "",
            level_anchors=[
                AnchorOut.model_validate(anchor._asdict())
                for anchor in catalogue.anchors.get(element.element_id, ())
            ],
        )


class ElementsOut(BaseModel):
    """Elements that occupations are rated on, by element id."""

    release: str
    elements: list[ElementOut]


class ScalesOut(BaseModel):
    """The scales of the release, by id."""

    release: str
    scales: list[ScaleOut]


class ReleaseOut(BaseModel):
    """A loaded release."""

    release: str
    released: date | None = Field(description="The first day of the month it was released in.")
    illustrative: bool = Field(description="Our own sample for a first look; not O*NET data.")
    current: bool
    source: str = Field(description="The file name of the folder or zip it was loaded from.")
    loaded_at: datetime = Field(description="UTC.")

    @classmethod
    def of(cls, info: ReleaseInfo) -> Self:
        """The answer for one release; of the source only the name, not where it lies."""
        name = info.source.replace("\\", "/").rstrip("/").rpartition("/")[2]
        return cls.model_validate(info._asdict() | {"source": name})


class ReleasesOut(BaseModel):
    """The loaded releases, and which of them answers when none is asked for."""

    current: str | None
    releases: list[ReleaseOut]


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
        description="degraded: the database is away or only the sample is loaded; empty: nothing "
        "is loaded."
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


class FaultOut(BaseModel):
    """One thing that is wrong with a request."""

    code: str
    parameter: str | None
    detail: str
    suggestions: list[OccupationRef] = Field(
        description="Occupations to ask about instead: rated ones of the same SOC group, those of "
        "a 6-digit code, or the successors of an older code."
    )


class ProblemOut(BaseModel):
    """An RFC 9457 problem. ``code`` is stable; texts may change."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str | None
    errors: list[FaultOut] = Field(description="Every fault of the request, each with its code.")


class ProblemTypeOut(BaseModel):
    """What a kind of problem means, and what to do about it."""

    code: str
    status: int
    title: str
    advice: str


def occupation_ref(catalogue: Catalogue, code: str) -> OccupationRef:
    """Code and title of an occupation."""
    return OccupationRef(onetsoc_code=code, title=catalogue.occupations[code].title)


def compared_occupation(
    catalogue: Catalogue, code: str, used: LevelsUsed = PUBLISHED
) -> ComparedOccupation:
    """Code and title of an occupation, and where its ratings come from."""
    return ComparedOccupation(
        onetsoc_code=code,
        title=catalogue.occupations[code].title,
        source=used.occupation.source if used.occupation else catalogue.source(code),
    )


def scale_out(catalogue: Catalogue, scale_id: str) -> ScaleOut:
    """A scale of the release."""
    return ScaleOut.model_validate(catalogue.scales[scale_id]._asdict())
