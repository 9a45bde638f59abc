"""A rescoring job: calls within a budget, retried as the server allows, every reply stored.

One call is for all skills of an occupation. Each reply is stored in a transaction of its own
before that worker's next call, so a killed job loses nothing but the calls in flight. A fault of one
worker stops the job, and not the calls of the others.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from skillgap.database.transactions import writing
from skillgap.errors import DatabaseUnavailable, LoadInProgress, SkillgapError
from skillgap.llm.budget import TokenBudget
from skillgap.llm.client import Chat
from skillgap.llm.replies import Next, ReplyKind
from skillgap.onet.rescoring import call_log
from skillgap.onet.rescoring.plan import Pending, most_tokens, token_limit
from skillgap.onet.rescoring.prompts import Prompt
from skillgap.onet.rescoring.rater import Rated, rate

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

MOST_LIMIT_FACTOR = 8  # the length limit of an answer may grow to so many times itself
ATTEMPTS = 4  # of one call, while the server says later
FRUITLESS = 3  # replies in a row without one usable level, then the occupation is left
FAILURES = 5  # calls in a row that failed for good, then the job stops
LONGEST_DELAY = 8.0  # seconds, doubling from:
FIRST_DELAY = 0.5
DATABASE_TIMEOUT = 300.0  # seconds that a row waits to be written


@dataclass
class RescoringProgress:
    """Where a job stands."""

    runs: int  # over occupations
    budget: TokenBudget
    done: int = 0  # runs that have every skill
    calls: int = 0
    levels: int = 0
    tokens: int = 0  # counted by this job
    given_up: int = 0
    fault: str = ""  # of the last run that was given up
    stopped: str = ""  # why the job ended early, in a sentence
    broken: bool = False  # it ended early by a fault, not by the budget

    def stop(self, reason: str, *, broken: bool = False) -> None:
        """Let the job make no further calls; the first reason holds."""
        if not self.stopped:
            self.stopped, self.broken = reason, broken


@dataclass
class Job:
    """One rescoring. Its workers share the budget, the length limit and the count of failures."""

    engine: Engine
    chat: Chat
    release: str
    progress: RescoringProgress
    report: Callable[[RescoringProgress], None]
    job_id: str
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    max_seconds: float | None = None
    started: float = field(default_factory=time.monotonic)
    limit_factor: int = 1
    failures: int = 0

    async def run(self, pending: Sequence[Pending], max_concurrency: int) -> None:
        """Complete all runs, at most so many calls at a time."""
        queue = iter(pending)

        async def work() -> None:
            for run_over in queue:
                if self.progress.stopped:
                    return
                try:
                    await self._complete(run_over)
                except SkillgapError as error:
                    self.progress.stop(str(error), broken=True)
                except Exception as error:  # raised, it would end the calls of the others, which are paid for
                    logger.exception("%s, run %d", run_over.occupation.onetsoc_code, run_over.run)
                    self.progress.stop(f"{type(error).__name__}, see above", broken=True)
                self.report(self.progress)

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(max_concurrency, len(pending))):
                workers.create_task(work())
        if self.failures:
            self.progress.stop(f"the last call failed: {self.progress.fault}", broken=True)
        elif self.progress.given_up and not self.progress.levels:
            self.progress.stop(f"no level was received: {self.progress.fault}", broken=True)

    async def _complete(self, pending: Pending) -> None:
        """Repeat calls until every skill has its level, for fewer skills at once where that does not help."""
        missing, group, complaint = pending.skills, len(pending.skills), ""
        attempt, fruitless, fault = pending.attempts, 0, ""
        while missing and fruitless < FRUITLESS:
            rated, attempt = await self._rate(pending, pending.prompt(missing[:group], complaint), attempt)
            if rated is None:
                return
            reply = rated.reply
            fault = reply.fault or rated.complaint
            refused = reply.kind in (ReplyKind.REFUSED, ReplyKind.FILTERED)
            if refused or (reply.kind is ReplyKind.FAILED and reply.next is not Next.LESS):
                break
            missing = tuple(skill for skill in missing if skill.element.element_id not in rated.levels)
            complaint = rated.complaint if reply.kind is ReplyKind.ANSWER else ""
            if rated.levels:
                fruitless = 0
            else:
                fruitless += 1
                group = max(1, group // 2)
                if reply.kind is ReplyKind.CUT:
                    self.limit_factor = min(MOST_LIMIT_FACTOR, 2 * self.limit_factor)
        if not missing:
            self.progress.done += 1
            return
        self.progress.given_up += 1
        self.progress.fault = fault
        message = "%s, run %d: %d skills without a level (%s); the next rescoring tries again"
        logger.warning(message, pending.occupation.onetsoc_code, pending.run, len(missing), fault)

    async def _rate(self, pending: Pending, prompt: Prompt, attempt: int) -> tuple[Rated | None, int]:
        """The result of one prompt, retried while the server says later, and its attempt; None: stopped."""
        tries = 0
        while True:
            attempt += 1
            rated = await self._call(pending, prompt, attempt)
            if rated is None:
                return None, attempt
            reply = rated.reply
            if reply.kind is not ReplyKind.FAILED or reply.next is Next.LESS:
                self.failures = 0
                return rated, attempt
            if reply.next is Next.AT_ONCE:
                continue
            tries += 1
            if reply.next is Next.LATER and tries < ATTEMPTS and not self.progress.stopped:
                await self.sleep(_delay(reply.wait_seconds, tries))
                continue
            self.failures += 1
            if reply.next is Next.STOP:
                self.progress.stop(reply.fault, broken=True)
            elif self.failures >= FAILURES:
                self.progress.stop(f"{self.failures} calls in a row failed: {reply.fault}", broken=True)
            return rated, attempt

    async def _call(self, pending: Pending, prompt: Prompt, attempt: int) -> Rated | None:
        """One call: within the budget, logged before it is made, stored as soon as it is answered."""
        limit = token_limit(len(prompt.element_ids), self.limit_factor)
        estimate = most_tokens(prompt, limit)
        if not await self._may_call(estimate):
            return None
        tokens = 0  # nothing is sent before the call is logged
        try:
            call_id = await asyncio.to_thread(self._begin, **self._columns(pending, prompt, attempt, limit, estimate))
            tokens = estimate
            rated = await rate(self.chat, prompt, limit)
            tokens = rated.reply.tokens(estimate)
            await asyncio.to_thread(self._finish, call_id, rated, tokens)
        finally:
            await self.progress.budget.settle(estimate, tokens)
        self.progress.tokens += tokens
        self.progress.calls += 1
        self.progress.levels += len(rated.levels)
        self.report(self.progress)
        return rated

    def _columns(self, pending: Pending, prompt: Prompt, attempt: int, limit: int, estimate: int) -> dict[str, Any]:
        """What is known of a call before it is made."""
        return {
            "job_id": self.job_id,
            "release": self.release,
            "onetsoc_code": pending.occupation.onetsoc_code,
            "run": pending.run,
            "attempt": attempt,
            "inputs_digest": pending.inputs_digest,
            "request_digest": prompt.digest,
            "order_seed": pending.order_seed,
            "elements_asked": len(prompt.element_ids),
            "base_url": self.chat.base_url[:255],
            "model": self.chat.model,
            "response_format": self.chat.response_format,
            "temperature": None if self.chat.temperature is None else Decimal(f"{self.chat.temperature:.2f}"),
            "token_limit": limit,
            "tokens_counted": estimate,
        }

    async def _may_call(self, tokens: int) -> bool:
        """Whether there is time and budget for a call; its tokens are reserved then."""
        progress, budget = self.progress, self.progress.budget
        if self.max_seconds is not None and time.monotonic() - self.started > self.max_seconds:
            progress.stop(f"{self.max_seconds:g} s are over; the next rescoring resumes")
        if progress.stopped:
            return False
        if await budget.reserve(tokens):
            return True
        spent = f"of the {budget.limit:,} tokens in 24 hours {budget.spent:,} are spent"
        progress.stop(f"{spent}, and the next call may need {tokens:,}")
        return False

    def _begin(self, **columns: Any) -> int:
        return self._write(lambda connection: call_log.begin_call(connection, **columns))

    def _finish(self, call_id: int, rated: Rated, tokens: int) -> None:
        self._write(lambda connection: call_log.finish_call(connection, call_id, rated, tokens))

    def _write(self, write: Callable[[Connection], Result]) -> Result:
        """The result of a transaction, tried again while the database is unavailable or locked, for five minutes."""
        tries = Retrying(
            retry=retry_if_exception_type((DatabaseUnavailable, LoadInProgress)),
            stop=stop_after_delay(DATABASE_TIMEOUT),
            wait=wait_exponential(max=LONGEST_DELAY),
            reraise=True,
        )

        def transaction() -> Result:
            with writing(self.engine) as connection:
                return write(connection)

        return tries(transaction)


def _delay(named: float | None, tries: int) -> float:
    """Seconds to wait: what the server names, else doubling with jitter."""
    if named is not None:
        return named
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (tries - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311
