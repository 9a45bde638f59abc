"""A limit with two decimals is compared exactly: what equals it stays, whatever its binary fraction is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from skillgap.gap.certainty import Certainty, compare
from skillgap.occupations.batch.query import PairsBody
from skillgap.occupations.pair.query import GapOptions
from tests.builders import profile, rating

HUNDREDTH = Decimal("0.01")
IMPORTANCES = [Decimal(number) / 100 for number in range(100, 501)]
LEVELS = [Decimal(number) / 100 for number in range(701)]


def read(edge: str, name: str, limit: Decimal) -> GapOptions:
    """The limit as a query string or as a JSON body brings it."""
    if edge == "query":
        return GapOptions.model_validate({name: str(limit)})
    pair = '{"from": "11-1011.00", "to": "11-1021.00"}'
    return PairsBody.model_validate_json(f'{{"pairs": [{pair}], "{name}": {limit}}}')


@pytest.mark.parametrize("edge", ["query", "body"])
def test_every_importance_is_kept_up_to_itself(edge: str) -> None:
    wrong = []
    for limit in IMPORTANCES:
        near = [value for value in (limit - HUNDREDTH, limit, limit + HUNDREDTH) if 1 <= value <= 5]
        target = profile(*(rating(str(value), "3.00", str(value)) for value in near))
        compared = compare(target, target, read(edge, "min_importance", limit).options())
        kept = sorted(Decimal(element.element_id) for element in compared.met)
        wrong += [limit] if kept != [value for value in near if value >= limit] else []
    assert wrong == []


@pytest.mark.parametrize("edge", ["query", "body"])
def test_every_gap_is_kept_up_to_itself(edge: str) -> None:
    wrong = []
    for limit in LEVELS:
        near = [value for value in (limit - HUNDREDTH, limit, limit + HUNDREDTH) if 0 < value <= 7]
        source, target = (profile(*(rating(str(value), level(value)) for value in near)) for level in (zero, str))
        compared = compare(source, target, read(edge, "min_gap", limit).options())
        kept = sorted(gap.element.difference for gap in compared.gaps)
        wrong += [limit] if kept != [value for value in near if value >= limit] else []
    assert wrong == []


@pytest.mark.parametrize("edge", ["query", "body"])
def test_every_difference_is_negligible_below_the_threshold_alone(edge: str) -> None:
    wrong = []
    for limit in LEVELS:
        near = [value for value in (limit - HUNDREDTH, limit, limit + HUNDREDTH) if 0 < value <= 7]
        source, target = (profile(*(rating(str(value), level(value)) for value in near)) for level in (zero, str))
        compared = compare(source, target, read(edge, "threshold", limit).options())
        negligible = {gap.element.difference for gap in compared.gaps if gap.certainty is Certainty.NEGLIGIBLE}
        wrong += [limit] if negligible != {value for value in near if value < limit} else []
    assert wrong == []


def zero(value: Decimal) -> str:
    return "0.00"


def test_an_importance_that_equals_the_limit_stays_in_the_answer(onet_client: TestClient) -> None:
    pair = {"from": "31-1131.00", "to": "29-1141.00"}
    gaps = onet_client.get("/skill-gap", params=pair).json()["skill_gaps"]
    limit = 3.12
    assert limit in [gap["to_importance"] for gap in gaps]
    answer = onet_client.get("/skill-gap", params=pair | {"min_importance": limit}).json()
    assert [gap["element_id"] for gap in answer["skill_gaps"]] == [
        gap["element_id"] for gap in gaps if gap["to_importance"] >= limit
    ]
    assert answer["filters"][0]["value"] == limit


def test_a_gap_that_equals_the_threshold_is_not_negligible(onet_client: TestClient) -> None:
    pair = {"from": "31-1131.00", "to": "29-1141.00", "threshold": 1.12}
    gaps = onet_client.get("/skill-gap", params=pair).json()["skill_gaps"]
    assert [gap["certainty"] == "negligible" for gap in gaps] == [gap["difference"] < 1.12 for gap in gaps]
    assert any(gap["difference"] == 1.12 for gap in gaps)
