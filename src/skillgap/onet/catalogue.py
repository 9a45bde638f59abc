"""The read model: one release held in memory, immutable, and swapped whole for a newer one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from skillgap.database.transactions import reading
from skillgap.errors import (
    CodeOfOlderTaxonomy,
    DomainNotLoaded,
    NothingLoaded,
    OccupationNotFound,
    OccupationNotRated,
    SeveralOccupations,
    Suggestion,
)
from skillgap.gap.transitions import Transitions
from skillgap.onet import queries
from skillgap.onet.codes import parse_code
from skillgap.onet.rescored import queries as rescored_queries
from skillgap.onet.rescored.calibration import agreements, calibrated
from skillgap.onet.rescored.levels import rescored_profile
from skillgap.onet.rescored.model_levels import PUBLISHED, LevelsUsed, ModelLevels
from skillgap.onet.supplements import queries as supplements_queries
from skillgap.onet.titles.search import SearchIndex

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from skillgap.gap.matrix import ProfileMatrix
    from skillgap.gap.ratings import Profile
    from skillgap.onet.records import (
        Anchor,
        Element,
        Occupation,
        OlderCode,
        Related,
        ReleaseInfo,
        Scale,
    )
    from skillgap.onet.supplements.ratings import Supplement


MOST_SUGGESTIONS = 5


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Everything one release answers with."""

    info: ReleaseInfo
    occupations: Mapping[str, Occupation]
    elements: Mapping[str, Element]
    scales: Mapping[str, Scale]
    profiles: Mapping[str, Mapping[str, Profile]]  # by domain, then onetsoc_code
    anchors: Mapping[str, tuple[Anchor, ...]]  # by element id
    related: Mapping[str, tuple[Related, ...]]  # by onetsoc_code
    job_titles: Mapping[str, tuple[str, ...]]  # by onetsoc_code
    older_codes: Mapping[str, OlderCode]  # by code of the 2010 taxonomy
    search: Callable[[], SearchIndex]  # made when first asked for: an answer need not wait for it
    supplements: Mapping[str, Supplement] = field(default_factory=dict)  # by onetsoc_code
    supplemental: Mapping[str, Profile] = field(default_factory=dict)  # skills, by onetsoc_code
    texts: dict[tuple[str, str, str], dict[str, bytes]] = field(default_factory=dict)
    """Ready parts of answers, made when first needed: by side, onetsoc_code and domain."""
    model: ModelLevels = field(default_factory=ModelLevels)
    _transitions: dict[tuple[str, ...], Transitions] = field(default_factory=dict, repr=False)

    def supplemented(self, supplements: Mapping[str, Supplement]) -> Catalogue:
        """The same release, with these answers of O*NET Web Services in the place of any other.

        Only what the release lists and has not rated is filled: what it has published holds.
        """
        skills = {one.element_id: one.element_name for one in self.elements.values() if one.domain == "skills"}
        wanted = {
            code: one
            for code, one in supplements.items()
            if code in self.occupations and code not in self.profiles["skills"]
        }
        profiles = {code: one.profile(skills) for code, one in wanted.items()}
        rated = {code: profile for code, profile in profiles.items() if profile}
        return replace(self, supplements=wanted, supplemental=rated, texts={})

    def published(self) -> Catalogue:
        """The same release with its own ratings alone, for what ranks occupations by them."""
        return replace(self, supplements={}, supplemental={}) if self.supplements else self

    def code_named(self, text: str, parameter: str | None = None, *, rated: bool = True) -> str:
        """The O*NET-SOC code that a text names; an 8-digit one need not be in the release.

        A 6-digit SOC code means its occupation ``.00`` where that is in the release and, with
        ``rated``, rated; or the only occupation it has. Where it has several, and ``.00`` is not
        rated but others are, none is plainly meant: they may be quite different work (15-1255.00
        Web and Digital Interface Designers, 15-1255.01 Video Game Designers).

        Raises InvalidParameter as ``parse_code`` does, and SeveralOccupations with the rated ones.
        """
        plain = parse_code(text, parameter)
        soc = plain[:7]
        if len(text.strip()) > len(soc) or (plain in self.occupations and not rated):
            return plain
        inside = [code for code in self.occupations if code.startswith(soc)]
        choices = [code for code in inside if self.is_rated(code)]
        if plain in choices or not choices or len(inside) == 1:
            return plain if plain in inside or not inside else inside[0]
        unrated = f", and {plain} {self.occupations[plain].title} is not rated"
        raise SeveralOccupations(
            f"{self.info.title} has several occupations under {soc}"
            f"{unrated if plain in inside else ''}: choose one of those that are rated.",
            parameter=parameter,
            suggestions=[Suggestion(code, self.occupations[code].title) for code in choices],
        )

    def occupation(self, code: str, parameter: str | None = None) -> Occupation:
        """The occupation of a code; raises OccupationNotFound or CodeOfOlderTaxonomy."""
        if code in self.occupations:
            return self.occupations[code]
        taxonomy = f", {self.info.taxonomy}" if self.info.taxonomy else ""
        older = self.older_codes.get(code)
        if older is None:
            unknown = "" if self.older_codes else " No crosswalk from an older one is loaded."
            raise OccupationNotFound(
                f"{self.info.title} has no occupation {code}: the code is not in this taxonomy{taxonomy}.{unknown}",
                parameter=parameter,
            )
        successors = [Suggestion(one, self.occupations[one].title) for one in older.successors]
        named = " and ".join(f"{one.onetsoc_code} {one.title}" for one in successors)
        raise CodeOfOlderTaxonomy(
            f"{code} {older.title} is a code of the O*NET-SOC 2010 taxonomy. {self.info.title} has "
            f"{named} in its place.",
            parameter=parameter,
            suggestions=successors,
        )

    def profile(self, code: str, parameter: str | None = None, domain: str = "skills") -> Profile:
        """The ratings of an occupation in a domain, or in ``all`` that it is rated in.

        Raises what ``occupation`` does, OccupationNotRated, or DomainNotLoaded.
        """
        if domain == "all":
            rated = [by_code[code] for by_code in (*self.profiles.values(), self.supplemental) if code in by_code]
            if rated:
                return {key: rating for profile in rated for key, rating in profile.items()}
        else:
            self.require_domain(domain)
            if code in self.profiles[domain]:
                return self.profiles[domain][code]
            if domain == "skills" and code in self.supplemental:
                return self.supplemental[code]
        occupation = self.occupation(code, parameter)
        what = "it" if domain == "all" else f"its {_spoken(domain)}"
        rescored = domain == "skills" and code in self.model.occupations
        raise OccupationNotRated(
            f"{self.info.title} lists {code} {occupation.title} but has not rated {what}."
            + self._asked_in_vain(code)
            + (" There are levels of a language model: levels=rescored." if rescored else ""),
            parameter=parameter,
            suggestions=self.rated_neighbours(code, "skills" if domain == "all" else domain),
            may_be_supplied=code if domain in ("skills", "all") else None,
        )

    def _asked_in_vain(self, code: str) -> str:
        supplement = self.supplements.get(code)
        if supplement is None:
            return ""
        return f" Nor is it rated elsewhere ({supplement.title})."

    def source(self, code: str) -> str:
        """Where the skills ratings of an occupation come from: the release, or a supplement."""
        return self.supplements[code].title if code in self.supplemental else self.info.title

    def profile_by_levels(
        self, code: str, levels: str, parameter: str | None = None, domain: str = "skills"
    ) -> tuple[Profile, LevelsUsed]:
        """The ratings of an occupation by the levels asked for, and whose they are.

        Only skills are rescored. Where a model has given none, or none that can be calibrated, the
        profile is O*NET's; raises as ``profile`` does where there is neither.
        """
        rescored = self.model.occupations.get(code)
        if levels != "published" and domain == "skills" and rescored is not None:
            agreement = self.model.agreements.get(rescored.rater)
            used = LevelsUsed("rescored", rescored, agreement)
            calibration = self.model.calibrations.get(rescored.rater)
            if levels == "calibrated" and calibration is not None:
                moved = calibrated(rescored, calibration)
                used = LevelsUsed("calibrated", moved, calibration.agreement, calibration)
            if used.occupation is not None and used.levels == levels:
                names = {one: self.elements[one].element_name for one in rescored.levels}
                published = self.profiles[domain].get(code) or self.supplemental.get(code, {})
                return rescored_profile(used.occupation, names, published), used
        return self.profile(code, parameter, domain), PUBLISHED

    def require_domain(self, domain: str) -> None:
        """Raise DomainNotLoaded when the release has no ratings in the domain."""
        if domain not in self.profiles:
            raise DomainNotLoaded(f"{self.info.title} was loaded without {_spoken(domain)}.", parameter="domain")

    def transitions(self, *domains: str) -> Transitions:
        """How near the occupations that are rated on all these domains are; kept once asked for."""
        if domains not in self._transitions:
            self._transitions[domains] = Transitions({name: self.profiles[name] for name in domains})
        return self._transitions[domains]

    def matrix(self, domain: str = "skills") -> ProfileMatrix:
        """Every profile of a domain, or of the occupations rated in ``all`` that are loaded.

        Raises DomainNotLoaded.
        """
        if domain == "all":
            return self.transitions(*self.profiles).matrix
        self.require_domain(domain)
        return self.transitions(domain).matrix

    def is_rated(self, code: str) -> bool:
        """Whether the occupation has skills ratings, published or supplemental."""
        return code in self.profiles["skills"] or code in self.supplemental

    def rated_domains(self, code: str) -> list[str]:
        """The domains in which the occupation has ratings."""
        published = [name for name, rated in self.profiles.items() if code in rated]
        return ["skills", *published] if code in self.supplemental else published

    def is_rated_element(self, element_id: str) -> bool:
        """Whether occupations are rated on the element."""
        element = self.elements.get(element_id)
        return element is not None and element.domain in self.profiles

    def rated_neighbours(self, code: str, domain: str = "skills") -> list[Suggestion]:
        """Rated occupations of the same SOC group, those that share the finest group first."""
        shared = {
            rated: next((length for length in (7, 6, 5, 4) if rated[:length] == code[:length]), 0)
            for rated in self.profiles.get(domain, {})
        }  # detailed, broad and minor SOC group are the first 7, 6 and 5 (or 4) characters
        nearest = sorted((rated for rated in shared if shared[rated]), key=lambda c: (-shared[c], c))
        return [Suggestion(rated, self.occupations[rated].title) for rated in nearest[:MOST_SUGGESTIONS]]


