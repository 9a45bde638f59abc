"""Calibration: lines from a model's levels to O*NET's, fitted on one half of the occupations, tested on the other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from statistics import fmean, stdev

from sqlalchemy import Connection, insert

from skillgap.errors import NotEnoughRatings
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.levels import Rater, RescoredOccupation
from skillgap.onet.rescored.model_levels import Line, moved_occupation
from skillgap.onet.rescored.tables import CalibrationLines, Calibrations, CalibrationSamples
from skillgap.onet.rescoring.agreement import AgreementReport, LevelPair, agree, group_pairs, pairs_of

FEWEST_OCCUPATIONS = 4  # in each half
FEWEST_FOR_A_SLOPE = 5  # occupations that need a skill; with fewer the line only shifts
STEEPEST = 3.0  # a spread that is estimated on few occupations may be far off
RESCORE_MORE = "that are rated: skillgap rescore --sample 40."


@dataclass(frozen=True)
class RaterReport:
    """The agreement of one rater: over all occupations that both have rated, and over the half held out."""

    release: str
    rater: Rater
    runs: int
    seed: int
    everything: AgreementReport
    held_out: AgreementReport | None  # as the model gave them; None where there are too few
    held_out_calibrated: AgreementReport | None


def rated_twice(catalogue: Catalogue) -> dict[Rater, dict[str, RescoredOccupation]]:
    """Occupations with published and rescored levels, by rater; the rater with most is first."""
    rated: dict[Rater, dict[str, RescoredOccupation]] = {}
    for code, occupation in sorted(catalogue.model.occupations.items()):
        if catalogue.is_rated(code):
            rated.setdefault(occupation.rater, {})[code] = occupation
    return dict(sorted(rated.items(), key=lambda item: -len(item[1])))


def report(catalogue: Catalogue, rater: Rater, seed: int) -> RaterReport:
    """How a rater agrees with O*NET; raises NotEnoughRatings where it shares no occupation."""
    both = rated_twice(catalogue).get(rater)
    if not both:
        raise NotEnoughRatings(
            f"No occupation has levels of O*NET and of {rater.model} with {rater.prompt_version}. "
            f"Rescore some {RESCORE_MORE}"
        )
    fitted, held_out = halves(list(both), seed)
    before = after = None
    if min(len(fitted), len(held_out)) >= FEWEST_OCCUPATIONS:
        fits = fit_lines(pairs_of(catalogue, {code: both[code] for code in fitted}))
        lines = {element_id: line for element_id, (line, _) in fits.items()}
        before = agree(catalogue, {code: both[code] for code in held_out}, seed)
        after = agree(catalogue, {code: moved_occupation(both[code], lines) for code in held_out}, seed)
    runs = min(occupation.runs for occupation in both.values())
    return RaterReport(catalogue.info.release, rater, runs, seed, agree(catalogue, both, seed), before, after)


def halves(codes: Sequence[str], seed: int) -> tuple[list[str], list[str]]:
    """Occupations to fit on, and others to test on; the same for the same occupations and seed."""
    shuffled = sorted(codes)
    random.Random(seed).shuffle(shuffled)  # noqa: S311  # a sample, not a secret
    middle = (len(shuffled) + 1) // 2
    return sorted(shuffled[:middle]), sorted(shuffled[middle:])


def fit_lines(pairs: Sequence[LevelPair]) -> dict[str, tuple[Line, int]]:
    """A line for each skill that gives the model's levels O*NET's mean and spread, and its n.

    Fitted where both sides see a need for the skill at all. With few occupations, or where a side
    does not vary, the line only shifts: slope 1.
    """
    needed = [pair for pair in pairs if pair.model and pair.published]
    lines = {}
    for element_id, group in group_pairs(needed, lambda pair: pair.element_id).items():
        model = [pair.model for pair in group]
        published = [pair.published for pair in group]
        slope = 1.0
        if len(group) >= FEWEST_FOR_A_SLOPE and stdev(model) and stdev(published):
            slope = min(max(stdev(published) / stdev(model), 1 / STEEPEST), STEEPEST)
        intercept = fmean(published) - slope * fmean(model)
        lines[element_id] = (Line(Decimal(f"{slope:.6f}"), Decimal(f"{intercept:.6f}")), len(group))
    return lines


def store_calibration(connection: Connection, catalogue: Catalogue, rater: Rater, seed: int) -> RaterReport:
    """Fit lines on one half, test them on the other, and store them with the figures; the report.

    Raises NotEnoughRatings where a half has too few occupations.
    """
    result, both = report(catalogue, rater, seed), rated_twice(catalogue)[rater]
    if result.held_out is None or result.held_out_calibrated is None:
        raise NotEnoughRatings(
            f"{len(both)} occupations have levels of O*NET and of {rater.model}; calibrating needs "
            f"{2 * FEWEST_OCCUPATIONS}. Rescore more {RESCORE_MORE}"
        )
    fitted, held_out = halves(list(both), seed)
    stored = insert(Calibrations).values(
        created_at=datetime.now(UTC).replace(tzinfo=None),
        release=result.release,
        seed=seed,
        **rater._asdict(),
        bias=result.held_out.bias.mean,
        mean_absolute_error=result.held_out.mean_absolute_error,
        calibrated_bias=result.held_out_calibrated.bias.mean,
        calibrated_mean_absolute_error=result.held_out_calibrated.mean_absolute_error,
    )
    key = {"calibration_id": int(connection.execute(stored).lastrowid)}
    lines = fit_lines(pairs_of(catalogue, {code: both[code] for code in fitted}))
    if not lines:
        raise NotEnoughRatings(f"{rater.model} and O*NET see no skill that both find needed: no line can be fitted.")
    rows = [{**key, "element_id": element_id, **line._asdict(), "n": n} for element_id, (line, n) in lines.items()]
    connection.execute(insert(CalibrationLines), rows)
    for half, codes in ("fitted", fitted), ("held_out", held_out):
        connection.execute(insert(CalibrationSamples), [{**key, "onetsoc_code": code, "half": half} for code in codes])
    return result
