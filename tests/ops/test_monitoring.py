"""``ops/``: the alerts and the dashboard ask for metrics that there are, in queries that work."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

OPS = Path(__file__).parents[2] / "ops"
PROMETHEUS = OPS / "prometheus"
DASHBOARD = json.loads((OPS / "grafana" / "skillgap.json").read_text())
METRIC = re.compile(r"\b(?:skillgap|process)_[a-z_]+\b")
PARTS = ("_bucket", "_sum", "_count")  # of a histogram


def expressions(part: Any = DASHBOARD) -> Iterator[str]:
    """Every query of the dashboard."""
    if isinstance(part, dict):
        if "expr" in part:
            yield part["expr"]
        for one in part.values():
            yield from expressions(one)
    elif isinstance(part, list):
        for one in part:
            yield from expressions(one)


def promtool(*arguments: str) -> str:
    if not shutil.which("promtool"):
        pytest.skip("needs promtool, of Debian's package prometheus")
    ran = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "asked",
    [*sorted(set(expressions())), (PROMETHEUS / "alerts.yml").read_text()],
    ids=lambda asked: " ".join(METRIC.findall(asked))[:60],
)
def test_every_metric_that_is_asked_for_is_given(sample_client: TestClient, asked: str) -> None:
    text = sample_client.get("/metrics").text
    given = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    given |= {name + part for name in given for part in PARTS}
    named = set(METRIC.findall(asked))
    assert named
    assert named <= given


def test_alerts_say_what_they_are_written_for() -> None:
    assert "10 rules found" in promtool("check", "rules", str(PROMETHEUS / "alerts.yml"))
    promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))
    promtool("test", "rules", str(PROMETHEUS / "alerts_test.yml"))


def test_every_alert_is_tested_and_explained() -> None:
    alerts = set(re.findall(r"alert: (\w+)", (PROMETHEUS / "alerts.yml").read_text()))
    tested = (PROMETHEUS / "alerts_test.yml").read_text()
    assert alerts == set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n", tested))
    page = (OPS.parent / "docs" / "operations.md").read_text()
    assert alerts == set(re.findall(r"`(Skillgap\w+)`", page))


def test_the_queries_of_the_dashboard_can_be_read(tmp_path: Path) -> None:
    filled = [
        one.replace("$job", "skillgap").replace("$instance", ".+").replace("$__rate_interval", "1m")
        for one in expressions()
    ]
    rules = [{"record": f"q:{place}", "expr": one} for place, one in enumerate(filled)]
    file = tmp_path / "rules.yml"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", str(file))


def test_the_dashboard_takes_any_data_source() -> None:
    sources = {part["datasource"]["uid"] for part in DASHBOARD["panels"] if part["type"] != "row"}
    assert sources == {"${datasource}"}
    assert next(one["name"] for one in DASHBOARD["templating"]["list"]) == "datasource"
