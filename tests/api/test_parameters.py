"""Every documented route takes what it documents, each parameter once, and tells of all others."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from skillgap.api.app import create_app
from skillgap.settings import DatabaseSettings

DOCUMENT = create_app(DatabaseSettings(database_url="sqlite://")).openapi()
OPERATIONS = [(method, path) for path, operations in DOCUMENT["paths"].items() for method in operations]
IN_PATH = {"code": "41-9012.00", "a": "sample", "b": "sample"}


def faults(client: TestClient, method: str, path: str, query: str) -> list[tuple[str, str]]:
    body: dict[str, Any] = {"json": {}} if method == "post" else {}
    response = client.request(method, f"{path.format_map(IN_PATH)}?{query}", **body)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    return [(one["parameter"], one["detail"]) for one in response.json()["errors"]]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_parameter_that_is_not_documented_is_refused(sample_client: TestClient, method: str, path: str) -> None:
    told = faults(sample_client, method, path, "realease=29.2&from_=41-9012.00")
    for name in ("realease", "from_"):
        assert told.count((name, "There is no such parameter here.")) == 1


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        (method, path, parameter["name"])
        for method, path in OPERATIONS
        for parameter in DOCUMENT["paths"][path][method].get("parameters", ())
        if parameter["in"] == "query"
    ],
)
def test_a_parameter_is_there_once(sample_client: TestClient, method: str, path: str, name: str) -> None:
    told = faults(sample_client, method, path, f"{name}=1&{name}=2")
    assert told.count((name, f"The parameter '{name}' is there more than once.")) == 1


def test_names_and_values_are_told_in_one_answer(sample_client: TestClient) -> None:
    told = faults(sample_client, "get", "/occupations", "limit=0&offset=x&lmit=3&q=a&q=b")
    assert [name for name, _ in told] == ["limit", "offset", "lmit", "q"]


def test_more_wrong_names_than_an_answer_holds_are_told_in_short(sample_client: TestClient) -> None:
    query = "&".join(f"x{number}{'y' * 60}=1" for number in range(110))  # within the 8 KiB of an address
    told = faults(sample_client, "get", "/scales", query)
    assert len(told) == 100
    assert all(len(name) <= 60 for name, _ in told)


@pytest.mark.parametrize("path", ["/skill-gap", "/paths", "/skill-gap/chart.json", "/matrix"])
def test_a_domain_that_is_not_loaded_is_told_once(sample_client: TestClient, path: str) -> None:
    problem = sample_client.get(f"{path}?from=31-1131&to=29-1141&domain=abilities").json()
    assert [(one["code"], one["parameter"]) for one in problem["errors"]] == [("domain-not-loaded", "domain")]
    assert problem["detail"].count("abilities") == 1


def test_a_domain_that_is_not_loaded_hides_no_other_fault(sample_client: TestClient) -> None:
    problem = sample_client.get("/skill-gap?from=99-9999&to=15-1299&domain=abilities").json()
    assert [(one["code"], one["parameter"]) for one in problem["errors"]] == [
        ("domain-not-loaded", "domain"),
        ("occupation-not-found", "from"),
        ("occupation-not-rated", "to"),
    ]
