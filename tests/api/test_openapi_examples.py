"""``/openapi.json`` and ``/docs``: complete, true, and working with no internet."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from skillgap.api import openapi
from skillgap.api.problems import ALL_PROBLEMS
from tests.conftest import client_of, engine_at, load
from tests.later_release import write_later_release

Request = str | tuple[str, Any]  # a path to get, or a path and what to post to it
EXAMPLES = Path(openapi.__file__).with_name("examples.json")
PERSON = {"levels": {"2.A.1.b": 4, "2.B.1.a": 3.5}, "anchors": {"2.A.1.d": 4}}
PAIRS = [{"from": "41-9012.00", "to": "53-5031.00"}, {"from": "15-1252.00", "to": "53-5031.00"}]
TITLES = ["Registered Nurse", {"id": 7, "title": "Jr. truck driver (m/f/d)"}]
ANSWERS: dict[str, Request] = {
    "GET /skill-gap": "/skill-gap?from=41-9012.00&to=53-5031.00",
    "GET /skill-gap/verdict": "/skill-gap/verdict?from=31-1131.00&to=29-1141.00",
    "GET /skill-gap/chart.json": ("/skill-gap/chart.json?from=41-9012.00&to=53-5031.00&min_gap=3.7"),
    "POST /skill-gap": ("/skill-gap", {"to": "29-1141.00", **PERSON}),
    "POST /matches": ("/matches", {**PERSON, "limit": 2}),
    "GET /questions": "/questions?from=31-1131.00&n=2",
    "GET /occupations": "/occupations?q=registered+nurse&limit=2",
    "GET /occupations/{code}": "/occupations/29-1141.00",
    "GET /occupations/{code}/ratings": "/occupations/29-1141.00/ratings",
    "GET /occupations/{code}/technologies": "/occupations/29-1141.00/technologies?limit=2",
    "GET /occupations/{code}/tasks": "/occupations/29-1141.00/tasks",
    "GET /occupations/{code}/moves": "/occupations/29-1141.00/moves?other_major_group=true&limit=2",
    "GET /occupations/{code}/openers": "/occupations/43-4051.00/openers?occupations=2&limit=2",
    "GET /paths": "/paths?from=53-3032.00&to=29-1141.00",
    "GET /titles/code": "/titles/code?title=Sr.+truck+driver+(m/f/d)+-+Boston,+MA&n=2",
    "GET /elements": "/elements",
    "GET /scales": "/scales",
    "GET /releases": "/releases",
    "GET /releases/{a}/diff/{b}": "/releases/29.2/diff/made-up?from=31-1131.00&to=29-1141.00",
    "GET /health": "/health",
    "GET /ready": "/ready",
    "GET /problems/{code}": "/problems/occupation-not-rated",
}
LINES: dict[str, Request] = {
    "POST /skill-gaps": ("/skill-gaps", {"pairs": PAIRS}),
    "GET /matrix": "/matrix?from=41-9012.00",
    "POST /titles/code": ("/titles/code", {"titles": TITLES, "n": 2}),
}
TABLES: dict[str, Request] = {
    "GET /skill-gap": "/skill-gap?from=41-9012.00&to=53-5031.00&format=csv",
    "POST /skill-gap": ("/skill-gap?format=csv", {"to": "29-1141.00", **PERSON}),
    "POST /matches": ("/matches?format=csv", {**PERSON, "limit": 2}),
    "GET /questions": "/questions?from=31-1131.00&n=2&format=csv",
    "POST /skill-gaps": ("/skill-gaps?format=csv", {"pairs": PAIRS}),
    "GET /matrix": "/matrix?from=41-9012.00&format=csv",
    "GET /titles/code": "/titles/code?title=Sr.+truck+driver+(m/f/d)+-+Boston,+MA&n=2&format=csv",
    "POST /titles/code": ("/titles/code?format=csv", {"titles": TITLES, "n": 2}),
    "GET /occupations": "/occupations?q=registered+nurse&limit=2&format=csv",
    "GET /occupations/{code}/ratings": "/occupations/29-1141.00/ratings?format=csv",
    "GET /occupations/{code}/technologies": "/occupations/29-1141.00/technologies?limit=2&format=csv",
    "GET /occupations/{code}/tasks": "/occupations/29-1141.00/tasks?format=csv",
    "GET /occupations/{code}/moves": "/occupations/29-1141.00/moves?limit=2&format=csv",
    "GET /occupations/{code}/openers": "/occupations/43-4051.00/openers?limit=2&format=csv",
    "GET /paths": "/paths?from=53-3032.00&to=29-1141.00&format=csv",
    "GET /elements": "/elements?format=csv",
    "GET /scales": "/scales?format=csv",
    "GET /releases": "/releases?format=csv",
    "GET /releases/{a}/diff/{b}": "/releases/29.2/diff/made-up?format=csv",
}
PROBLEMS: dict[str, Request] = {
    "invalid-parameter": "/skill-gap?from=cook&to=53-5031.00",
    "several-occupations": "/skill-gap?from=15-2051&to=53-5031.00",
    "occupation-not-found": "/skill-gap?from=99-9999.00&to=53-5031.00",
    "occupation-not-rated": "/skill-gap?from=15-1252.00&to=53-5031.00",
    "not-found": "/problems/none",
    "invalid-body": ("/matches", "{levels: {}}"),
}
CLIENTS = {  # all others: onet_client
    "GET /releases/{a}/diff/{b}": "releases_client",
    "GET /occupations/{code}/technologies": "sample_client",
    "GET /occupations/{code}/tasks": "sample_client",
}
VARYING = {"loaded_at", "started_at", "source", "request_id", "version", "worker", "served_since", "read_seconds"}
MOST_ENTRIES = 2


def shortened(answer: Any) -> Any:
    """An answer with its long lists cut, and without what differs from run to run."""
    if isinstance(answer, str):
        lines = answer.splitlines(keepends=True)[: MOST_ENTRIES + 1]
        return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "a moment", "".join(lines))
    if isinstance(answer, list):
        return [shortened(one) for one in answer[:MOST_ENTRIES]]
    if isinstance(answer, dict):
        return {key: shortened(value) for key, value in answer.items() if key not in VARYING}
    return answer


@pytest.fixture(scope="module")
def releases_client(onet: Path, onet_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app with 29.2 and an altered copy of it, under a name that nobody takes for O*NET's."""
    folder = tmp_path_factory.mktemp("releases")
    url = f"sqlite:///{shutil.copy(onet_file, folder / 'test.sqlite')}"
    for engine in engine_at(url):
        load(engine, write_later_release(onet, folder / "later"), release="made-up", accept_incomplete=True)
    yield from client_of(url)


