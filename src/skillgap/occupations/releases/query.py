"""The parameters of a difference between releases, and the occupations of both that it is about."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import Field

from skillgap.errors import InvalidParameter, NothingLoaded, RequestError, SeveralFaults, faults_of
from skillgap.gap.ratings import Profile
from skillgap.http.csv_response import Formatted
from skillgap.http.parameters import DOMAIN_DESCRIPTION, Domain, OccupationCode, StrictQuery, faults_in
from skillgap.http.reader import Reader
from skillgap.occupations.pair.query import domain_of
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.codes import parse_code

CODES = ("from", "to", "occupation")


class DiffQuery(StrictQuery, Formatted):
    """A pair, an occupation, an element, or none of them, which means all occupations in short."""

    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)
    from_code: OccupationCode | None = Field(
        default=None,
        alias="from",
        description="With `to`: what changed in the gap from this occupation. An O*NET-SOC code, "
        "or its first 6 digits.",
    )
    to_code: OccupationCode | None = Field(default=None, alias="to", description="With `from`: the target.")
    occupation: OccupationCode | None = Field(
        default=None, description="What changed in the ratings of this occupation; alone, without `from` and `to`."
    )

    element: str | None = Field(
        default=None,
        max_length=20,
        description="What changed in this element's ratings, in all occupations; alone, and by an element id.",
        examples=["2.A.1.a"],
    )

    @classmethod
    def request_faults(cls, values: Mapping[str, Any], reader: Reader) -> Iterator[RequestError]:
        """Releases that are not loaded, or what both find wrong with the codes."""
        yield from faults_in(lambda: find_presences(read_pair(reader.catalogue, values["a"], values["b"]), values))


class ReleasePair(NamedTuple):
    """Two releases to compare, each with its own ratings alone."""

    before: Catalogue
    after: Catalogue


class Presence(NamedTuple):
    """An occupation in two releases; a profile is None where ``absences`` says why."""

    onetsoc_code: str
    before: Profile | None
    after: Profile | None
    absences: tuple[str, ...]


def read_pair(catalogue_of: Callable[[str, str], Catalogue], before: str, after: str) -> ReleasePair:
    """Both releases; ``catalogue_of`` gives the one of a name, which a parameter has.

    Raises NothingLoaded, or SeveralFaults where one is not loaded or cannot be read.
    """
    catalogues: list[Catalogue] = []
    faults: list[RequestError] = []
    for parameter, release in (("a", before), ("b", after)):
        try:
            catalogues.append(catalogue_of(release, parameter).published())
        except NothingLoaded:
            raise
        except RequestError as error:
            faults.append(error)
    if faults:
        raise SeveralFaults(faults)
    return ReleasePair(*catalogues)


def find_presences(releases: ReleasePair, values: Mapping[str, Any]) -> list[Presence]:
    """The occupations that the values name: a pair, one, or none at all, as with an element.

    An occupation needs ratings in one of the releases, not in both. Raises SeveralFaults with everything that is
    wrong with the domain, the element and the codes.
    """
    texts = {name: values[name] for name in CODES if isinstance(values.get(name), str)}
    domain = domain_of(values)
    faults = [*_combination_faults(texts), *_element_faults(releases, values.get("element"), texts)]
    presences: list[Presence] = []
    try:
        for catalogue in releases if domain != "all" else ():
            catalogue.require_domain(domain)
    except RequestError as error:
        faults.append(error)
        domain = "skills"
    for parameter, text in texts.items():
        try:
            presences.append(_find_presence(releases, text, parameter, domain))
        except RequestError as error:
            faults += faults_of(error)
    if faults:
        raise SeveralFaults(faults)
    return presences


def _combination_faults(texts: Mapping[str, str]) -> list[RequestError]:
    """Half a pair, or a pair and an occupation."""
    if "occupation" in texts and len(texts) > 1:
        both = "Give 'from' and 'to', or 'occupation', or none of them."
        return [InvalidParameter(both, parameter="occupation")]
    if texts.keys() not in ({"from"}, {"to"}):
        return []
    missing = "to" if "from" in texts else "from"
    detail = f"The parameter '{missing}' is missing: give an O*NET-SOC code."
    return [InvalidParameter(detail, parameter=missing)]


def _element_faults(releases: ReleasePair, element: object, texts: Mapping[str, str]) -> Iterator[RequestError]:
    """An element that neither release rates, or an element beside an occupation."""
    if not isinstance(element, str):
        return
    if texts:
        yield InvalidParameter("Give 'element' alone, without an occupation.", parameter="element")
    if not any(catalogue.is_rated_element(element) for catalogue in releases):
        yield InvalidParameter(f"{element!r} is no element that the releases rate; see /elements.", parameter="element")


def _find_presence(releases: ReleasePair, text: str, parameter: str, domain: str) -> Presence:
    code = parse_code(text, parameter)
    if not any(catalogue.is_rated(code) for catalogue in releases):
        code = releases.after.code_named(text, parameter)
    profiles: list[Profile | None] = []
    absences: list[RequestError] = []
    for catalogue in releases:
        try:
            profiles.append(catalogue.profile(code, parameter, domain))
        except RequestError as absence:
            profiles.append(None)
            absences.append(absence)
    if len(absences) == len(releases):
        raise absences[-1]
    before, after = profiles
    return Presence(code, before, after, tuple(str(absence) for absence in absences))
