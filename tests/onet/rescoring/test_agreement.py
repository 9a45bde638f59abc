"""Agreement and calibration: figures that are known because the model of the test is."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from sqlalchemy import Engine, text

from skillgap.database.transactions import writing
from skillgap.errors import NotEnoughRatings
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.levels import Rater, RescoredLevel, RunLevel
from skillgap.onet.rescored.model_levels import Line, calibrated, move
from skillgap.onet.rescoring.agreement import LevelPair, bias, compare_gaps, rank_correlation
from skillgap.onet.rescoring.calibrate import fit_lines, halves, rated_twice, report, store_calibration
from tests.conftest import load
from tests.llm.fake_model import FakeModel
from tests.onet.rescoring.conftest import Rescore, catalogue_of, rows

RATER = Rater("a-model", "levels-2")


def published(catalogue: Catalogue) -> dict[tuple[str, str], float]:
    titles = {code: one.title for code, one in catalogue.occupations.items()}
    return {
        (titles[code], element_id): float(rating.effective_level)
        for code, profile in catalogue.profiles["skills"].items()
        for element_id, rating in profile.items()
    }


@pytest.fixture
def rescored(model: FakeModel, run_job: Rescore, sample_engine: Engine) -> Catalogue:
    """The rated half of the sample by a model that says 0.8 * level + 1, and 0 for a level of 0."""
    catalogue = catalogue_of(sample_engine)
    known = published(catalogue)
    model.level_of = lambda title, one: 0.8 * known[title, one] + (1 if known[title, one] else 0)
    run_job(*catalogue.profiles["skills"], max_concurrency=4)
    return catalogue_of(sample_engine)


def test_the_figures_are_those_of_the_files_by_an_independent_calculation(rescored: Catalogue) -> None:
    figures = report(rescored, RATER, seed=1).everything
    known = published(rescored)
    expected = {key: round(0.8 * p + 1, 2) - p if p else 0.0 for key, p in known.items()}
    assert (figures.occupations, figures.levels) == (24, 24 * 35)
    assert figures.bias.mean == pytest.approx(fmean(expected.values()))
    assert figures.mean_absolute_error == pytest.approx(fmean(map(abs, expected.values())))
    reading = [expected[title, one] for title, one in known if one == "2.A.1.a"]
    skill = next(one for one in figures.by_skill if one.element_id == "2.A.1.a")
    half = 1.96 * stdev(reading) / len(reading) ** 0.5
    assert skill.bias == pytest.approx((fmean(reading), fmean(reading) - half, fmean(reading) + half))
    assert skill.rank_correlation == pytest.approx(1)
    assert figures.rank_correlation_over_skills == pytest.approx(1)
    assert figures.in_standard_errors is None  # the sample has no standard errors


def test_a_rating_that_the_release_lacks_is_left_out_of_the_figures(rescored: Catalogue, sample_engine: Engine) -> None:
    lost = {"code": "29-1141.00", "element_id": "2.A.1.a"}
    with writing(sample_engine) as connection:
        connection.execute(text("DELETE FROM ratings WHERE onetsoc_code = :code AND element_id = :element_id"), lost)
    catalogue = catalogue_of(sample_engine)
    whole, figures = report(rescored, RATER, seed=1), report(catalogue, RATER, seed=1)
    assert (figures.everything.levels, figures.everything.occupations) == (24 * 35 - 1, 24)
    assert figures.everything.gaps is not None
    assert whole.everything.gaps is not None
    assert figures.everything.gaps.pairs == whole.everything.gaps.pairs == 24 * 23 // 2
    assert figures.everything.gaps.status_changed == pytest.approx(whole.everything.gaps.status_changed, abs=0.002)
    with writing(sample_engine) as connection:
        store_calibration(connection, catalogue, RATER, seed=1)


def test_a_model_that_sees_no_need_for_any_skill_cannot_be_calibrated(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    model.level_of = lambda *_: 0.0
    run_job(*catalogue_of(sample_engine).profiles["skills"], max_concurrency=4)
    with pytest.raises(NotEnoughRatings, match="no line can be fitted"), writing(sample_engine) as connection:
        store_calibration(connection, catalogue_of(sample_engine), RATER, seed=1)


def test_a_straight_line_is_found_on_one_half_and_helps_on_the_other(rescored: Catalogue) -> None:
    found = report(rescored, RATER, seed=1)
    assert found.held_out is not None
    assert found.held_out_calibrated is not None
    assert found.held_out.mean_absolute_error > 0.3
    assert found.held_out_calibrated.mean_absolute_error < 0.02
    assert abs(found.held_out_calibrated.bias.mean) < 0.01
    assert found.held_out_calibrated.gaps is not None
    assert found.held_out_calibrated.gaps.gap_appears_or_goes < 0.05


def test_a_calibration_is_kept_with_its_sample_and_used_for_its_rater_alone(
    rescored: Catalogue, sample_engine: Engine
) -> None:
    with writing(sample_engine) as connection:
        store_calibration(connection, rescored, RATER, seed=1)
    catalogue = catalogue_of(sample_engine)
    calibration = catalogue.model.calibrations[RATER]
    slope, intercept = calibration.lines["2.A.1.a"]
    assert (float(slope), float(intercept)) == pytest.approx((1.25, -1.25), abs=0.02)
    assert (len(calibration.fitted), len(calibration.held_out)) == (12, 12)
    assert not calibration.fitted & calibration.held_out
    assert calibration.agreement.mean_absolute_error < 0.02
    assert rows(sample_engine, "SELECT release, model, prompt_version, seed FROM calibrations") == [
        ("sample", "a-model", "levels-2", 1)
    ]
    occupation = catalogue.model.occupations["15-1252.00"]
    for other in (RATER._replace(model="another"), RATER._replace(prompt_version="levels-1")):
        with pytest.raises(ValueError, match="calibrated for"):
            calibrated(replace(occupation, rater=other), calibration)


def test_too_few_occupations_are_not_calibrated_on(run_job: Rescore, sample_engine: Engine) -> None:
    with pytest.raises(NotEnoughRatings, match="No occupation has levels"):
        report(catalogue_of(sample_engine), RATER, seed=1)
    run_job("15-1252.00", "35-2014.00")
    catalogue = catalogue_of(sample_engine)
    assert report(catalogue, RATER, seed=1).held_out is None
    with pytest.raises(NotEnoughRatings, match="calibrating needs 8"), writing(sample_engine) as connection:
        store_calibration(connection, catalogue, RATER, seed=1)
    assert rows(sample_engine, "SELECT * FROM calibrations") == []


def test_the_halves_are_the_same_for_the_same_seed() -> None:
    codes = [f"11-10{place}.00" for place in range(11, 32)]
    fitted, held_out = halves(codes, 1)
    assert halves(codes[::-1], 1) == (fitted, held_out)
    assert halves(codes, 2) != (fitted, held_out)
    assert (len(fitted), sorted(fitted + held_out)) == (11, codes)


def pairs(*levels: tuple[float, float]) -> list[LevelPair]:
    return [LevelPair(str(place), "2.A.1.a", *both, None) for place, both in enumerate(levels)]


@pytest.mark.parametrize(
    ("levels", "rho"),
    [
        ([(1, 2), (2, 4), (3, 6)], 1.0),
        ([(1, 6), (2, 4), (3, 2)], -1.0),
        ([(1, 1), (2, 3), (2, 2), (4, 4)], 0.948683),  # by hand: ranks 1, 2.5, 2.5, 4
        ([(1, 1), (1, 2)], None),
        ([(1, 1)], None),
    ],
)
def test_rank_correlation_by_hand(levels: list[tuple[float, float]], rho: float | None) -> None:
    found = rank_correlation(pairs(*levels))
    assert found is None if rho is None else found == pytest.approx(rho, abs=1e-6)


def test_the_interval_of_a_bias_by_hand() -> None:
    # mean 1, standard deviation 1 of three: 1.96 / sqrt(3)
    assert bias([0, 1, 2]) == pytest.approx((1, 1 - 1.131607, 1 + 1.131607), abs=1e-6)
    assert bias([1.0]) == (1.0, float("-inf"), float("inf"))


def test_a_line_equates_mean_and_spread() -> None:
    line, n = fit_lines(pairs((2, 1), (4, 2), (6, 3), (4, 2), (4, 2), (0, 3), (3, 0)))["2.A.1.a"]
    assert (line, n) == (Line(Decimal("0.500000"), Decimal("0.000000")), 5)


def test_with_few_occupations_a_line_only_shifts() -> None:
    line, n = fit_lines(pairs((2, 1), (4, 2)))["2.A.1.a"]
    assert (line, n) == (Line(Decimal("1.000000"), Decimal("-1.500000")), 2)


@pytest.mark.parametrize(
    ("level", "line", "expected"),
    [
        ("4", Line(Decimal("1.25"), Decimal("-0.5")), "4.50"),
        ("7", Line(Decimal("1.25"), Decimal("0")), "7.00"),
        ("1", Line(Decimal(1), Decimal(-2)), "0.00"),
        ("0", Line(Decimal(1), Decimal(2)), "0"),
        ("3", None, "3"),
    ],
)
def test_a_level_moves_along_its_line_within_the_scale(level: str, line: Line | None, expected: str) -> None:
    assert str(move(Decimal(level), line)) == expected


def run_of(level: str, **changes: Any) -> RunLevel:
    return RunLevel(Decimal(level), False, "high", f"because of {level}")._replace(**changes)


def test_runs_are_aggregated_by_their_median() -> None:
    assert RescoredLevel.of([run_of("3"), run_of("4", confidence="medium"), run_of("3.5")]) == (
        Decimal("3.50"), False, Decimal(1), "medium", "because of 3.5",
    )  # fmt: skip


def test_runs_that_lie_far_apart_have_low_confidence_whatever_they_say() -> None:
    found = RescoredLevel.of([run_of("1"), run_of("2.5")])
    assert (found.level, found.spread, found.confidence) == (Decimal("1.75"), Decimal("1.5"), "low")


def test_not_relevant_is_what_most_runs_say() -> None:
    absent = run_of("0", not_relevant=True)
    assert RescoredLevel.of([absent, absent, run_of("2")]).not_relevant
    assert not RescoredLevel.of([absent, run_of("2")]).not_relevant


def test_gaps_do_not_change_where_the_levels_are_the_same(
    model: FakeModel, run_job: Rescore, sample_engine: Engine
) -> None:
    catalogue = catalogue_of(sample_engine)
    known = published(catalogue)
    model.level_of = lambda title, one: known[title, one]
    run_job("15-1252.00", "35-2014.00", "29-1141.00")
    catalogue = catalogue_of(sample_engine)
    found = compare_gaps(catalogue, rated_twice(catalogue)[RATER], seed=1)
    assert found is not None
    assert asdict(found) == {"pairs": 3, "status_changed": 0, "gap_appears_or_goes": 0, "first_gaps_shared": 1}


def test_errors_are_measured_in_onets_own_where_they_are_published(
    model: FakeModel, run_job: Rescore, sample_engine: Engine, sample: Path
) -> None:
    skills = sample / "Skills.txt"
    with_errors = re.sub(r"(\tLV\t\S+)\tn/a\tn/a", r"\1\t8\t0.2500", skills.read_text(), count=200)
    skills.write_text(with_errors)
    load(sample_engine, sample)
    catalogue = catalogue_of(sample_engine)
    known = published(catalogue)
    first, last = list(catalogue.profiles["skills"])[:1], list(catalogue.profiles["skills"])[-1:]
    aside = {"2.A.1.a": 1.0, "2.A.1.b": 0.25}
    model.level_of = lambda title, one: known[title, one] + aside.get(one, 0.5)
    run_job(*first, *last)
    figures = report(catalogue_of(sample_engine), RATER, seed=1).everything
    assert figures.mean_absolute_error == pytest.approx((33 * 0.5 + 1 + 0.25) / 35)
    # Only the first has errors: one skill 4 of them off, one 1, all others 2.
    assert figures.in_standard_errors == pytest.approx((33 * 2 + 4 + 1) / 35)
    assert figures.within_1_96_standard_errors == pytest.approx(1 / 35)
