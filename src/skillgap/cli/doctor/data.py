"""Checks of what is loaded: the current release, its rows, and the last load."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from skillgap.cli.doctor.check import CLOCK_TOLERANCE, Check, verdict
from skillgap.onet import tables
from skillgap.onet.history import History, read_history
from skillgap.onet.queries import rated_occupations, releases
from skillgap.onet.records import ReleaseInfo
from skillgap.onet.rescored.queries import rescoring_mark

LONGEST_RUN = timedelta(hours=1)
MOST_UNRATED = 0.2  # of the occupations; O*NET 29.2 has not rated 13 in a hundred
FEWEST_OCCUPATIONS = 700  # of a release of O*NET
SKILLS = 35


def check_data(connection: Connection) -> Iterator[Check]:
    """Checks of the current release, where there is one, and of the last load."""
    loaded = releases(connection)
    current = next((info for info in loaded if info.current), None)
    if current is None:
        yield Check("release", "fail", "none is loaded", "run `skillgap load`")
    else:
        finding = f"{current.title}, loaded {current.loaded_at:%Y-%m-%d %H:%M} UTC; {len(loaded)} loaded in all"
        fault = "the illustrative sample, not O*NET data" if current.illustrative else ""
        yield verdict("release", finding, fault, "load a release of O*NET: `skillgap load --from PATH`")
        yield _check_counts(connection, current)
        yield _check_files(connection, current.release)
        if orphans := _orphans(connection, current.release):
            advice = "`skillgap load --again` replaces the release"
            yield Check("data", "fail", f"{orphans} ratings of nothing that is listed", advice)
    yield from _check_runs(connection, current)


def _check_counts(connection: Connection, current: ReleaseInfo) -> Check:
    """Whether as many occupations, skills and levels are loaded as a release has."""
    release, rating, element, occupation = current.release, tables.Ratings, tables.Elements, tables.Occupations
    of_release = select(element.element_id).where(element.release == release, element.domain == "skills")
    skills = list(connection.scalars(of_release))
    count = select(func.count())
    listed = connection.scalar(count.where(occupation.release == release)) or 0
    ratings = connection.scalar(count.where(rating.release == release)) or 0
    of_skills = (rating.release == release, rating.scale_id == tables.LEVEL_SCALE, rating.element_id.in_(skills))
    rated = len(rated_occupations(connection, release))
    missing = rated * len(skills) - (connection.scalar(count.where(*of_skills)) or 0)
    unrated = 1 - rated / listed if listed else 0
    faults = {
        f"under {FEWEST_OCCUPATIONS} occupations": not current.illustrative and listed < FEWEST_OCCUPATIONS,
        f"{SKILLS} skills were expected": len(skills) != SKILLS,
        f"{missing} levels are missing": missing,
        f"{unrated:.0%} of the occupations are not rated": unrated > MOST_UNRATED,
    }
    counts = f"{listed} occupations, {rated} rated on {len(skills)} skills, {ratings} ratings"
    fault = f"{counts}: {', '.join(name for name, found in faults.items() if found)}" if any(faults.values()) else ""
    return verdict("data", counts, fault, "is the release complete? `skillgap load --again` reads it anew")


def _check_files(connection: Connection, release: str) -> Check:
    """Whether the files came along that a load by an earlier version did not read."""
    loaded = {"Technology Skills": tables.Technologies.release, "Task Statements": tables.Tasks.release}
    absent = [
        file
        for file, column in loaded.items()
        if connection.scalar(select(column).where(column == release).limit(1)) is None
    ]
    fault = f"loaded without {' and '.join(absent)}" if absent else ""
    advice = "`skillgap load --again` reads them where the release has them"
    return verdict("files", "technologies and tasks are loaded", fault, advice)


def _orphans(connection: Connection, release: str) -> int:
    """How many ratings are of an occupation or an element that the release does not have."""
    rating, occupation, element = tables.Ratings, tables.Occupations, tables.Elements
    same_occupation = (occupation.release == rating.release) & (occupation.onetsoc_code == rating.onetsoc_code)
    same_element = (element.release == rating.release) & (element.element_id == rating.element_id)
    listed = select(func.count()).select_from(rating).outerjoin(occupation, same_occupation)
    of_nothing = occupation.onetsoc_code.is_(None) | element.element_id.is_(None)
    query = listed.outerjoin(element, same_element).where(rating.release == release, of_nothing)
    return connection.scalar(query) or 0


def _check_runs(connection: Connection, current: ReleaseInfo | None) -> Iterator[Check]:
    history = read_history(connection, rescoring_mark(connection), History())
    last, now = history.last_run, datetime.now(UTC)
    if last is None:
        return
    when = f"{last.started_at:%Y-%m-%d %H:%M} UTC"
    if last.started_at > now + CLOCK_TOLERANCE:
        yield Check("clock", "warn", f"a load was begun in the future ({when})", "set the clock")
    run = tables.LoadRuns
    message = connection.scalar(select(run.message).where(run.run_id == last.run_id)) or ""
    if history.failed_run:
        advice = "the release before it is still served; correct the fault and load again"
        yield Check("last load", "warn", f"{when}: {last.outcome}. {message}".strip(), advice)
    elif last.outcome == "running" and now - last.started_at > LONGEST_RUN:
        yield Check("last load", "warn", f"runs since {when}", "it was probably killed: load again")
    else:
        yield Check("last load", "ok", f"{when}: {last.outcome}")
    rejected = history.rows.get(current.run_id, (0, 0))[1] if current else 0
    if rejected:
        advice = "SELECT * FROM rejected_rows says where and why"
        yield Check("rejected rows", "warn", f"{rejected} were left out", advice)
