"""The three services as a user starts them: `make secrets` and `docker compose up` on a fresh clone, nothing edited.

Needs Docker, builds two images and takes a minute or more, so it runs only with TEST_COMPOSE=1.
With ONET_DATA its data folder holds O*NET's own files, else the sample under another name.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.conftest import ONET_DATA, SAMPLE

pytestmark = pytest.mark.skipif(
    os.environ.get("TEST_COMPOSE") != "1", reason="builds and starts containers: ask for it with TEST_COMPOSE=1"
)

ROOT = Path(__file__).parents[2]
PROJECT = "skillgap-e2e"
PAIR = {"from": "41-9012.00", "to": "53-5031.00"}  # models to ship engineers

# Worked out from each release's Skills.txt alone.
SUMMARIES = {
    "29.2": {"compared": 35, "gaps": 35, "missing": 16, "coverage": 0.31552},
    "sample": {"compared": 35, "gaps": 31, "missing": 12, "coverage": 0.26073},
}
WIDEST_GAPS = {"29.2": ("Operations Monitoring", 0.0, 3.88, 3.88), "sample": ("Operations Monitoring", 0.0, 5.75, 5.75)}

# Whatever the shell sets of these, the test starts with what the checkout says.
OURS = ("API_", "COMPOSE_", "DATABASE_URL", "LOG_", "MYSQL_", "ONET_", "SKILLGAP_")


@dataclass(frozen=True)
class Stack:
    """The project of the compose file, running under a name and on a port of its own."""

    environment: dict[str, str]
    url: str
    release: str

    def compose(self, *arguments: str, timeout: float = 300) -> str:
        """Run a compose command that must succeed; what it wrote to stdout."""
        done = self.try_compose(*arguments, timeout=timeout)
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def try_compose(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["docker", "compose", "-p", PROJECT, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def container(self, service: str) -> dict[str, Any]:
        """What Docker says of a service's container, running or not."""
        name = self.compose("ps", "--all", "--quiet", service).strip()
        done = subprocess.run(["docker", "inspect", name], capture_output=True, text=True, check=True)
        (description,) = json.loads(done.stdout)
        return dict(description)

    def sql(self, statement: str) -> subprocess.CompletedProcess[str]:
        """Run a statement as the API's user."""
        client = 'MYSQL_PWD="$(cat "$MYSQL_READER_PASSWORD_FILE")" mysql -h 127.0.0.1 -u skillgap_api skillgap'
        return self.try_compose("exec", "-T", "db", "sh", "-c", f'{client} -Ne "$0"', statement)

    def get(self, path: str, **parameters: str) -> httpx.Response:
        return httpx.get(self.url + path, params=parameters, timeout=10, trust_env=False)


def within(seconds: float) -> Retrying:
    """Try until it holds, at most so long."""
    return Retrying(
        stop=stop_after_delay(seconds),
        wait=wait_fixed(0.25),
        retry=retry_if_exception_type((AssertionError, httpx.TransportError)),
        reraise=True,
    )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """All three services, up and answering; afterwards nothing of them is left."""
    data = tmp_path_factory.mktemp("compose") / "data"
    source = Path(ONET_DATA) if ONET_DATA else SAMPLE
    shutil.copytree(source, data / (source.name if ONET_DATA else "illustrative"))
    for path in (data, *data.rglob("*")):  # who loads is another user than who tests
        path.chmod(0o755 if path.is_dir() else 0o644)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    own = {"API_PORT": str(port), "SKILLGAP_DATA": str(data), "SKILLGAP_SECRETS": str(data.parent / "secrets")}
    subprocess.run(["sh", "env/secrets.sh"], cwd=ROOT, env=inherited | own, check=True)
    running = Stack(
        environment=inherited | own, url=f"http://127.0.0.1:{port}", release="29.2" if ONET_DATA else "sample"
    )
    running.compose("down", "--volumes", "--remove-orphans")
    try:
        up = running.try_compose("up", "--build", "--detach", "--wait", timeout=1800)
        assert up.returncode == 0, up.stderr + running.try_compose("logs").stdout
        yield running
    finally:
        running.compose("down", "--volumes", "--remove-orphans", "--rmi", "local")


def test_the_stack_answers_with_the_figures_of_the_release_in_the_data_folder(stack: Stack) -> None:
    answer = stack.get("/skill-gap", **PAIR).json()

    assert answer["release"] == stack.release
    assert answer["summary"].items() >= SUMMARIES[stack.release].items()
    widest = answer["skill_gaps"][0]
    assert (widest["element_name"], widest["from_level"], widest["to_level"], widest["difference"]) == WIDEST_GAPS[
        stack.release
    ]


