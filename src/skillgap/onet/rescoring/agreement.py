"""How far a model's levels are from O*NET's, and the calibration that brings them nearer.

Differences are model minus O*NET, in levels (LV, 0-7), over occupations that have both. Levels of
one occupation err together, so intervals of overall figures are taken over occupations and not
over single levels.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import insert

from skillgap.errors import NotEnoughRatings
from skillgap.gap.comparison import compare_profiles
from skillgap.onet.rescored.calibration import Line, moved_occupation
from skillgap.onet.rescored.levels import Rater, RescoredOccupation, rescored_profile
from skillgap.onet.rescored.tables import CalibrationLines, Calibrations, CalibrationSamples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from skillgap.gap.ratings import Profile, Rating
    from skillgap.onet.catalogue import Catalogue


FEWEST_OCCUPATIONS = 4  # in each half
FEWEST_FOR_A_SLOPE = 5  # occupations that need a skill; with fewer the line only shifts
STEEPEST = 3.0  # a spread that is estimated on few occupations may be far off
MOST_PAIRS = 1_000  # of occupations whose gaps are compared
FIRST_GAPS = 5
Z_95 = 1.96


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
    """What becomes of gaps when the model's levels take the place of the target's."""

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


@dataclass(frozen=True)
class RaterReport:
    """All of it for one rater: every occupation, and the half held out before and after."""

    release: str
    rater: Rater
    runs: int
    seed: int
    everything: AgreementReport
    held_out: AgreementReport | None  # as the model gave them; None where there are too few
    held_out_calibrated: AgreementReport | None


class LevelPair(NamedTuple):
    """One level on both sides."""

    onetsoc_code: str
    element_id: str
    model: float
    published: float
    standard_error: float | None


def rated_twice(catalogue: Catalogue) -> dict[Rater, dict[str, RescoredOccupation]]:
    """Occupations with published and rescored levels, by rater; the rater with most is first."""
    found: dict[Rater, dict[str, RescoredOccupation]] = {}
    for code, occupation in sorted(catalogue.model.occupations.items()):
        if catalogue.is_rated(code):
            found.setdefault(occupation.rater, {})[code] = occupation
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def report(catalogue: Catalogue, rater: Rater, seed: int) -> RaterReport:
    """How a rater agrees with O*NET; raises NotEnoughRatings where it shares no occupation."""
    both = rated_twice(catalogue).get(rater)
    if not both:
        raise NotEnoughRatings(
            f"No occupation has levels of O*NET and of {rater.model} with {rater.prompt_version}. "
            "Rescore some that are rated: skillgap rescore --sample 40."
        )
    fitted, held_out = halves(list(both), seed)
    before = after = None
    if min(len(fitted), len(held_out)) >= FEWEST_OCCUPATIONS:
        lines = fit_lines(pairs_of(catalogue, {code: both[code] for code in fitted}))
        tested = {code: both[code] for code in held_out}
        moved = {code: moved_along(one, lines) for code, one in tested.items()}
        before = agree(catalogue, tested, seed)
        after = agree(catalogue, moved, seed)
    return RaterReport(
        release=catalogue.info.release,
        rater=rater,
        runs=min(one.runs for one in both.values()),
        seed=seed,
        everything=agree(catalogue, both, seed),
        held_out=before,
        held_out_calibrated=after,
    )


def halves(codes: Sequence[str], seed: int) -> tuple[list[str], list[str]]:
    """Occupations to fit on, and others to test on; the same for the same occupations and seed."""
    shuffled = sorted(codes)
    random.Random(seed).shuffle(shuffled)  # noqa: S311  # a sample, not a secret
    middle = (len(shuffled) + 1) // 2
    return sorted(shuffled[:middle]), sorted(shuffled[middle:])


def pairs_of(catalogue: Catalogue, rescored: Mapping[str, RescoredOccupation]) -> list[LevelPair]:
    """Every level that both sides have; a level that is not relevant counts as 0 on either."""
    return [
        LevelPair(code, element_id, float(one.level), *_published(profile[element_id]))
        for code, occupation in rescored.items()
        for profile in (catalogue.profile(code),)
        for element_id, one in occupation.levels.items()
        if element_id in profile
    ]


def agree(catalogue: Catalogue, rescored: Mapping[str, RescoredOccupation], seed: int) -> AgreementReport:
    """All figures of agreement over these occupations."""
    pairs = pairs_of(catalogue, rescored)
    by_occupation = _grouped(pairs, "onetsoc_code")
    by_element = _grouped(pairs, "element_id")
    means = [fmean(_apart(one) for one in group) for group in by_occupation.values()]
    errors = [abs(_apart(one)) / one.standard_error for one in pairs if one.standard_error]
    by_skill = tuple(
        SkillAgreement(
            element_id,
            catalogue.elements[element_id].element_name,
            len(group),
            bias([_apart(one) for one in group]),
            fmean(abs(_apart(one)) for one in group),
            _mean(abs(_apart(one)) / one.standard_error for one in group if one.standard_error),
            rank_correlation(group),
        )
        for element_id, group in sorted(by_element.items())
    )
    return AgreementReport(
        occupations=len(by_occupation),
        levels=len(pairs),
        bias=bias(means),
        mean_absolute_error=fmean(abs(_apart(one)) for one in pairs),
        in_standard_errors=_mean(errors),
        within_1_96_standard_errors=_mean(float(error <= Z_95) for error in errors),
        rank_correlation_over_occupations=_mean(one.rank_correlation for one in by_skill),
        rank_correlation_over_skills=_mean(map(rank_correlation, by_occupation.values())),
        gaps=compare_gaps(catalogue, rescored, seed),
        by_skill=by_skill,
    )


def bias(differences: Sequence[float]) -> Bias:
    """The mean of differences with its 95 % interval, which is unbounded for a single one."""
    mean = fmean(differences)
    if len(differences) < 2:
        return Bias(mean, float("-inf"), float("inf"))
    half = Z_95 * stdev(differences) / sqrt(len(differences))
    return Bias(mean, mean - half, mean + half)


def rank_correlation(pairs: Sequence[LevelPair]) -> float | None:
    """Spearman's rho with mean ranks for ties; None where one side does not vary."""
    model = _ranks([one.model for one in pairs])
    published = _ranks([one.published for one in pairs])
    if len(pairs) < 2 or not model.std() or not published.std():
        return None
    return float(np.corrcoef(model, published)[0, 1])


