"""One load from beginning to end: find a release, read it, replace it, make it current."""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from skillgap import logs
from skillgap.database.locks import load_lock
from skillgap.database.transactions import reading, writing
from skillgap.errors import DownloadError, SkillgapError, SourceError
from skillgap.migrations import migrate
from skillgap.onet.load import replace as replacing
from skillgap.onet.load.fetch import fetch_release
from skillgap.onet.load.find import SAMPLE, Place, newest_place, open_place
from skillgap.onet.load.read import FileReport, ProgressCallback, read_release
from skillgap.onet.load.source_files import read_bytes, release_files
from skillgap.onet.tables import CurrentRelease, Releases

logger = logging.getLogger(__name__)

DATA = Path("data")


@dataclass(frozen=True)
class LoadRequest:
    """What to load. Without ``path`` the release is searched for, and downloaded where it is not found."""

    path: Path | None = None
    release: str | None = None
    download: str = "29.2"  # the release to download where none is named
    base_url: str = "https://www.onetcenter.org/dl_files/database/"
    downloads: Path = DATA / "downloads"
    max_rejected: float = 0.001
    again: bool = False  # load also what is loaded already


@dataclass(frozen=True)
class LoadResult:
    """The result of a load. ``rows`` are those in each table afterwards, none when nothing changed."""

    release: str
    source: str
    outcome: str  # loaded or unchanged
    files: tuple[FileReport, ...]
    rows: dict[str, int]
    seconds: float


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
        except IntegrityError as error:
            fault = f"The database rejected a row: {error.orig}"
            _keep_failure(engine, run_id, fault)
            raise SourceError(fault) from error
        except BaseException as error:
            _keep_failure(engine, run_id, type(error).__name__)
            raise
    return replace(result, seconds=time.monotonic() - started)


def _load(engine: Engine, run_id: int, request: LoadRequest, report: ProgressCallback) -> LoadResult:
    place = _find(engine, request, report)
    if place is None:
        return _unchanged(engine, run_id)
    logger.info("release %s found in %s", place.release, place.path)
    if place.illustrative:
        logger.warning("THIS IS THE ILLUSTRATIVE SAMPLE, NOT O*NET DATA: its levels are our own judgement")
    files = release_files(place.folder)
    sums = {file.name: hashlib.sha256(read_bytes(file)).hexdigest() for _, file in files}
    with reading(engine) as connection:
        known = replacing.loaded_checksums(connection, place.release)
    if sums == known and not request.again:
        return _unchanged(engine, run_id, place)
    with writing(engine) as connection:
        replacing.end_killed_runs(connection, run_id)
        rows = read_release(files, sums, max_rejected=request.max_rejected, report=report)
        counts = replacing.replace_release(connection, place, rows, run_id, report)
        replacing.keep_reports(connection, run_id, rows)
        replacing.make_current(connection, place.release)
        replacing.end_run(connection, run_id, "loaded", release=place.release, source=str(place.path))
    return LoadResult(place.release, str(place.path), "loaded", rows.files, counts, 0)


def _find(engine: Engine, request: LoadRequest, report: ProgressCallback) -> Place | None:
    """The release to load: at the path that was named, else the newest in ``data/``, else a download.

    None when the release to download is loaded already, or cannot be downloaded while another one
    is loaded. When nothing at all is loaded: the illustrative sample.
    """
    if request.path:
        return open_place(request.path, request.release)
    wanted = request.release or request.download
    place = newest_place(DATA)
    if place and request.release in (None, place.release):
        return place
    with reading(engine) as connection:
        loaded = connection.scalars(select(Releases.release).where(~Releases.illustrative)).all()
    if wanted in loaded and not request.again:
        return None
    try:
        path = fetch_release(
            wanted,
            request.downloads,
            base_url=request.base_url,
            report=lambda done, size: report(f"downloading O*NET {wanted}", done, size or 0),
        )
    except DownloadError as error:
        if request.release or not (loaded or (DATA / SAMPLE).is_dir()):
            raise
        logger.warning("%s", error)
        return None if loaded else open_place(DATA / SAMPLE)
    return open_place(path, wanted)


def _unchanged(engine: Engine, run_id: int, place: Place | None = None) -> LoadResult:
    """Nothing to load; which release is current is left as it is, too."""
    with writing(engine) as connection:
        replacing.end_killed_runs(connection, run_id)
        release = place.release if place else connection.scalar(select(CurrentRelease.release))
        source = str(place.path) if place else None
        replacing.end_run(connection, run_id, "unchanged", release=release, source=source)
    return LoadResult(release or "", source or "", "unchanged", (), {}, 0)


def _keep_failure(engine: Engine, run_id: int, message: str) -> None:
    try:
        with writing(engine) as connection:
            replacing.end_run(connection, run_id, "failed", message=message[:10_000])
    except SkillgapError as error:
        logger.warning("the failure could not be stored in load_runs: %s", error)
