"""The releases that a request reads: as they were when it came in, and whatever it has fetched."""

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from skillgap.errors import NothingLoaded, OccupationNotRated, ReleaseOutOfReach, RequestError, faults_of
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import LiveCatalogue, Snapshot
from skillgap.onet.records import ReleaseInfo
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.web_services.on_demand import OnDemand

Result = TypeVar("Result")

UNREAD = "The database is unavailable, and no release has been read from it yet."


class Reader:
    """What a route reads. The snapshot is taken with the request, so that answer and ETag agree."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._live: LiveCatalogue = request.app.state.live
        self._on_demand: OnDemand | None = request.app.state.on_demand

    @property
    def snapshot(self) -> Snapshot:
        """What is served to this request."""
        snapshot: Snapshot = self._request.scope["snapshot"]
        return snapshot

    @property
    def default_levels(self) -> Levels:
        """The levels that are used when a request names none (LEVELS)."""
        return self._live.levels

    def current(self) -> Catalogue:
        """The current release; raises NothingLoaded, or ReleaseOutOfReach where the database cannot be asked for it."""
        if self.snapshot.catalogue is None:
            if self._live.fault is not None:
                raise ReleaseOutOfReach(UNREAD)
            raise NothingLoaded
        return self.snapshot.catalogue

    def releases(self) -> tuple[ReleaseInfo, ...]:
        """The releases that are loaded; raises ReleaseOutOfReach where the database has never been read."""
        if self._live.fault is not None and not self.snapshot.state:
            raise ReleaseOutOfReach(UNREAD)
        return self.snapshot.releases

    def catalogue(self, release: str | None, parameter: str = "release") -> Catalogue:
        """A loaded release, the current one for None; one that is not held is read from the database.

        Raises NothingLoaded, ReleaseNotFound, ReleaseOutOfReach or ReleasesBusy.
        """
        current = self.current()
        return current if release is None else self._live.catalogue_of(release, parameter)

    async def open(self, release: str | None) -> Catalogue:
        """The same for a route on the event loop, which no reading holds up."""
        current = self.current()
        if release is None or release == current.info.release:
            return current
        held = self._live.held(release)
        return await run_in_threadpool(self.catalogue, release) if held is None else held

    async def read(self, release: str | None, use_case: Callable[[Catalogue], Result]) -> Result:
        """What a use case makes of a release, on the event loop; only another release is read aside.

        Occupations that the current release does not rate are fetched from O*NET Web Services where that is
        set up, and the use case is tried again; raises what it raises.
        """
        catalogue = await self.open(release)
        try:
            return use_case(catalogue)
        except RequestError as error:
            if not await self.fetch_missing(catalogue, faults_of(error)):
                raise
        return use_case(self.current())

    async def fetch_missing(self, catalogue: Catalogue, faults: Sequence[RequestError]) -> bool:
        """Whether unrated occupations have been fetched, so that trying again makes sense.

        False where something else is wrong, another release was requested, or nothing is fetched on demand.
        ``request.state.retry_after`` then holds the seconds after which more may be there, or None.
        """
        codes = [
            fault.may_be_supplied for fault in faults if isinstance(fault, OccupationNotRated) and fault.may_be_supplied
        ]
        if self._on_demand is None or len(codes) < len(faults) or catalogue is not self.snapshot.catalogue:
            return False
        self._request.state.retry_after = await self._on_demand.supply(catalogue, codes)
        self._request.scope["snapshot"] = self._live.snapshot
        return True


ReaderDep = Annotated[Reader, Depends(Reader)]
