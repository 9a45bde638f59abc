"""The rows of a release as plain, frozen values."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Literal, NamedTuple

FIRST_OF_2010_TAXONOMY = (15, 1)
FIRST_OF_2019_TAXONOMY = (25, 1)


class ReleaseInfo(NamedTuple):
    """A loaded release: what it is, where it came from, when (UTC) and by which run."""

    release: str
    released: date | None
    illustrative: bool
    source: str
    loaded_at: datetime
    run_id: int
    current: bool

    @property
    def title(self) -> str:
        """The release as a text names it."""
        return "The illustrative sample" if self.illustrative else f"O*NET {self.release}"

    @property
    def taxonomy(self) -> str | None:
        """The taxonomy of its codes, by the release's number; None where that is none of O*NET's."""
        number = re.match(r"(\d+)\.(\d+)", self.release)
        order = (int(number[1]), int(number[2])) if number else (0, 0)
        if self.illustrative or order >= FIRST_OF_2019_TAXONOMY:
            return "O*NET-SOC 2019"
        return "O*NET-SOC 2010" if order >= FIRST_OF_2010_TAXONOMY else None


class Occupation(NamedTuple):
    """An O*NET-SOC occupation; ``job_zone`` is 1-5, or None where O*NET gives none."""

    onetsoc_code: str
    title: str
    description: str
    job_zone: int | None


class Element(NamedTuple):
    """A node of the content model; ``domain`` is None where nothing is rated on it."""

    element_id: str
    element_name: str
    description: str | None
    domain: str | None


class Scale(NamedTuple):
    """A scale of the published numbers."""

    scale_id: str
    scale_name: str
    minimum: int
    maximum: int


class Anchor(NamedTuple):
    """An example of work at one point of an element's level scale (0-7)."""

    anchor_value: int
    anchor_description: str


class Related(NamedTuple):
    """One entry of O*NET's list of related occupations, the nearest first."""

    onetsoc_code: str
    relatedness_tier: str
    related_index: int


class Technology(NamedTuple):
    """A technology that O*NET lists for an occupation.

    Its kind is a UNSPSC commodity before release 30.3, and an element of the content model from then on.
    ``hot_technology``: often in employers' postings of all occupations; ``in_demand``: of this one.
    """

    example: str
    commodity_code: str | None
    commodity_title: str | None
    element_id: str | None
    hot_technology: bool
    in_demand: bool


class Task(NamedTuple):
    """What people in an occupation do; without a type where nobody has rated it."""

    task_id: int
    task: str
    task_type: Literal["Core", "Supplemental"] | None
    incumbents_responding: int | None
    date_updated: date
    domain_source: str


class OlderCode(NamedTuple):
    """The title of a code of the 2010 taxonomy, and the occupations that replaced it."""

    title: str
    successors: tuple[str, ...]  # onetsoc_code, sorted
