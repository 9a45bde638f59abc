"""The log of calls: a row is written before a call and finished after it. Functions never commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select, update

from skillgap import __version__
from skillgap.llm.budget import PERIOD
from skillgap.llm.replies import ReplyKind, ResponseFormat
from skillgap.onet.rescored.tables import RescoredLevels, RescoringCalls
from skillgap.onet.rescoring.prompts import PROMPT_VERSION, template_digest
from skillgap.onet.rescoring.rater import SCHEMA_DIGEST, Rated

LONGEST_ANSWER = 16_000  # characters of an answer that are kept: of four bytes each they fit a TEXT of MySQL


class RunProgress(NamedTuple):
    """The elements that one run over an occupation has levels of, and how many calls it has taken."""

    element_ids: frozenset[str]
    attempts: int


def begin_call(connection: Connection, **columns: Any) -> int:
    """Add a row for a call that is about to be made, with what is known before it; its id."""
    started = insert(RescoringCalls).values(
        **columns,
        created_at=datetime.now(UTC).replace(tzinfo=None),
        prompt_version=PROMPT_VERSION,
        template_digest=template_digest(),
        schema_digest=SCHEMA_DIGEST,
        outcome="sent",
        code_version=__version__,
    )
    return int(connection.execute(started).lastrowid)


def finish_call(connection: Connection, call_id: int, rated: Rated, tokens_counted: int) -> None:
    """Add the call's outcome and its levels."""
    reply, outcome = rated.reply, outcome_of(rated)
    finished = (
        update(RescoringCalls)
        .where(RescoringCalls.call_id == call_id, RescoringCalls.outcome == "sent")
        .values(
            outcome=outcome,
            milliseconds=reply.milliseconds,
            response_format=reply.response_format.value,
            model_answered=reply.model_answered and reply.model_answered[:200],
            system_fingerprint=reply.system_fingerprint and reply.system_fingerprint[:200],
            **(reply.usage.model_dump() if reply.usage else {}),
            tokens_counted=tokens_counted,
            message="; ".join(filter(None, (reply.fault, *rated.faults)))[:2_000] or None,
            answer=None if outcome == "ok" else reply.text[:LONGEST_ANSWER] or None,
        )
    )
    connection.execute(finished)
    rows = [
        level.model_dump()
        | {
            "call_id": call_id,
            "level": Decimal(f"{level.level:.2f}"),
            "not_relevant": "Y" if level.not_relevant else "N",
        }
        for level in rated.levels.values()
    ]
    if rows:
        connection.execute(insert(RescoredLevels), rows)


def outcome_of(rated: Rated) -> str:
    """The outcome of a call, as the log names it."""
    if rated.reply.kind is not ReplyKind.ANSWER:
        return rated.reply.kind.value
    if rated.levels:
        return "partial" if rated.faults else "ok"
    return "invalid"


def run_progress(connection: Connection, release: str) -> Mapping[tuple[str, int], RunProgress]:
    """The progress of every run, by the digest of its inputs and its number."""
    call, level = RescoringCalls, RescoredLevels
    run_over = call.inputs_digest, call.run
    attempts = select(*run_over, func.max(call.attempt)).where(call.release == release).group_by(*run_over)
    levels = select(*run_over, level.element_id).join(level, level.call_id == call.call_id)
    rated: dict[tuple[str, int], set[str]] = defaultdict(set)
    for digest, run, element_id in connection.execute(levels.where(call.release == release)):
        rated[digest, run].add(element_id)
    return {
        (digest, run): RunProgress(frozenset(rated[digest, run]), attempt)
        for digest, run, attempt in connection.execute(attempts)
    }


def tokens_spent(connection: Connection) -> int:
    """Tokens counted in the period of the budget, by all jobs."""
    since = (datetime.now(UTC) - PERIOD).replace(tzinfo=None)
    spent = select(func.sum(RescoringCalls.tokens_counted)).where(RescoringCalls.created_at >= since)
    return int(connection.scalar(spent) or 0)


def known_format(connection: Connection, base_url: str, model: str) -> ResponseFormat | None:
    """The response format that this server last answered this model's calls in."""
    call = RescoringCalls
    query = (
        select(call.response_format)
        .where(call.base_url == base_url, call.model == model)
        .where(call.outcome.in_(["ok", "partial", "invalid", "cut"]))
        .order_by(call.call_id.desc())
    )
    known = connection.scalar(query.limit(1))
    return ResponseFormat(known) if known else None


def mean_tokens(connection: Connection, model: str) -> float | None:
    """The mean cost of this model's calls; None where none is known."""
    query = select(func.avg(RescoringCalls.prompt_tokens + RescoringCalls.completion_tokens))
    mean = connection.scalar(query.where(RescoringCalls.model == model))
    return None if mean is None else float(mean)