def test_what_up_waited_for_answers_and_is_healthy(stack: Stack) -> None:
    assert stack.get("/ready").json() == {"release": stack.release}
    assert stack.container("api")["State"]["Health"]["Status"] == "healthy"


def test_without_passwords_up_starts_nothing_and_names_the_file(stack: Stack, tmp_path: Path) -> None:
    without = stack.environment | {"SKILLGAP_SECRETS": str(tmp_path / "secrets")}
    command = ["docker", "compose", "-p", f"{PROJECT}-without"]
    run = partial(subprocess.run, cwd=ROOT, env=without, capture_output=True, text=True, check=False)
    refused = run([*command, "up", "--no-start", "db"])
    run([*command, "down", "--volumes"])

    assert refused.returncode != 0
    assert re.search(rf"{tmp_path}/secrets/(owner|reader)-password", refused.stderr)


def test_the_api_knows_no_login_but_its_own(stack: Stack) -> None:
    environment = dict(line.split("=", 1) for line in stack.container("api")["Config"]["Env"] if "=" in line)

    assert environment["MYSQL_USER"] == "skillgap_api"
    assert stack.compose("exec", "-T", "api", "ls", "/run/secrets").split() == ["reader-password"]


@pytest.mark.parametrize("service", ["db", "etl", "api"])
def test_no_password_is_in_the_environment_of_a_container(stack: Stack, service: str) -> None:
    folder = Path(stack.environment["SKILLGAP_SECRETS"])
    passwords = [path.read_text() for path in folder.iterdir()]

    assert len(set(passwords)) == 3
    assert not [password for password in passwords if password in json.dumps(stack.container(service)["Config"])]


def test_the_database_is_on_a_network_of_its_own(stack: Stack) -> None:
    assert list(stack.container("db")["NetworkSettings"]["Networks"]) == [f"{PROJECT}_database"]
    network = ["docker", "network", "inspect", f"{PROJECT}_database", "--format", "{{.Internal}}"]
    assert subprocess.run(network, capture_output=True, text=True, check=True).stdout.strip() == "true"


def test_the_image_of_the_api_is_small_and_holds_no_library_of_the_loader(stack: Stack) -> None:
    image = ["docker", "image", "inspect", stack.container("api")["Image"], "--format", "{{.Size}}"]
    size = int(subprocess.run(image, capture_output=True, text=True, check=True).stdout)
    look = "import importlib.util as u; print([m for m in ('pandas', 'openai', 'alembic', 'mcp') if u.find_spec(m)])"

    assert size <= 390_000_000
    assert stack.compose("exec", "-T", "api", "python", "-c", look).strip() == "[]"


def test_both_images_share_the_layers_of_the_api_s_libraries(stack: Stack) -> None:
    api, etl = (layers_of(stack.container(service)["Image"]) for service in ("api", "etl"))
    shared = sum(one == other for one, other in zip(api, etl, strict=False))

    assert shared == len(api) - 1  # all but the layer of the package itself


def layers_of(image: str) -> list[str]:
    inspect = ["docker", "image", "inspect", image, "--format", "{{json .RootFS.Layers}}"]
    return list(json.loads(subprocess.run(inspect, capture_output=True, text=True, check=True).stdout))


def test_the_doctor_runs_beside_the_api(stack: Stack) -> None:
    found = json.loads(stack.compose("exec", "-T", "api", "skillgap", "doctor", "--role", "serve", "--json"))

    assert {one["subject"] for one in found["checks"] if one["state"] == "fail"} == set()


def test_a_command_that_loads_says_what_the_api_s_image_lacks(stack: Stack) -> None:
    refused = stack.try_compose("exec", "-T", "api", "skillgap", "load")

    assert refused.returncode == 1
    assert refused.stderr.startswith("skillgap: this needs the library ")
    assert len(refused.stderr.splitlines()) == 1


def test_the_database_is_told_nothing_but_its_own_logins(stack: Stack) -> None:
    environment = dict(line.split("=", 1) for line in stack.container("db")["Config"]["Env"] if "=" in line)

    assert not [name for name in environment if name.startswith(("ONET", "LLM", "API", "LOG"))]


def test_the_apis_user_may_read(stack: Stack) -> None:
    counted = stack.sql("SELECT COUNT(*) FROM releases")

    assert (counted.stdout.strip(), counted.returncode) == ("1", 0), counted.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO load_runs () VALUES ()",
        "UPDATE ratings SET data_value = 7",
        "DELETE FROM ratings",
        "DROP TABLE ratings",
        "CREATE TABLE mine (number INT)",
        "CREATE USER mine",
    ],
)
def test_the_apis_user_may_not_write(stack: Stack, statement: str) -> None:
    refused = stack.sql(statement)

    assert refused.returncode == 1
    assert "denied" in refused.stderr


