"""The fast way of writing an answer says exactly what the documented model says."""

from __future__ import annotations

import json
import random
from itertools import product
from typing import Any

import pytest
from fastapi.testclient import TestClient

from skillgap.occupations.pair.fast_json import gap_json, is_plain
from skillgap.occupations.pair.query import GapOptions, Side
from skillgap.occupations.pair.schemas import SkillGapOut

OPTIONS: list[dict[str, Any]] = [
    {},
    {"domain": "knowledge"},
    {"domain": "all", "confidence": 0.9, "threshold": 0.25},
    {"threshold": 0, "confidence": 0.5},
]
NOT_PLAIN: list[dict[str, Any]] = [
    {"min_gap": 0.5},
    {"min_importance": 3},
    {"precision": "strict"},
    {"adjust": "holm"},
    {"include": "met"},
    {"explain": "anchors"},
]


@pytest.mark.parametrize("asked", OPTIONS, ids=str)
def test_both_ways_say_the_same_of_real_pairs(onet_client: TestClient, asked: dict[str, Any]) -> None:
    catalogue = onet_client.app.state.live.snapshot.catalogue
    codes = sorted(catalogue.profiles["skills"])
    options = GapOptions(**asked)
    chosen = random.Random(29)
    for _ in range(100):
        source, target = (
            Side(code, catalogue.profile(code, domain=options.domain)) for code in chosen.sample(codes, 2)
        )
        fast = gap_json(catalogue, options, source, target)
        slow = SkillGapOut.of(catalogue, options, source, target).model_dump(mode="json")
        assert json.dumps(json.loads(fast)) == json.dumps(slow)  # the order of fields included


@pytest.mark.parametrize("asked", OPTIONS, ids=str)
def test_both_ways_say_the_same_of_pairs_worked_by_hand(worked_client: TestClient, asked: dict[str, Any]) -> None:
    catalogue = worked_client.app.state.live.snapshot.catalogue
    options = GapOptions(**asked)
    for pair in product(catalogue.profiles["knowledge"], repeat=2):
        sides = [Side(code, catalogue.profile(code, domain=options.domain)) for code in pair]
        fast = json.loads(gap_json(catalogue, options, *sides))
        slow = SkillGapOut.of(catalogue, options, *sides).model_dump(mode="json")
        assert json.dumps(fast) == json.dumps(slow)  # the order of fields included


def test_both_ways_say_the_same_without_published_errors(sample_client: TestClient) -> None:
    catalogue = sample_client.app.state.live.snapshot.catalogue
    sides = [Side(code, catalogue.profile(code)) for code in ("31-1131.00", "29-1141.00")]
    fast = json.loads(gap_json(catalogue, GapOptions(), *sides))
    assert fast == SkillGapOut.of(catalogue, GapOptions(), *sides).model_dump(mode="json")


def test_only_plain_questions_are_answered_the_fast_way() -> None:
    assert all(is_plain(GapOptions(**asked)) for asked in OPTIONS)
    assert not any(is_plain(GapOptions(**asked)) for asked in NOT_PLAIN)
