"""How gaps change when a model's levels take the place of the target's."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from skillgap.gap.comparison import compare_profiles
from skillgap.gap.ratings import Profile
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.levels import RescoredOccupation, rescored_profile

MOST_PAIRS = 1_000  # of occupations
FIRST_GAPS = 5
GAPS = ("missing", "lower")


@dataclass(frozen=True)
class GapAgreement:
    """Shares by which gaps to rescored targets and to the same targets as published agree."""

    pairs: int
    status_changed: float  # share of skills whose status (missing, lower, met, surplus) changes
    gap_appears_or_goes: float  # share of skills that are a gap with the one and not the other
    first_gaps_shared: float  # share of the first five gaps that are the same skills


def compare_gaps(catalogue: Catalogue, rescored: Mapping[str, RescoredOccupation], seed: int) -> GapAgreement | None:
    """The agreement over pairs of these occupations, at most 1,000 drawn with the seed; None without a pair."""
    pairs = list(combinations(sorted(rescored), 2))
    if not pairs:
        return None
    if len(pairs) > MOST_PAIRS:
        pairs = random.Random(seed).sample(pairs, MOST_PAIRS)  # noqa: S311
    names = {element_id: element.element_name for element_id, element in catalogue.elements.items()}
    targets = {
        code: rescored_profile(occupation, names, catalogue.profile(code)) for code, occupation in rescored.items()
    }
    changed, turned, shared = [], [], []
    for source_code, target_code in pairs:
        source = catalogue.profile(source_code)
        before = _statuses(source, catalogue.profile(target_code))
        after = _statuses(source, targets[target_code])
        changed.append(fmean(after[skill] != before[skill] for skill in after))
        turned.append(fmean((after[skill] in GAPS) != (before[skill] in GAPS) for skill in after))
        if first := _first_gaps(before):
            shared.append(len(first & _first_gaps(after)) / len(first))
    return GapAgreement(len(pairs), fmean(changed), fmean(turned), fmean(shared) if shared else 0.0)


def _statuses(source: Profile, target: Profile) -> dict[str, str]:
    """The status of each skill, the widest gap first."""
    return {element.element_id: element.status.value for element in compare_profiles(source, target).elements}


def _first_gaps(statuses: Mapping[str, str]) -> set[str]:
    return set([skill for skill, status in statuses.items() if status in GAPS][:FIRST_GAPS])
