"""What to rescore: the occupations, the runs over them that are not complete, and what they may cost."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from skillgap.llm.budget import estimate_tokens
from skillgap.llm.client import Chat
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.records import Occupation, Scale
from skillgap.onet.rescoring.call_log import RunProgress
from skillgap.onet.rescoring.prompts import (
    PROMPT_VERSION,
    Prompt,
    Skill,
    inputs_digest,
    render_levels_prompt,
    template_digest,
)
from skillgap.onet.rescoring.rater import SCHEMA, SCHEMA_DIGEST
from skillgap.onet.tables import LEVEL_SCALE

TOKENS_PER_SKILL = 100  # of an answer, at most; and for its frame:
TOKENS_PER_ANSWER = 400


class Pending(NamedTuple):
    """One run over one occupation, and the skills that have no level yet."""

    occupation: Occupation
    run: int
    skills: tuple[Skill, ...]
    scale: Scale
    inputs_digest: str
    attempts: int

    @property
    def order_seed(self) -> int:
        """The seed of the order of the skills: the same whenever the same run is repeated."""
        return int(inputs_digest(self.inputs_digest, self.run)[:7], 16)

    def prompt(self, skills: Iterable[Skill], complaint: str = "") -> Prompt:
        """The prompt for some of its skills."""
        return render_levels_prompt(self.occupation, skills, self.scale, SCHEMA, self.order_seed, complaint)

    @property
    def most_tokens(self) -> int:
        """What it may cost at most."""
        return most_tokens(self.prompt(self.skills), token_limit(len(self.skills)))


def plan(
    catalogue: Catalogue, codes: Sequence[str], chat: Chat, runs: int, known: Mapping[tuple[str, int], RunProgress]
) -> list[Pending]:
    """The runs that are not complete. All first runs come first, so that a budget that ends early
    leaves many occupations with one, rather than few with all.

    ``known`` is what the call log has, by the run and the digest of all that its levels depend on,
    chance aside.
    """
    skills = [
        Skill(element, catalogue.anchors.get(element.element_id, ()))
        for element in catalogue.elements.values()
        if element.domain == "skills"
    ]
    scale = catalogue.scales[LEVEL_SCALE]
    anchors = [[*skill.element[:3], [list(anchor) for anchor in skill.anchors]] for skill in skills]
    versions = PROMPT_VERSION, template_digest(), SCHEMA_DIGEST
    request = *versions, chat.model, chat.temperature, catalogue.info.release, scale.minimum, scale.maximum
    pending = []
    for code in codes:
        occupation = catalogue.occupation(code)
        digest = inputs_digest(*request, occupation.onetsoc_code, occupation.title, occupation.description, anchors)
        for run in range(1, runs + 1):
            element_ids, attempts = known.get((digest, run), (frozenset(), 0))
            missing = tuple(skill for skill in skills if skill.element.element_id not in element_ids)
            if missing:
                pending.append(Pending(occupation, run, missing, scale, digest, attempts))
    return sorted(pending, key=lambda run_over: run_over.run)


def sample_occupations(catalogue: Catalogue, size: int, seed: int) -> list[str]:
    """Rated occupations drawn over job families and Job Zones, every stratum in turn."""
    strata: dict[tuple[str, int], list[str]] = defaultdict(list)
    for code in sorted(catalogue.profiles["skills"]):
        strata[code[:2], catalogue.occupations[code].job_zone or 0].append(code)
    chance = random.Random(seed)  # noqa: S311  # a sample, not a secret
    for codes in strata.values():
        chance.shuffle(codes)
    order = sorted(strata)
    chance.shuffle(order)
    rounds = zip_longest(*(strata[stratum] for stratum in order))
    return [code for drawn in rounds for code in drawn if code is not None][:size]


def unrated_occupations(catalogue: Catalogue) -> list[str]:
    """Occupations that the release lists but has not rated, by code."""
    return [code for code in catalogue.occupations if not catalogue.is_rated(code)]


def token_limit(skills: int, factor: int = 1) -> int:
    """The length limit of an answer for so many skills, in tokens."""
    return factor * (TOKENS_PER_ANSWER + TOKENS_PER_SKILL * skills)


def most_tokens(prompt: Prompt, limit: int) -> int:
    """What a call may cost at most: the prompt, the schema that is sent with it, the answer."""
    return estimate_tokens(limit, prompt.system, prompt.user, str(SCHEMA))
