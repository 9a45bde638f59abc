"""The parameters of comparisons."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import Field

from skillgap.errors import RequestError, faults_of
from skillgap.gap.certainty import ComparisonOptions
from skillgap.http.csv_response import Formatted
from skillgap.http.parameters import DOMAIN_DESCRIPTION, LEVELS_DESCRIPTION, Domain, OccupationCode, ReleaseQuery
from skillgap.occupations.pair.sides import resolve_sides
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import Levels


class CompareOptions(ReleaseQuery):
    """How to compare; no filter is used unless it is named."""

    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)
    include: str = Field(
        default="",
        pattern=r"^(|met|surplus|all|met,surplus|surplus,met)$",
        description="Also list what is `met`, in `surplus`, or `all` (both), separated by a comma.",
    )
    explain: Literal["none", "anchors", "llm"] = Field(
        default="none",
        description="`anchors` says what the levels mean, by O*NET's own examples; `llm` also has "
        "a language model tell the gap in words, where one is configured.",
    )
    min_gap: float = Field(default=0, ge=0, le=7, description="Leave out gaps below this many levels; 0.5 is sensible.")
    min_importance: float | None = Field(
        default=None, ge=1, le=5, description="Leave out what matters less to the target (IM, 1-5)."
    )
    precision: Literal["all", "strict"] = Field(
        default="all", description="`strict` leaves out what O*NET recommends to suppress."
    )
    confidence: float = Field(default=0.95, ge=0.5, le=0.999, description="Of the interval of each difference.")
    threshold: float = Field(default=0.5, ge=0, le=7, description="Differences below it are classed `negligible`.")
    adjust: Literal["none", "holm"] = Field(
        default="none", description="`holm` allows for many elements being tested at once."
    )

    def options(self) -> ComparisonOptions:
        """The same for the comparison itself."""
        return ComparisonOptions(
            min_gap=self.min_gap,
            min_importance=self.min_importance,
            strict=self.precision == "strict",
            confidence=self.confidence,
            threshold=self.threshold,
            holm=self.adjust == "holm",
        )

    def includes(self, name: Literal["met", "surplus"]) -> bool:
        """Whether this list is to be sent."""
        return name in self.include or self.include == "all"


class GapOptions(CompareOptions):
    """How to compare two occupations."""

    levels: Levels | None = Field(default=None, description=LEVELS_DESCRIPTION)

    def with_levels(self, default: Levels) -> Self:
        """The same with the levels that are used: those it names, else the service's."""
        return self if self.levels else self.model_copy(update={"levels": default})


class PairQuery(ReleaseQuery):
    """From which occupation to which."""

    from_code: OccupationCode = Field(
        alias="from",
        description="The source occupation: an O*NET-SOC code, or its first 6 digits.",
        examples=["41-9012.00"],
    )
    to_code: OccupationCode = Field(
        alias="to",
        description="The target occupation: an O*NET-SOC code, or its first 6 digits.",
        examples=["53-5031.00"],
    )

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong with both codes and the domain."""
        try:
            resolve_sides(catalogue, values)
        except RequestError as error:
            yield from faults_of(error)


class GapQuery(GapOptions, Formatted, PairQuery):
    """The parameters of ``GET /skill-gap``."""
