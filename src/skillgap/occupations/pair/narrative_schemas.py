"""``explain=llm``: an answer told in words by a language model, or why it is not."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from skillgap.occupations.pair.narrative import MOST_POINTS, Narrator, NotTold, Passage

if TYPE_CHECKING:
    from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
    from skillgap.settings import LlmSettings


LONGEST_WAIT = 20.0  # seconds; a request behind HTTP must not take longer
BY_ANCHORS = "{why} The gap is explained by O*NET's own examples alone (explain=anchors)."
A_MODELS_WORDS = "The narrative is a language model's, checked against the figures of this answer."
OFF = "No language model is configured."


class PassageOut(BaseModel):
    """A few sentences, and the elements they are about."""

    element_ids: list[str]
    text: str

    @classmethod
    def of(cls, passage: Passage) -> PassageOut:
        """The same as JSON."""
        return cls(element_ids=list(passage.element_ids), text=passage.text)


class NarrativeOut(BaseModel):
    """The gap in a language model's words, from the figures and anchors of this answer alone."""

    paragraphs: list[PassageOut]
    steps: list[PassageOut] = Field(description="What to learn to do.")
    model: str
    prompt_version: str
    told: date


def narrator_of(settings: LlmSettings) -> tuple[Narrator, Any] | None:
    """A narrator and its connection to the model, to be closed; None where none is configured.

    The model's client is loaded only here: a worker that needs none does not carry it.
    """
    if settings.llm_model is None or not (settings.llm_base_url or settings.llm_api_key):
        return None
    chat = import_module("skillgap.llm.client").Chat(
        settings.llm_model,
        base_url=str(settings.llm_base_url) if settings.llm_base_url else None,
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else None,
        timeout_seconds=min(settings.llm_timeout_seconds, LONGEST_WAIT),
        temperature=settings.llm_temperature,
    )
    return Narrator(chat, settings.llm_token_budget), chat


async def add_narrative(answer: SkillGapOut, narrator: Narrator | None) -> None:
    """Give the answer its narrative, or the note why it has none."""
    if narrator is None:
        answer.notes.append(BY_ANCHORS.format(why=OFF))
        return
    try:
        told = await narrator.tell(facts_of(answer))
    except NotTold as reason:
        answer.notes.append(BY_ANCHORS.format(why=reason))
        return
    answer.notes.append(A_MODELS_WORDS)
    answer.narrative = NarrativeOut(
        paragraphs=[PassageOut.of(one) for one in told.paragraphs],
        steps=[PassageOut.of(one) for one in told.steps],
        model=told.model,
        prompt_version=told.prompt_version,
        told=told.told,
    )


def facts_of(answer: SkillGapOut) -> dict[str, Any]:
    """All that the model is told: the widest gaps as the answer has them."""
    return {
        "from": answer.from_occupation.title if answer.from_occupation else "a person",
        "to": answer.to_occupation.title,
        "gaps": answer.summary.gaps,
        "skills": [_point(one) for one in answer.skill_gaps[:MOST_POINTS]],
    }


def _point(one: ElementGapOut) -> dict[str, Any]:
    point: dict[str, Any] = {
        "element_id": one.element_id,
        "element_name": one.element_name,
        "from_level": one.from_level,
        "to_level": one.to_level,
        "difference": one.difference,
    }
    if one.explanation:
        point |= {
            "definition": one.explanation.description,
            "example_at_or_below_from_level": one.explanation.from_anchor,
            "example_at_or_above_to_level": one.explanation.to_anchor,
        }
    return point
