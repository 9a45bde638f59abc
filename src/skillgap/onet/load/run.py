"""One load from beginning to end: find a release, read it, replace it, make it current."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DataError, IntegrityError

from skillgap import logs
from skillgap.database.locks import load_lock
from skillgap.database.transactions import reading, writing
from skillgap.errors import DownloadError, IncompleteRelease, SkillgapError, SourceError
from skillgap.migrations import migrate
from skillgap.onet.load import replace as replacing
from skillgap.onet.load.before import read_before
from skillgap.onet.load.complete import faults_of
from skillgap.onet.load.content import checksums
from skillgap.onet.load.fetch import fetch_release
from skillgap.onet.load.find import SAMPLE, Place, open_place, release_order, releases_in
from skillgap.onet.load.read import FileReport, ProgressCallback, read_release
from skillgap.onet.load.source_files import release_files
from skillgap.onet.load.validate import Rejected
from skillgap.onet.tables import CurrentRelease, Releases

logger = logging.getLogger(__name__)

LONGEST_MESSAGE, LONGEST_SOURCE = 10_000, 1_000  # characters, as load_runs has room for
DATA = Path("data")
DOWNLOAD = "29.2"  # where no release is named, and none is in data/


@dataclass(frozen=True)
class LoadRequest:
    """What to load.

    Without ``path`` it is ``release``, else ``preferred``, in ``data/`` or downloaded; else the newest in
    ``data/``. A ``release`` that cannot be had is an error; one that is only preferred is not where another
    is loaded.
    """

    path: Path | None = None
    release: str | None = None
    preferred: str | None = None
    base_url: str = "https://www.onetcenter.org/dl_files/database/"
    downloads: Path = DATA / "downloads"
    max_rejected: float = 0.001
    accept_incomplete: bool = False
    again: bool = False  # load also what is loaded already
    activate: bool = False  # make it current also where it is loaded already


@dataclass(frozen=True)
class LoadResult:
    """The result of a load. ``rows`` are those in each table afterwards, none when nothing changed."""

    release: str
    source: str
    outcome: str  # loaded or unchanged
    files: tuple[FileReport, ...]
    rows: dict[str, int]
    seconds: float
    run_id: int
    current: str  # the release that is current now
    activated: bool = False  # it was loaded before, but not current
    rejected: tuple[Rejected, ...] = ()
    faults: tuple[str, ...] = ()  # what is incomplete about it


def load_release(engine: Engine, request: LoadRequest, report: ProgressCallback) -> LoadResult:
    """Load a release in one transaction and make it the current one.

    A release whose files are the ones already loaded is left as it is. The outcome is stored in
    ``load_runs``; a load that fails, at any point, leaves every release as it was.
    """
    started = time.monotonic()
    with load_lock(engine):
        migrate(engine)
        with writing(engine) as connection:
            run_id = replacing.start_run(connection)
        logs.run_id.set(str(run_id))
        try:
            result = _load(engine, run_id, request, report)
        except SkillgapError as error:
            _keep_failure(engine, run_id, str(error))
            raise
        except (IntegrityError, DataError) as error:
            fault = f"The database rejected a row: {error.orig}"
            _keep_failure(engine, run_id, fault)
            raise SourceError(fault) from error
        except BaseException as error:
            _keep_failure(engine, run_id, type(error).__name__)
            raise
    return replace(result, seconds=time.monotonic() - started)


def _load(engine: Engine, run_id: int, request: LoadRequest, report: ProgressCallback) -> LoadResult:
    place = _find(engine, request, report)
    if isinstance(place, str):
        return _unchanged(engine, run_id, place, None, activate=request.activate)
    logger.info("release %s found in %s", place.release, place.path)
    if place.illustrative:
        logger.warning("THIS IS THE ILLUSTRATIVE SAMPLE, NOT O*NET DATA: its levels are our own judgement")
    files = release_files(place.folder)
    sums = checksums(file for _, file in files)
    with reading(engine) as connection:
        known = replacing.loaded_checksums(connection, place.release)
    source = _storable(str(place.path), LONGEST_SOURCE)
    if sums == known and not request.again:
        return _unchanged(engine, run_id, place.release, source, activate=request.activate)
    with writing(engine) as connection:
        replacing.end_killed_runs(connection, run_id)
        before = read_before(connection, place)
        rows = read_release(files, sums, max_rejected=request.max_rejected, report=report)
        faults = tuple(faults_of(rows, before))
        if faults and not request.accept_incomplete:
            raise IncompleteRelease(place.release, faults)
        counts = replacing.replace_release(connection, place, rows, run_id, report)
        replacing.keep_reports(connection, run_id, rows)
        replacing.make_current(connection, place.release)
        message = _storable(f"incomplete: {'; '.join(faults)}", LONGEST_MESSAGE) if faults else None
        replacing.end_run(connection, run_id, "loaded", release=place.release, source=source, message=message)
    name = place.release
    return LoadResult(
        name, source, "loaded", rows.files, counts, 0, run_id, name, rejected=rows.rejected, faults=faults
    )


def _find(engine: Engine, request: LoadRequest, report: ProgressCallback) -> Place | str:
    """The release to load, or the name of the one that is loaded already.

    It is at the path that was named, else in ``data/``, else downloaded. Where that fails, and it was
    only preferred: the current one, else the newest in ``data/``, else the illustrative sample.
    """
    if request.path:
        return open_place(request.path, request.release)
    wanted = request.release or request.preferred
    there = releases_in(DATA)
    if wanted and there and release_order(there[0].release) > release_order(wanted):
        logger.warning("%s holds the newer release %s; %s is requested", there[0].path, there[0].release, wanted)
    found = next((place for place in there if wanted in (None, place.release)), None)
    if found:
        return open_place(found.path)
    wanted = wanted or DOWNLOAD
    with reading(engine) as connection:
        releases = connection.execute(select(Releases.release, Releases.illustrative))
        illustrative = {row.release: row.illustrative for row in releases}
        current = connection.scalar(select(CurrentRelease.release)) or ""
    if wanted in illustrative and not request.again:
        return wanted
    try:
        path = fetch_release(
            wanted,
            request.downloads,
            base_url=request.base_url,
            report=lambda done, size: report(f"downloading O*NET {wanted}", done, size or 0),
        )
    except DownloadError as error:
        loaded = not all(illustrative.values())
        if request.release or not (loaded or there or (DATA / SAMPLE).is_dir()):
            raise
        logger.warning("%s", error)
        if loaded:
            return str(current)
        return open_place(there[0].path if there else DATA / SAMPLE)
    return open_place(path, wanted)


def _unchanged(engine: Engine, run_id: int, release: str, source: str | None, *, activate: bool) -> LoadResult:
    """Nothing to load. Which release is current is left as it is, unless this one was asked for."""
    with writing(engine) as connection:
        replacing.end_killed_runs(connection, run_id)
        current = connection.scalar(select(CurrentRelease.release))
        if activate:
            replacing.make_current(connection, release)
        replacing.end_run(connection, run_id, "unchanged", release=release, source=source)
    now = release if activate or current is None else current
    return LoadResult(release, source or "", "unchanged", (), {}, 0, run_id, now, activated=now != current)


def _keep_failure(engine: Engine, run_id: int, message: str) -> None:
    try:
        with writing(engine) as connection:
            replacing.end_run(connection, run_id, "failed", message=_storable(message, LONGEST_MESSAGE))
    except SkillgapError as error:
        logger.warning("the failure could not be stored in load_runs: %s", error)


def _storable(text: str, length: int) -> str:
    """The beginning of a text that may hold bytes of a path that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()[:length]
