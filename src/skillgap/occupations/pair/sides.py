"""The two sides of a comparison: occupations by code, in a domain, by published or rescored levels."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from skillgap.errors import InvalidParameter, RequestError, SeveralFaults, faults_of
from skillgap.gap.ratings import Profile
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import PUBLISHED, LevelsUsed
from skillgap.onet.tables import DOMAINS


class Side(NamedTuple):
    """One side of a comparison."""

    onetsoc_code: str
    profile: Profile
    used: LevelsUsed = PUBLISHED


def resolve_sides(catalogue: Catalogue, values: Mapping[str, Any]) -> tuple[Side, Side]:
    """The occupations that ``from`` and ``to`` name; raises SeveralFaults with those of both."""
    sides: list[Side] = []
    faults: list[RequestError] = []
    for parameter in ("from", "to"):
        try:
            sides.append(resolve_side(catalogue, values, parameter))
        except RequestError as error:
            faults += faults_of(error)
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


def domain_of(values: Mapping[str, Any]) -> str:
    """The domain among the values; skills where it is absent or, a fault reported elsewhere, unknown."""
    domain = values.get("domain")
    return domain if domain in (*DOMAINS, "all") else "skills"
