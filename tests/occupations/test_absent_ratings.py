"""A row that a release lacks is unknown: in no figure, counted, and said by whatever it touches."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from tests.conftest import client_of, engine_at, sample_file

ASSISTANTS, NURSES = "31-1131.00", "29-1141.00"
LACKS_LEVEL = (
    "29-1141.00 Registered Nurses has no level for 1 of 35 elements (2.B.1.a Social Perceptiveness): "
    "unknown, in no figure."
)
LACKS_IMPORTANCE = (
    "29-1141.00 Registered Nurses has no importance for 1 of 35 elements (2.B.1.a Social Perceptiveness): "
    "they have no weight in the coverage."
)
Without = Callable[[str], TestClient]


@pytest.fixture
def without(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Without]:
    """The app serving our sample without the ratings that a condition names."""
    opened: list[Iterator[TestClient]] = []

    def serve(condition: str) -> TestClient:
        file = shutil.copy(sample_file(), tmp_path / "lacking.sqlite")
        for engine in engine_at(f"sqlite:///{file}"):
            with engine.begin() as connection:
                assert connection.execute(text(f"DELETE FROM ratings WHERE {condition}")).rowcount
        opened.append(client_of(f"sqlite:///{file}"))
        return next(opened[0])

    yield serve
    for client in opened:
        next(client, None)


def nurses(scale: str, elements: str = "= '2.B.1.a'") -> str:
    return f"onetsoc_code = '{NURSES}' AND scale_id = '{scale}' AND element_id {elements}"


def get(client: TestClient, path: str, **parameters: Any) -> dict[str, Any]:
    response = client.get(path, params=parameters)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def gap(client: TestClient, source: str, target: str, **parameters: Any) -> dict[str, Any]:
    return get(client, "/skill-gap", **{"from": source, "to": target}, **parameters)


@pytest.mark.parametrize(("source", "target"), [(NURSES, ASSISTANTS), (ASSISTANTS, NURSES)])
def test_an_absent_level_is_no_gap_on_either_side(
    without: Without, sample_client: TestClient, source: str, target: str
) -> None:
    lacking, whole = gap(without(nurses("LV")), source, target), gap(sample_client, source, target)
    assert (lacking["summary"]["compared"], lacking["summary"]["unknown"]) == (34, 1)
    assert LACKS_LEVEL in lacking["notes"]
    assert lacking["skill_gaps"] == [one for one in whole["skill_gaps"] if one["element_id"] != "2.B.1.a"]


def test_an_absent_importance_has_no_weight_and_keeps_its_gap(without: Without, sample_client: TestClient) -> None:
    lacking, whole = (gap(client, ASSISTANTS, NURSES) for client in (without(nurses("IM")), sample_client))
    assert LACKS_IMPORTANCE in lacking["notes"]
    levels = [{one["element_id"]: one["difference"] for one in answer["skill_gaps"]} for answer in (lacking, whole)]
    assert levels[0] == levels[1]
    assert [one["to_importance"] for one in lacking["skill_gaps"] if one["element_id"] == "2.B.1.a"] == [None]
    assert lacking["summary"]["coverage"] != whole["summary"]["coverage"]


def test_without_any_importance_every_element_weighs_the_same(without: Without) -> None:
    lacking = gap(without(nurses("IM", "LIKE '%'")), ASSISTANTS, NURSES, include="all")
    elements = [*lacking["skill_gaps"], *lacking["met"], *lacking["surplus"]]
    covered = sum(min(one["from_level"], one["to_level"]) for one in elements)
    assert lacking["summary"]["coverage"] == round(covered / sum(one["to_level"] for one in elements), 5) == 0.57438
    assert lacking["notes"][-1] == (
        "No importance of 29-1141.00 Registered Nurses is known: every element weighs the same in the coverage."
    )


@pytest.mark.parametrize("scale", ["LV", "IM"])
@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        (f"/occupations/{NURSES}/moves", {}),
        (f"/occupations/{NURSES}/openers", {}),
        ("/paths", {"from": ASSISTANTS, "to": NURSES}),
        ("/matrix", {"to": NURSES}),
    ],
)
def test_an_occupation_that_lacks_a_rating_has_no_rank(
    without: Without, path: str, parameters: dict[str, str], scale: str
) -> None:
    response = without(nurses(scale)).get(path, params=parameters)
    assert response.status_code == 404
    assert response.json()["code"] == "occupation-not-rated"
    assert "has rated 29-1141.00 Registered Nurses incompletely" in response.json()["detail"]


def test_ranks_of_others_say_that_it_is_not_among_them(without: Without, sample_client: TestClient) -> None:
    client = without(nurses("LV"))
    moves, whole = (get(each, f"/occupations/{ASSISTANTS}/moves", limit=100) for each in (client, sample_client))
    assert NURSES not in [one["occupation"]["onetsoc_code"] for one in moves["moves"]]
    assert moves["rated"] == whole["rated"] - 1
    matches = client.post("/matches", json={"levels": {"2.A.1.a": 4}}).json()
    note = "Not ranked, as a level or an importance is missing: 1 of the occupations."
    assert note in moves["notes"]
    assert note in matches["notes"]
    assert note not in whole["notes"]


def test_ratings_that_are_absent_are_named_beside_those_that_are_there(without: Without) -> None:
    answer = get(without(nurses("LV")), f"/occupations/{NURSES}/ratings")
    assert len(answer["ratings"]) == 34
    assert answer["notes"] == [LACKS_LEVEL]
