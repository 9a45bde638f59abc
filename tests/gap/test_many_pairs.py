"""Many pairs at once say what one comparison says, to the last bit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from fastapi.testclient import TestClient

from skillgap.gap.certainty import Certainty, ComparisonOptions, compare
from skillgap.gap.distances import Measure, distances_from
from skillgap.gap.many_pairs import level_errors, pair_gaps, resemblance_between
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.ratings import Estimate, Profile, Rating
from tests.conftest import catalogue_of


def profile(**levels: tuple[str, str | None]) -> Profile:
    """A profile by element: level and standard error; every importance is 3."""
    return {
        name: Rating(
            name, name, Estimate(Decimal(level), standard_error=Decimal(error) if error else None), Estimate(Decimal(3))
        )
        for name, (level, error) in levels.items()
    }


def test_a_pair_worked_by_hand() -> None:
    profiles = {
        "a": profile(one=("0", "0.1"), two=("3", "0.1"), three=("2", "0.3"), four=("1", None)),
        "b": profile(one=("0.5", "0.1"), two=("3.49", "0.1"), three=("2.8", "0.3"), four=("4", "0.1")),
    }
    matrix = ProfileMatrix.of(profiles)
    gaps = pair_gaps(matrix, level_errors(matrix, profiles), np.array([0, 1]), np.array([1, 1]))
    assert matrix.elements == ("four", "one", "three", "two")
    assert gaps.differences.tolist() == [[300, 50, 80, 49], [0, 0, 0, 0]]
    assert gaps.missing.tolist()[0] == [False, True, False, False]
    assert gaps.wide.tolist()[0] == [True, True, True, False]
    assert gaps.judged.tolist()[0] == [False, True, True, True]
    assert gaps.certain.tolist()[0] == [False, True, False, False]  # 1.96 * 0.3 * sqrt 2 is 0.83
    assert gaps.weighted_gap.tolist() == [(3 + 0.5 + 0.8 + 0.49) / 4, 0]
    assert gaps.coverage.tolist() == [6 / 10.79, 1]


@pytest.mark.parametrize("client", ["sample_client", "onet_client"])
def test_two_thousand_pairs_are_as_compared_one_by_one(client: str, request: pytest.FixtureRequest) -> None:
    served: TestClient = request.getfixturevalue(client)
    catalogue = catalogue_of(served)
    matrix, profiles = catalogue.matrix("skills"), catalogue.profiles["skills"]
    sources, targets = np.random.default_rng(11).integers(0, len(matrix.codes), (2, 2000))
    gaps = pair_gaps(matrix, level_errors(matrix, profiles), sources, targets)
    different = []
    for i, (source, target) in enumerate(zip(sources, targets, strict=True)):
        one = compare(profiles[matrix.codes[source]], profiles[matrix.codes[target]], ComparisonOptions())
        certain = {gap.element.element_id for gap in one.gaps if gap.certainty is Certainty.GAP}
        figures = {
            (one.weighted_gap, gaps.weighted_gap[i]),
            (one.coverage, gaps.coverage[i]),
            (len(one.gaps), gaps.gaps[i].sum()),
            (sum(gap.element.source_level == 0 for gap in one.gaps), gaps.missing[i].sum()),
            (one.certainties()[Certainty.POSSIBLE_GAP], (gaps.wide & gaps.judged & ~gaps.certain)[i].sum()),
        }
        same = certain == {matrix.elements[k] for k in np.flatnonzero(gaps.certain[i])}
        if not same or any(expected != found for expected, found in figures):
            different.append((source, target, figures))
    assert different == []


def test_resemblance_is_that_of_the_moves(onet_client: TestClient) -> None:
    matrix = catalogue_of(onet_client).transitions("skills", "knowledge").matrix
    everywhere = np.arange(len(matrix.codes))
    found = resemblance_between(matrix, np.full_like(everywhere, 7), everywhere)
    assert found == pytest.approx(distances_from(matrix, 7, Measure.RESEMBLANCE), abs=1e-12)
