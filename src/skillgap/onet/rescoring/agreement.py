"""How far a model's levels are from O*NET's, and how gaps change with them.

Differences are model minus O*NET, in levels (LV, 0-7). Levels of one occupation err together, so
intervals of overall figures are taken over occupations and not over single levels.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from math import inf, sqrt
from statistics import fmean, stdev
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillgap.gap.comparison import compare_profiles
from skillgap.gap.ratings import Profile
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.levels import RescoredOccupation, rescored_profile

Z_95 = 1.96
MOST_PAIRS = 1_000  # of occupations
FIRST_GAPS = 5
GAPS = ("missing", "lower")


class LevelPair(NamedTuple):
    """The level of one skill of one occupation on both sides, not relevant as 0; O*NET's standard error."""

    onetsoc_code: str
    element_id: str
    model: float
    published: float
    standard_error: float | None

    @property
    def difference(self) -> float:
        """Model minus O*NET, in levels."""
        return self.model - self.published

    @property
    def in_standard_errors(self) -> float | None:
        """The size of the difference as a multiple of O*NET's standard error; None without one."""
        return abs(self.difference) / self.standard_error if self.standard_error else None


class Bias(NamedTuple):
    """The mean difference and the ends of its 95 % interval, in levels."""

    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class SkillAgreement:
    """Agreement on one skill over occupations."""

    element_id: str
    element_name: str
    n: int  # occupations
    bias: Bias
    mean_absolute_error: float
    in_standard_errors: float | None  # the mean error as a multiple of O*NET's own
    rank_correlation: float | None  # Spearman's rho; None where one side does not vary


@dataclass(frozen=True)
class GapAgreement:
    """Shares by which gaps to rescored targets and to the same targets as published agree."""

    pairs: int
    status_changed: float  # share of skills whose status (missing, lower, met, surplus) changes
    gap_appears_or_goes: float  # share of skills that are a gap with the one and not the other
    first_gaps_shared: float  # share of the first five gaps that are the same skills


@dataclass(frozen=True)
class AgreementReport:
    """How one rater agrees with O*NET on a set of occupations."""

    occupations: int
    levels: int
    bias: Bias
    mean_absolute_error: float
    in_standard_errors: float | None
    within_1_96_standard_errors: float | None  # share of levels
    rank_correlation_over_occupations: float | None  # mean over skills
    rank_correlation_over_skills: float | None  # mean over occupations
    gaps: GapAgreement | None
    by_skill: tuple[SkillAgreement, ...]


def pairs_of(catalogue: Catalogue, rescored: Mapping[str, RescoredOccupation]) -> list[LevelPair]:
    """Every level that both sides have."""
    pairs = []
    for code, occupation in rescored.items():
        profile = catalogue.profile(code)
        for element_id, level in occupation.levels.items():
            if published := profile.get(element_id):
                error = published.level.standard_error
                levels = float(level.level), float(published.effective_level)
                pairs.append(LevelPair(code, element_id, *levels, None if error is None else float(error)))
    return pairs


def agree(catalogue: Catalogue, rescored: Mapping[str, RescoredOccupation], seed: int) -> AgreementReport:
    """All figures of agreement over these occupations; the seed draws pairs of them for their gaps."""
    pairs = pairs_of(catalogue, rescored)
    by_occupation = group_pairs(pairs, lambda pair: pair.onetsoc_code)
    errors = [error for pair in pairs if (error := pair.in_standard_errors) is not None]
    by_skill = tuple(
        SkillAgreement(
            element_id,
            catalogue.elements[element_id].element_name,
            len(group),
            bias([pair.difference for pair in group]),
            fmean(abs(pair.difference) for pair in group),
            _mean(pair.in_standard_errors for pair in group),
            rank_correlation(group),
        )
        for element_id, group in group_pairs(pairs, lambda pair: pair.element_id).items()
    )
    return AgreementReport(
        occupations=len(by_occupation),
        levels=len(pairs),
        bias=bias([fmean(pair.difference for pair in group) for group in by_occupation.values()]),
        mean_absolute_error=fmean(abs(pair.difference) for pair in pairs),
        in_standard_errors=_mean(errors),
        within_1_96_standard_errors=_mean(float(error <= Z_95) for error in errors),
        rank_correlation_over_occupations=_mean(skill.rank_correlation for skill in by_skill),
        rank_correlation_over_skills=_mean(map(rank_correlation, by_occupation.values())),
        gaps=compare_gaps(catalogue, rescored, seed),
        by_skill=by_skill,
    )


def compare_gaps(catalogue: Catalogue, rescored: Mapping[str, RescoredOccupation], seed: int) -> GapAgreement | None:
    """The agreement over pairs of these occupations, at most 1,000 drawn with the seed; None without a pair."""
    pairs = list(combinations(sorted(rescored), 2))
    if not pairs:
        return None
    if len(pairs) > MOST_PAIRS:
        pairs = random.Random(seed).sample(pairs, MOST_PAIRS)  # noqa: S311
    names = {element_id: element.element_name for element_id, element in catalogue.elements.items()}
    targets = {code: rescored_profile(rescored[code], names, catalogue.profile(code)) for code in rescored}
    changed, turned, shared = [], [], []
    for source_code, target_code in pairs:
        source = catalogue.profile(source_code)
        published = catalogue.profile(target_code)
        rated = {skill: rating for skill, rating in targets[target_code].items() if skill in published}
        before, after = _statuses(source, published), _statuses(source, rated)
        both = before.keys() & after.keys()  # a rating of the release may be rejected, or of no skill
        changed.append(fmean(after[skill] != before[skill] for skill in both))
        turned.append(fmean((after[skill] in GAPS) != (before[skill] in GAPS) for skill in both))
        if first := _first_gaps(before):
            shared.append(len(first & _first_gaps(after)) / len(first))
    return GapAgreement(len(pairs), fmean(changed), fmean(turned), fmean(shared) if shared else 0.0)


def _statuses(source: Profile, target: Profile) -> dict[str, str]:
    """The status of each skill, the widest gap first."""
    return {element.element_id: element.status.value for element in compare_profiles(source, target).elements}


def _first_gaps(statuses: Mapping[str, str]) -> set[str]:
    return set([skill for skill, status in statuses.items() if status in GAPS][:FIRST_GAPS])


def bias(differences: Sequence[float]) -> Bias:
    """The mean of differences with its 95 % interval, which is unbounded for a single one."""
    mean = fmean(differences)
    half = Z_95 * stdev(differences) / sqrt(len(differences)) if len(differences) > 1 else inf
    return Bias(mean, mean - half, mean + half)


def rank_correlation(pairs: Sequence[LevelPair]) -> float | None:
    """Spearman's rho with mean ranks for ties; None where one side does not vary."""
    model, published = _ranks([pair.model for pair in pairs]), _ranks([pair.published for pair in pairs])
    if len(pairs) < 2 or not model.std() or not published.std():
        return None
    return float(np.corrcoef(model, published)[0, 1])


def group_pairs(pairs: Iterable[LevelPair], key: Callable[[LevelPair], str]) -> dict[str, list[LevelPair]]:
    """The pairs by a key, in its order."""
    return {name: list(group) for name, group in groupby(sorted(pairs, key=key), key)}


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    means: NDArray[np.float64] = np.cumsum(counts) - (counts - 1) / 2
    return means[places]
