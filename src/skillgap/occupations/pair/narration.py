"""``explain=llm``: the narrative of a response by a language model, or the note why there is none."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from skillgap.occupations.pair.narrative import MOST_POINTS, Narrator, NoNarrative
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut

if TYPE_CHECKING:
    from skillgap.settings import LlmSettings

logger = logging.getLogger(__name__)

LONGEST_WAIT = 20.0  # seconds; a request behind HTTP must not take longer
BY_ANCHORS = "{why} The gap is explained by O*NET's own examples alone (explain=anchors)."
A_MODELS_WORDS = "The narrative is a language model's, checked against the figures of this answer."
OFF = "No language model is configured."


def create_narrator(settings: LlmSettings) -> tuple[Narrator, Any] | None:
    """A narrator and its connection to the model, to be closed; None where none is configured."""
    if settings.llm_model is None or not (settings.llm_base_url or settings.llm_api_key):
        return None
    if find_spec("openai") is None:
        logger.warning("explain=llm is off: the library openai is not installed (skillgap[etl])")
        return None
    # Imported here, so that a worker without a model does not hold the client's memory.
    from skillgap.llm.client import Chat

    chat = Chat(
        settings.llm_model,
        base_url=str(settings.llm_base_url) if settings.llm_base_url else None,
        api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else None,
        timeout_seconds=min(settings.llm_timeout_seconds, LONGEST_WAIT),
        temperature=settings.llm_temperature,
    )
    return Narrator(chat, settings.llm_token_budget), chat


async def add_narrative(response: SkillGapOut, narrator: Narrator | None) -> None:
    """Add the narrative, or the note why there is none."""
    if narrator is None:
        response.notes.append(BY_ANCHORS.format(why=OFF))
        return
    try:
        response.narrative = await narrator.narrate(facts_of(response))
    except NoNarrative as reason:
        response.notes.append(BY_ANCHORS.format(why=reason))
    else:
        response.notes.append(A_MODELS_WORDS)


def facts_of(response: SkillGapOut) -> dict[str, Any]:
    """All that is sent to the model: the widest gaps as the response has them."""
    return {
        "from": response.from_occupation.title if response.from_occupation else "a person",
        "to": response.to_occupation.title,
        "gaps": response.summary.gaps,
        "skills": [_point(gap) for gap in response.skill_gaps[:MOST_POINTS]],
    }


def _point(gap: ElementGapOut) -> dict[str, Any]:
    names = {"element_id", "element_name", "from_level", "to_level", "difference"}
    point: dict[str, Any] = gap.model_dump(include=names)
    if gap.explanation:
        point |= {
            "definition": gap.explanation.description,
            "example_at_or_below_from_level": gap.explanation.from_anchor,
            "example_at_or_above_to_level": gap.explanation.to_anchor,
        }
    return point
