"""What the compose files and Dockerfiles promise of every container, as they are written."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ("docker-compose.yml", "ops/compose/cluster.yml")
DOCKERFILES = ("Dockerfile.api", "Dockerfile.etl")
SECRETS = ("ONET_API_KEY", "LLM_API_KEY", "API_KEYS")


class ComposeLoader(yaml.SafeLoader):
    """YAML with compose's own tags, !override and !reset."""


def _plain(loader: ComposeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


ComposeLoader.add_multi_constructor("!", _plain)


def services_of(file: str) -> dict[str, dict[str, Any]]:
    """The services of a file. ComposeLoader is a SafeLoader."""
    written = yaml.load((ROOT / file).read_text(), Loader=ComposeLoader)
    return dict(written["services"])


def flat(file: str) -> str:
    """A Dockerfile with each instruction on one line."""
    return (ROOT / file).read_text().replace("\\\n", "")


def image_default(file: str) -> str:
    """The base image of a Dockerfile where the build names no other."""
    (default,) = re.findall(r"^ARG PYTHON_IMAGE=(\S+)$", (ROOT / file).read_text(), re.MULTILINE)
    return str(default)


# What stands under its own name alone; what an overlay changes of another file's is not one.
SERVICES = [
    pytest.param(service, id=f"{file}: {name}")
    for file in COMPOSE
    for name, service in services_of(file).items()
    if "image" in service or "build" in service
]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_gives_up_what_it_does_not_need(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "network_mode" not in service
    assert not [one for one in service.get("volumes", []) if "docker.sock" in str(one)]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_limits(service: dict[str, Any]) -> None:
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert 0 < service["cpus"] <= 1  # more than a machine has would be refused
    assert 0 < service["pids_limit"] <= 512


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_runs_as_root(service: dict[str, Any]) -> None:
    if "build" in service:
        written = (ROOT / service["build"]["dockerfile"]).read_text()
        user = re.findall(r"^USER (.+)$", written, re.MULTILINE)[-1]
    else:
        user = service["user"]
    assert user.split(":")[0] not in ("root", "0")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_stays_says_how_it_is(service: dict[str, Any]) -> None:
    if service["restart"] == "no":
        return  # it ends by itself
    if "build" in service:
        (check,) = re.findall(r"^HEALTHCHECK .*?CMD (.+?)$", flat(service["build"]["dockerfile"]), re.MULTILINE)
        assert "GET /ready " in check
        assert "python" not in check  # every five seconds it would cost more than the service
    else:
        assert service["healthcheck"]["test"]


@pytest.mark.parametrize("service", SERVICES)
def test_no_log_fills_the_disk(service: dict[str, Any]) -> None:
    assert service["logging"]["driver"] == "json-file"
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_published_is_published_on_this_machine_alone(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize(
    "image",
    [
        *(f"{file}: {image_default(file)}" for file in DOCKERFILES),
        *(service.values[0]["image"] for service in SERVICES if "image" in service.values[0]),
    ],
)
def test_every_image_names_its_minor_version_and_can_be_named_by_digest(image: str) -> None:
    assert re.search(r":\d+\.\d+(-[a-z]+)?}?$", image)
    assert re.search(r"^(Dockerfile|\$\{[A-Z]+_IMAGE:-)", image)


@pytest.mark.parametrize("file", DOCKERFILES)
def test_all_stages_of_a_dockerfile_have_the_one_base_image(file: str) -> None:
    assert set(re.findall(r"^FROM (\S+)", (ROOT / file).read_text(), re.MULTILINE)) == {"${PYTHON_IMAGE}"}


def test_the_dockerfiles_share_their_stages_and_so_their_layers() -> None:
    shared = [(ROOT / file).read_text().split("# ---- From here on")[0] for file in DOCKERFILES]

    assert shared[0] == shared[1]
    assert shared[0].count("\nFROM ") == 3


@pytest.mark.parametrize("file", COMPOSE)
def test_no_password_is_written_down(file: str) -> None:
    told = {name: value for service in services_of(file).values()
            for name, value in dict(service.get("environment", {})).items() if "PASSWORD" in name}  # fmt: skip
    secret = {name: value for name, value in told.items() if name != "MYSQL_RANDOM_ROOT_PASSWORD"}

    assert all(name.endswith("_FILE") and value.startswith("/run/secrets/") for name, value in secret.items())
    assert not re.search(r"^[A-Z_]*PASSWORD=\S", (ROOT / "env" / "env.env").read_text(), re.MULTILINE)


@pytest.mark.parametrize("file", DOCKERFILES)
def test_an_image_says_what_it_is(file: str) -> None:
    labels = dict(re.findall(r'org\.opencontainers\.image\.([a-z.]+)="([^"]+)"', (ROOT / file).read_text()))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert labels.keys() == {"title", "description", "version", "revision", "licenses", "base.name"}
    assert (labels["version"], labels["licenses"]) == (project["version"], project["license"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_server_of_others_is_told_no_secret_of_ours(service: dict[str, Any]) -> None:
    if "build" in service:
        return
    assert "env_file" not in service
    assert not [name for name in SECRETS if name in str(service.get("environment"))]


@pytest.mark.parametrize("file", DOCKERFILES)
def test_an_image_installs_what_the_locks_say_and_no_more(file: str) -> None:
    written = flat(file)
    installed = re.findall(r"pip (?:--python \S+ )?install ((?:-\S+ )+)(\S+)", written)

    assert {what for how, what in installed if "--require-hashes" not in how} == {"/wheels/*.whl"}
    assert "pip wheel --no-build-isolation --no-deps" in written
    assert not re.search(r"^(ADD|COPY) (\.|env|\S*\.env)( |$)", written, re.MULTILINE)


def test_the_lock_of_the_api_holds_no_library_of_the_loader() -> None:
    whole, serving = pinned("requirements.txt"), pinned("requirements-api.txt")

    assert serving.items() < whole.items()
    assert {"pandas", "openai", "alembic", "mcp"} <= whole.keys() - serving.keys()


def pinned(lock: str) -> dict[str, str]:
    """Name and version of every package of a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def test_passwords_are_made_once_and_lie_in_a_closed_folder(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    command, own = ["sh", str(ROOT / "env" / "secrets.sh")], os.environ | {"SKILLGAP_SECRETS": str(folder)}
    subprocess.run(command, env=own, check=True, capture_output=True)
    made = {path.name: path.read_text() for path in folder.iterdir()}
    subprocess.run(command, env=own, check=True, capture_output=True)

    assert made.keys() == {"owner-password", "reader-password", "group-password"}
    assert all(re.fullmatch(r"[0-9a-f]{32}", password) for password in made.values())
    assert len({*made.values()}) == 3
    assert {path.name: path.read_text() for path in folder.iterdir()} == made
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_git_ignores_what_holds_a_password() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()

    assert {"env/secrets/", ".env", "docker-compose.override.yml"} <= {*ignored}