def test_only_the_api_is_published_and_only_on_this_machine(stack: Stack) -> None:
    published = {
        service: [
            (port, binding["HostIp"])
            for port, bindings in stack.container(service)["NetworkSettings"]["Ports"].items()
            for binding in bindings or ()
        ]
        for service in ("db", "api")
    }

    assert published == {"db": [], "api": [("8000/tcp", "127.0.0.1")]}


@pytest.mark.parametrize(("service", "user"), [("db", "mysql"), ("etl", "10001:10001"), ("api", "10001:10001")])
def test_the_containers_run_with_the_least_rights(stack: Stack, service: str, user: str) -> None:
    container = stack.container(service)
    host = container["HostConfig"]

    assert container["Config"]["User"] == user
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]


def test_the_apis_process_is_not_root(stack: Stack) -> None:
    assert stack.compose("exec", "-T", "api", "id", "-u").strip() == "10001"


def test_the_api_answers_while_the_database_is_away_and_says_so(stack: Stack) -> None:
    before = stack.get("/skill-gap", **PAIR).json()
    stack.compose("stop", "db")
    try:
        for attempt in within(60):
            with attempt:
                health = stack.get("/health").json()
                assert health["database"]["reachable"] is False
        assert health["status"] == "degraded"
        assert stack.get("/ready").status_code == 200
        assert stack.get("/skill-gap", **PAIR).json() == before
    finally:
        stack.compose("start", "db")
    for attempt in within(60):
        with attempt:
            assert stack.get("/health").json()["database"]["reachable"] is True


def test_an_api_that_starts_without_the_database_lives_and_is_not_ready(stack: Stack) -> None:
    stack.compose("stop", "db")
    try:
        stack.compose("restart", "api")
        for attempt in within(60):
            with attempt:
                assert stack.get("/ready").json()["code"] == "release-out-of-reach"
        assert stack.get("/health").status_code == 200
        for attempt in within(60):
            with attempt:
                assert stack.container("api")["State"]["Health"]["Log"][-1]["ExitCode"] == 1
        assert stack.container("api")["State"]["Health"]["Status"] != "healthy"
    finally:
        stack.compose("start", "db")
    for attempt in within(60):
        with attempt:
            assert stack.container("api")["State"]["Health"]["Status"] == "healthy"
    assert stack.get("/ready").json() == {"release": stack.release}


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    api, etl = stack.container("api"), stack.container("etl")
    logged = stack.compose("logs", "--no-log-prefix", "etl")

    stack.compose("up", "--detach")

    for attempt in within(60):
        with attempt:
            assert stack.container("etl")["State"]["Status"] == "exited"
    etl_now, api_now = stack.container("etl"), stack.container("api")
    assert etl_now["Id"] == etl["Id"]
    assert etl_now["State"]["StartedAt"] > etl["State"]["StartedAt"]
    assert etl_now["State"]["ExitCode"] == 0
    second_run = stack.compose("logs", "--no-log-prefix", "etl").removeprefix(logged)
    assert f"release {stack.release} is loaded already; nothing changed" in second_run
    assert " rows of " not in second_run
    assert (api_now["Id"], api_now["State"]["StartedAt"]) == (api["Id"], api["State"]["StartedAt"])


def test_data_at_fault_are_said_and_the_release_before_serves_on(stack: Stack, tmp_path: Path) -> None:
    broken = tmp_path / "data" / "broken"
    broken.mkdir(parents=True)
    (broken / "Occupation Data.txt").write_text("nonsense")
    for path in (tmp_path, broken.parent, *broken.parent.rglob("*")):  # who loads is another user than who tests
        path.chmod(0o755 if path.is_dir() else 0o644)
    stack.compose("rm", "--stop", "--force", "api")
    at_fault = replace(stack, environment=stack.environment | {"SKILLGAP_DATA": str(broken.parent)})
    try:
        up = at_fault.try_compose("up", "--detach", "--wait")
        logged = at_fault.compose("logs", "--no-log-prefix", "etl")
    finally:
        stack.compose("up", "--detach", "--wait")

    assert up.returncode == 0, up.stderr
    assert f"THE LOAD FAILED, AND RELEASE {stack.release} STAYS CURRENT: data/broken: " in logged
    assert stack.get("/ready").json() == {"release": stack.release}
