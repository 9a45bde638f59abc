"""Backfill: ratings from O*NET Web Services for occupations that the release lists but does not rate."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, insert

from skillgap.database.locks import load_lock
from skillgap.database.transactions import writing
from skillgap.errors import InvalidParameter, RequestError, SeveralFaults, WebServicesError
from skillgap.migrations import migrate
from skillgap.onet.catalogue import Catalogue, current_catalogue
from skillgap.onet.supplements.ratings import Supplement, read_supplement
from skillgap.onet.supplements.tables import SupplementalRatings, Supplements
from skillgap.onet.web_services.client import WebServices
from skillgap.onet.web_services.layout import UNKNOWN_RELEASE

if TYPE_CHECKING:
    from skillgap.onet.load.read import ProgressCallback  # pandas takes half a second to import


logger = logging.getLogger(__name__)

FAILED = "failed"
LETTERS = {True: "Y", False: "N", None: None}


@dataclass(frozen=True)
class BackfillResult:
    """The result for one requested occupation."""

    onetsoc_code: str
    title: str
    outcome: str  # rated, not_rated, unknown or failed
    ratings: int  # rows stored
    detail: str  # where they come from, or what is wrong


def backfill_release(
    engine: Engine, services: WebServices, codes: Sequence[str], report: ProgressCallback
) -> list[BackfillResult]:
    """Request ratings of occupations that the current release does not rate, and store every result.

    Without codes: all those that have not been requested yet in the service's present release.
    Each result is stored in its own transaction, so an interrupted run resumes where it was.

    Raises NothingLoaded, SeveralFaults for codes that cannot be filled, and WebServicesError when
    the service is unavailable or rejects the key; an occupation with bad rows is ``failed``.
    """
    with load_lock(engine):
        migrate(engine)
    catalogue = current_catalogue(engine)
    codes = codes or _not_requested_yet(catalogue, services.layout().release)
    _require_unrated(catalogue, codes)
    step = f"requesting {len(codes)} occupations"
    results = []
    for done, code in enumerate(codes):
        report(step, done, len(codes))
        results.append(_backfill(engine, services, catalogue, code))
    report(step, len(codes), len(codes))
    return results


def store_supplement(connection: Connection, supplement: Supplement) -> int:
    """Add a supplement; the number of its ratings."""
    columns = {name: value for name, value in vars(supplement).items() if name != "estimates"} | {
        "outcome": supplement.outcome.value,
        "table_ids": ",".join(supplement.table_ids),
        "fetched_at": supplement.fetched_at.replace(tzinfo=None, microsecond=0),
    }
    added = insert(Supplements).values(columns)
    supplement_id = int(connection.execute(added).lastrowid)
    rows = [
        estimate._asdict()
        | {
            "supplement_id": supplement_id,
            "element_id": element_id,
            "scale_id": scale_id,
            "recommend_suppress": LETTERS[estimate.recommend_suppress],
            "not_relevant": LETTERS[estimate.not_relevant],
        }
        for (element_id, scale_id), estimate in supplement.estimates.items()
    ]
    if rows:
        connection.execute(insert(SupplementalRatings), rows)
    return len(rows)


def _not_requested_yet(catalogue: Catalogue, release: str) -> list[str]:
    """The occupations that the release does not rate, without those that have a result of the service's release."""
    supplements = catalogue.supplements
    return [
        code
        for code in catalogue.occupations
        if code not in catalogue.profiles["skills"]
        and (release == UNKNOWN_RELEASE or code not in supplements or supplements[code].source_release != release)
    ]


def _require_unrated(catalogue: Catalogue, codes: Sequence[str]) -> None:
    faults: list[RequestError] = []
    for code in codes:
        try:
            catalogue.occupation(code)
        except RequestError as error:
            faults.append(error)
        if code in catalogue.profiles["skills"]:
            faults.append(InvalidParameter(f"{catalogue.info.title} rates {code}; only gaps are filled."))
    if faults:
        raise SeveralFaults(faults)


def _backfill(engine: Engine, services: WebServices, catalogue: Catalogue, code: str) -> BackfillResult:
    title = catalogue.occupation(code).title
    fetched = services.ratings(code)
    try:
        supplement = read_supplement(fetched, catalogue.scales)
    except WebServicesError as error:
        logger.warning("%s", error)
        return BackfillResult(code, title, FAILED, 0, str(error))
    with writing(engine) as connection:
        stored = store_supplement(connection, supplement)
    skills = {element_id: "" for element_id, element in catalogue.elements.items() if element.domain == "skills"}
    rated = supplement.profile(skills)
    if rated and len(rated) < len(skills):
        logger.warning("%s is rated on %d of %d skills", code, len(rated), len(skills))
    return BackfillResult(code, title, supplement.outcome.value, stored, supplement.title)
