"""The read model: one release held in memory, immutable, and swapped whole for a newer one."""

from __future__ import annotations

import gc
import logging
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal, NamedTuple

from skillgap import __version__, queries
from skillgap.database import reading
from skillgap.errors import (
    CodeOfOlderTaxonomy,
    DatabaseUnavailable,
    DomainNotLoaded,
    InvalidParameter,
    NothingLoaded,
    OccupationNotFound,
    OccupationNotRated,
    ReleaseNotFound,
    ReleaseOutOfReach,
    SeveralOccupations,
    Suggestion,
)
from skillgap.history import History, ReadFile, files_of_run, read_history
from skillgap.nearness import Nearness
from skillgap.rescored import agreements, calibrated, rescored_profile
from skillgap.search import SearchIndex

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from skillgap.gap import Profile
    from skillgap.moves import ProfileMatrix
    from skillgap.queries import Anchor, Element, Occupation, OlderCode, Related, ReleaseInfo, Scale
    from skillgap.rescored import Agreement, Calibration, Rater, RescoredOccupation
    from skillgap.supplements import Supplement

logger = logging.getLogger(__name__)

MOST_SUGGESTIONS = 5
MODEL_LEVELS_SECONDS = 30.0  # between two readings of a model's levels, which come one by one
DASHES = "\\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
MOST_OTHER_RELEASES = 2  # held beside the current one; each takes about 60 MB


Levels = Literal["published", "rescored", "calibrated"]


@dataclass(frozen=True, eq=False)
class ModelLevels:
    """What language models say of a release's skills, beside what O*NET does."""

    occupations: Mapping[str, RescoredOccupation] = field(default_factory=dict)  # by onetsoc_code
    agreements: Mapping[Rater, Agreement] = field(default_factory=dict)
    calibrations: Mapping[Rater, Calibration] = field(default_factory=dict)


class LevelsUsed(NamedTuple):
    """Whose levels a profile holds. All but ``levels`` are None where they are O*NET's."""

    levels: Levels
    occupation: RescoredOccupation | None = None
    agreement: Agreement | None = None  # of the rater with O*NET, where that is known
    calibration: Calibration | None = None


PUBLISHED = LevelsUsed("published")


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
    _nearness: dict[tuple[str, ...], Nearness] = field(default_factory=dict, repr=False)

    def supplemented(self, supplements: Mapping[str, Supplement]) -> Catalogue:
        """The same release, with these answers of O*NET Web Services in the place of any other.

        Only what the release lists and has not rated is filled: what it has published holds.
        """
        skills = {
            one.element_id: one.element_name
            for one in self.elements.values()
            if one.domain == "skills"
        }
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
                f"{self.info.title} has no occupation {code}: the code is not in this taxonomy"
                f"{taxonomy}.{unknown}",
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
            rated = [
                by_code[code]
                for by_code in (*self.profiles.values(), self.supplemental)
                if code in by_code
            ]
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
            raise DomainNotLoaded(
                f"{self.info.title} was loaded without {_spoken(domain)}.", parameter="domain"
            )

    def nearness(self, *domains: str) -> Nearness:
        """How near the occupations that are rated on all these domains are; kept once asked for."""
        if domains not in self._nearness:
            self._nearness[domains] = Nearness({name: self.profiles[name] for name in domains})
        return self._nearness[domains]

    def matrix(self, domain: str = "skills") -> ProfileMatrix:
        """Every profile of a domain, or of the occupations rated in ``all`` that are loaded.

        Raises DomainNotLoaded.
        """
        if domain == "all":
            return self.nearness(*self.profiles).matrix
        self.require_domain(domain)
        return self.nearness(domain).matrix

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
        nearest = sorted(
            (rated for rated in shared if shared[rated]), key=lambda c: (-shared[c], c)
        )
        return [
            Suggestion(rated, self.occupations[rated].title) for rated in nearest[:MOST_SUGGESTIONS]
        ]


def _spoken(domain: str) -> str:
    return domain.replace("_", " ")


