"""The documents name everything there is, and nothing that is not; links and paths lead somewhere."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from fastapi.testclient import TestClient
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from skillgap import settings
from skillgap.api.problems import ALL_PROBLEMS
from skillgap.cli.lazy import LazyCommand
from skillgap.cli.main import app as commands
from skillgap.database.base import Base

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")] + sorted(
    (ROOT / "docs").glob("*.md")
)
TEXTS = {str(path.relative_to(ROOT)): path.read_text() for path in DOCUMENTS}
ENV = (ROOT / "env" / "env.env").read_text()


def setting_fields() -> Iterator[tuple[str, FieldInfo]]:
    """Every setting with its declaration."""
    for _, group in inspect.getmembers(settings, inspect.isclass):
        if issubclass(group, settings.Settings):
            yield from ((name.upper(), field) for name, field in group.model_fields.items())


def default_of(field: FieldInfo) -> str:
    """A default as a person writes it; empty for none."""
    default = field.default
    if default in (None, PydanticUndefined) or settings.is_secret(field):
        return ""
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


DEFAULTS = {name: default_of(field) for name, field in setting_fields()}
FILES = {f"{name}_FILE" for name, field in setting_fields() if settings.is_secret(field)}
IN_ENV = dict(re.findall(r"^#? ?([A-Z][A-Z_]+)=(.*)$", ENV, re.MULTILINE))


def table_rows(document: str, columns: int) -> list[list[str]]:
    """The rows of all tables of a document that have so many columns and begin with a name in backticks."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXTS[document].splitlines()]
    return [row for row in rows if len(row) == columns and row[0].startswith("`")]


def test_readme_fits_two_screens() -> None:
    assert len(TEXTS["README.md"].splitlines()) <= 120


def test_settings_are_documented_with_their_defaults() -> None:
    documented = {name.strip("`"): default.strip("`") for name, default, _ in table_rows("docs/settings.md", 3)}
    assert documented == DEFAULTS


def test_secrets_that_may_be_files_are_documented() -> None:
    assert {name.strip("`") for name, _ in table_rows("docs/settings.md", 2)} == FILES


def test_env_names_every_setting_and_nothing_that_nothing_reads() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    assert set(DEFAULTS) | FILES <= set(IN_ENV)
    assert {name for name in set(IN_ENV) - set(DEFAULTS) - FILES if name not in compose} == set()


@pytest.mark.parametrize("name", sorted(re.findall(r"^([A-Z][A-Z_]+)=", ENV, re.MULTILINE)))
def test_env_sets_nothing_but_defaults(name: str) -> None:
    of_compose = {"MYSQL_HOST": "db"}  # its service; everything else is what holds without the file
    assert {**DEFAULTS, **of_compose}[name] == IN_ENV[name]


def test_api_page_names_every_route_and_parameter(sample_client: TestClient) -> None:
    paths = sample_client.get("/openapi.json").json()["paths"]
    text = TEXTS["docs/api.md"]
    parameters = {
        parameter["name"]
        for operations in paths.values()
        for operation in operations.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
    assert {path for path in paths if not re.search(rf"[` ]{re.escape(path)}`", text)} == set()
    assert {name for name in parameters if not re.search(rf"`{name}[=`]", text)} == set()


def test_problems_page_has_every_code_with_its_status() -> None:
    documented = {code.strip("`"): int(status) for code, status, _, _ in table_rows("docs/problems.md", 4)}
    assert documented == {problem.code: problem.status for problem in ALL_PROBLEMS}


def test_schema_page_has_every_table_with_its_key() -> None:
    documented = {table.strip("`"): re.findall(r"`(\w+)`", key) for table, _, key in table_rows("docs/schema.md", 3)}
    assert documented == {
        name: [column.name for column in table.primary_key] for name, table in Base.metadata.tables.items()
    }


def test_schema_page_draws_every_foreign_key() -> None:
    drawn = set(re.findall(r"^  (\w+) \|\|--o[{|] (\w+)", TEXTS["docs/schema.md"], re.MULTILINE))
    assert drawn == {
        (key.referred_table.name, table.name)
        for table in Base.metadata.tables.values()
        for key in table.foreign_key_constraints
    }


def command_names(group: typer.core.TyperGroup, prefix: str) -> Iterator[tuple[str, set[str]]]:
    """Every command with its long options."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        command = command.loaded() if isinstance(command, LazyCommand) else command
        options = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        long = {option for option in options if option.startswith("--") and not option.startswith("--no-")}
        yield f"{prefix} {name}", long - {"--help"}
        if isinstance(command, typer.core.TyperGroup):
            yield from command_names(command, f"{prefix} {name}")


def test_commands_page_has_every_command_with_its_options() -> None:
    documented = {
        re.sub(r"( [A-Z]+)+$", "", command.strip("`")): set(re.findall(r"(--[a-z-]+)", does))
        for command, does in table_rows("docs/commands.md", 2)
    }
    group = typer.main.get_command(commands)
    assert isinstance(group, typer.core.TyperGroup)
    existing = {name: options for name, options in command_names(group, "skillgap") if name != "skillgap keys"}
    assert documented == existing


def test_index_names_every_document() -> None:
    for path in (ROOT / "docs").glob("*.md"):
        assert path.name == "index.md" or f"]({path.name})" in TEXTS["docs/index.md"], path.name


def headings(text: str) -> set[str]:
    """The anchors that a page has, by the rule of GitHub."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", TEXTS)
def test_links_lead_somewhere(document: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[document]):
        path, _, anchor = target.partition("#")
        linked = (ROOT / document).parent / path if path else ROOT / document
        assert linked.exists(), target
        assert not anchor or anchor in headings(linked.read_text()), target


@pytest.mark.parametrize("document", [name for name in TEXTS if name != "CHANGELOG.md"])
def test_files_that_are_named_exist(document: str) -> None:
    named = re.findall(r"`((?:src|tests|bench|ops|docs|env)/[\w./-]*|\w+/[\w/]+\.(?:py|html|js|css))`", TEXTS[document])
    places = (ROOT, ROOT / "src" / "skillgap", ROOT / "src" / "skillgap" / "api" / "page")
    assert {name for name in named if not any((place / name).exists() for place in places)} == set()


@pytest.mark.parametrize("document", TEXTS)
def test_modules_that_are_run_exist(document: str) -> None:
    for module in re.findall(r"python -m ((?:tests|bench)[\w.]*)", TEXTS[document]):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", TEXTS["SECURITY.md"]))
    assert len(named) > 30
    assert named - defined_tests(*(ROOT / "tests").rglob("test_*.py")) == set()


def test_every_test_of_a_fault_is_documented_and_every_documented_one_exists() -> None:
    documented = set(re.findall(r"`(test_\w+)`", TEXTS["docs/faults.md"]))
    faults = defined_tests(*(ROOT / "tests" / "faults").glob("test_*.py"))
    assert faults <= documented
    loads = [*(ROOT / "tests" / "onet" / "load").glob("test_*.py"), ROOT / "tests" / "cli" / "test_load.py"]
    assert documented <= faults | defined_tests(*loads)


def defined_tests(*files: Path) -> set[str]:
    """The names of the tests in these files."""
    return {name for file in files for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.M)}
