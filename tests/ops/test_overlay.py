"""The compose overlay of several replicas and a group of servers, as compose understands it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from skillgap.settings import AccessSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of both files together."""
    if not shutil.which("docker"):
        pytest.skip("needs docker compose")
    files = ("-f", "docker-compose.yml", "-f", "ops/compose/cluster.yml")
    command = ["docker", "compose", *files, "config", "--format", "json"]
    own = {name: value for name, value in os.environ.items() if name not in ("API_PORT", "TMPDIR")}
    # Names that a shell may have for another purpose change nothing.
    own |= {"SKILLGAP_SECRETS": "./env/secrets", "MYSQL_USER": "another", "MYSQL_READER_USER": "another"}
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, check=False)
    if "is not a docker command" in done.stderr or "unknown shorthand flag" in done.stderr:
        pytest.skip("needs docker compose")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout)["services"])


def test_only_nginx_is_published_and_only_on_this_machine(services: dict[str, Any]) -> None:
    published = {
        name: [(port["host_ip"], port["published"]) for port in service["ports"]]
        for name, service in services.items()
        if service.get("ports")
    }

    assert published == {"proxy": [("127.0.0.1", "8000")]}


def test_loads_and_replicas_know_every_server_of_the_group(services: dict[str, Any]) -> None:
    members = [name for name, service in services.items() if "--report-host" in str(service)]
    hosts = services["api"]["environment"]["MYSQL_HOST"]

    assert sorted(members) == ["db", "db2", "db3"]
    assert sorted(hosts.split(",")) == sorted(members)
    assert services["etl"]["environment"]["MYSQL_HOST"] == hosts
    assert [f"{host}:3306" for host in hosts.split(",")] == services["group"]["command"]


def test_replicas_believe_whom_nginx_names(services: dict[str, Any]) -> None:
    given = services["api"]["environment"]

    assert AccessSettings(api_trusted_proxies=given["API_TRUSTED_PROXIES"]).trusted_proxies() == ["*"]


def test_the_servers_differ_where_they_must_and_share_no_volume(services: dict[str, Any]) -> None:
    members = [services[name] for name in ("db", "db2", "db3")]
    ids = {option for one in members for option in one["command"] if "--server-id" in option}
    volumes = {mount["source"] for one in members for mount in one["volumes"]
               if mount["target"] == "/var/lib/mysql"}  # fmt: skip

    assert len(ids) == len(volumes) == 3


@pytest.mark.parametrize("server", ["db", "db2", "db3"])
def test_every_server_makes_the_users_that_log_in(services: dict[str, Any], server: str) -> None:
    made, api, etl = (services[name]["environment"] for name in (server, "api", "etl"))

    assert (made["MYSQL_READER_USER"], made["MYSQL_READER_PASSWORD_FILE"]) == (
        (api["MYSQL_USER"], api["MYSQL_PASSWORD_FILE"])
    )
    assert (made["MYSQL_USER"], made["MYSQL_PASSWORD_FILE"]) == (etl["MYSQL_USER"], etl["MYSQL_PASSWORD_FILE"])
    assert made["MYSQL_DATABASE"] == api["MYSQL_DATABASE"] == etl["MYSQL_DATABASE"]


@pytest.mark.parametrize("server", ["db", "db2", "db3", "group"])
def test_a_server_is_on_the_internal_network_alone(services: dict[str, Any], server: str) -> None:
    assert set(services[server]["networks"]) == {"database"}


@pytest.mark.parametrize(
    ("service", "secrets"),
    [
        ("api", {"reader-password"}),
        ("etl", {"owner-password"}),
        ("group", {"group-password"}),
        ("db3", {"owner-password", "reader-password", "group-password"}),
        ("proxy", set()),
    ],
)
def test_a_service_has_the_secrets_that_it_needs(services: dict[str, Any], service: str, secrets: set[str]) -> None:
    assert {one["source"] for one in services[service].get("secrets", ())} == secrets


def test_every_file_that_is_mounted_is_there(services: dict[str, Any]) -> None:
    mounted = {
        Path(mount["source"])
        for service in services.values()
        for mount in service.get("volumes", ())
        if mount["type"] == "bind"
    }

    assert {path for path in mounted if not path.exists()} == set()
    assert ROOT / "ops" / "nginx" in mounted


@pytest.mark.parametrize("service", ["group", "etl", "api", "proxy"])
def test_what_is_not_mysql_runs_with_the_least_rights(services: dict[str, Any], service: str) -> None:
    assert services[service]["read_only"] is True
    assert services[service]["cap_drop"] == ["ALL"]
    assert services[service]["security_opt"] == ["no-new-privileges:true"]
