"""Running a rescoring and a calibration with the configured database and language model."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import Engine

from skillgap.cli.progress import rescoring_progress
from skillgap.database.engine import connect
from skillgap.database.locks import rescoring_lock
from skillgap.database.transactions import reading, writing
from skillgap.errors import NotEnoughRatings, RescoringError
from skillgap.llm.client import Chat
from skillgap.logs import one_run
from skillgap.migrations import migrate
from skillgap.onet.catalogue import Catalogue, read_catalogue
from skillgap.onet.queries import current_release
from skillgap.onet.rescored.levels import Rater
from skillgap.onet.rescoring.calibrate import RESCORE_MORE, rated_twice, store_calibration
from skillgap.onet.rescoring.plan import sample_occupations, unrated_occupations
from skillgap.onet.rescoring.rescore import rescore
from skillgap.settings import DatabaseSettings, LlmSettings

if TYPE_CHECKING:
    from skillgap.onet.rescoring.job import RescoringProgress


logger = logging.getLogger(__name__)

SECONDS_AFTER_LOAD = 900.0  # then no new call: a service may be waiting for the load to end
SAMPLE_AFTER_LOAD = 40  # rated occupations: enough to measure agreement and to calibrate


def rescore_sample(settings: LlmSettings, seed: int = 1) -> None:
    """Rescore a sample and the unrated occupations with the configured model, and calibrate it.

    What a fault has ended is not calibrated. Raises what ``skillgap rescore`` and ``rescore calibrate`` raise.
    """
    engine = open_database()
    catalogue = read_current(engine)
    codes = [*sample_occupations(catalogue, SAMPLE_AFTER_LOAD, seed), *unrated_occupations(catalogue)]
    progress = run_rescoring(engine, settings, catalogue, codes, SECONDS_AFTER_LOAD)
    require_no_fault(progress)
    if progress.levels:
        calibrate(engine, read_current(engine), seed)


def require_no_fault(progress: RescoringProgress) -> None:
    """Raise RescoringError where a rescoring ended by a fault; the end of its budget is none."""
    if progress.broken:
        raise RescoringError(f"Rescoring stopped: {progress.stopped}")


def open_database() -> Engine:
    """The configured database, at the newest schema; raises NothingLoaded rather than make a file of SQLite's."""
    engine = connect(DatabaseSettings().url(), to_write=True)
    with reading(engine):
        pass
    migrate(engine)
    return engine


def read_current(engine: Engine) -> Catalogue:
    """The current release as it is published; raises NothingLoaded."""
    with reading(engine) as connection:
        return read_catalogue(connection, current_release(connection))


def open_chat(settings: LlmSettings) -> Chat:
    """The configured language model; raises RescoringError without an address and a key."""
    if settings.llm_base_url is None and settings.llm_api_key is None:
        raise RescoringError(
            "LLM_MODEL is set, but neither LLM_API_KEY nor the LLM_BASE_URL of a server that needs none."
        )
    return Chat(
        settings.llm_model or "",
        base_url=str(settings.llm_base_url) if settings.llm_base_url else None,
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else None,
        timeout_seconds=settings.llm_timeout_seconds,
        temperature=settings.llm_temperature,
    )


def run_rescoring(
    engine: Engine, settings: LlmSettings, catalogue: Catalogue, codes: Sequence[str], max_seconds: float | None = None
) -> RescoringProgress:
    """Rescore occupations, with progress on stderr; raises RescoringInProgress."""

    async def run(report: Callable[[RescoringProgress], None]) -> RescoringProgress:
        async with open_chat(settings) as chat:
            return await rescore(
                engine,
                chat,
                catalogue,
                codes,
                runs=settings.llm_runs,
                max_concurrency=settings.llm_max_concurrency,
                token_budget=settings.llm_token_budget,
                report=report,
                max_seconds=max_seconds,
                job_id=job_id,
            )

    job_id = uuid4().hex
    with one_run(job_id), rescoring_lock(engine), rescoring_progress() as report:
        progress = asyncio.run(run(report))
        logger.info(
            "rescored release %s with %s: %d of %d runs over occupations complete, %d calls, "
            "%d levels, %d tokens; %d tokens are left of the 24 hours",
            catalogue.info.release,
            settings.llm_model,
            progress.done,
            progress.runs,
            progress.calls,
            progress.levels,
            progress.tokens,
            progress.budget.left,
        )
        if progress.stopped:
            logger.warning("stopped: %s; the levels so far are stored", progress.stopped.rstrip("."))
    return progress


def configured_rater(catalogue: Catalogue) -> Rater:
    """The configured model where it has rated something, else the model that has rated the most."""
    raters = list(rated_twice(catalogue))
    if not raters:
        raise NotEnoughRatings(f"No occupation has both O*NET's levels and a model's. Rescore some {RESCORE_MORE}")
    configured = LlmSettings().llm_model
    return next((rater for rater in raters if rater.model == configured), raters[0])


def calibrate(engine: Engine, catalogue: Catalogue, seed: int) -> None:
    """Store a calibration of the configured model, and log how far it helps; raises NotEnoughRatings."""
    rater = configured_rater(catalogue)
    with writing(engine) as connection:
        result = store_calibration(connection, catalogue, rater, seed)
    before, after = result.held_out, result.held_out_calibrated
    if before and after:
        logger.info(
            "calibrated %s (%s) to O*NET %s: on the %d occupations held out the bias goes from "
            "%+.2f to %+.2f levels, the mean absolute error from %.2f to %.2f",
            rater.model,
            rater.prompt_version,
            result.release,
            after.occupations,
            before.bias.mean,
            after.bias.mean,
            before.mean_absolute_error,
            after.mean_absolute_error,
        )
