"""The fast path of ``/skill-gap`` says exactly what the use case returns."""

from __future__ import annotations

import json
import random
from itertools import permutations

from fastapi.testclient import TestClient

from skillgap.occupations.pair.fast_json import gap_json
from skillgap.occupations.pair.query import GapQuery
from skillgap.occupations.pair.service import compare
from skillgap.onet.catalogue import Catalogue
from tests.conftest import catalogue_of


def both_ways(catalogue: Catalogue, source: str, target: str) -> tuple[str, str]:
    """The fast path's JSON and the use case's, with the order of members."""
    fast = json.loads(gap_json(catalogue, source, target))
    documented = compare(catalogue, GapQuery.model_validate({"from": source, "to": target}))
    return json.dumps(fast), json.dumps(documented.model_dump(mode="json"))


def test_both_ways_agree_on_real_pairs(onet_client: TestClient) -> None:
    catalogue = catalogue_of(onet_client)
    codes = sorted(catalogue.profiles["skills"])
    chosen = random.Random(29)
    for _ in range(400):
        fast, documented = both_ways(catalogue, *chosen.sample(codes, 2))
        assert fast == documented


def test_both_ways_agree_on_every_pair_of_the_sample(sample_client: TestClient) -> None:
    catalogue = catalogue_of(sample_client)
    for source, target in permutations(catalogue.profiles["skills"], 2):
        fast, documented = both_ways(catalogue, source, target)
        assert fast == documented


def test_an_occupation_beside_itself_has_no_gap(sample_client: TestClient) -> None:
    fast, documented = both_ways(catalogue_of(sample_client), "29-1141.00", "29-1141.00")
    assert fast == documented
    assert json.loads(fast)["skill_gaps"] == []
