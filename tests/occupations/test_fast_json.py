"""The fast way of writing an answer says exactly what the documented model says."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from fastapi.testclient import TestClient

from skillgap.occupations.pair.fast_json import gap_json
from skillgap.occupations.pair.query import GapOptions
from skillgap.occupations.pair.service import compare_sides
from skillgap.occupations.pair.sides import Side

OPTIONS: list[dict[str, Any]] = [
    {},
    {"domain": "knowledge"},
    {"domain": "all", "confidence": 0.9, "threshold": 0.25},
    {"threshold": 0, "confidence": 0.5},
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
        slow = compare_sides(catalogue, options, source, target).model_dump(mode="json")
        assert json.dumps(json.loads(fast)) == json.dumps(slow)  # the order of fields included


def test_both_ways_say_the_same_without_published_errors(sample_client: TestClient) -> None:
    catalogue = sample_client.app.state.live.snapshot.catalogue
    sides = [Side(code, catalogue.profile(code)) for code in ("31-1131.00", "29-1141.00")]
    fast = json.loads(gap_json(catalogue, GapOptions(), *sides))
    assert fast == compare_sides(catalogue, GapOptions(), *sides).model_dump(mode="json")
