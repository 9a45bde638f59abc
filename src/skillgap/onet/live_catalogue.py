"""The read model: one release held in memory, immutable, and swapped whole for a newer one."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from skillgap import __version__
from skillgap.database.transactions import reading
from skillgap.errors import DatabaseUnavailable, ReleaseNotFound, ReleaseOutOfReach
from skillgap.onet import queries
from skillgap.onet.catalogue import Catalogue, read_catalogue, read_model_levels
from skillgap.onet.history import History, ReadFile, files_of_run, read_history
from skillgap.onet.rescored import queries as rescored_queries
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.supplements import ratings as supplements_ratings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from skillgap.onet.records import ReleaseInfo
    from skillgap.onet.supplements.ratings import Supplement


logger = logging.getLogger(__name__)
MODEL_LEVELS_SECONDS = 30.0  # between two readings of a model's levels, which come one by one
MOST_OTHER_RELEASES = 2  # held beside the current one; each takes about 60 MB


class Snapshot(NamedTuple):
    """What answers at one moment. ``state`` changes whenever any answer could."""

    state: str
    catalogue: Catalogue | None
    releases: tuple[ReleaseInfo, ...]


class LiveCatalogue:
    """Holds what is served, and looks at the database to keep it so.

    Reading happens aside; what is read takes the old one's place in one assignment, so a request
    that took one keeps it to its end. While the database is away the old one goes on.
    """

    def __init__(self, engine: Engine, levels: Levels = "published") -> None:
        self._engine = engine
        self.levels = levels  # that answer when none are asked for
        self.snapshot = Snapshot("", None, ())
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

    def refresh(self) -> None:
        """Look at the database once, and read the current release when it is not the one held.

        Supplements are read again when there is a new one.
        """
        try:
            with reading(self._engine) as connection:
                seen = (
                    tuple(queries.releases(connection)),
                    supplements_ratings.newest_supplement(connection),
                )
                mark = rescored_queries.rescoring_mark(connection)
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
        served = self.snapshot
        info = next((one for one in served.releases if one.release == release), None)
        if info is None:
            loaded = ", ".join(one.release for one in served.releases)
            raise ReleaseNotFound(f"Release {release!r} is not loaded (there: {loaded}).", parameter=parameter)
        if served.catalogue and served.catalogue.info.run_id == info.run_id:
            return served.catalogue
        with self._reading_another:
            if info.run_id not in self._others:
                self._others[info.run_id] = self._another(info, parameter)
                if len(self._others) > MOST_OTHER_RELEASES:
                    self._others.popitem(last=False)
            self._others.move_to_end(info.run_id)
            return self._others[info.run_id]

    def poll(self, every_seconds: float) -> None:
        """Look again and again in a thread of its own, until closed."""
        self._looking = threading.Thread(target=self._keep_polling, args=(every_seconds,), daemon=True)
        self._looking.start()

    def close(self) -> None:
        """Stop looking, and give the database's connections back.

        A look that is waiting for a silent database is not waited for.
        """
        self._closing.set()
        if self._looking is not None:
            self._looking.join(timeout=1)
        self._engine.dispose()

    def add_supplement(self, supplement: Supplement) -> None:
        """Answer with a supplement from now on, until this process ends.

        There is at most one for each occupation that a release lists and has not rated.
        """
        with self._swapping:
            self._kept[supplement.onetsoc_code] = supplement
            self.snapshot = self._snapshot(self.snapshot.catalogue, self.snapshot.releases)

    def _keep_polling(self, every_seconds: float) -> None:
        self._prepare()
        while not self._closing.wait(every_seconds):
            try:
                self.refresh()
                self._prepare()
            except Exception:  # the outermost frame of this thread
                logger.exception("the database could not be read; serving what is held")

    def _prepare(self) -> None:
        """Make what the first search would else wait for."""
        if self.snapshot.catalogue:
            self.snapshot.catalogue.search()

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
        catalogue = self.snapshot.catalogue
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
            model = read_model_levels(connection, catalogue.info.release, catalogue.elements, catalogue.profiles)
            catalogue = replace(catalogue, model=model)
            logger.info("a model's levels of %d occupations are there", len(model.occupations))
        if mark != self._mark:
            with self._reading_another:
                self._others.clear()
        stored = supplements_ratings.supplements(connection)
        with self._swapping:
            self._stored = stored
            if mark != self._mark:
                self._mark, self._mark_seen_at = mark, time.monotonic()
            before, self.snapshot = self.snapshot, self._snapshot(catalogue, releases)
        if self.snapshot.catalogue is not before.catalogue:
            _settle(first=before.catalogue is None)

    def _snapshot(self, catalogue: Catalogue | None, releases: tuple[ReleaseInfo, ...]) -> Snapshot:
        """What is served with the latest supplement of each occupation, stored or kept here."""
        by_age = sorted((*self._stored.values(), *self._kept.values()), key=lambda one: one.fetched_at)
        answering = []
        if catalogue:
            catalogue = catalogue.supplemented({one.onetsoc_code: one for one in by_age})
            answering = [
                (code, catalogue.source(code), catalogue.supplements[code].rows_sha256)
                for code in sorted(catalogue.supplemental)
            ]
        told = repr((__version__, self.levels, releases, answering, self._mark))
        return Snapshot(blake2b(told.encode(), digest_size=8).hexdigest(), catalogue, releases)


def _settle(*, first: bool) -> None:
    """Half a million objects have come that stay: no collection need walk them again.

    Before that, whatever of past requests still points to a release before is let go. What was left
    behind at the very moment of an earlier freezing would hold its release for ever.
    """
    if not first:
        gc.unfreeze()
        gc.collect()
    gc.freeze()
