"""What the answers look like. A field that is declared is always sent; null is "not published"."""

from __future__ import annotations

from pydantic import BaseModel, Field

from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import PUBLISHED, LevelsUsed

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


def scale_out(catalogue: Catalogue, scale_id: str) -> ScaleOut:
    """A scale of the release."""
    return ScaleOut.model_validate(catalogue.scales[scale_id]._asdict())
