"""README and env/env.env name everything there is, and nothing that is not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from skillgap.api.problems import ALL_PROBLEMS
from skillgap.database.base import Base
from skillgap.settings import (
    AccessSettings,
    ApiSettings,
    DatabaseSettings,
    LlmSettings,
    LogSettings,
    MetricsSettings,
    OnetSettings,
    TracingSettings,
    WebServicesSettings,
    is_secret,
)

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SETTINGS = {
    name.upper()
    for settings in (
        ApiSettings,
        DatabaseSettings,
        AccessSettings,
        LlmSettings,
        LogSettings,
        MetricsSettings,
        OnetSettings,
        TracingSettings,
        WebServicesSettings,
    )
    for field, about in settings.model_fields.items()
    for name in ([field, f"{field}_file"] if is_secret(about) else [field])
}


@pytest.mark.parametrize("name", sorted(SETTINGS))
def test_readme_and_env_explain_every_setting(name: str) -> None:
    assert f"`{name}`" in README
    assert re.search(rf"^#? ?{name}=", (ROOT / "env" / "env.env").read_text(), re.MULTILINE)


def test_env_has_no_setting_that_nothing_reads() -> None:
    lines = (ROOT / "env" / "env.env").read_text().splitlines()
    named = {found[1] for line in lines if (found := re.match(r"#? ?([A-Z][A-Z_]+)=", line))}
    compose = (ROOT / "docker-compose.yml").read_text()
    assert {name for name in named - SETTINGS if f"{name}" not in compose} == set()


def test_readme_names_every_route(sample_client: TestClient) -> None:
    for path in sample_client.get("/openapi.json").json()["paths"]:
        assert f"`{path}" in README, path


@pytest.mark.parametrize("problem", ALL_PROBLEMS, ids=lambda problem: problem.code)
def test_readme_names_every_problem(problem: object) -> None:
    assert f"`{problem.code}`" in README


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_readme_draws_every_table(table: str) -> None:
    assert re.search(rf"\b{table}\b", README)


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "SECURITY.md").read_text()))
    written = "".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 30
    assert named - set(re.findall(r"^(?:async )?def (test_\w+)", written, re.MULTILINE)) == set()


def test_every_test_of_a_fault_is_told_and_every_one_told_exists() -> None:
    told = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "faults.md").read_text()))
    faults = defined_tests(*(ROOT / "tests" / "faults").glob("test_*.py"))
    assert faults <= told
    assert told <= faults | defined_tests(ROOT / "tests" / "onet" / "load" / "test_interrupted_loads.py")


def defined_tests(*files: Path) -> set[str]:
    """The names of the tests in these files."""
    return {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)}


SHOWN = re.findall(
    r'```console\n\$ curl -s "http://127\.0\.0\.1:8000([^"]+)"\n```\n\n```json\n(.*?)```',
    README,
    re.DOTALL,
)


@pytest.mark.parametrize(("path", "shown"), SHOWN, ids=[path for path, _ in SHOWN])
def test_readme_shows_what_is_answered(onet_client: TestClient, path: str, shown: str) -> None:
    told, answer = json.loads(shown), onet_client.get(path).json()
    for one in (told, answer):
        one.pop("request_id", None)
    if "skill_gaps" in told:  # one of them is shown
        answer["skill_gaps"] = answer["skill_gaps"][: len(told["skill_gaps"])]
    assert told == answer


def test_readme_shows_an_answer_and_a_problem() -> None:
    assert [path.partition("?")[0] for path, _ in SHOWN] == ["/skill-gap", "/skill-gap"]
