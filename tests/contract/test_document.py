"""``/openapi.json`` for programs: it is valid, names its operations, and a client is generated from it and used."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import openapi_python_client
import pytest
from fastapi.testclient import TestClient
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_spec_validator import OpenAPIV31SpecValidator

from skillgap.api.app import create_app
from skillgap.api_keys import entry_of
from skillgap.settings import AccessSettings, DatabaseSettings
from tests.conftest import sample_file
from tests.faults.service import serving

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"
PICTURES = {"image/svg+xml": "application/octet-stream", "image/png": "application/octet-stream"}
IDS = {
    "get_skill_gap",
    "get_verdict",
    "post_skill_gap",
    "get_chart_svg",
    "get_chart_png",
    "get_chart_specification",
    "post_matches",
    "get_questions",
    "post_skill_gaps",
    "get_matrix",
    "get_title_code",
    "post_title_codes",
    "list_occupations",
    "get_occupation",
    "get_ratings",
    "get_technologies",
    "get_tasks",
    "get_moves",
    "get_openers",
    "get_path",
    "list_elements",
    "list_scales",
    "list_releases",
    "get_release_diff",
    "get_health",
    "get_ready",
    "get_problem",
}


def document_of(**settings: Any) -> dict[str, Any]:
    """The document of a service with these settings, as it is sent."""
    app = create_app(DatabaseSettings(database_url="sqlite://"), access=AccessSettings(**settings))
    document: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return document


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation by its id."""
    return {one["operationId"]: one for methods in document["paths"].values() for one in methods.values()}


DOCUMENT = document_of()
OPERATIONS = operations(DOCUMENT)
GET_PATHS = {path: methods["get"] for path, methods in DOCUMENT["paths"].items() if "get" in methods}
KEYED = document_of(api_keys=entry_of("portal", "a key"), api_rate_per_minute=60)


@pytest.mark.parametrize("document", [DOCUMENT, KEYED], ids=["open", "with keys and limits"])
def test_the_document_is_valid(document: dict[str, Any]) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_has_each_parameter_once(name: str) -> None:
    names = [(parameter["in"], parameter["name"]) for parameter in OPERATIONS[name].get("parameters", [])]
    assert sorted(set(names)) == sorted(names)


def test_operations_have_ids_that_stay() -> None:
    assert OPERATIONS.keys() == IDS


@pytest.mark.parametrize(
    ("document", "needed"), [(DOCUMENT, None), (KEYED, [{"key": []}, {"bearer": []}])], ids=["open", "with keys"]
)
def test_keys_are_described_and_asked_for_where_they_are_needed(document: dict[str, Any], needed: object) -> None:
    schemes = document["components"]["securitySchemes"]
    assert (schemes["key"]["name"], schemes["bearer"]["scheme"]) == ("X-API-Key", "bearer")
    assert operations(document)["get_skill_gap"].get("security") == needed
    assert "security" not in operations(document)["get_health"]


def test_a_status_names_each_of_its_problems() -> None:
    response = OPERATIONS["get_chart_svg"]["responses"]["503"]
    assert response["description"] == (
        "`took-too-long`: The answer took too long; `nothing-loaded`: No release is loaded yet; "
        "`release-out-of-reach`: The release has to be read from a database that is unavailable; "
        "`releases-busy`: Too many requests wait for releases to be read; "
        "`charts-busy`: Too many charts are being drawn"
    )
    examples = response["content"]["application/problem+json"]["examples"]
    assert list(examples) == ["took-too-long", "nothing-loaded", "release-out-of-reach", "releases-busy", "charts-busy"]


@pytest.mark.parametrize("path", GET_PATHS)
def test_what_a_request_needs_has_an_example_to_try(path: str) -> None:
    required = [parameter for parameter in GET_PATHS[path].get("parameters", []) if parameter["required"]]
    assert [parameter["name"] for parameter in required if "example" not in parameter] == []


@pytest.mark.parametrize("path", sorted(GET_PATHS.keys() - {"/releases/{a}/diff/{b}"}))  # it needs 29.2
def test_what_try_it_out_fills_in_is_answered(sample_client: TestClient, path: str) -> None:
    values: dict[str, dict[str, str]] = {"path": {}, "query": {}}
    for parameter in GET_PATHS[path].get("parameters", []):
        if "example" in parameter:
            values[parameter["in"]][parameter["name"]] = parameter["example"]
    response = sample_client.get(path.format_map(values["path"]), params=values["query"])
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("name", ["post_skill_gap", "post_matches", "post_skill_gaps", "post_title_codes"])
def test_a_body_has_an_example_to_try(name: str) -> None:
    content = OPERATIONS[name]["requestBody"]["content"]["application/json"]
    assert content["example"].keys() & {"levels", "pairs", "titles"}


