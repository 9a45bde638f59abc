"""Rescoring: a language model's levels of occupations, with what is missing from earlier jobs alone.

What earlier jobs stored is found again by the digest of its inputs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from sqlalchemy import Engine

from skillgap.database.transactions import reading
from skillgap.llm.budget import TokenBudget
from skillgap.llm.client import Chat
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescoring import call_log
from skillgap.onet.rescoring.job import Job, RescoringProgress
from skillgap.onet.rescoring.plan import plan


async def rescore(
    engine: Engine,
    chat: Chat,
    catalogue: Catalogue,
    codes: Sequence[str],
    *,
    runs: int,
    max_concurrency: int,
    token_budget: int,
    report: Callable[[RescoringProgress], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    max_seconds: float | None = None,
    job_id: str | None = None,
) -> RescoringProgress:
    """Request the levels of these occupations that are missing, and store them.

    ``token_budget`` is for 24 hours, over all jobs. After ``max_seconds`` no new call is made.
    """
    release = catalogue.info.release
    with reading(engine) as connection:
        pending = plan(catalogue, codes, chat, runs, call_log.run_progress(connection, release))
        spent = call_log.tokens_spent(connection)
        known = call_log.known_format(connection, chat.base_url[:255], chat.model)
    if known is not None:
        chat.response_format = known
    progress = RescoringProgress(runs=len(pending), budget=TokenBudget(token_budget, spent))
    job = Job(engine, chat, release, progress, report, job_id or uuid4().hex, sleep, max_seconds)
    await job.run(pending, max_concurrency)
    return progress
