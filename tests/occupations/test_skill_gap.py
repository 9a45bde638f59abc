"""``GET /skill-gap`` on the real release: figures worked out from the files, and every fault."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

MODELS, SHIP_ENGINEERS = "41-9012.00", "53-5031.00"


def gap(client: TestClient, source: str, target: str) -> dict[str, Any]:
    response = client.get("/skill-gap", params={"from": source, "to": target})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def faults(client: TestClient, query: str) -> tuple[int, str, list[tuple[str, str | None]]]:
    response = client.get(f"/skill-gap{query}")
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert body["status"] == response.status_code
    assert body["type"] == f"/problems/{body['code']}"
    return (response.status_code, body["code"], [(one["code"], one["parameter"]) for one in body["errors"]])


def test_the_gap_agrees_with_the_files_by_an_independent_calculation(
    release_client: TestClient, release_folder: Path
) -> None:
    """Straight from Skills.txt with the csv module: no code of ours but the request."""
    levels: dict[str, dict[str, Decimal]] = {MODELS: {}, SHIP_ENGINEERS: {}}
    importance: dict[str, Decimal] = {}
    with (release_folder / "Skills.txt").open(newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            code, element, value = (row["O*NET-SOC Code"], row["Element ID"], Decimal(row["Data Value"]))
            if code in levels and row["Scale ID"] == "LV":
                levels[code][element] = Decimal(0) if row["Not Relevant"] == "Y" else value
            elif code == SHIP_ENGINEERS:
                importance[element] = value
    held, asked = levels[MODELS], levels[SHIP_ENGINEERS]
    wider = [element for element in asked if asked[element] > held[element]]
    wider.sort(key=lambda one: (held[one] - asked[one], -importance[one], one))

    answer = gap(release_client, MODELS, SHIP_ENGINEERS)
    assert [
        (one["element_id"], one["status"], one["difference"], one["to_importance"]) for one in answer["skill_gaps"]
    ] == [
        (one, "missing" if held[one] == 0 else "lower", float(asked[one] - held[one]), float(importance[one]))
        for one in wider
    ]
    weights = {one: (importance[one] - 1) / 4 for one in asked}
    covered = sum(weights[one] * min(held[one], asked[one]) for one in asked)
    share = covered / sum(weights[one] * asked[one] for one in asked)
    wanted = {
        "compared": 35,
        "gaps": len(wider),
        "missing": sum(held[one] == 0 for one in wider),
        "coverage": round(float(share), 5),
    }
    assert answer["summary"].items() >= wanted.items()


def test_a_pair_worked_by_hand(onet_client: TestClient) -> None:
    answer = gap(onet_client, MODELS, SHIP_ENGINEERS)
    assert answer["release"] == "29.2"
    assert answer["from_occupation"] == {"onetsoc_code": MODELS, "title": "Models", "source": "O*NET 29.2"}
    assert answer["to_occupation"] == {
        "onetsoc_code": SHIP_ENGINEERS,
        "title": "Ship Engineers",
        "source": "O*NET 29.2",
    }
    assert answer["scale"] == {"scale_id": "LV", "scale_name": "Level", "minimum": 0, "maximum": 7}
    first = answer["skill_gaps"][0]
    expected = {
        "element_id": "2.B.3.g",
        "element_name": "Operations Monitoring",
        "status": "missing",
        "from_level": 0.0,
        "to_level": 3.88,
        "difference": 3.88,
        "to_importance": 3.88,
        "from_not_relevant": True,
        "low_precision": False,
    }
    assert first.items() >= expected.items()


def test_there_is_no_gap_to_oneself(release_client: TestClient) -> None:
    answer = gap(release_client, MODELS, MODELS)
    assert answer["skill_gaps"] == []
    summary = {"compared": 35, "gaps": 0, "missing": 0, "coverage": 1.0, "met": 35, "surplus": 0}
    assert answer["summary"].items() >= summary.items()
    assert answer["summary"]["weighted_gap"] == 0.0


@pytest.mark.parametrize("code", ["41-9012", " 41-9012.00 ", "41-9012.00\t"])
def test_codes_may_be_short_or_have_blanks(release_client: TestClient, code: str) -> None:
    assert gap(release_client, code, SHIP_ENGINEERS) == gap(release_client, MODELS, SHIP_ENGINEERS)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (400, "invalid-parameter", [
            ("invalid-parameter", "from"), ("invalid-parameter", "to")])),
        (f"?from={MODELS}", (400, "invalid-parameter", [("invalid-parameter", "to")])),
        (f"?from=x&to={MODELS}", (400, "invalid-parameter", [("invalid-parameter", "from")])),
        (f"?from=&to={MODELS}", (400, "invalid-parameter", [("invalid-parameter", "from")])),
        (
            f"?from={MODELS}&from={MODELS}&to={MODELS}",
            (400, "invalid-parameter", [("invalid-parameter", "from")]),
        ),
        ("?from=99-9999.99&to=x", (400, "invalid-parameter", [
            ("occupation-not-found", "from"), ("invalid-parameter", "to")])),
        (f"?from=99-9999.99&to={MODELS}", (404, "occupation-not-found", [
            ("occupation-not-found", "from")])),
        (f"?from={MODELS}&to=55-1016.00", (404, "occupation-not-rated", [
            ("occupation-not-rated", "to")])),
        ("?from=55-1016&to=99-9999", (404, "occupation-not-rated", [
            ("occupation-not-rated", "from"), ("occupation-not-found", "to")])),
        ("?to=55-1016", (400, "invalid-parameter", [
            ("invalid-parameter", "from"), ("occupation-not-rated", "to")])),
        (f"?from=\u0661\u0665-1252&to={MODELS}", (400, "invalid-parameter", [
            ("invalid-parameter", "from")])),
    ],
)  # fmt: skip
def test_every_fault_of_a_request_is_in_one_answer(
    release_client: TestClient, query: str, expected: tuple[int, str, list[tuple[str, str]]]
) -> None:
    assert faults(release_client, query) == expected


def test_an_unrated_occupation_offers_its_rated_neighbours(onet_client: TestClient) -> None:
    body = onet_client.get(f"/skill-gap?from=15-1252.00&to={MODELS}").json()
    assert body["detail"] == "O*NET 29.2 lists 15-1252.00 Software Developers but has not rated its skills."
    suggested = [one["onetsoc_code"] for one in body["errors"][0]["suggestions"]]
    assert suggested == ["15-1299.08", "15-1251.00", "15-1211.00", "17-2061.00", "15-1253.00"]


def test_an_unrated_occupation_without_rated_neighbours_offers_none(onet_client: TestClient) -> None:
    body = onet_client.get(f"/skill-gap?from=55-1016.00&to={MODELS}").json()
    assert (body["code"], body["errors"][0]["suggestions"]) == ("occupation-not-rated", [])


def test_a_gap_asks_the_database_nothing(sample_client: TestClient) -> None:
    engine: Engine = sample_client.app.state.live._engine
    statements: list[str] = []
    watching = sample_client.app.state.live
    served = watching.snapshot

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    watching.snapshot = served._replace(state="never answered before")
    statements.clear()
    gap(sample_client, "11-1011.00", "11-3013.00")
    asked = [one for one in statements if "ratings" in one or "occupations" in one]
    watching.snapshot = served
    event.remove(engine, "before_cursor_execute", count)
    assert asked == []
