"""Releases beside the current one: a few in memory, any other read when a request names it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from skillgap.errors import ReleasesBusy
from skillgap.onet.catalogue import Catalogue

MOST_HELD = 2  # each takes about 60 MB
MOST_READS = 2  # at once; the interpreter runs one of them at a time
MOST_WAITING = 16  # requests, each of which holds one of the 40 threads that all requests share


class OtherReleases:
    """The catalogues of the runs that were used last.

    A run is read once for all requests that wait for it. Who wants another run does not wait for that read, and
    who wants one that is held waits for none.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[int, Catalogue] = OrderedDict()  # by run, the last used last
        self._turns: dict[int, threading.Lock] = {}  # by run: who has it reads
        self._waiting = 0
        self._lock = threading.Lock()  # never held while anything is read
        self._reads = threading.Semaphore(MOST_READS)

    def held(self, run_id: int) -> Catalogue | None:
        """The catalogue of a run, if it is in memory."""
        with self._lock:
            if run_id not in self._held:
                return None
            self._held.move_to_end(run_id)
            return self._held[run_id]

    def get(self, run_id: int, read: Callable[[], Catalogue], parameter: str) -> Catalogue:
        """The catalogue of a run; raises ReleasesBusy where too many requests wait, and what ``read`` raises."""
        if catalogue := self.held(run_id):
            return catalogue
        with self._lock:
            if self._waiting >= MOST_WAITING:
                raise ReleasesBusy(parameter)
            self._waiting += 1
            turn = self._turns.setdefault(run_id, threading.Lock())
        try:
            with turn:
                return self.held(run_id) or self._read(run_id, read)
        finally:
            with self._lock:
                self._waiting -= 1

    def _read(self, run_id: int, read: Callable[[], Catalogue]) -> Catalogue:
        with self._reads:
            catalogue = read()
        with self._lock:
            self._held[run_id] = catalogue
            if len(self._held) > MOST_HELD:
                self._held.popitem(last=False)
        return catalogue
