"""What responses of several subjects hold. A declared field is always sent; null says that there is no value."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from skillgap.gap.transitions import Transitions
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import PUBLISHED, LevelsUsed
from skillgap.onet.tables import DOMAINS

SAMPLE_NOTE = (
    "THE ILLUSTRATIVE SAMPLE IS SERVED, NOT O*NET DATA: its levels are our own judgement. "
    "Load a release with `skillgap load`."
)
MIXED_RATERS = (
    "Domains are rated by different people: skills and abilities by analysts, knowledge and work "
    "activities by incumbents, who rate higher. Compare levels within a domain."
)
IMPORTANT = 3.0  # on O*NET's IM scale, where it is the word for 3
COMPUTED_DECIMALS = 5  # of computed figures; published figures are passed on as they are

Level = Annotated[float, Field(ge=0, le=7, description="On O*NET's LV scale, 0-7.")]
Importance = Annotated[float, Field(ge=1, le=5, description="On O*NET's IM scale, 1-5.")]
Score = Annotated[float, Field(ge=0, le=100, description="The same on O*NET's standardised scale, 0-100.")]
Coverage = Annotated[
    float,
    Field(
        ge=0,
        le=1,
        description="Share of the target's required level that the source has, each element weighted by its "
        "importance to the target.",
    ),
]
WeightedGap = Annotated[
    float,
    Field(
        ge=0,
        le=7,
        description="Mean gap in levels: what the target requires above the source, each element weighted by its "
        "importance to the target.",
    ),
]


class ResponseModel(BaseModel):
    """A part of a response; an object whose attributes have its fields' names is validated as it."""

    model_config = ConfigDict(from_attributes=True)


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


class ScaleOut(ResponseModel):
    """What a number is measured on."""

    scale_id: str
    scale_name: str
    minimum: int
    maximum: int


class FilterOut(ResponseModel):
    """A filter that is used, and how many elements or occupations it removed."""

    name: str
    value: str | bool | float
    removed: int


def rounded(figure: float) -> float:
    """A computed figure as it is sent."""
    return round(figure, COMPUTED_DECIMALS)


def percent_of(coverage: float) -> int:
    """A coverage in whole per cent, for people; 100 only when nothing lacks."""
    return 100 if coverage == 1 else min(99, round(coverage * 100))


def occupation_ref(catalogue: Catalogue, code: str) -> OccupationRef:
    """Code and title of an occupation."""
    return OccupationRef(onetsoc_code=code, title=catalogue.occupations[code].title)


def compared_occupation(catalogue: Catalogue, code: str, used: LevelsUsed = PUBLISHED) -> ComparedOccupation:
    """Code and title of an occupation, and where its ratings come from."""
    return ComparedOccupation(
        onetsoc_code=code,
        title=catalogue.occupations[code].title,
        source=used.occupation.source if used.occupation else catalogue.source(code),
    )


def ranking_notes(catalogue: Catalogue, domain: str, ranking: Transitions) -> list[str]:
    """What to know before relying on ranks among the occupations of ``ranking``."""
    notes = release_notes(catalogue, domain)
    if ranking.incomplete:
        notes.append(f"Not ranked, as a level or an importance is missing: {ranking.incomplete} of the occupations.")
    return notes


def release_notes(catalogue: Catalogue, domain: str, *codes: str) -> list[str]:
    """What to know of the release, the domain and these occupations before relying on the figures."""
    notes = [SAMPLE_NOTE] if catalogue.info.illustrative else []
    notes += [
        f"{code} {catalogue.occupations[code].title} is not rated in this release "
        f"({catalogue.info.title}): its levels are from {catalogue.source(code)}."
        for code in codes
        if code in catalogue.supplemental
    ]
    if domain == "all":
        absent = [name for name in DOMAINS if name not in catalogue.profiles]
        notes.append(MIXED_RATERS)
        notes += [f"This release was loaded without {name.replace('_', ' ')}." for name in absent]
    return notes
