"""What clients choose fills no memory: caches have an end, and long responses are made in small parts."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest
from fastapi.testclient import TestClient

from skillgap.api.middleware.route_templates import LONGEST_KEPT, RouteTemplates
from skillgap.gap.certainty import normal_quantile
from skillgap.http.lines import LARGEST_PART
from skillgap.occupations.batch.query import PairsBody
from skillgap.occupations.batch.service import compare_pairs
from tests.conftest import catalogue_of

PAIR = "/skill-gap?from=31-1131.00&to=29-1141.00"
WITHOUT_END = {
    "skillgap.api.openapi._examples",  # of nothing
    "skillgap.http.csv_response._fields",  # of our own models
    "skillgap.onet.catalogue.read_catalogue.<locals>.<lambda>",  # of nothing
}


def test_many_confidences_are_not_all_remembered(sample_client: TestClient) -> None:
    for number in range(300):
        assert sample_client.get(f"{PAIR}&confidence={0.6 + number / 1000}").status_code == 200
    assert normal_quantile.cache_info().currsize <= 100


def test_every_cache_has_an_end_or_takes_nothing_of_a_client(sample_client: TestClient) -> None:
    sample_client.get(PAIR)
    caches: list[Any] = [one for one in gc.get_objects() if isinstance(one, type(normal_quantile))]
    names = {f"{one.__module__}.{one.__qualname__}" for one in caches if one.cache_parameters()["maxsize"] is None}
    assert {name for name in names if name.startswith("skillgap.")} <= WITHOUT_END


def test_long_addresses_are_not_remembered(sample_client: TestClient) -> None:
    templates = RouteTemplates(sample_client.app)
    path = f"/occupations/{'x' * LONGEST_KEPT}/moves"
    tracemalloc.start()
    assert {templates.template(f"{path}/{number}") for number in range(100)} == {"none"}
    assert templates.template(path) == "/occupations/{code}/moves"
    remembered = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, "*route_templates.py")])
    tracemalloc.stop()
    assert sum(one.size for one in remembered.statistics("filename")) < 10_000


@pytest.fixture
def batch(sample_client: TestClient) -> Callable[..., PairsBody]:
    """Makes a batch of so many pairs with whole lines, everything in them."""
    codes = list(catalogue_of(sample_client).profiles["skills"])

    def make(pairs: int) -> PairsBody:
        some = [
            {"from": source, "to": target} for source, target in zip(cycle(codes), islice(cycle(codes), 5, pairs + 5))
        ]
        return PairsBody.model_validate({"pairs": some, "lines": "whole", "include": "all", "explain": "anchors"})

    return make


def test_whole_lines_are_made_in_parts_of_a_few(sample_client: TestClient, batch: Callable[..., PairsBody]) -> None:
    parts = list(compare_pairs(catalogue_of(sample_client), batch(100)))
    lines = "".join(parts).splitlines(keepends=True)
    assert [json.loads(line)["release"] for line in lines] == [json.loads(lines[0])["release"]] * 100
    assert max(map(len, parts)) <= max(LARGEST_PART, *map(len, lines))


def test_a_long_batch_takes_no_more_memory_than_a_short_one(
    sample_client: TestClient, batch: Callable[..., PairsBody]
) -> None:
    catalogue, body = catalogue_of(sample_client), batch(1_000)
    list(compare_pairs(catalogue, batch(100)))  # what is made once is made
    tracemalloc.start()
    characters = sum(map(len, compare_pairs(catalogue, body)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert characters > 20_000_000
    assert peak < 2_000_000