def parse_code(text: str, parameter: str | None = None) -> str:
    """An O*NET-SOC code as O*NET writes it: blanks dropped, a 6-digit SOC code completed by .00.

    Dashes that word processors make of a hyphen are taken for one. Digits alone are refused: eight
    may be a UNSPSC commodity code, which O*NET publishes too, and six a NAICS industry code.
    """
    code = text.strip()
    found = re.fullmatch(rf"(\d\d)[{DASHES}](\d{{4}})(\.\d\d)?", code, re.ASCII)
    if found:
        return f"{found[1]}-{found[2]}{found[3] or '.00'}"
    raise InvalidParameter(
        f"{code[:40]!r} is not an O*NET-SOC code such as 15-1252.00.", parameter=parameter
    )


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
    if queries.rescoring_mark(connection) is None:
        return ModelLevels()
    skills = frozenset(one.element_id for one in elements.values() if one.domain == "skills")
    occupations = queries.rescored_occupations(connection, release, skills)
    return ModelLevels(
        occupations,
        agreements(occupations.values(), profiles["skills"]),
        queries.calibrations(connection, release),
    )


def current_catalogue(engine: Engine) -> Catalogue:
    """The release that answers now, with its supplements; raises NothingLoaded."""
    with reading(engine) as connection:
        current = next((one for one in queries.releases(connection) if one.current), None)
        if current is None:
            raise NothingLoaded
        catalogue = read_catalogue(connection, current)
        return catalogue.supplemented(queries.supplements(connection))


class Served(NamedTuple):
    """What answers at one moment. ``state`` changes whenever any answer could."""

    state: str
    catalogue: Catalogue | None
    releases: tuple[ReleaseInfo, ...]


