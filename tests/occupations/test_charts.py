"""``/skill-gap/chart.*``: the comparison as a picture, drawn in a process of its own."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient

from skillgap.errors import ChartsBusy
from skillgap.occupations.charts import specification

PAIR = "from=41-9012.00&to=53-5031.00"


def test_svg_shows_every_gap_and_says_what_it_is(sample_client: TestClient) -> None:
    answer = sample_client.get(f"/skill-gap/chart.svg?{PAIR}")
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = " ".join(ET.fromstring(answer.text).itertext())
    assert "Skills: Models to Ship Engineers" in drawn
    assert "31 gaps in 35 skills; no standard errors tell how certain" in drawn
    assert "not O*NET data" in drawn
    assert "USDOL/ETA has not approved" in drawn
    for gap in sample_client.get(f"/skill-gap?{PAIR}").json()["skill_gaps"]:
        assert gap["element_name"] in drawn


def test_png_is_a_png(sample_client: TestClient) -> None:
    answer = sample_client.get(f"/skill-gap/chart.png?{PAIR}&show=all")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("form", ["svg", "png"])
def test_a_comparison_without_a_gap_is_drawn_too(sample_client: TestClient, form: str) -> None:
    same = "from=41-9012.00&to=41-9012.00"
    answer = sample_client.get(f"/skill-gap/chart.{form}?{same}")
    assert answer.status_code == 200
    if form == "svg":
        drawn = " ".join(ET.fromstring(answer.text).itertext())
        assert "No gap in 35 skills" in drawn
        assert "There is nothing to show." in drawn


def test_filters_of_the_page_hold_for_the_picture(onet_client: TestClient) -> None:
    chart = onet_client.get(f"/skill-gap/chart.json?{PAIR}&show=all&min_gap=3.5&certain=1").json()
    values = chart["data"]["values"]
    assert chart["title"]["text"][1] == "31 certain gaps, 0 possible, 4 negligible in 35 skills"
    assert "Hidden by the filters: 30 of 35 gaps." in chart["title"]["subtitle"][0]
    assert [one["element_name"] for one in values] == [
        "Operations Monitoring",
        "Operation and Control",
        "Troubleshooting",
        "Repairing",
        "Equipment Maintenance",
    ]
    assert values[0] == {
        "element_name": "Operations Monitoring",
        "class": "Certain gap: the interval is above 0",
        "from_level": 0,
        "to_level": 3.88,
        "low": 3.56371,
        "high": 4.19629,
        "to_importance": 3.88,
    }


def test_surplus_alone_is_drawn_widest_first(sample_client: TestClient) -> None:
    chart = sample_client.get(f"/skill-gap/chart.json?{PAIR}&show=surplus").json()
    differences = [one["to_level"] - one["from_level"] for one in chart["data"]["values"]]
    assert len(differences) == 3
    assert differences == sorted(differences)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("from=cook&to=53-5031.00", 400, "invalid-parameter"),
        ("from=41-9012.00", 400, "invalid-parameter"),
        (f"{PAIR}&format=csv", 400, "invalid-parameter"),
        (f"{PAIR}&from=41-9012.00", 400, "invalid-parameter"),
        (f"{PAIR}&min_gap=nan", 400, "invalid-parameter"),
        ("from=15-1299.00&to=53-5031.00", 404, "occupation-not-rated"),
        (f"{PAIR}&domain=knowledge", 404, "domain-not-loaded"),
    ],
)
def test_what_cannot_be_drawn_is_a_problem(sample_client: TestClient, query: str, status: int, code: str) -> None:
    answer = sample_client.get(f"/skill-gap/chart.svg?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("wrong", ["from=41-9012.00", "levels=rescored&levels=published", "colour=red", "show=none"])
def test_what_is_refused_is_not_drawn_first(
    sample_client: TestClient, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setattr(specification, "QUEUE", asyncio.Semaphore(0))  # whoever draws is refused as busy
    answer = sample_client.get(f"/skill-gap/chart.svg?{PAIR}&{wrong}")
    assert answer.status_code == 400
    assert {fault["code"] for fault in answer.json()["errors"]} == {"invalid-parameter"}


def test_a_long_queue_is_told_to_come_back_later(sample_client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specification, "QUEUE", asyncio.Semaphore(0))
    answer = sample_client.get(f"/skill-gap/chart.png?{PAIR}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (answer.json()["code"], answer.json()["type"]) == ("charts-busy", "/problems/charts-busy")
    assert "Too many charts are being drawn" in sample_client.get(answer.json()["type"]).text


def test_a_chart_that_is_not_drawn_in_time_is_told_to_come_back_later(
    sample_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(specification, "MOST_SECONDS", 0)
    answer = sample_client.get(f"/skill-gap/chart.svg?{PAIR}")
    assert (answer.status_code, answer.json()["code"]) == (503, "charts-busy")


def test_beyond_those_that_may_wait_a_chart_is_refused(
    sample_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = sample_client.get(f"/skill-gap/chart.json?{PAIR}").json()

    async def draw_at_once() -> list[bytes | BaseException]:
        monkeypatch.setattr(specification, "DRAWING", asyncio.Semaphore(1))
        monkeypatch.setattr(specification, "QUEUE", asyncio.Semaphore(2))
        charts = [specification.draw(answer, "svg") for _ in range(3)]
        return await asyncio.gather(*charts, return_exceptions=True)

    drawn = asyncio.run(draw_at_once())
    assert [type(chart) for chart in drawn] == [bytes, bytes, ChartsBusy]


def test_a_renderer_that_fails_says_why() -> None:
    with pytest.raises(specification.ChartFailed, match="Vega-Lite to SVG conversion failed"):
        asyncio.run(specification.draw({"$schema": specification.SCHEMA, "mark": 1}, "svg"))
