"""The parameters of moves, paths and door openers."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from skillgap.errors import RequestError
from skillgap.gap.distances import DEFAULT_MEASURE, Measure
from skillgap.gap.transitions import Direction
from skillgap.http.csv_response import Formatted
from skillgap.http.parameters import DOMAIN_DESCRIPTION, Domain, Page, ReleaseQuery
from skillgap.occupations import filters
from skillgap.occupations.filters import Filter
from skillgap.occupations.pair.query import PairQuery
from skillgap.onet.catalogue import Catalogue

MOST_STEPS = 6


class MovesQuery(ReleaseQuery, Page, Formatted):
    """How to rank moves, and which to leave out."""

    direction: Direction = Field(default=Direction.FROM, description="Moves from the occupation, or moves to it.")
    measure: Measure = Field(
        default=DEFAULT_MEASURE,
        description="What is near. `resemblance`: a profile that is alike (1 - correlation, 0 to "
        "2). `two_way_gap`: the mean of the gap there and the gap back, in levels. `gap`: what the "
        "move takes, in levels; it puts undemanding occupations first.",
    )
    domain: Domain | None = Field(
        default=None,
        description="What to rank and compare on. Without it: skills, and where knowledge is "
        f"loaded, `resemblance` ranks on both. {DOMAIN_DESCRIPTION}",
    )
    min_coverage: float | None = Field(default=None, ge=0, le=1, description="Leave out moves with a smaller coverage.")
    max_job_zone_difference: int | None = Field(
        default=None,
        ge=0,
        le=4,
        description="Leave out occupations that are more job zones away, up or down, and those without a job zone.",
    )
    other_major_group: bool = Field(
        default=False, description="Leave out the occupation's own SOC major group (the first 2 digits)."
    )


class PathQuery(Formatted, PairQuery):
    """From where to where, on what, and in how many steps."""

    domain: Domain = Field(
        default="skills", description=f"What steps are measured on; `all` is every loaded one. {DOMAIN_DESCRIPTION}"
    )
    max_steps: int = Field(default=3, ge=1, le=MOST_STEPS, description="Steps that the path may have, at most.")

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong with both codes and the domain, by its own ratings alone."""
        return super().faults({**values, "levels": None}, catalogue.published())


class OpenersQuery(ReleaseQuery, Page, Formatted):
    """What counts as within reach, and how much to list."""

    within: float | None = Field(
        default=None,
        ge=0,
        le=7,
        description="Up to which weighted gap, in levels, an occupation is within reach. Without "
        "it: the calibrated threshold.",
    )
    occupations: int = Field(default=5, ge=0, le=1000, description="How many occupations to name for each skill.")


def used_filters(catalogue: Catalogue, code: str, query: MovesQuery) -> Iterator[Filter]:
    """The filters that a query uses, in order; raises InvalidParameter."""
    if query.min_coverage is not None:
        yield filters.min_coverage(query.min_coverage)
    if query.max_job_zone_difference is not None:
        yield filters.max_job_zone_difference(catalogue, code, query.max_job_zone_difference)
    if query.other_major_group:
        yield filters.other_major_group(code)
