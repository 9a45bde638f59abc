"""Which elements of a comparison a chart or the page shows."""

from typing import Literal

from pydantic import BaseModel, Field

from skillgap.http.parameters import DOMAIN_DESCRIPTION
from skillgap.occupations.pair.query import PairQuery

RatedDomain = Literal["skills", "knowledge", "abilities", "work_activities"]


class View(BaseModel):
    """What is shown of a comparison; filters never change the figures themselves."""

    domain: RatedDomain = Field(default="skills", description=DOMAIN_DESCRIPTION)
    show: Literal["gaps", "all", "surplus"] = Field(default="gaps", description="What is drawn.")
    min_gap: float = Field(default=0, ge=0, le=7, allow_inf_nan=False, description="The smallest gap that counts.")
    certain: bool = Field(default=False, description="Only gaps of class `gap` count.")


class ChartQuery(View, PairQuery):
    """The parameters of a chart."""
