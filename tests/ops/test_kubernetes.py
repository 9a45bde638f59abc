"""The Kubernetes manifests: valid for several versions of Kubernetes, and true of our images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from skillgap.settings import (
    AccessSettings,
    ApiSettings,
    DatabaseSettings,
    LlmSettings,
    LogSettings,
    OnetSettings,
    TracingSettings,
    WebServicesSettings,
)

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "ops" / "kubernetes"
SETTINGS = {
    name.upper()
    for settings in (ApiSettings, DatabaseSettings, AccessSettings, LogSettings, OnetSettings)
    for name in settings.model_fields
}
OURS = ("deployment/api", "job/load")


def manifests() -> dict[str, dict[str, Any]]:
    """Every manifest of the folder, by kind and name; the trial's under ``trial/``."""
    found = {}
    for path in sorted(FOLDER.rglob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            name = manifest.get("metadata", {}).get("name", "")
            part = "" if path.parent == FOLDER else f"{path.parent.name}/"
            found[f"{part}{manifest['kind'].lower()}/{name}".rstrip("/")] = manifest
    return found


MANIFESTS = manifests()
WORKLOADS = {name: one for name, one in MANIFESTS.items() if "template" in one.get("spec", {})}


def pod(name: str) -> dict[str, Any]:
    return dict(WORKLOADS[name]["spec"]["template"]["spec"])


def container(name: str) -> dict[str, Any]:
    (only,) = pod(name)["containers"]
    return dict(only)


@pytest.mark.parametrize("version", ["1.31.0", "1.34.0", "1.37.0"])
@pytest.mark.parametrize("name", [name for name in MANIFESTS if "kustomization" not in name])
def test_each_manifest_is_valid(name: str, version: str) -> None:
    kubernetes_validate = pytest.importorskip(
        "kubernetes_validate", reason="`make cluster-test` installs Kubernetes' schemas"
    )

    kubernetes_validate.validate(MANIFESTS[name], version, strict=True)


def test_a_manifest_with_a_slip_is_refused() -> None:
    kubernetes_validate = pytest.importorskip(
        "kubernetes_validate", reason="`make cluster-test` installs Kubernetes' schemas"
    )
    slipped = MANIFESTS["deployment/api"] | {"spek": {}}

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(slipped, "1.34.0", strict=True)


@pytest.mark.parametrize("folder", [FOLDER, FOLDER / "trial"], ids=["base", "trial"])
def test_kustomize_is_told_of_every_file(folder: Path) -> None:
    named = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    others = {"kustomization.yaml", "secrets.example.yaml"}

    assert set(named) == {path.name for path in folder.glob("*.yaml")} - others


def test_the_trials_first_start_is_that_of_compose() -> None:
    assert (FOLDER / "trial" / "reader.sh").read_text() == (ROOT / "env" / "mysql" / "reader.sh").read_text()


def test_every_setting_is_one_that_is_read() -> None:
    given = set(MANIFESTS["configmap/skillgap"]["data"])
    for name in OURS:
        given |= {variable["name"] for variable in container(name)["env"]}

    assert given - SETTINGS == set()


def test_the_settings_are_good_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = MANIFESTS["secret/skillgap-reader"]["stringData"]
    for name, value in (MANIFESTS["configmap/skillgap"]["data"] | secret).items():
        monkeypatch.setenv(name, value)

    assert OnetSettings().onet_release == "29.2"
    assert LogSettings().as_json
    assert ApiSettings().api_poll_seconds == 2
    assert str(DatabaseSettings().url()) == ("mysql+pymysql://skillgap_api:***@mysql:3306/skillgap?charset=utf8mb4")


def test_the_api_knows_no_login_but_the_readers() -> None:
    secrets = {
        name: [source["secretRef"]["name"] for source in container(name)["envFrom"]
               if "secretRef" in source]
        for name in OURS
    }  # fmt: skip

    assert secrets == {"deployment/api": ["skillgap-reader"], "job/load": ["skillgap-loader"]}


def test_no_secret_is_written_down() -> None:
    for name in ("secret/skillgap-loader", "secret/skillgap-reader"):
        assert MANIFESTS[name]["stringData"]["MYSQL_PASSWORD"] == ""
    assert "secrets.example.yaml" not in (MANIFESTS["kustomization"]["resources"])


@pytest.mark.parametrize("name", [*WORKLOADS])
def test_nothing_runs_with_more_rights_than_it_needs(name: str) -> None:
    whole, own = pod(name), container(name)

    assert whole["automountServiceAccountToken"] is False
    assert whole["enableServiceLinks"] is False  # API_PORT=tcp://10.0.0.7:80 is no port
    assert whole["securityContext"]["runAsNonRoot"] is True
    assert whole["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"requests", "limits"} <= own["resources"].keys()
    assert "/tmp" in {mount["mountPath"] for mount in own["volumeMounts"]}


@pytest.mark.parametrize(("name", "file"), [("deployment/api", "Dockerfile.api"), ("job/load", "Dockerfile.etl")])
def test_the_user_is_that_of_the_image(name: str, file: str) -> None:
    user = re.search(r"^USER (\d+):(\d+)$", (ROOT / file).read_text(), re.MULTILINE)
    context = pod(name)["securityContext"]

    assert user is not None
    assert (str(context["runAsUser"]), str(context["runAsGroup"])) == user.groups()


def test_the_ports_meet_from_the_ingress_to_the_process() -> None:
    exposed = re.search(r"^EXPOSE (\d+)$", (ROOT / "Dockerfile.api").read_text(), re.MULTILINE)
    environment = {one["name"]: one["value"] for one in container("deployment/api")["env"]}
    (port,) = container("deployment/api")["ports"]
    (served,) = MANIFESTS["service/api"]["spec"]["ports"]
    (rule,) = MANIFESTS["ingress/api"]["spec"]["rules"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    (allowed,) = MANIFESTS["networkpolicy/api"]["spec"]["ingress"][0]["ports"]

    assert exposed is not None
    assert environment["API_PORT"] == exposed[1] == str(port["containerPort"])
    assert environment["API_HOST"] == "0.0.0.0"
    assert served["targetPort"] == port["name"]
    assert backend == {"name": "api", "port": {"name": served["name"]}}
    assert allowed["port"] == port["containerPort"]


@pytest.mark.parametrize("name", ["next-upstream", "next-upstream-tries", "connect-timeout", "read-timeout"])
def test_the_ingress_passes_a_request_on_as_nginx_does(name: str) -> None:
    site = (ROOT / "ops" / "nginx" / "site.conf").read_text()
    written = re.search(rf"^ *proxy_{name.replace('-', '_')} (.+?)s?;$", site, re.MULTILINE)
    annotations = MANIFESTS["ingress/api"]["metadata"]["annotations"]

    assert written is not None
    assert annotations[f"nginx.ingress.kubernetes.io/proxy-{name}"] == written[1]


def test_the_download_reaches_no_private_network() -> None:
    (rule,) = (rule for rule in MANIFESTS["networkpolicy/load"]["spec"]["egress"] if rule["ports"][0]["port"] == 443)
    excepted = {network for place in rule["to"] for network in place["ipBlock"]["except"]}

    assert excepted >= {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"}


@pytest.mark.parametrize(("policy", "secret"), [("api", "reader"), ("load", "loader")])
def test_a_policy_lets_out_what_the_settings_reach_and_nothing_else(
    policy: str, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        MANIFESTS["configmap/skillgap"]["data"] | MANIFESTS[f"secret/skillgap-{secret}"]["stringData"]
    ).items():
        monkeypatch.setenv(name, value)
    let_out = [
        (port["protocol"], port["port"])
        for rule in MANIFESTS[f"networkpolicy/{policy}"]["spec"]["egress"]
        for port in rule["ports"]
    ]

    assert sorted(let_out) == sorted([("TCP", 53), ("UDP", 53), *(("TCP", port) for port in reached_by(policy))])


def reached_by(policy: str) -> Iterator[int | None]:
    """The ports that the API or the load connects to with the settings of the environment."""
    yield DatabaseSettings().url().port
    model, services = LlmSettings(), WebServicesSettings()
    if model.llm_model:
        yield model.llm_base_url.port if model.llm_base_url else 443
    if policy == "load":
        yield OnetSettings().onet_base_url.port
        return
    if services.onet_api_key:
        yield services.onet_web_services_url.port
    if endpoint := TracingSettings().otel_exporter_otlp_endpoint:
        yield endpoint.port
    if storage := AccessSettings().api_rate_storage:
        yield urlsplit(storage.get_secret_value()).port or 6379


def test_what_selects_pods_selects_ours() -> None:
    labels = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in WORKLOADS.items()}

    for name, selector in selectors():
        chosen = [one for one, theirs in labels.items() if selector.items() <= theirs.items()]
        assert len(chosen) == 1, name


def selectors() -> Iterator[tuple[str, dict[str, str]]]:
    """The labels that a manifest is about; none of them is empty but that of nothing-else."""
    for name, manifest in MANIFESTS.items():
        spec = manifest.get("spec", {})
        chosen = spec.get("podSelector") or spec.get("selector")
        if chosen:
            yield name, chosen.get("matchLabels", chosen)


def test_the_probes_ask_for_what_the_service_answers() -> None:
    api = container("deployment/api")
    probes = {kind: api[f"{kind}Probe"]["httpGet"]["path"]
              for kind in ("startup", "liveness", "readiness")}  # fmt: skip

    assert probes == {"startup": "/health", "liveness": "/health", "readiness": "/ready"}
