"""What the compose files and Dockerfiles promise of every container, as they are written."""

from __future__ import annotations

import re
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
        assert "\nHEALTHCHECK " in (ROOT / service["build"]["dockerfile"]).read_text()
    else:
        assert service["healthcheck"]["test"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_published_is_published_on_this_machine_alone(service: dict[str, Any]) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize(
    "image",
    [
        *(f"{file}: {one}" for file in DOCKERFILES
          for one in re.findall(r"^FROM (\S+)", (ROOT / file).read_text(), re.MULTILINE)),
        *(service.values[0]["image"] for service in SERVICES if "image" in service.values[0]),
    ],
)  # fmt: skip
def test_every_image_names_its_minor_version(image: str) -> None:
    assert re.search(r":\d+\.\d+(-[a-z]+)?$", image)


@pytest.mark.parametrize("service", SERVICES)
def test_a_server_of_others_is_told_no_secret_of_ours(service: dict[str, Any]) -> None:
    if "build" in service:
        return
    files = service.get("env_file", [])
    files = [files] if isinstance(files, str) else files
    assert "env/env.env" not in files
    told = "".join((ROOT / file).read_text() for file in files) + str(service.get("environment"))
    assert not [name for name in SECRETS if name in told]


@pytest.mark.parametrize("file", DOCKERFILES)
def test_an_image_installs_what_the_lock_says_and_no_more(file: str) -> None:
    written = (ROOT / file).read_text()
    assert "--require-hashes -r requirements.txt" in written
    assert not re.search(r"^(ADD|COPY) (\.|env|\S*\.env)( |$)", written, re.MULTILINE)
