"""What can be asked about moves, paths and door openers, and which moves an answer leaves out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pydantic import Field

from skillgap.errors import InvalidParameter
from skillgap.gap.distances import DEFAULT_MEASURE, Measure
from skillgap.gap.transitions import Direction, Move, Transitions
from skillgap.http.csv_response import FORMAT_DESCRIPTION, Format
from skillgap.http.parameters import DOMAIN_DESCRIPTION, LARGEST_PAGE, Domain
from skillgap.occupations.pair.query import PairCodes, ReleaseQuery
from skillgap.onet.catalogue import Catalogue

SKILLS, KNOWLEDGE = "skills", "knowledge"
MOST_STEPS = 6


class PageOptions(ReleaseQuery):
    """A part of a list."""

    limit: int = Field(default=20, ge=1, le=LARGEST_PAGE, description="How many, at most.")
    offset: int = Field(default=0, ge=0, le=1_000_000, description="How many to pass over.")
    format: Format = Field(default="json", description=FORMAT_DESCRIPTION)


class MovesOptions(PageOptions):
    """How to rank, and what to leave out; nothing is left out unless it is asked for."""

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
        default=False,
        description="Leave out the occupation's own SOC major group (the first 2 digits).",
    )

    def nearness(self, catalogue: Catalogue, code: str) -> tuple[Transitions, Transitions]:
        """Where to rank, and where to tell what a move takes.

        What a move takes is told on skills unless a domain is asked for, as the gap is. Resemblance
        looks at knowledge too, which finds more of O*NET's related occupations; as it compares each
        domain by itself, it matters little that other people have rated it.

        Raises OccupationNotFound, OccupationNotRated or DomainNotLoaded.
        """
        domains = tuple(catalogue.profiles) if self.domain == "all" else (self.domain or SKILLS,)
        for domain in domains:
            catalogue.profile(code, "code", domain)
        comparing = catalogue.transitions(*domains)
        also_knowledge = self.domain is None and self.measure is Measure.RESEMBLANCE
        if also_knowledge and code in catalogue.profiles.get(KNOWLEDGE, {}):
            return catalogue.transitions(SKILLS, KNOWLEDGE), comparing
        return comparing, comparing

    def filters(self, catalogue: Catalogue, code: str) -> Iterator[MoveFilter]:
        """The filters asked for, in the order they are to be used; raises InvalidParameter."""
        if self.min_coverage is not None:
            least = self.min_coverage
            yield MoveFilter("min_coverage", least, lambda move: move.step.coverage >= least)
        if self.max_job_zone_difference is not None:
            most = self.max_job_zone_difference
            near = _within_job_zones(catalogue, code, most)
            yield MoveFilter("max_job_zone_difference", most, lambda move: move.other in near)
        if self.other_major_group:
            group = code[:2]
            yield MoveFilter("other_major_group", True, lambda move: move.other[:2] != group)


class PathOptions(ReleaseQuery):
    """On what, and in how many steps."""

    domain: Domain = Field(
        default="skills",
        description=f"What steps are measured on; `all` is every loaded one. {DOMAIN_DESCRIPTION}",
    )

    max_steps: int = Field(default=3, ge=1, le=MOST_STEPS, description="Steps that the path may have, at most.")
    format: Format = Field(default="json", description=FORMAT_DESCRIPTION)

    def nearness(self, catalogue: Catalogue, source: str, target: str) -> Transitions:
        """Where to look for the path; raises where either end is not rated there."""
        domains = tuple(catalogue.profiles) if self.domain == "all" else (self.domain,)
        for parameter, code in (("from", source), ("to", target)):
            for domain in domains:
                catalogue.profile(code, parameter, domain)
        return catalogue.transitions(*domains)


class PathQuery(PathOptions, PairCodes):
    """The parameters of ``GET /paths``."""


class OpenersOptions(PageOptions):
    """What counts as within reach, and how much to tell."""

    within: float | None = Field(
        default=None,
        ge=0,
        le=7,
        description="Up to which weighted gap, in levels, an occupation is within reach. Without "
        "it: the calibrated threshold.",
    )
    occupations: int = Field(default=5, ge=0, le=1000, description="How many occupations to name for each skill.")


class MoveFilter(NamedTuple):
    """One way to leave moves out: the parameter that asks for it, and which moves stay."""

    name: str
    value: float | bool
    keeps: Callable[[Move], bool]


class Removed(NamedTuple):
    """A filter, and how many of the moves that were left by then it removed."""

    filter: MoveFilter
    moves: int


def filtered(moves: Sequence[Move], filters: Iterator[MoveFilter]) -> tuple[list[Move], list[Removed]]:
    """The moves that every filter keeps, and what each filter removed."""
    left, removed = list(moves), []
    for one in filters:
        kept = [move for move in left if one.keeps(move)]
        removed.append(Removed(one, len(left) - len(kept)))
        left = kept
    return left, removed


def _within_job_zones(catalogue: Catalogue, code: str, most: int) -> set[str]:
    """The occupations whose job zone is at most so many from the one of ``code``."""
    own = catalogue.occupations[code].job_zone
    if own is None:
        raise InvalidParameter(
            f"{catalogue.info.title} gives {code} no job zone to be near to.",
            parameter="max_job_zone_difference",
        )
    return {
        other
        for other, occupation in catalogue.occupations.items()
        if occupation.job_zone is not None and abs(occupation.job_zone - own) <= most
    }
