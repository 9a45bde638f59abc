"""The read model: one release held in memory and replaced as a whole.

What was read is not changed. What is computed of it, such as the search index, is computed when first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

from sqlalchemy import Connection, Engine

from skillgap.database.transactions import reading
from skillgap.errors import DomainNotLoaded, FileNotLoaded, OccupationNotRated, Suggestion
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.ratings import Profile
from skillgap.gap.transitions import Transitions
from skillgap.onet import codes, queries
from skillgap.onet.records import Anchor, Element, Occupation, OlderCode, Related, ReleaseInfo, Scale, Task, Technology
from skillgap.onet.rescored import queries as rescored_queries
from skillgap.onet.rescored.levels import rescored_profile
from skillgap.onet.rescored.model_levels import PUBLISHED, LevelsUsed, ModelLevels, agreements, calibrated
from skillgap.onet.supplements import ratings as supplements_ratings
from skillgap.onet.supplements.ratings import Supplement
from skillgap.onet.titles.coding import TitleCoder
from skillgap.onet.titles.search import SearchIndex

Record = TypeVar("Record")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Everything of one release that requests read."""

    info: ReleaseInfo
    occupations: Mapping[str, Occupation]
    elements: Mapping[str, Element]
    scales: Mapping[str, Scale]
    profiles: Mapping[str, Mapping[str, Profile]]  # by domain, then onetsoc_code
    anchors: Mapping[str, tuple[Anchor, ...]]  # by element id
    related: Mapping[str, tuple[Related, ...]]  # by onetsoc_code
    job_titles: Mapping[str, tuple[str, ...]]  # by onetsoc_code
    reported_titles: Mapping[tuple[str, str], bool]  # (onetsoc_code, title): whether My Next Move shows it
    technologies: Mapping[str, tuple[Technology, ...]]  # by onetsoc_code
    tasks: Mapping[str, tuple[Task, ...]]  # by onetsoc_code
    older_codes: Mapping[str, OlderCode]  # by code of the 2010 taxonomy
    search: Callable[[], SearchIndex]  # made on first use: other requests need not wait for it
    coder: Callable[[], TitleCoder]  # ... on the index of the search
    supplements: Mapping[str, Supplement] = field(default_factory=dict)  # by onetsoc_code
    supplemental: Mapping[str, Profile] = field(default_factory=dict)  # skills, by onetsoc_code
    model: ModelLevels = field(default_factory=ModelLevels)
    _transitions: dict[tuple[str, ...], Transitions] = field(default_factory=dict, repr=False)

    def supplemented(self, supplements: Mapping[str, Supplement]) -> Catalogue:
        """The same release with these supplements instead of any other.

        Only occupations that the release lists and has not rated are filled.
        """
        skills = {
            element.element_id: element.element_name for element in self.elements.values() if element.domain == "skills"
        }
        used = {
            code: supplement
            for code, supplement in supplements.items()
            if code in self.occupations and code not in self.profiles["skills"]
        }
        profiles = {code: supplement.profile(skills) for code, supplement in used.items()}
        rated = {code: profile for code, profile in profiles.items() if profile}
        return replace(self, supplements=used, supplemental=rated)

    def published(self) -> Catalogue:
        """The same release with its own ratings alone, for what ranks occupations by them."""
        return replace(self, supplements={}, supplemental={}) if self.supplements else self

    def code_named(self, text: str, parameter: str | None = None, *, rated: bool = True) -> str:
        """The O*NET-SOC code that a text names; an 8-digit one need not be in the release.

        See ``codes.code_named``; raises InvalidParameter or SeveralOccupations.
        """
        return codes.code_named(text, self.info, self.occupations, self.is_rated, parameter, rated=rated)

    def occupation(self, code: str, parameter: str | None = None) -> Occupation:
        """The occupation of a code; raises OccupationNotFound or CodeOfOlderTaxonomy."""
        if code in self.occupations:
            return self.occupations[code]
        raise codes.unknown_code(code, self.info, self.occupations, self.older_codes, parameter)

    def profile(self, code: str, parameter: str | None = None, domain: str = "skills") -> Profile:
        """The ratings of an occupation in a domain, or in ``all`` that it is rated in.

        Raises OccupationNotFound, CodeOfOlderTaxonomy, OccupationNotRated or DomainNotLoaded.
        """
        if domain != "all":
            self.require_domain(domain)
        profiles = [self.profiles[domain]] if domain != "all" else list(self.profiles.values())
        if domain in ("skills", "all"):
            profiles.append(self.supplemental)
        rated = [by_code[code] for by_code in profiles if code in by_code]
        if not rated:
            raise self._not_rated(code, parameter, domain)
        if len(rated) == 1:
            return rated[0]
        return {element_id: rating for profile in rated for element_id, rating in profile.items()}

    def _not_rated(self, code: str, parameter: str | None, domain: str) -> OccupationNotRated:
        """The error for an occupation without ratings; raises what ``occupation`` raises."""
        occupation = self.occupation(code, parameter)
        text = f"{self.info.title} lists {code} {occupation.title} but has not rated "
        text += "it." if domain == "all" else f"its {_spoken(domain)}."
        if code in self.supplements:
            text += f" Nor is it rated elsewhere ({self.supplements[code].title})."
        if domain == "skills" and code in self.model.occupations:
            text += " There are levels of a language model: levels=rescored."
        return OccupationNotRated(
            text,
            parameter=parameter,
            suggestions=self.rated_neighbours(code, "skills" if domain == "all" else domain),
            may_be_supplied=code if domain in ("skills", "all") else None,
        )

    def source(self, code: str) -> str:
        """Where the skills ratings of an occupation come from: the release, or a supplement."""
        return self.supplements[code].title if code in self.supplemental else self.info.title

    def profile_by_levels(
        self, code: str, levels: str, parameter: str | None = None, domain: str = "skills"
    ) -> tuple[Profile, LevelsUsed]:
        """The ratings of an occupation by these levels, and whose levels they are.

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
                names = {element_id: self.elements[element_id].element_name for element_id in rescored.levels}
                published = self.profiles[domain].get(code) or self.supplemental.get(code, {})
                return rescored_profile(used.occupation, names, published), used
        return self.profile(code, parameter, domain), PUBLISHED

    def require_domain(self, domain: str) -> None:
        """Raise DomainNotLoaded when the release has no ratings in the domain."""
        if domain not in self.profiles:
            raise DomainNotLoaded(f"{self.info.title} was loaded without {_spoken(domain)}.", parameter="domain")

    def technologies_of(self, code: str) -> tuple[Technology, ...]:
        """The technologies of a listed occupation by name, none where O*NET lists none; raises FileNotLoaded."""
        return self._loaded(self.technologies, "Technology Skills (from 30.3 on Software Skills)").get(code, ())

    def tasks_of(self, code: str) -> tuple[Task, ...]:
        """The tasks of a listed occupation in O*NET's order, none where it lists none; raises FileNotLoaded."""
        return self._loaded(self.tasks, "Task Statements").get(code, ())

    def _loaded(self, by_code: Mapping[str, Record], file: str) -> Mapping[str, Record]:
        """What a file has given; no file is loaded without a row."""
        if not by_code:
            raise FileNotLoaded(f"{self.info.title} was loaded without its file {file}.", parameter="release")
        return by_code

    def transitions(self, *domains: str) -> Transitions:
        """Moves between the occupations that are rated on all these domains; one object for all threads."""
        transitions = self._transitions.get(domains)
        if transitions is None:
            made = Transitions({name: self.profiles[name] for name in domains})
            transitions = self._transitions.setdefault(domains, made)
        return transitions

    def domains(self, domain: str) -> tuple[str, ...]:
        """The domain alone, or every loaded one for ``all``."""
        return tuple(self.profiles) if domain == "all" else (domain,)

    def matrix(self, domain: str = "skills") -> ProfileMatrix:
        """The profiles of the occupations rated completely in a domain, or in ``all`` that are loaded.

        Raises DomainNotLoaded.
        """
        if domain != "all":
            self.require_domain(domain)
        return self.transitions(*self.domains(domain)).matrix

    def require_ranked(self, code: str, parameter: str | None, *domains: str) -> None:
        """Raise what ``profile`` raises, or OccupationNotRated where the release lacks one of the ratings.

        Such an occupation can be compared on the elements that are there, but has no rank among others.
        """
        for domain in domains:
            self.profile(code, parameter, domain)
        if code not in self.transitions(*domains).matrix.positions:
            title = f"{code} {self.occupations[code].title}"
            unrated = [_spoken(domain) for domain in domains if code not in self.profiles[domain]]
            fault = f"has not rated the {' and '.join(unrated)} of {title}"
            if not unrated:
                fault = f"has rated {title} incompletely: a level or an importance is missing"
            raise OccupationNotRated(
                f"{self.info.title} {fault}, so that it has no rank.",
                parameter=parameter,
                suggestions=self.rated_neighbours(code, domains[0]),
            )

    def rated_elements(self, domain: str) -> set[str]:
        """The ids of the elements that the release rates in a domain, or in ``all``."""
        return {
            element_id
            for element_id, element in self.elements.items()
            if element.domain in self.profiles and domain in (element.domain, "all")
        }

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
        """The closest occupations with ratings in a domain; see ``codes.neighbours``."""
        return codes.neighbours(code, self.profiles.get(domain, {}), self.occupations, self.related.get(code, ()))


