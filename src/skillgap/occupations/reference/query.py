"""The parameters of what O*NET publishes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import Field

from skillgap.errors import RequestError
from skillgap.http.csv_response import Formatted
from skillgap.http.parameters import (
    DOMAIN_DESCRIPTION,
    LEVELS_DESCRIPTION,
    LONGEST_SEARCH,
    Domain,
    Page,
    ReleaseQuery,
    faults_in,
)
from skillgap.occupations.schemas import FilterOut
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.major_groups import MAJOR_GROUPS, MajorGroup, major_group_of
from skillgap.onet.records import Occupation
from skillgap.onet.rescored.model_levels import Levels


def listed_occupation(catalogue: Catalogue, code: str) -> Occupation:
    """An occupation, rated or not.

    Raises InvalidParameter, SeveralOccupations, OccupationNotFound or CodeOfOlderTaxonomy.
    """
    return catalogue.occupation(catalogue.code_named(code, "code", rated=False), "code")


def _listed(names: Mapping[str, str]) -> str:
    return ", ".join(f"{code}: {name}" for code, name in names.items()).join("()")


class SearchQuery(ReleaseQuery, Page, Formatted):
    """The parameters of ``GET /occupations``."""

    q: str = Field(
        default="",
        max_length=LONGEST_SEARCH,
        description="Part of a code, a title or an alternate title; typing errors are forgiven. "
        "Without it every occupation is listed by code.",
        examples=["registered nurse"],
    )
    major_group: MajorGroup | None = Field(
        default=None,
        description=f"Only the SOC major group with these two digits. {_listed(MAJOR_GROUPS)}",
        examples=["29"],
    )
    job_zone: int | None = Field(
        default=None,
        ge=1,
        le=5,
        description="Only the job zone, from 1 (little preparation) to 5 (extensive); an occupation without one is "
        "left out.",
        examples=[4],
    )
    rated: bool | None = Field(
        default=None,
        description="`true`: only occupations whose skills are rated, so that they can be compared; `false`: only the "
        "others.",
        examples=[True],
    )


def apply_filters(catalogue: Catalogue, query: SearchQuery, codes: Sequence[str]) -> tuple[list[str], list[FilterOut]]:
    """The codes that every filter keeps, in their order, and how many each removed of those left by then."""
    kept, filters = list(codes), []
    for name, value, keeps in _filters(catalogue, query):
        before = len(kept)
        kept = [code for code in kept if keeps(code)]
        filters.append(FilterOut(name=name, value=value, removed=before - len(kept)))
    return kept, filters


def _filters(catalogue: Catalogue, query: SearchQuery) -> Iterator[tuple[str, str | bool | int, Callable[[str], bool]]]:
    """The filters that are used, in order: parameter, value, and which codes stay."""
    if query.major_group is not None:
        yield "major_group", query.major_group, lambda code: major_group_of(code) == query.major_group
    if query.job_zone is not None:
        yield "job_zone", query.job_zone, lambda code: catalogue.occupations[code].job_zone == query.job_zone
    if query.rated is not None:
        yield "rated", query.rated, lambda code: catalogue.is_rated(code) is query.rated


class ListedCodeQuery(ReleaseQuery):
    """The parameters of ``GET /occupations/{code}``, whose occupation need not be rated."""

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """A code that the release does not list."""
        yield from faults_in(listed_occupation, catalogue, values["code"])


class RatingsQuery(ReleaseQuery, Formatted):
    """The parameters of ``GET /occupations/{code}/ratings``."""

    levels: Levels | None = Field(default=None, description=LEVELS_DESCRIPTION)
    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)


class TechnologiesQuery(ListedCodeQuery, Page, Formatted):
    """The parameters of ``GET /occupations/{code}/technologies``."""

    hot: bool = Field(
        default=False, description="Leave out what is not hot: often in employers' postings of all occupations."
    )
    in_demand: bool = Field(
        default=False, description="Leave out what is not in demand: often in employers' postings of this occupation."
    )

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """A code that the release does not list, and that it was loaded without technologies."""
        yield from super().faults(values, catalogue)
        yield from faults_in(catalogue.technologies_of, values["code"])


class TasksQuery(ListedCodeQuery, Formatted):
    """The parameters of ``GET /occupations/{code}/tasks``."""

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """A code that the release does not list, and that it was loaded without tasks."""
        yield from super().faults(values, catalogue)
        yield from faults_in(catalogue.tasks_of, values["code"])


class ElementsQuery(ReleaseQuery, Formatted):
    """The parameters of ``GET /elements``."""

    domain: Domain = Field(default="all", description=DOMAIN_DESCRIPTION)


class ScalesQuery(ReleaseQuery, Formatted):
    """The parameters of ``GET /scales``."""
