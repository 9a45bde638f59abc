"""What ``load`` and ``supplement`` show of their results."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from skillgap.logs import for_programs

if TYPE_CHECKING:
    from skillgap.onet.load.run import LoadResult
    from skillgap.onet.web_services.backfill import BackfillResult


logger = logging.getLogger(__name__)


def show_load(result: LoadResult) -> None:
    """Rows read and rejected by file, and rows stored by table."""
    if result.outcome == "unchanged":
        logger.info("release %s is loaded already; nothing changed", result.release)
        return
    table = Table("file", "rows read", "loaded", "rejected", "seconds", title=f"O*NET {result.release}")
    for file in result.files:
        counts = (file.rows_read, file.rows_loaded, file.rows_rejected)
        table.add_row(file.file, *(f"{count:,}" for count in counts), f"{file.seconds:.2f}")
        if for_programs():
            logger.info("%s: %d rows read, %d loaded, %d rejected", file.file, *counts)
    _print(table)
    for name, rows in result.rows.items():
        logger.info("%s: %d rows of release %s", name, rows, result.release)
    logger.info("release %s loaded in %.1f s and current", result.release, result.seconds)


def show_backfill(results: Sequence[BackfillResult]) -> None:
    """Each occupation that was rated or failed, and how many there are by outcome."""
    table = Table("code", "title", "outcome", "ratings", "source", title="O*NET Web Services")
    for result in results:
        if result.outcome in ("rated", "failed"):
            table.add_row(result.onetsoc_code, result.title, result.outcome, str(result.ratings), result.detail)
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
