"""A person as the source of a comparison: levels that were answered; the others are unknown, never 0.

Levels are on O*NET's LV scale (0-7).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from skillgap.gap.ratings import Estimate, Profile, Rating

FEWEST_ALIKE = 5  # answers: a few equal ones are no sign


class AnsweredShare(NamedTuple):
    """How much of what a target is rated on a person has answered.

    ``importance_weight`` (0-1) is the share of the target's importance that the answered elements have.
    """

    answered: int
    unanswered: int
    importance_weight: float


def person_profile(levels: Mapping[str, Decimal], names: Mapping[str, str]) -> Profile:
    """A person's levels by element id as a profile: no importance, no standard errors."""
    return {
        element_id: Rating(element_id, names[element_id], Estimate(level), importance=None)
        for element_id, level in sorted(levels.items())
    }


def with_first_guess(own: Profile, start: Profile) -> Profile:
    """A person's own levels, and for the rest those of a starting occupation as a first guess.

    The guess is the occupation's effective level, without its standard error: that is of the occupation's mean.
    """
    guessed = {key: rating for key, rating in start.items() if key not in own}
    levels = {key: rating.effective_level for key, rating in guessed.items()}
    names = {key: rating.element_name for key, rating in guessed.items()}
    return dict(sorted({**own, **person_profile(levels, names)}.items()))


def answered(person: Profile, target: Profile) -> AnsweredShare:
    """How much of the target's profile the person has answered; a target without weight: 1.0."""
    known = person.keys() & target.keys()
    whole = sum(rating.importance_weight for rating in target.values())
    part = sum(target[element_id].importance_weight for element_id in known)
    return AnsweredShare(len(known), len(target) - len(known), part / whole if whole else 1.0)


def all_alike(person: Profile) -> bool:
    """Whether all answers are the same level, as of somebody who does not read the questions."""
    levels = {rating.effective_hundredths for rating in person.values()}
    return len(levels) == 1 and len(person) >= FEWEST_ALIKE