def _spoken(domain: str) -> str:
    return domain.replace("_", " ")


def read_catalogue(connection: Connection, info: ReleaseInfo) -> Catalogue:
    """A release, read with a fixed, small number of queries in the connection's transaction."""
    release = info.release
    occupations = {occupation.onetsoc_code: occupation for occupation in queries.occupations(connection, release)}
    elements = {element.element_id: element for element in queries.elements(connection, release)}
    profiles = queries.profiles(connection, release, elements)
    job_titles = queries.job_titles(connection, release)
    reported_titles = queries.reported_titles(connection, release)
    search = cache(
        lambda: SearchIndex(
            {code: occupation.title for code, occupation in occupations.items()},
            ((code, title) for code, titles in job_titles.items() for title in titles),
            profiles["skills"].keys(),
            reported_titles,
        )
    )
    return Catalogue(
        info=info,
        occupations=occupations,
        elements=elements,
        scales={scale.scale_id: scale for scale in queries.scales(connection, release)},
        profiles=profiles,
        anchors=queries.level_anchors(connection, release),
        related=queries.related_occupations(connection, release),
        job_titles=job_titles,
        reported_titles=reported_titles,
        technologies=queries.technologies(connection, release),
        tasks=queries.tasks(connection, release),
        older_codes=queries.older_codes(connection, release),
        search=search,
        coder=cache(lambda: TitleCoder(search())),
        model=read_model_levels(connection, release, elements, profiles),
    )


def read_model_levels(
    connection: Connection, release: str, elements: Mapping[str, Element], profiles: Mapping[str, Mapping[str, Profile]]
) -> ModelLevels:
    """The levels that language models gave for a release; none where their tables do not exist yet."""
    if rescored_queries.rescoring_mark(connection) is None:
        return ModelLevels()
    skills = frozenset(element.element_id for element in elements.values() if element.domain == "skills")
    occupations = rescored_queries.rescored_occupations(connection, release, skills)
    return ModelLevels(
        occupations,
        agreements(occupations.values(), profiles["skills"]),
        rescored_queries.calibrations(connection, release),
    )


def catalogue_of(engine: Engine, release: str, parameter: str | None = None) -> Catalogue:
    """A loaded release as it is published; raises NothingLoaded or ReleaseNotFound."""
    with reading(engine) as connection:
        queries.current_release(connection)
        return read_catalogue(connection, queries.find_release(queries.releases(connection), release, parameter))


def current_catalogue(engine: Engine) -> Catalogue:
    """The current release with its supplements; raises NothingLoaded."""
    with reading(engine) as connection:
        catalogue = read_catalogue(connection, queries.current_release(connection))
        return catalogue.supplemented(supplements_ratings.supplements(connection))
