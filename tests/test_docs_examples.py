"""Every request that a document shows with its response is sent; what is shown is what comes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from skillgap.database.engine import connect
from tests.conftest import SAMPLE, client_of, load
from tests.later_release import write_later_release
from tests.page.browsing import service

ROOT = Path(__file__).parents[1]
REQUEST = re.compile(
    r"""(?:```console\n\$\ curl\ -s\ "http://127\.0\.0\.1:8000(?P<url>[^"]+)"(?:\ --json\ '(?P<body>[^']+)')?\n```|
           `GET\ (?P<get>/[^`]+)`[^\n]*)\n\n
        ```(?P<kind>json|csv)\n(?P<shown>.*?)```""",
    re.DOTALL | re.VERBOSE,
)


class Example(NamedTuple):
    """A request and the response that a document shows, which may be shortened."""

    document: str
    path: str
    body: str | None
    kind: str
    shown: str


def examples() -> Iterator[Example]:
    """Every request with a response in the documents."""
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for found in REQUEST.finditer(file.read_text()):
            yield Example(file.name, found["url"] or found["get"], found["body"], found["kind"], found["shown"])


EXAMPLES = list(examples())
OF_THE_SAMPLE = [example for example in EXAMPLES if "29.2" not in example.shown]
OF_A_RELEASE = [example for example in EXAMPLES if "29.2" in example.shown and "made-up" not in example.path]
OF_TWO_RELEASES = [example for example in EXAMPLES if "made-up" in example.path]


def named(example: Example) -> str:
    return f"{example.document}-{example.path}"


def is_part(shown: Any, response: Any) -> bool:
    """Whether all that is shown is in the response: fields may be left out, and the end of a list."""
    if isinstance(shown, dict):
        return all(name == "request_id" or is_part(shown[name], response[name]) for name in shown)
    if isinstance(shown, list) and shown:
        return len(shown) <= len(response) and all(map(is_part, shown, response))
    return bool(shown == response)


def check(client: TestClient, example: Example) -> None:
    """Send the request and compare."""
    json_type = {"Content-Type": "application/json"}
    method = "GET" if example.body is None else "POST"
    response = client.request(method, example.path, content=example.body, headers=json_type)
    if example.kind == "csv":
        assert response.text.replace("\r\n", "\n").startswith(example.shown)
    else:
        assert is_part(json.loads(example.shown), response.json()), response.text[:5000]


@pytest.mark.parametrize("example", OF_THE_SAMPLE, ids=named)
def test_responses_of_the_sample_are_as_shown(sample_client: TestClient, example: Example) -> None:
    check(sample_client, example)


@pytest.mark.parametrize("example", OF_A_RELEASE, ids=named)
def test_responses_of_o_net_are_as_shown(onet_client: TestClient, example: Example) -> None:
    check(onet_client, example)


@pytest.fixture(scope="module")
def two_releases(onet: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """O*NET 29.2 and the altered copy that docs/releases.md speaks of."""
    folder = tmp_path_factory.mktemp("two")
    url = f"sqlite:///{folder / 'two.sqlite'}"
    engine = connect(make_url(url))
    load(engine, onet)
    load(engine, write_later_release(onet, folder / "made-up"), release="made-up", accept_incomplete=True)
    engine.dispose()
    yield from client_of(url)


@pytest.mark.parametrize("example", OF_TWO_RELEASES, ids=named)
def test_differences_of_releases_are_as_shown(two_releases: TestClient, example: Example) -> None:
    check(two_releases, example)


def test_readme_shows_a_response_whose_fields_the_sample_has_too(sample_client: TestClient) -> None:
    (example,) = [example for example in EXAMPLES if example.document == "README.md"]
    shown, response = json.loads(example.shown), sample_client.get(example.path).json()
    assert shown.keys() <= response.keys()
    assert shown["summary"].keys() == response["summary"].keys()
    assert shown["skill_gaps"][0].keys() <= response["skill_gaps"][0].keys()


def test_api_page_shows_a_complete_response(sample_client: TestClient) -> None:
    examples = (example for example in EXAMPLES if example.document == "api.md")
    example = next(example for example in examples if example.path.startswith("/skill-gap?"))
    shown, response = json.loads(example.shown), sample_client.get(example.path).json()
    response["skill_gaps"] = response["skill_gaps"][: len(shown["skill_gaps"])]
    assert shown == response


def test_the_client_prints_what_its_page_shows(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "client.md").read_text()
    program, output = re.findall(r"```(?:python|text)\n(.*?)```", text, re.DOTALL)
    assert len([line for line in program.splitlines() if line]) <= 20
    with service(SAMPLE, tmp_path) as address:
        program = program.replace("http://127.0.0.1:8000", address)
        ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout == output


def test_the_documents_show_examples_of_each_kind() -> None:
    assert min(len(OF_THE_SAMPLE), len(OF_A_RELEASE), len(OF_TWO_RELEASES)) >= 2
