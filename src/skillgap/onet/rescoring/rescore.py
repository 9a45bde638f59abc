"""Rescoring: which occupations to ask for, within which limits, and keeping every answer.

One call asks for all skills of an occupation. Each answer is kept in a transaction of its own
before that worker's next call, so a killed job has lost nothing but the calls on their way, and the
next one asks for what is missing. What was answered is found again by the digest of its inputs.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from skillgap.database.transactions import reading, writing
from skillgap.errors import DatabaseUnavailable, LoadInProgress
from skillgap.llm.replies import Next, Said
from skillgap.onet.rescoring import call_log
from skillgap.onet.rescoring.prompts import (
    PROMPT_VERSION,
    Prompt,
    Skill,
    inputs_digest,
    render_levels_prompt,
    template_digest,
)
from skillgap.onet.rescoring.rater import SCHEMA, SCHEMA_DIGEST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from sqlalchemy import Engine

    from skillgap.onet.catalogue import Catalogue
    from skillgap.onet.records import Occupation
    from skillgap.onet.rescoring.call_log import RunProgress
    from skillgap.onet.rescoring.rater import LevelRater, Rated


logger = logging.getLogger(__name__)

TOKENS_PER_SKILL = 100  # of an answer, at most; and for its frame:
TOKENS_PER_ANSWER = 400
MOST_PATIENCE = 8  # the length limit may grow to so many times that
BYTES_PER_TOKEN = 2  # English has over 4: the estimate before a call is to be too high
TRIES = 4  # of one call, while the server says later
FRUITLESS = 3  # answers in a row without one usable level, then the occupation is left
FAILURES = 5  # calls in a row that failed for good, then the job stops
LONGEST_DELAY = 8.0  # seconds, doubling from:
FIRST_DELAY = 0.5
PATIENCE_WITH_DATABASE = 300.0  # seconds that an answer waits to be kept


class Pending(NamedTuple):
    """One run over one occupation, and the skills it has not given yet."""

    occupation: Occupation
    run: int
    skills: tuple[Skill, ...]
    inputs_digest: str
    attempts: int


@dataclass
class RescoringProgress:
    """Where a job stands. ``spent`` and ``budget`` are tokens of the last 24 hours."""

    runs: int  # over occupations
    budget: int
    spent: int
    done: int = 0  # runs that gave every skill
    calls: int = 0
    levels: int = 0
    tokens: int = 0  # counted by this job
    given_up: int = 0
    stopped: str = ""  # why the job ended early, in a sentence
    broken: bool = False  # it ended early by a fault, not by the budget


def rated_skills(catalogue: Catalogue) -> tuple[Skill, ...]:
    """The skills of a release, with their anchors, by element id."""
    return tuple(
        Skill(element, catalogue.anchors.get(element.element_id, ()))
        for element in catalogue.elements.values()
        if element.domain == "skills"
    )


def digest_of_inputs(
    release: str,
    occupation: Occupation,
    skills: Iterable[Skill],
    model: str,
    temperature: float | None,
) -> str:
    """The digest of all that the levels of an occupation depend on, chance aside."""
    return inputs_digest(
        PROMPT_VERSION,
        template_digest(),
        SCHEMA_DIGEST,
        model,
        temperature,
        release,
        occupation.onetsoc_code,
        occupation.title,
        occupation.description,
        [[*skill.element[:3], [list(anchor) for anchor in skill.anchors]] for skill in skills],
    )


def plan(
    catalogue: Catalogue,
    codes: Sequence[str],
    rater: LevelRater,
    runs: int,
    answered: Mapping[tuple[str, int], RunProgress],
) -> list[Pending]:
    """What is still to be asked. All first runs come first, so that a budget that ends early
    leaves every occupation with one, and not some with none.
    """
    skills = rated_skills(catalogue)
    pending = []
    for code in codes:
        occupation = catalogue.occupation(code)
        digest = digest_of_inputs(catalogue.info.release, occupation, skills, rater.model, rater.temperature)
        for run in range(1, runs + 1):
            known = answered.get((digest, run), call_log.RunProgress(frozenset(), 0))
            missing = tuple(skill for skill in skills if skill.element.element_id not in known.element_ids)
            if missing:
                pending.append(Pending(occupation, run, missing, digest, known.attempts))
    return sorted(pending, key=lambda one: one.run)


def sample_occupations(catalogue: Catalogue, size: int, seed: int) -> list[str]:
    """Rated occupations drawn over job families and Job Zones, every stratum in turn."""
    strata: dict[tuple[str, int], list[str]] = defaultdict(list)
    for code in sorted(catalogue.profiles["skills"]):
        zone = catalogue.occupations[code].job_zone or 0
        strata[code[:2], zone].append(code)
    chance = random.Random(seed)  # noqa: S311  # a sample, not a secret
    for codes in strata.values():
        chance.shuffle(codes)
    order = sorted(strata)
    chance.shuffle(order)
    rounds = max((len(codes) for codes in strata.values()), default=0)
    drawn = [strata[one][i] for i in range(rounds) for one in order if i < len(strata[one])]
    return drawn[:size]


def unrated_occupations(catalogue: Catalogue) -> list[str]:
    """Occupations that the release lists but has not rated, by code."""
    return [code for code in catalogue.occupations if not catalogue.is_rated(code)]


def token_limit(skills: int, patience: int = 1) -> int:
    """How long an answer for so many skills may be."""
    return patience * (TOKENS_PER_ANSWER + TOKENS_PER_SKILL * skills)


def estimate_tokens(prompt: Prompt, limit: int) -> int:
    """What a call may cost at most: the prompt, the schema that is sent with it, the answer."""
    sent = len(prompt.system.encode()) + len(prompt.user.encode()) + len(str(SCHEMA))
    return sent // BYTES_PER_TOKEN + limit


def estimate_pending(pending: Pending) -> int:
    """What one run over one occupation may cost at most."""
    prompt = render_levels_prompt(pending.occupation, pending.skills, SCHEMA, order_seed=0)
    return estimate_tokens(prompt, token_limit(len(pending.skills)))


def order_seed(digest: str, run: int) -> int:
    """The seed of the order of the skills: the same whenever the same run is asked again."""
    return int(inputs_digest(digest, run)[:7], 16)


@dataclass
class Job:
    """One rescoring. Its workers share the budget, the patience and the count of failures."""

    engine: Engine
    rater: LevelRater
    release: str
    tally: RescoringProgress
    report: Callable[[RescoringProgress], None]
    job_id: str
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    max_seconds: float | None = None
    started: float = field(default_factory=time.monotonic)
    patience: int = 1
    failures: int = 0
    reserved: int = 0  # tokens of calls on their way
    settled: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self, pending: Sequence[Pending], max_concurrency: int) -> None:
        """Ask for everything that is pending, at most so many calls at a time."""
        waiting = iter(pending)

        async def work() -> None:
            for one in waiting:
                if self.tally.stopped:
                    return
                await self._run_over(one)
                self.report(self.tally)

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(max_concurrency, len(pending))):
                workers.create_task(work())

    async def _run_over(self, pending: Pending) -> None:
        """Ask until every skill has its level, in smaller groups where that does not help."""
        missing, group, complaint = pending.skills, len(pending.skills), ""
        attempt, fruitless = pending.attempts, 0
        while missing and fruitless < FRUITLESS:
            asked = missing[:group]
            seed = order_seed(pending.inputs_digest, pending.run)
            prompt = render_levels_prompt(pending.occupation, asked, SCHEMA, seed, complaint)
            rated, attempt = await self._ask(pending, prompt, attempt)
            if rated is None:
                return
            if rated.reply.said in (Said.REFUSED, Said.FILTERED):
                break
            if rated.reply.said is Said.FAILED and rated.reply.next is not Next.LESS:
                break
            missing = tuple(s for s in missing if s.element.element_id not in rated.levels)
            complaint = rated.complaint if rated.reply.said is Said.ANSWER else ""
            if not rated.levels:
                fruitless += 1
                group = max(1, group // 2)
                if rated.reply.said is Said.CUT:
                    self.patience = min(MOST_PATIENCE, 2 * self.patience)
        if missing:
            self.tally.given_up += 1
            logger.warning(
                "%s, run %d: %d skills without a level; the next rescoring asks again",
                pending.occupation.onetsoc_code,
                pending.run,
                len(missing),
            )
        else:
            self.tally.done += 1

    async def _ask(self, pending: Pending, prompt: Prompt, attempt: int) -> tuple[Rated | None, int]:
        """The reply to one question, tried again while the server says later; None: stopped."""
        tries = 0
        while True:
            attempt += 1
            rated = await self._call(pending, prompt, attempt)
            if rated is None:
                return None, attempt
            reply = rated.reply
            if reply.said is not Said.FAILED or reply.next is Next.LESS:
                self.failures = 0
                return rated, attempt
            if reply.next is Next.AT_ONCE:
                continue
            tries += 1
            if reply.next is Next.LATER and tries < TRIES and not self.tally.stopped:
                await self.sleep(_delay(reply.wait_seconds, tries))
                continue
            self.failures += 1
            if reply.next is Next.STOP:
                self._stop(reply.fault, broken=True)
            elif self.failures >= FAILURES:
                self._stop(f"{self.failures} calls in a row failed: {reply.fault}", broken=True)
            return rated, attempt

    async def _call(self, pending: Pending, prompt: Prompt, attempt: int) -> Rated | None:
        """One call: within the budget, in the book before it is made, kept as soon as answered."""
        limit = token_limit(len(prompt.element_ids), self.patience)
        estimate = estimate_tokens(prompt, limit)
        if self.max_seconds is not None and time.monotonic() - self.started > self.max_seconds:
            self._stop(f"{self.max_seconds:g} s are over; the next rescoring goes on")
        if self.tally.stopped or not await self._reserve(estimate):
            return None
        call = call_log.Call(
            job_id=self.job_id,
            release=self.release,
            onetsoc_code=pending.occupation.onetsoc_code,
            run=pending.run,
            attempt=attempt,
            inputs_digest=pending.inputs_digest,
            request_digest=prompt.digest,
            order_seed=order_seed(pending.inputs_digest, pending.run),
            elements_asked=len(prompt.element_ids),
            base_url=self.rater.base_url[:255],
            model=self.rater.model,
            response_format=self.rater.response_format,
            temperature=_decimal(self.rater.temperature),
            token_limit=limit,
            tokens_counted=estimate,
        )
        call_id = await asyncio.to_thread(self._begin, call)
        rated = await self.rater.rate(prompt, limit)
        usage = rated.reply.usage
        counted = usage.total if usage else 0 if rated.reply.unbilled else estimate
        await asyncio.to_thread(self._finish, call_id, rated, counted)
        await self._settle(estimate, counted)
        self.tally.calls += 1
        self.tally.levels += len(rated.levels)
        self.report(self.tally)
        return rated

    async def _reserve(self, tokens: int) -> bool:
        """Whether the budget has room for a call. Calls on their way may still give some back."""
        tally = self.tally
        async with self.settled:
            while self.reserved and tally.spent + self.reserved + tokens > tally.budget:
                await self.settled.wait()
        if tally.spent + self.reserved + tokens > tally.budget:
            self._stop(
                f"of the {tally.budget:,} tokens in 24 hours {tally.spent:,} are spent, and the "
                f"next call may need {tokens:,}"
            )
            return False
        self.reserved += tokens
        return True

    async def _settle(self, reserved: int, counted: int) -> None:
        self.tally.spent += counted
        self.tally.tokens += counted
        async with self.settled:
            self.reserved -= reserved
            self.settled.notify_all()

    def _stop(self, why: str, *, broken: bool = False) -> None:
        if not self.tally.stopped:
            self.tally.stopped, self.tally.broken = why, broken

    def _begin(self, call: call_log.Call) -> int:
        with writing(self.engine) as connection:
            return call_log.begin_call(connection, call)

    def _finish(self, call_id: int, rated: Rated, counted: int) -> None:
        """Keep what was paid for, also when the database is away for a moment."""
        for attempt in Retrying(
            retry=retry_if_exception_type((DatabaseUnavailable, LoadInProgress)),
            stop=stop_after_delay(PATIENCE_WITH_DATABASE),
            wait=wait_exponential(max=LONGEST_DELAY),
            reraise=True,
        ):
            with attempt, writing(self.engine) as connection:
                call_log.finish_call(connection, call_id, rated, counted)


async def rescore(
    engine: Engine,
    rater: LevelRater,
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
    """Ask for the levels of these occupations that are not there yet, and keep them.

    After ``max_seconds``, where it is given, no new call is made.
    """
    release = catalogue.info.release
    with reading(engine) as connection:
        pending = plan(catalogue, codes, rater, runs, call_log.answered(connection, release))
        spent = call_log.tokens_spent(connection)
        known = call_log.known_format(connection, rater.base_url[:255], rater.model)
    if known is not None:
        rater.response_format = known
    tally = RescoringProgress(runs=len(pending), budget=token_budget, spent=spent)
    job = Job(engine, rater, release, tally, report, job_id or uuid4().hex, sleep, max_seconds)
    await job.run(pending, max_concurrency)
    return tally


def _delay(asked: float | None, tries: int) -> float:
    """Seconds to wait: what the server asks for, else doubling with some chance in it."""
    if asked is not None:
        return asked
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2 ** (tries - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.2f}")
