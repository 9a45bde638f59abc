"""Filling occupations that the release lists but does not rate, from O*NET Web Services."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert

from skillgap.database.locks import load_lock
from skillgap.database.transactions import reading, writing
from skillgap.errors import (
    InvalidParameter,
    OccupationNotFound,
    SeveralFaults,
    WebServicesError,
)
from skillgap.migrations import migrate
from skillgap.onet import queries
from skillgap.onet.supplements import queries as supplements_queries
from skillgap.onet.supplements.ratings import read_supplement
from skillgap.onet.supplements.tables import SupplementalRatings
from skillgap.onet.supplements.tables import Supplements as SupplementTable
from skillgap.onet.web_services.client import UNKNOWN_RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from skillgap.errors import RequestError
    from skillgap.gap.ratings import Estimate
    from skillgap.onet.load.read import ProgressCallback
    from skillgap.onet.records import ReleaseInfo
    from skillgap.onet.supplements.ratings import Supplement
    from skillgap.onet.web_services.client import WebServices


logger = logging.getLogger(__name__)

FAILED = "failed"
LETTERS = {True: "Y", False: "N", None: None}


@dataclass(frozen=True)
class BackfillResult:
    """What became of one occupation that the service was asked for."""

    onetsoc_code: str
    title: str
    outcome: str  # rated, not_rated, unknown or failed
    ratings: int  # rows stored
    detail: str  # where they come from, or what is wrong


@dataclass(frozen=True)
class _Current:
    """The current release, as far as a supplement has to know it."""

    info: ReleaseInfo
    titles: Mapping[str, str]  # of its occupations, by code
    unrated: tuple[str, ...]
    skills: frozenset[str]
    scales: Mapping[str, tuple[int, int]]
    supplements: Mapping[str, Supplement]


def supplement_release(
    engine: Engine, services: WebServices, codes: Sequence[str], report: ProgressCallback
) -> list[BackfillResult]:
    """Ask for occupations that the current release does not rate, and keep every answer.

    Without codes: all those the service's present release has not been asked for yet. Each answer
    is stored on its own, so a run that is stopped goes on where it was.

    Raises NothingLoaded, SeveralFaults for codes that cannot be supplemented, and WebServicesError
    when the service is away or refuses us; an occupation with bad rows is ``failed`` and left out.
    """
    with load_lock(engine):
        migrate(engine)
    with reading(engine) as connection:
        current = _read_current(connection)
    wanted = codes or _not_asked_yet(current, services.layout().release)
    _check(current, wanted)
    asked = []
    for done, code in enumerate(wanted):
        report(f"asking for {len(wanted)} occupations", done, len(wanted))
        asked.append(_ask(engine, services, current, code))
    report(f"asking for {len(wanted)} occupations", len(wanted), len(wanted))
    return asked


def store_supplement(connection: Connection, supplement: Supplement) -> int:
    """Add a supplement; the number of its ratings."""
    added = insert(SupplementTable).values(
        onetsoc_code=supplement.onetsoc_code,
        outcome=supplement.outcome.value,
        source=supplement.source,
        source_release=supplement.source_release,
        table_ids=",".join(supplement.table_ids),
        fetched_at=supplement.fetched_at.replace(tzinfo=None, microsecond=0),
        rows_sha256=supplement.rows_sha256,
    )
    supplement_id = int(connection.execute(added).lastrowid)
    rows = list(_rows(supplement_id, supplement.estimates))
    if rows:
        connection.execute(insert(SupplementalRatings), rows)
    return len(rows)


def _read_current(connection: Connection) -> _Current:
    info = queries.current_release(connection)
    elements = queries.elements(connection, info.release)
    rated = queries.rated_occupations(connection, info.release)
    titles = {one.onetsoc_code: one.title for one in queries.occupations(connection, info.release)}
    scales = queries.scales(connection, info.release)
    return _Current(
        info=info,
        titles=titles,
        unrated=tuple(code for code in titles if code not in rated),
        skills=frozenset(one.element_id for one in elements if one.domain == "skills"),
        scales={one.scale_id: (one.minimum, one.maximum) for one in scales},
        supplements=supplements_queries.supplements(connection),
    )


def _not_asked_yet(current: _Current, release: str) -> list[str]:
    """Unrated occupations; those asked for in this release of the service are not asked again."""
    if release == UNKNOWN_RELEASE:
        return list(current.unrated)
    there = {code for code, one in current.supplements.items() if one.source_release == release}
    return [code for code in current.unrated if code not in there]


def _check(current: _Current, codes: Sequence[str]) -> None:
    faults: list[RequestError] = []
    for code in codes:
        if code not in current.titles:
            faults.append(OccupationNotFound(f"{current.info.title} has no occupation {code}."))
        elif code not in current.unrated:
            faults.append(InvalidParameter(f"{current.info.title} rates {code}; only gaps are filled."))
    if faults:
        raise SeveralFaults(faults)


def _ask(engine: Engine, services: WebServices, current: _Current, code: str) -> BackfillResult:
    title = current.titles[code]
    fetched = services.ratings(code)
    try:
        supplement = read_supplement(fetched, current.scales)
    except WebServicesError as error:
        logger.warning("%s", error)
        return BackfillResult(code, title, FAILED, 0, str(error))
    with writing(engine) as connection:
        stored = store_supplement(connection, supplement)
    rated = supplement.profile(dict.fromkeys(current.skills, "")).keys()
    if rated and rated != current.skills:
        logger.warning("%s is rated on %d of %d skills", code, len(rated), len(current.skills))
    return BackfillResult(code, title, supplement.outcome.value, stored, supplement.title)


def _rows(supplement_id: int, estimates: Mapping[tuple[str, str], Estimate]) -> Iterator[dict[str, object]]:
    for (element_id, scale_id), estimate in estimates.items():
        yield estimate._asdict() | {
            "supplement_id": supplement_id,
            "element_id": element_id,
            "scale_id": scale_id,
            "recommend_suppress": LETTERS[estimate.recommend_suppress],
            "not_relevant": LETTERS[estimate.not_relevant],
        }
