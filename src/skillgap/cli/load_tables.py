"""What ``load`` and ``supplement`` show of their results."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from skillgap.logs import for_programs

if TYPE_CHECKING:
    from skillgap.onet.load.run import LoadResult
    from skillgap.onet.web_services.backfill import BackfillResult


logger = logging.getLogger(__name__)

REJECTED_SHOWN = 5  # of each file


def show_load(result: LoadResult) -> None:
    """Rows read and rejected by file, the first rejected ones, what is incomplete, and rows stored by table."""
    if result.outcome == "unchanged":
        logger.info("release %s is loaded already; %s", result.release, _unchanged(result))
        return
    table = Table("file", "rows read", "loaded", "rejected", "seconds", title=f"O*NET {escape(result.release)}")
    for file in result.files:
        counts = (file.rows_read, file.rows_loaded, file.rows_rejected)
        table.add_row(escape(file.file), *(f"{count:,}" for count in counts), f"{file.seconds:.2f}")
        if for_programs():
            logger.info("%s: %d rows read, %d loaded, %d rejected", file.file, *counts)
    _print(table)
    _log_rejected(result)
    for fault in result.faults:
        logger.warning("incomplete: %s", fault)
    for name, rows in result.rows.items():
        logger.info("%s: %d rows of release %s", name, rows, result.release)
    logger.info("release %s loaded in %.1f s and current", result.release, result.seconds)


def _unchanged(result: LoadResult) -> str:
    if result.activated:
        return "it is current now"
    if result.current != result.release:
        return f"nothing changed, release {result.current} is current"
    return "nothing changed"


def _log_rejected(result: LoadResult) -> None:
    for file in result.files:
        rejected = [row for row in result.rejected if row.file == file.file]
        for row in rejected[:REJECTED_SHOWN]:
            logger.warning("%s: rejected: %s", row.place, row.reason)
        if len(rejected) > REJECTED_SHOWN:
            logger.warning("%s: %d more rows are rejected", file.file, len(rejected) - REJECTED_SHOWN)
    if result.rejected:
        logger.warning("all of them are in the table rejected_rows, with run_id %d", result.run_id)


def show_backfill(results: Sequence[BackfillResult]) -> None:
    """Each occupation that was rated or failed, and how many there are by outcome."""
    table = Table("code", "title", "outcome", "ratings", "source", title="O*NET Web Services")
    for result in results:
        if result.outcome in ("rated", "failed"):
            texts = (result.onetsoc_code, result.title, result.outcome, str(result.ratings), result.detail)
            table.add_row(*map(escape, texts))
            if for_programs():
                logger.info("%s %s: %s", result.onetsoc_code, result.title, result.outcome)
    if table.row_count:
        _print(table)
    outcomes = [result.outcome for result in results]
    logger.info(
        "%d occupations requested: %d rated, %d without ratings there too, %d unknown, %d failed",
        len(results),
        *(outcomes.count(name) for name in ("rated", "not_rated", "unknown", "failed")),
    )


def _print(table: Table) -> None:
    if not for_programs():
        Console(stderr=True).print(table)