def _spoken(domain: str) -> str:
    return domain.replace("_", " ")


def read_catalogue(connection: Connection, info: ReleaseInfo) -> Catalogue:
    """Read a release with a fixed, small number of queries, all in the connection's transaction."""
    release = info.release
    occupations = {one.onetsoc_code: one for one in queries.occupations(connection, release)}
    elements = {one.element_id: one for one in queries.elements(connection, release)}
    profiles = queries.profiles(connection, release, elements)
    job_titles = queries.job_titles(connection, release)
    return Catalogue(
        info=info,
        occupations=occupations,
        elements=elements,
        scales={scale.scale_id: scale for scale in queries.scales(connection, release)},
        profiles=profiles,
        anchors=queries.level_anchors(connection, release),
        related=queries.related_occupations(connection, release),
        job_titles=job_titles,
        older_codes=queries.older_codes(connection, release),
        search=cache(
            lambda: SearchIndex(
                {code: one.title for code, one in occupations.items()},
                ((code, title) for code, titles in job_titles.items() for title in titles),
                profiles["skills"].keys(),
            )
        ),
        model=read_model_levels(connection, release, elements, profiles),
    )


def read_model_levels(
    connection: Connection,
    release: str,
    elements: Mapping[str, Element],
    profiles: Mapping[str, Mapping[str, Profile]],
) -> ModelLevels:
    """What models say of a release; nothing where the tables for it are not there yet."""
    if rescored_queries.rescoring_mark(connection) is None:
        return ModelLevels()
    skills = frozenset(one.element_id for one in elements.values() if one.domain == "skills")
    occupations = rescored_queries.rescored_occupations(connection, release, skills)
    return ModelLevels(
        occupations,
        agreements(occupations.values(), profiles["skills"]),
        rescored_queries.calibrations(connection, release),
    )


def current_catalogue(engine: Engine) -> Catalogue:
    """The release that answers now, with its supplements; raises NothingLoaded."""
    with reading(engine) as connection:
        current = next((one for one in queries.releases(connection) if one.current), None)
        if current is None:
            raise NothingLoaded
        catalogue = read_catalogue(connection, current)
        return catalogue.supplemented(supplements_queries.supplements(connection))
