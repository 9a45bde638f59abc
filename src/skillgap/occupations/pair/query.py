"""The parameters of comparisons."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple, Self

from pydantic import Field

from skillgap.errors import InvalidParameter, OccupationNotRated, RequestError, SeveralFaults, faults_of
from skillgap.gap.certainty import HALF_A_LEVEL, ComparisonOptions
from skillgap.gap.ratings import Profile
from skillgap.http.csv_response import Formatted
from skillgap.http.parameters import (
    DOMAIN_DESCRIPTION,
    LEVELS_DESCRIPTION,
    Domain,
    OccupationCode,
    ReleaseQuery,
    faults_in,
)
from skillgap.http.reader import Reader
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import PUBLISHED, Levels, LevelsUsed
from skillgap.onet.tables import DOMAINS


class Side(NamedTuple):
    """One side of a comparison."""

    onetsoc_code: str
    profile: Profile
    used: LevelsUsed = PUBLISHED


def resolve_sides(catalogue: Catalogue, values: Mapping[str, Any]) -> tuple[Side, Side]:
    """The occupations that ``from`` and ``to`` name; raises SeveralFaults with those of both and of the domain."""
    sides: list[Side] = []
    faults = list(faults_in(require_domain, catalogue, values))
    if faults:  # what is wrong with the codes is wrong in whatever domain
        values = {**values, "domain": "all"}
    for parameter in ("from", "to"):
        try:
            sides.append(resolve_side(catalogue, values, parameter))
        except RequestError as error:
            faults += faults_of(error)
    if not faults and not sides[0].profile.keys() & sides[1].profile.keys():
        codes = " and ".join(side.onetsoc_code for side in sides)
        faults = [OccupationNotRated(f"{codes} are rated on no element in common.", parameter="to", suggestions=[])]
    if faults:
        raise SeveralFaults(faults)
    return sides[0], sides[1]


def resolve_side(catalogue: Catalogue, values: Mapping[str, Any], parameter: str) -> Side:
    """The occupation that a parameter names, by the ``domain`` and ``levels`` among the values.

    Raises InvalidParameter when it is missing or no code, and what ``Catalogue.profile_by_levels`` raises.
    """
    text = values.get(parameter)
    if not isinstance(text, str):
        raise InvalidParameter(f"The parameter '{parameter}' is missing: give an O*NET-SOC code.", parameter=parameter)
    code = catalogue.code_named(text, parameter)
    levels = values.get("levels")
    known = levels if levels in ("rescored", "calibrated") else "published"
    return Side(code, *catalogue.profile_by_levels(code, known, parameter, domain_of(values)))


def require_domain(catalogue: Catalogue, values: Mapping[str, Any]) -> None:
    """Raise DomainNotLoaded where the values name one domain that the release does not have."""
    if (domain := domain_of(values)) != "all":
        catalogue.require_domain(domain)


def domain_of(values: Mapping[str, Any]) -> str:
    """The domain among the values; skills where it is absent or, a fault reported elsewhere, unknown."""
    domain = values.get("domain")
    return domain if domain in (*DOMAINS, "all") else "skills"


def exact(limit: float) -> Decimal:
    """The decimal that a client wrote, which arrives as a binary fraction: 3.12 and not 3.12000000000000010658."""
    return Decimal(str(limit))


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
    threshold: float = Field(
        default=float(HALF_A_LEVEL), ge=0, le=7, description="Differences below it are classed `negligible`."
    )
    adjust: Literal["none", "holm"] = Field(
        default="none", description="`holm` allows for many elements being tested at once."
    )

    def options(self) -> ComparisonOptions:
        """The same for the comparison itself."""
        return ComparisonOptions(
            min_gap=exact(self.min_gap),
            min_importance=None if self.min_importance is None else exact(self.min_importance),
            strict=self.precision == "strict",
            confidence=self.confidence,
            threshold=exact(self.threshold),
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
    def request_faults(cls, values: Mapping[str, Any], reader: Reader) -> Iterator[RequestError]:
        """The same by the levels that the service uses where the values name none."""
        return super().request_faults({"levels": reader.default_levels, **values}, reader)

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong with both codes and the domain."""
        yield from faults_in(resolve_sides, catalogue, values)


class GapQuery(GapOptions, Formatted, PairQuery):
    """The parameters of ``GET /skill-gap``."""