class CatalogueWatch:
    """Holds what is served, and looks at the database to keep it so.

    Reading happens aside; what is read takes the old one's place in one assignment, so a request
    that took one keeps it to its end. While the database is away the old one goes on.
    """

    def __init__(self, engine: Engine, levels: Levels = "published") -> None:
        self._engine = engine
        self.levels = levels  # that answer when none are asked for
        self.served = Served("", None, ())
        self._seen: tuple[tuple[ReleaseInfo, ...], int] = ((), 0)
        self._stored: dict[str, Supplement] = {}
        self._kept: dict[str, Supplement] = {}  # only here: the database is read and never written
        self._swapping = threading.Lock()
        self._mark: tuple[int, int, int] | None = None  # of the model's levels that are held
        self._mark_seen_at = -MODEL_LEVELS_SECONDS
        self._others: OrderedDict[int, Catalogue] = OrderedDict()  # by run, the last used last
        self._reading_another = threading.Lock()
        self._looking: threading.Thread | None = None
        self._closing = threading.Event()
        self.fault: str | None = None  # what is wrong with the database, in a sentence
        self.fault_since: datetime | None = None
        self.history = History()
        self.read_seconds = 0.0  # that it took to read the release that is held
        self.files: tuple[ReadFile, ...] = ()  # that it was loaded from
        self.served_since: datetime | None = None

    def look(self) -> None:
        """Look at the database once, and read the current release when it is not the one held.

        Supplements are read again when there is a new one.
        """
        try:
            with reading(self._engine) as connection:
                seen = (tuple(queries.releases(connection)), queries.newest_supplement(connection))
                mark = queries.rescoring_mark(connection)
                self.history = read_history(connection, mark, self.history)
                if seen != self._seen or self._is_due(mark):
                    self._read(connection, seen[0], mark)
                    self._seen = seen
        except DatabaseUnavailable as error:
            if self.fault is None:
                logger.warning("%s; serving what is held", error)
                self.fault_since = datetime.now(UTC)
            self.fault = str(error)
        else:
            if self.fault is not None:
                logger.info("the database answers again")
            self.fault = self.fault_since = None

    def catalogue_of(self, release: str, parameter: str = "release") -> Catalogue:
        """A loaded release; any but the current one is read when it is first asked for.

        Raises ReleaseNotFound, or ReleaseOutOfReach when it has to be read and cannot be.
        """
        served = self.served
        info = next((one for one in served.releases if one.release == release), None)
        if info is None:
            loaded = ", ".join(one.release for one in served.releases)
            raise ReleaseNotFound(
                f"Release {release!r} is not loaded (there: {loaded}).", parameter=parameter
            )
        if served.catalogue and served.catalogue.info.run_id == info.run_id:
            return served.catalogue
        with self._reading_another:
            if info.run_id not in self._others:
                self._others[info.run_id] = self._another(info, parameter)
                if len(self._others) > MOST_OTHER_RELEASES:
                    self._others.popitem(last=False)
            self._others.move_to_end(info.run_id)
            return self._others[info.run_id]

    def keep_looking(self, every_seconds: float) -> None:
        """Look again and again in a thread of its own, until closed."""
        self._looking = threading.Thread(target=self._look_on, args=(every_seconds,), daemon=True)
        self._looking.start()

    def close(self) -> None:
        """Stop looking, and give the database's connections back.

        A look that is waiting for a silent database is not waited for.
        """
        self._closing.set()
        if self._looking is not None:
            self._looking.join(timeout=1)
        self._engine.dispose()

    def keep(self, supplement: Supplement) -> None:
        """Answer with a supplement from now on, until this process ends.

        There is at most one for each occupation that a release lists and has not rated.
        """
        with self._swapping:
            self._kept[supplement.onetsoc_code] = supplement
            self.served = self._served(self.served.catalogue, self.served.releases)

    def _look_on(self, every_seconds: float) -> None:
        self._prepare()
        while not self._closing.wait(every_seconds):
            try:
                self.look()
                self._prepare()
            except Exception:  # the outermost frame of this thread
                logger.exception("the database could not be read; serving what is held")

    def _prepare(self) -> None:
        """Make what the first search would else wait for."""
        if self.served.catalogue:
            self.served.catalogue.search()

    def _another(self, info: ReleaseInfo, parameter: str) -> Catalogue:
        """Read a release, unless the database is known to be away: nobody need wait for that."""
        away = f"{info.title} is not held here, and the database that has it is away."
        if self.fault is not None:
            raise ReleaseOutOfReach(away, parameter=parameter)
        try:
            with reading(self._engine) as connection:
                return read_catalogue(connection, info)
        except DatabaseUnavailable as error:
            raise ReleaseOutOfReach(away, parameter=parameter) from error

    def _is_due(self, mark: tuple[int, int, int] | None) -> bool:
        """Whether a model's levels have changed, and were not read a moment ago."""
        waited = time.monotonic() - self._mark_seen_at
        return mark != self._mark and waited >= MODEL_LEVELS_SECONDS

    def _read(
        self,
        connection: Connection,
        releases: tuple[ReleaseInfo, ...],
        mark: tuple[int, int, int] | None,
    ) -> None:
        current = next((one for one in releases if one.current), None)
        catalogue = self.served.catalogue
        if current and (catalogue is None or catalogue.info.run_id != current.run_id):
            started = time.monotonic()
            catalogue = read_catalogue(connection, current)
            seconds = self.read_seconds = time.monotonic() - started
            logger.info("serving release %s, read in %.1f s", current.release, seconds)
            self.served_since = datetime.now(UTC)
            self.files = files_of_run(connection, current.run_id)
            if current.illustrative:
                logger.warning("THE ILLUSTRATIVE SAMPLE IS SERVED, NOT O*NET DATA")
        elif catalogue and mark != self._mark:
            model = read_model_levels(
                connection, catalogue.info.release, catalogue.elements, catalogue.profiles
            )
            catalogue = replace(catalogue, model=model)
            logger.info("a model's levels of %d occupations are there", len(model.occupations))
        if mark != self._mark:
            with self._reading_another:
                self._others.clear()
        stored = queries.supplements(connection)
        with self._swapping:
            self._stored = stored
            if mark != self._mark:
                self._mark, self._mark_seen_at = mark, time.monotonic()
            before, self.served = self.served, self._served(catalogue, releases)
        if self.served.catalogue is not before.catalogue:
            _settle(first=before.catalogue is None)

    def _served(self, catalogue: Catalogue | None, releases: tuple[ReleaseInfo, ...]) -> Served:
        """What is served with the latest supplement of each occupation, stored or kept here."""
        by_age = sorted(
            (*self._stored.values(), *self._kept.values()), key=lambda one: one.fetched_at
        )
        answering = []
        if catalogue:
            catalogue = catalogue.supplemented({one.onetsoc_code: one for one in by_age})
            answering = [
                (code, catalogue.source(code), catalogue.supplements[code].rows_sha256)
                for code in sorted(catalogue.supplemental)
            ]
        told = repr((__version__, self.levels, releases, answering, self._mark))
        return Served(blake2b(told.encode(), digest_size=8).hexdigest(), catalogue, releases)


def _settle(*, first: bool) -> None:
    """Half a million objects have come that stay: no collection need walk them again.

    Before that, whatever of past requests still points to a release before is let go. What was left
    behind at the very moment of an earlier freezing would hold its release for ever.
    """
    if not first:
        gc.unfreeze()
        gc.collect()
    gc.freeze()