def compare_gaps(catalogue: Catalogue, rescored: Mapping[str, RescoredOccupation], seed: int) -> GapAgreement | None:
    """Gaps to rescored targets beside those to the same targets as published."""
    pairs = list(combinations(sorted(rescored), 2))
    if not pairs:
        return None
    if len(pairs) > MOST_PAIRS:
        pairs = random.Random(seed).sample(pairs, MOST_PAIRS)  # noqa: S311
    names = {one: element.element_name for one, element in catalogue.elements.items()}
    profiles = {code: rescored_profile(one, names, catalogue.profile(code)) for code, one in rescored.items()}
    changed, turned, shared = [], [], []
    for source_code, target_code in pairs:
        source = catalogue.profile(source_code)
        before = _statuses(source, catalogue.profile(target_code))
        after = _statuses(source, profiles[target_code])
        changed.append(fmean(after[one] != before[one] for one in after))
        turned.append(fmean(_is_gap(after[one]) != _is_gap(before[one]) for one in after))
        first = [one for one in before if _is_gap(before[one])][:FIRST_GAPS]
        if first:
            own_first = [one for one in after if _is_gap(after[one])][:FIRST_GAPS]
            shared.append(len({*first} & {*own_first}) / len(first))
    return GapAgreement(len(pairs), fmean(changed), fmean(turned), _mean(shared) or 0.0)