@pytest.fixture(scope="module")
def document(sample_client: TestClient) -> dict[str, Any]:
    return sample_client.get("/openapi.json").json()


def asked(client: TestClient, request_: Request) -> tuple[dict[str, Any], Any]:
    """The request as the examples tell it, and its answer: JSON, or a text of lines."""
    path, body = request_ if isinstance(request_, tuple) else (request_, None)
    if body is None:
        response = client.get(path)
    elif isinstance(body, str):
        response = client.post(path, content=body)
    else:
        response = client.post(path, json=body)
    is_json = response.headers["content-type"] in ("application/json", "application/problem+json")
    told = {"request": path} if body is None else {"request": path, "body": body}
    return told, response.json() if is_json else response.text


def cut(answer: Any) -> Any:
    """An answer with the lists it consists of cut."""
    if isinstance(answer, str):
        return "".join(answer.splitlines(keepends=True)[: MOST_ENTRIES + 1])
    return {key: one[:MOST_ENTRIES] if isinstance(one, list) else one for key, one in answer.items()}


@pytest.mark.parametrize(
    ("kind", "name", "request_"),
    [
        (kind, *one)
        for kind, requests in {"answers": ANSWERS, "lines": LINES, "tables": TABLES, "problems": PROBLEMS}.items()
        for one in requests.items()
    ],
)
def test_every_example_is_what_is_answered(
    request: pytest.FixtureRequest, kind: str, name: str, request_: Request
) -> None:
    client: TestClient = request.getfixturevalue(CLIENTS.get(name, "onet_client"))
    told, answer = asked(client, request_)
    examples = json.loads(EXAMPLES.read_text())
    known = examples[kind]
    if os.environ.get("UPDATE_EXAMPLES"):
        known[name] = {**told, "answer": cut(answer)}
        EXAMPLES.write_text(json.dumps(examples, indent=1, sort_keys=True) + "\n")
    assert told.items() <= known[name].items()
    assert shortened(known[name]["answer"]) == shortened(answer)


def test_every_answer_has_an_example(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for media_type, content in operation["responses"]["200"]["content"].items():
                if not media_type.startswith("image/"):
                    assert "example" in content, f"{method.upper()} {path}: {media_type}"


def test_every_body_has_an_example_and_the_schema_of_its_names(document: dict[str, Any]) -> None:
    bodies = {
        path: operation["requestBody"]["content"]["application/json"]
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if "requestBody" in operation
    }
    assert bodies.keys() == {"/skill-gap", "/skill-gaps", "/matches", "/titles/code"}
    for body in bodies.values():
        name = body["schema"]["$ref"].removeprefix("#/components/schemas/")
        assert body["example"].keys() <= document["components"]["schemas"][name]["properties"].keys()


def test_every_problem_that_is_documented_has_an_example(document: dict[str, Any]) -> None:
    known = {problem.code for problem in ALL_PROBLEMS}
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status != "200":
                    examples = response["content"]["application/problem+json"]["examples"]
                    assert examples.keys() <= known
                    assert all(one["value"]["status"] == int(status) for one in examples.values())
            assert "422" not in operation["responses"]


def test_the_parameters_of_the_gap_are_documented(document: dict[str, Any]) -> None:
    parameters = document["paths"]["/skill-gap"]["get"]["parameters"]
    assert [(one["name"], one["required"]) for one in parameters[:2]] == [("from", True), ("to", True)]


def test_docs_need_nothing_from_elsewhere(sample_client: TestClient) -> None:
    page = sample_client.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(addresses) >= 2
    for address in addresses:
        assert "//" not in address
        assert sample_client.get(f"/{address}").status_code == 200
