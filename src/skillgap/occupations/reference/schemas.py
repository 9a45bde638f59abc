"""What the answers look like. A declared field is always sent; null says that there is no value."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from skillgap.occupations.pair.levels import RatingLevelsOut
from skillgap.occupations.schemas import ComparedOccupation, FilterOut, OccupationRef, ResponseModel, ScaleOut


class OccupationMatch(BaseModel):
    """An occupation that a search found, and why."""

    onetsoc_code: str
    title: str
    rated: bool = Field(description="Whether O*NET has rated its skills, so that it can be compared.")
    matched: Literal["code", "title", "job_title"] | None = Field(
        description="What the search text matched; null when everything is listed."
    )
    matched_text: str | None
    job_zone: int | None = Field(description="1 (little preparation) to 5 (extensive).")


class OccupationsOut(BaseModel):
    """One page of occupations."""

    release: str
    filters: list[FilterOut] = Field(
        description="The filters in the order of use, each with how many of the occupations left by then it removed."
    )
    total: int = Field(description="How many occupations the filters left.")
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


class MajorGroupOut(BaseModel):
    """A major group of the Standard Occupational Classification."""

    code: str = Field(description="The first two digits of its occupations' codes.")
    title: str


class OccupationOut(BaseModel):
    """An occupation with everything the release says of it but its ratings."""

    release: str
    onetsoc_code: str
    title: str
    description: str
    job_zone: int | None = Field(description="1 (little preparation) to 5 (extensive).")
    major_group: MajorGroupOut | None = Field(description="null where the SOC has no group of these two digits.")
    rated_domains: list[str] = Field(description="Domains with ratings; empty where none has.")
    job_titles: list[str] = Field(description="Lay titles (Alternate Titles before 30.3).")
    related_occupations: list[RelatedOut]
    closest_rated: list[OccupationRef] = Field(
        description="Of an occupation without ratings: the closest ones that have some, those of O*NET's list of "
        "related occupations first, then those of the same SOC group. Empty where its skills are rated, or none is "
        "close."
    )


class EstimateOut(ResponseModel):
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


class RatingOut(ResponseModel):
    """What O*NET says of one element in an occupation."""

    element_id: str
    element_name: str
    level: EstimateOut
    importance: EstimateOut | None


class RatingsOut(BaseModel):
    """All ratings of an occupation in one domain."""

    release: str
    occupation: ComparedOccupation
    domain: str
    ratings: list[RatingOut]
    levels: RatingLevelsOut | None = Field(
        description="null where the levels are O*NET's and no others were requested."
    )
    notes: list[str]


class TechnologyOut(BaseModel):
    """A technology of an occupation, and what kind of technology it is."""

    example: str = Field(description="Its name; O*NET lists it as an example of its kind.")
    commodity_code: str | None = Field(description="Its kind in the UNSPSC, up to release 30.2.")
    commodity_title: str | None
    element_id: str | None = Field(description="Its kind in the content model, from release 30.3 on.")
    element_name: str | None
    hot_technology: bool = Field(description="Often in employers' postings of all occupations.")
    in_demand: bool = Field(description="Often in employers' postings of this occupation.")


class TechnologiesOut(BaseModel):
    """The technologies of an occupation: in demand first, then hot ones, then by name."""

    release: str
    occupation: OccupationRef
    listed: int = Field(description="How many O*NET lists for the occupation; no filter changes it.")
    hot: int = Field(description="How many of those listed are hot technologies.")
    in_demand: int = Field(description="How many of those listed are in demand.")
    filters: list[FilterOut] = Field(
        description="The filters in the order of use, each with how many of the technologies left by then it removed."
    )
    total: int = Field(description="How many technologies the filters left.")
    limit: int
    offset: int
    technologies: list[TechnologyOut]
    notes: list[str]


class TaskOut(ResponseModel):
    """A task of an occupation, as O*NET states it."""

    task_id: int
    task: str
    task_type: Literal["Core", "Supplemental"] | None = Field(
        description="Core: relevant to most who work there, and important. null where nobody has rated the task."
    )
    incumbents_responding: int | None
    date_updated: date
    domain_source: str


class TasksOut(BaseModel):
    """The tasks of an occupation: core ones first, then supplemental ones, each in O*NET's order."""

    release: str
    occupation: OccupationRef
    total: int
    tasks: list[TaskOut]
    notes: list[str]


class AnchorOut(ResponseModel):
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


class ElementsOut(BaseModel):
    """Elements that occupations are rated on, by element id."""

    release: str
    elements: list[ElementOut]


class ScalesOut(BaseModel):
    """The scales of the release, by id."""

    release: str
    scales: list[ScaleOut]