@pytest.mark.parametrize(
    ("model", "body", "valid"),
    [
        ("MatchesBody", {}, False),
        ("MatchesBody", {"levels": {}, "anchors": {}}, False),
        ("MatchesBody", {"levels": {"2.A.1.a": None}}, False),
        ("MatchesBody", {"levels": {"2.A.1.a": 3}}, True),
        ("MatchesBody", {"from": None}, False),
        ("MatchesBody", {"from": NURSES}, True),
        ("PersonGapBody", {"to": NURSES, "anchors": {}}, False),
        ("PersonGapBody", {"to": NURSES, "anchors": {"2.A.1.a": 4}}, True),
        ("PersonGapBody", {"to": NURSES, "anchors": {"2.A.1.a": 8}}, False),
        ("PairsBody", {"pairs": [{"from": NURSES, "to": NURSES}], "lines": "whole", "format": "csv"}, False),
        ("PairsBody", {"pairs": [{"from": NURSES, "to": NURSES}], "lines": "whole"}, True),
        ("PairsBody", {"pairs": [{"from": NURSES, "to": NURSES}], "format": "csv"}, True),
    ],
)
def test_the_schema_allows_what_is_answered_and_no_more(
    sample_client: TestClient, model: str, body: dict[str, Any], valid: bool
) -> None:
    schema = {**DOCUMENT, "$ref": f"#/components/schemas/{model}"}
    assert jsonschema_rs.validator_for(schema).is_valid(body) == valid
    path = {"MatchesBody": "/matches", "PersonGapBody": "/skill-gap", "PairsBody": "/skill-gaps"}[model]
    assert (sample_client.post(path, json=body).status_code == 200) == valid


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The package that openapi-python-client makes of the document, importable."""
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_text(json.dumps(DOCUMENT))
    settings = ConfigFile(post_hooks=[], content_type_overrides=PICTURES, package_name_override="generated_client")
    package = folder / "generated_client"
    config = Config.from_sources(settings, MetaType.NONE, document, "utf-8", overwrite=True, output_path=package)
    warnings = [warning.detail for warning in openapi_python_client.generate(config=config)]
    assert warnings == [
        f"Unsupported content type {rows}" for rows in ("text/csv", "application/x-ndjson")
    ]  # it sends JSON
    sys.path.insert(0, str(folder))
    yield package.name
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def client(generated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The generated client of a service with the sample."""
    folder = tmp_path_factory.mktemp("service")
    kind = importlib.import_module(generated).Client
    with serving(f"sqlite:///{sample_file()}", folder) as service, kind(f"http://127.0.0.1:{service.port}") as made:
        yield made


def operation(generated: str, group: str, name: str) -> Any:
    """The function of the generated client that sends a request and returns its typed response."""
    return importlib.import_module(f"{generated}.api.{group}.{name}").sync


def test_a_generated_client_reads_a_gap(generated: str, client: Any) -> None:
    gap = operation(generated, "gap", "get_skill_gap")(client=client, from_=ASSISTANTS, to=NURSES)
    assert (gap.release, gap.to_occupation.title, gap.summary.missing) == ("sample", "Registered Nurses", 3)
    assert (gap.skill_gaps[0].element_name, gap.skill_gaps[0].difference) == ("Science", 3.0)


def test_a_generated_client_reads_a_batch(generated: str, client: Any) -> None:
    models = importlib.import_module(f"{generated}.models")
    pairs = [models.NamedPair(from_=ASSISTANTS, to=NURSES), models.NamedPair(from_="cook", to=NURSES)]
    text = operation(generated, "many_at_once", "post_skill_gaps")(client=client, body=models.PairsBody(pairs=pairs))
    first, second = map(json.loads, text.splitlines())
    assert (first["gaps"], first["coverage"], second["problem"]) == (33, 0.6198, "invalid-parameter")


def test_a_generated_client_searches(generated: str, client: Any) -> None:
    found = operation(generated, "occupations", "list_occupations")(client=client, q="registerd nurse", limit=1)
    assert [one.title for one in found.occupations] == ["Registered Nurses"]


def test_a_generated_client_compares_a_person(generated: str, client: Any) -> None:
    models = importlib.import_module(f"{generated}.models")
    body = models.PersonGapBody.from_dict({"to": NURSES, "levels": {"2.A.1.a": 3.5}})
    gap = operation(generated, "gap", "post_skill_gap")(client=client, body=body)
    assert (gap.from_occupation, gap.person.answered) == (None, 1)


def test_a_generated_client_codes_a_title(generated: str, client: Any) -> None:
    coded = operation(generated, "titles", "get_title_code")(client=client, title="Sr. registered nurse (m/f/d)")
    assert (coded.answer, coded.codes[0].evidence.how) == (NURSES, "cleaned")


def test_a_generated_client_reads_a_problem(generated: str, client: Any) -> None:
    problem = operation(generated, "gap", "get_skill_gap")(client=client, from_="cook", to=NURSES)
    assert (problem.code, problem.errors[0].parameter) == ("invalid-parameter", "from")
