"""The catalogue that is served: read from the database, refreshed when another release is activated."""

from __future__ import annotations

import gc
import logging
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from skillgap import __version__
from skillgap.database.transactions import reading
from skillgap.errors import DatabaseUnavailable, NothingLoaded, ReleaseOutOfReach
from skillgap.onet import queries
from skillgap.onet.catalogue import Catalogue, read_catalogue, read_model_levels
from skillgap.onet.history import History, ReadFile, files_of_run, read_history
from skillgap.onet.other_releases import OtherReleases
from skillgap.onet.records import ReleaseInfo
from skillgap.onet.rescored import queries as rescored_queries
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.supplements import ratings as supplements_ratings
from skillgap.onet.supplements.ratings import Supplement

logger = logging.getLogger(__name__)
MODEL_LEVELS_SECONDS = 30.0  # between two reads of a model's levels, which are added call by call

RescoringMark = tuple[int, int, int] | None


class Snapshot(NamedTuple):
    """What requests read at one moment. ``state`` changes whenever any response could."""

    state: str
    catalogue: Catalogue | None
    releases: tuple[ReleaseInfo, ...]


class LiveCatalogue:
    """Holds the snapshot that requests read, and refreshes it from the database.

    A newer snapshot replaces the old one in one assignment; a request that took the old one keeps
    it. While the database is unavailable the last one is served.
    """

    def __init__(self, engine: Engine, levels: Levels = "published") -> None:
        self._engine = engine
        self.levels = levels  # used where a request names none
        self.snapshot = Snapshot("", None, ())
        self.fault: str | None = None  # why the database cannot be read, in a sentence
        self.fault_since: datetime | None = None
        self.history = History()
        self.read_seconds = 0.0  # taken to read the current release
        self.files: tuple[ReadFile, ...] = ()  # that it was loaded from
        self.served_since: datetime | None = None
        self._refreshed: tuple[tuple[ReleaseInfo, ...], int] = ((), 0)  # releases, newest supplement
        self._stored: dict[str, Supplement] = {}
        self._added: dict[str, Supplement] = {}  # by this process, which never writes to the database
        self._refresh_lock = threading.Lock()  # an older reading must not take the place of a newer one
        self._snapshot_lock = threading.Lock()
        self._mark: RescoringMark = None  # of the model's levels in the snapshot
        self._mark_read_at = -MODEL_LEVELS_SECONDS
        self._others = OtherReleases()
        self._poller: threading.Thread | None = None
        self._closed = threading.Event()

    def refresh(self) -> None:
        """Read what has changed in the database: the current release, supplements, a model's levels."""
        with self._refresh_lock:
            self._refresh()

    def _refresh(self) -> None:
        try:
            with reading(self._engine) as connection:
                releases = tuple(queries.releases(connection))
                newest = (releases, supplements_ratings.newest_supplement(connection))
                mark = rescored_queries.rescoring_mark(connection)
                self.history = read_history(connection, mark, self.history)
                if newest != self._refreshed or self._is_due(mark):
                    self._replace_snapshot(connection, releases, mark)
                    self._refreshed = newest
        except (DatabaseUnavailable, NothingLoaded) as error:
            if isinstance(error, NothingLoaded) and self.snapshot.catalogue is None:
                return  # a database whose file is made by the first load is not at fault
            if self.fault is None:
                logger.warning("%s; serving what is held", error)
                self.fault_since = datetime.now(UTC)
            self.fault = str(error)
        else:
            if self.fault is not None:
                logger.info("the database answers again")
            self.fault = self.fault_since = None

    def catalogue_of(self, release: str, parameter: str = "release") -> Catalogue:
        """A loaded release; any but the current one is read on its first use.

        Raises ReleaseNotFound, or when it has to be read and cannot be ReleaseOutOfReach or ReleasesBusy.
        """
        info = self._info(release, parameter)
        return self._in_memory(info) or self._others.get(
            info.run_id, lambda: self._read_other(info, parameter), parameter
        )

    def held(self, release: str, parameter: str = "release") -> Catalogue | None:
        """A loaded release that is in memory, None where it has to be read; raises ReleaseNotFound."""
        return self._in_memory(self._info(release, parameter))

    def _in_memory(self, info: ReleaseInfo) -> Catalogue | None:
        current = self.snapshot.catalogue
        return current if current and current.info.run_id == info.run_id else self._others.held(info.run_id)

    def _info(self, release: str, parameter: str) -> ReleaseInfo:
        return queries.find_release(self.snapshot.releases, release, parameter)

    def poll(self, every_seconds: float) -> None:
        """Refresh at this interval, in a thread of its own, until closed."""
        self._poller = threading.Thread(target=self._poll, args=(every_seconds,), daemon=True)
        self._poller.start()

    def close(self) -> None:
        """Stop polling and close the database connections; a refresh that hangs is left behind."""
        self._closed.set()
        if self._poller is not None:
            self._poller.join(timeout=1)
        self._engine.dispose()

    def add_supplement(self, supplement: Supplement) -> None:
        """Serve a supplement from now on, until this process ends.

        There is at most one for each occupation that a release lists and has not rated.
        """
        with self._snapshot_lock:
            self._added[supplement.onetsoc_code] = supplement
            self.snapshot = self._snapshot(self.snapshot.catalogue, self.snapshot.releases)

    def _poll(self, every_seconds: float) -> None:
        self._build_search_index()
        while not self._closed.wait(every_seconds):
            try:
                self.refresh()
                self._build_search_index()
            except Exception:  # the outermost frame of this thread
                logger.exception("the database could not be read; serving what is held")

    def _build_search_index(self) -> None:
        if self.snapshot.catalogue:
            self.snapshot.catalogue.search()

    def _read_other(self, info: ReleaseInfo, parameter: str) -> Catalogue:
        """Read a release; fails at once while the database is known to be unavailable."""
        unavailable = f"{info.title} is not in memory here, and the database that has it is unavailable."
        if self.fault is not None:
            raise ReleaseOutOfReach(unavailable, parameter=parameter)
        try:
            with reading(self._engine) as connection:
                return read_catalogue(connection, info)
        except (DatabaseUnavailable, NothingLoaded) as error:
            raise ReleaseOutOfReach(unavailable, parameter=parameter) from error

    def _is_due(self, mark: RescoringMark) -> bool:
        """Whether a model's levels have changed, and were not read a moment ago."""
        return mark != self._mark and time.monotonic() - self._mark_read_at >= MODEL_LEVELS_SECONDS

    def _replace_snapshot(self, connection: Connection, releases: tuple[ReleaseInfo, ...], mark: RescoringMark) -> None:
        info = next((info for info in releases if info.current), None)
        catalogue = self.snapshot.catalogue
        if info and (catalogue is None or catalogue.info.run_id != info.run_id):
            catalogue = self._read_current(connection, info)
        elif catalogue and mark != self._mark:
            model = read_model_levels(connection, catalogue.info.release, catalogue.elements, catalogue.profiles)
            catalogue = replace(catalogue, model=model)
            logger.info("serving a model's levels of %d occupations", len(model.occupations))
        if mark != self._mark:
            self._others = OtherReleases()
        stored = supplements_ratings.supplements(connection)
        with self._snapshot_lock:
            self._stored = stored
            if mark != self._mark:
                self._mark, self._mark_read_at = mark, time.monotonic()
            before, self.snapshot = self.snapshot, self._snapshot(catalogue, releases)
        if self.snapshot.catalogue is not before.catalogue:
            _freeze(first=before.catalogue is None)

    def _read_current(self, connection: Connection, info: ReleaseInfo) -> Catalogue:
        started = time.monotonic()
        catalogue = read_catalogue(connection, info)
        self.read_seconds = time.monotonic() - started
        logger.info("serving release %s, read in %.1f s", info.release, self.read_seconds)
        self.served_since = datetime.now(UTC)
        self.files = files_of_run(connection, info.run_id)
        if info.illustrative:
            logger.warning("THE ILLUSTRATIVE SAMPLE IS SERVED, NOT O*NET DATA")
        return catalogue

    def _snapshot(self, catalogue: Catalogue | None, releases: tuple[ReleaseInfo, ...]) -> Snapshot:
        """A release with the latest supplement of each occupation, stored or added here."""
        by_age = sorted((*self._stored.values(), *self._added.values()), key=lambda supplement: supplement.fetched_at)
        used: list[tuple[str, str, str]] = []
        if catalogue:
            catalogue = catalogue.supplemented({supplement.onetsoc_code: supplement for supplement in by_age})
            used = [
                (code, catalogue.source(code), catalogue.supplements[code].rows_sha256)
                for code in sorted(catalogue.supplemental)
            ]
        content = repr((__version__, self.levels, releases, used, self._mark))
        return Snapshot(blake2b(content.encode(), digest_size=8).hexdigest(), catalogue, releases)


def _freeze(*, first: bool) -> None:
    """Exempt the catalogue's half a million objects from garbage collection.

    Before that, collect what past requests left of an earlier release: frozen, it would stay for ever.
    """
    if not first:
        gc.unfreeze()
        gc.collect()
    gc.freeze()