def fit_lines(pairs: Sequence[LevelPair]) -> dict[str, tuple[Line, int]]:
    """A line for each skill that gives the model's levels O*NET's mean and spread, and its n.

    Fitted where both sides see a need for the skill at all. With few occupations, or where a side
    does not vary, the line only shifts: slope 1.
    """
    lines = {}
    for element_id, group in sorted(_grouped(pairs, "element_id").items()):
        needed = [one for one in group if one.model and one.published]
        if not needed:
            continue
        model = [one.model for one in needed]
        published = [one.published for one in needed]
        slope = 1.0
        if len(needed) >= FEWEST_FOR_A_SLOPE and stdev(model) and stdev(published):
            slope = min(max(stdev(published) / stdev(model), 1 / STEEPEST), STEEPEST)
        intercept = fmean(published) - slope * fmean(model)
        line = Line(Decimal(f"{slope:.6f}"), Decimal(f"{intercept:.6f}"))
        lines[element_id] = (line, len(needed))
    return lines


def moved_along(occupation: RescoredOccupation, lines: Mapping[str, tuple[Line, int]]) -> RescoredOccupation:
    """The occupation with its levels moved along lines that were just fitted to its rater."""
    only = {element_id: line for element_id, (line, _) in lines.items()}
    return moved_occupation(occupation, only)


def store_calibration(connection: Connection, catalogue: Catalogue, rater: Rater, seed: int) -> RaterReport:
    """Fit lines on one half, test them on the other, and keep both; the report of it.

    Raises NotEnoughRatings where a half has too few occupations.
    """
    found = report(catalogue, rater, seed)
    both = rated_twice(catalogue)[rater]
    fitted, held_out = halves(list(both), seed)
    if found.held_out is None or found.held_out_calibrated is None:
        raise NotEnoughRatings(
            f"{len(both)} occupations have levels of O*NET and of {rater.model}; calibrating needs "
            f"{2 * FEWEST_OCCUPATIONS}. Rescore more that are rated: skillgap rescore --sample 40."
        )
    values = {
        "created_at": datetime.now(UTC).replace(tzinfo=None),
        "release": catalogue.info.release,
        "model": rater.model,
        "prompt_version": rater.prompt_version,
        "seed": seed,
        "bias": found.held_out.bias.mean,
        "mean_absolute_error": found.held_out.mean_absolute_error,
        "calibrated_bias": found.held_out_calibrated.bias.mean,
        "calibrated_mean_absolute_error": found.held_out_calibrated.mean_absolute_error,
    }
    stored = connection.execute(insert(Calibrations).values(**values))
    this = int(stored.lastrowid)
    lines = fit_lines(pairs_of(catalogue, {code: both[code] for code in fitted}))
    connection.execute(
        insert(CalibrationLines),
        [
            {"calibration_id": this, "element_id": element_id, **line._asdict(), "n": n}
            for element_id, (line, n) in lines.items()
        ],
    )
    connection.execute(
        insert(CalibrationSamples),
        [
            {"calibration_id": this, "onetsoc_code": code, "half": half}
            for half, codes in (("fitted", fitted), ("held_out", held_out))
            for code in codes
        ],
    )
    return found


def _published(rating: Rating) -> tuple[float, float | None]:
    error = rating.level.standard_error
    return float(rating.effective_level), None if error is None else float(error)


def _apart(pair: LevelPair) -> float:
    return pair.model - pair.published


def _grouped(pairs: Sequence[LevelPair], name: str) -> dict[str, list[LevelPair]]:
    found: dict[str, list[LevelPair]] = {}
    for pair in pairs:
        found.setdefault(getattr(pair, name), []).append(pair)
    return found


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: NDArray[np.float64] = last - (counts - 1) / 2
    return means[places]


def _statuses(source: Profile, target: Profile) -> dict[str, str]:
    """The status of each skill, the widest gap first."""
    return {one.element_id: one.status.value for one in compare_profiles(source, target).elements}


def _is_gap(status: str) -> bool:
    return status in ("missing", "lower")
