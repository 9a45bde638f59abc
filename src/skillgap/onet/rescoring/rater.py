"""Levels from a language model: the schema of its answer, and the levels in it that are usable.

An answer is read skill by skill: valid levels are kept even where the rest is wrong or cut off,
because all of it was paid for. Only what is missing is requested again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Strict, StrictBool, ValidationError, model_validator
from pydantic_core import from_json

from skillgap.llm.client import Chat
from skillgap.llm.replies import Reply, ReplyKind
from skillgap.onet.rescoring.prompts import Prompt, inputs_digest

LONGEST_REASON = 300
LONGEST_COMPLAINT = 400
MOST_BEGINNINGS = 200  # places in an answer where JSON may begin
_JSON_BEGINS = re.compile(r"[\[{]")
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)|\A.*</think>", re.DOTALL)


def _on_the_scale(level: float) -> float:
    if not 0 <= level <= 7:
        raise ValueError(f"{level:g} is not between 0 and 7")
    return level


def _plain(text: str) -> str:
    """Untrusted text on one line, without control characters, not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_REASON]


class SkillLevel(BaseModel):
    """The level of one skill as a model gives it. Its range is checked here: servers ignore it."""

    model_config = ConfigDict(
        json_schema_extra={"additionalProperties": False, "description": "One skill's level."}, frozen=True
    )

    element_id: Annotated[str, AfterValidator(_plain)]
    level: Annotated[float, Strict(), AfterValidator(_on_the_scale)]
    not_relevant: StrictBool
    confidence: Literal["low", "medium", "high"]
    reason: Annotated[str, AfterValidator(_plain)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.not_relevant and self.level:
            raise ValueError("not relevant, and yet at a level above 0")
        return self


class SkillLevels(BaseModel):
    """The answer that a model is to give."""

    model_config = ConfigDict(json_schema_extra={"additionalProperties": False, "description": "Every skill's level."})

    ratings: list[SkillLevel]


SCHEMA = SkillLevels.model_json_schema()
SCHEMA_DIGEST = inputs_digest(SCHEMA)


@dataclass(frozen=True)
class Rated:
    """The result of one call: the usable levels by element id, and the faults of the others."""

    reply: Reply
    levels: Mapping[str, SkillLevel]
    faults: tuple[str, ...]

    @property
    def complaint(self) -> str:
        """The faults in words for the model."""
        return "; ".join(self.faults)[:LONGEST_COMPLAINT]


async def rate(chat: Chat, prompt: Prompt, token_limit: int) -> Rated:
    """The result of one call, also where it failed."""
    reply = await chat.ask(prompt.system, prompt.user, name="skill_levels", schema=SCHEMA, token_limit=token_limit)
    if reply.kind not in (ReplyKind.ANSWER, ReplyKind.CUT):
        return Rated(reply, {}, (reply.fault,))
    return Rated(reply, *read_levels(reply.text, prompt.element_ids))


def read_levels(text: str, element_ids: Collection[str]) -> tuple[dict[str, SkillLevel], tuple[str, ...]]:
    """The usable levels of the requested skills, and what is wrong with the rest.

    Thoughts, text around the JSON and a missing end are tolerated. A skill rated twice is not used,
    unless both times alike; a skill that was not requested is ignored.
    """
    items = _find_ratings(_THOUGHTS.sub("", text))
    if items is None:
        return {}, ("there is no JSON object with ratings in the answer",)
    levels: dict[str, SkillLevel] = {}
    faults: list[str] = []
    disputed: set[str] = set()
    for item in items:
        try:
            level = SkillLevel.model_validate(item)
        except ValidationError as error:
            faults.append(_fault(item, error))
            continue
        first = levels.setdefault(level.element_id, level)
        if (first.level, first.not_relevant) != (level.level, level.not_relevant):
            disputed.add(level.element_id)
    faults += [f"{element_id} is rated twice, differently" for element_id in sorted(disputed)]
    faults += [f"{element_id} was not requested" for element_id in levels.keys() - {*element_ids}]
    usable = {key: levels[key] for key in element_ids if key in levels and key not in disputed}
    named = {str(item.get("element_id")) for item in items if isinstance(item, dict)}
    faults += [f"{element_id} is missing" for element_id in element_ids if element_id not in named]
    return usable, tuple(faults)


def _find_ratings(text: str) -> list[Any] | None:
    """The list of ratings in the first JSON value that has one, without a rating that is cut off."""
    decoder = json.JSONDecoder()
    starts = [match.start() for match in islice(_JSON_BEGINS.finditer(text), MOST_BEGINNINGS)]
    for start in starts:
        with suppress(ValueError, RecursionError):
            if ratings := _ratings(decoder.raw_decode(text, start)[0]):
                return ratings
    for start in starts:
        with suppress(ValueError):
            if ratings := _ratings(from_json(text[start:], allow_partial=True)):
                return ratings[:-1]  # the last one may lack a digit
    return None


def _ratings(value: Any) -> list[Any] | None:
    if isinstance(value, dict):
        value = value.get("ratings")
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return value
    return None


def _fault(item: Any, error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_context=False)[0]
    element_id = _plain(str(item.get("element_id", "?")))[:20] if isinstance(item, dict) else "?"
    place = ".".join(map(str, fault["loc"]))
    return f"{element_id}: {place} {fault['msg']}"
