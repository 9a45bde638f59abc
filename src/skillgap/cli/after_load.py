"""What follows a load where a language model is configured. Its client is imported for that alone."""

from __future__ import annotations

import logging

from pydantic import ValidationError

from skillgap.errors import SkillgapError
from skillgap.settings import LlmSettings

logger = logging.getLogger(__name__)

NOT_RESCORED = (
    "the release is loaded, but rescoring it failed: %s. To try again: skillgap rescore --sample 40 --unrated, "
    "then skillgap rescore calibrate"
)


def rescore_after_load() -> None:
    """Rescore where LLM_MODEL is set. Levels of a model are an extra: any fault is logged, the load has succeeded."""
    try:
        settings = LlmSettings()
        if settings.llm_model is not None:
            from skillgap.cli.rescore_job import rescore_sample

            rescore_sample(settings)
    except ValidationError as error:
        faults = ("_".join(map(str, fault["loc"])).upper() + f": {fault['msg']}" for fault in error.errors())
        logger.warning(NOT_RESCORED, "; ".join(faults))
    except (SkillgapError, OSError) as error:
        logger.warning(NOT_RESCORED, str(error).rstrip("."))
    except Exception as error:  # nothing that happens here may end a load with another status
        logger.warning(NOT_RESCORED, f"{type(error).__name__}: {error}", exc_info=True)
