"""The parameters of what O*NET publishes."""

from collections.abc import Iterator, Mapping
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
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.records import Occupation
from skillgap.onet.rescored.model_levels import Levels


def listed_occupation(catalogue: Catalogue, code: str) -> Occupation:
    """An occupation, rated or not.

    Raises InvalidParameter, SeveralOccupations, OccupationNotFound or CodeOfOlderTaxonomy.
    """
    return catalogue.occupation(catalogue.code_named(code, "code", rated=False), "code")


class SearchQuery(ReleaseQuery, Page, Formatted):
    """The parameters of ``GET /occupations``."""

    q: str = Field(
        default="",
        max_length=LONGEST_SEARCH,
        description="Part of a code, a title or an alternate title; typing errors are forgiven. "
        "Without it every occupation is listed by code.",
        examples=["registered nurse"],
    )


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
