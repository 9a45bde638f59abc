"""The parameters of moves, paths and door openers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from skillgap.errors import InvalidParameter, RequestError
from skillgap.gap.distances import DEFAULT_MEASURE, Measure
from skillgap.gap.transitions import Direction, Move
from skillgap.http.csv_response import Formatted
from skillgap.http.parameters import DOMAIN_DESCRIPTION, Domain, Page, ReleaseQuery
from skillgap.occupations.pair.query import PairQuery
from skillgap.occupations.schemas import FilterOut, rounded
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


def apply_filters(
    catalogue: Catalogue, code: str, query: MovesQuery, moves: Sequence[Move]
) -> tuple[list[Move], list[FilterOut]]:
    """The moves that every filter keeps, and what each filter removed; raises InvalidParameter."""
    kept, filters = list(moves), []
    for name, value, keeps in _filters(catalogue, code, query):
        before = len(kept)
        kept = [move for move in kept if keeps(move)]
        filters.append(FilterOut(name=name, value=value, removed=before - len(kept)))
    return kept, filters


def _filters(
    catalogue: Catalogue, code: str, query: MovesQuery
) -> Iterator[tuple[str, float | bool, Callable[[Move], bool]]]:
    """The filters that are used, in order: parameter, value, and which moves stay."""
    if (least := query.min_coverage) is not None:
        yield "min_coverage", least, lambda move: rounded(move.step.coverage) >= least
    if (most := query.max_job_zone_difference) is not None:
        near = _within_job_zones(catalogue, code, most)
        yield "max_job_zone_difference", most, lambda move: move.other in near
    if query.other_major_group:
        yield "other_major_group", True, lambda move: move.other[:2] != code[:2]


def _within_job_zones(catalogue: Catalogue, code: str, most: int) -> set[str]:
    """The occupations whose job zone is at most so many from that of ``code``."""
    own = catalogue.occupations[code].job_zone
    if own is None:
        raise InvalidParameter(
            f"{catalogue.info.title} gives {code} no job zone to be near to.", parameter="max_job_zone_difference"
        )
    zones = {other: occupation.job_zone for other, occupation in catalogue.occupations.items()}
    return {other for other, zone in zones.items() if zone is not None and abs(zone - own) <= most}
