"""``levels=`` over HTTP: a model's number never without its model, its date and its agreement."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, make_url

from skillgap.api.app import create_app
from skillgap.database.engine import connect
from skillgap.database.transactions import writing
from skillgap.onet import live_catalogue
from skillgap.onet.rescoring.calibrate import store_calibration
from skillgap.settings import ApiSettings, DatabaseSettings, LlmSettings
from tests.llm.fake_model import FakeModel, changed, plain
from tests.mcp.test_server import assistant
from tests.onet.rescoring.conftest import Rescore, catalogue_of
from tests.onet.rescoring.test_agreement import RATER, published

UNRATED, DEVELOPERS, COOKS = "15-1299.00", "15-1252.00", "35-2014.00"
Serve = Callable[..., TestClient]


@pytest.fixture
def serve(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """The app on the sample, with a model's levels read whenever they change."""
    monkeypatch.setattr(live_catalogue, "MODEL_LEVELS_SECONDS", 0)
    clients: list[TestClient] = []

    def start(**llm: Any) -> TestClient:
        app = create_app(
            DatabaseSettings(database_url=sqlite_url), ApiSettings(api_poll_seconds=60), llm=LlmSettings(**llm)
        )
        client = TestClient(app, raise_server_exceptions=False)
        client.__enter__()
        clients.append(client)
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


@pytest.fixture
def client(serve: Serve) -> TestClient:
    return serve()


def gap(client: TestClient, source: str, target: str, **asked: str) -> dict[str, Any]:
    response = client.get("/skill-gap", params={"from": source, "to": target} | asked)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def look(client: TestClient) -> None:
    client.app.state.live.refresh()


def test_an_unrated_occupation_becomes_comparable_plainly_marked(client: TestClient, run_job: Rescore) -> None:
    pair = {"from": COOKS, "to": UNRATED, "levels": "rescored"}
    assert client.get("/skill-gap", params=pair).json()["code"] == "occupation-not-rated"
    run_job(UNRATED)
    look(client)
    answer = gap(client, COOKS, UNRATED, levels="rescored")
    assert answer["summary"]["compared"] == 35
    assert 0 < answer["summary"]["coverage"] < 1
    assert answer["levels"]["asked"] == "rescored"
    assert answer["levels"]["from_occupation"] == {"levels": "published", "model": None}
    assert answer["from_occupation"]["source"] != answer["to_occupation"]["source"]
    assert answer["to_occupation"]["source"] == "language model a-model"
    model = answer["levels"]["to_occupation"]["model"]
    assert (model["model"], model["prompt_version"], model["runs"]) == ("a-model", "levels-2", 1)
    assert model["last_asked"]
    assert model["agreement"] is None
    notes = " ".join(answer["notes"])
    assert "are those of a language model (a-model, prompt levels-2, asked 20" in notes
    assert "USDOL/ETA has not approved" in notes
    assert "How far a-model agrees with O*NET has not been measured" in notes
    assert "every element weighs the same" in notes
    assert f"There are no rescored levels of {COOKS}" in notes
    assert all(one["to_importance"] is None for one in answer["skill_gaps"])
    assert all(one["certainty"] is None for one in answer["skill_gaps"])


def test_a_supplement_gives_a_models_levels_their_importances(run_job: Rescore, sample_engine: Engine) -> None:
    run_job(UNRATED)
    catalogue = catalogue_of(sample_engine)
    elsewhere = catalogue.profile(COOKS)
    supplemented = replace(catalogue, supplemental={UNRATED: elsewhere})
    profile, used = supplemented.profile_by_levels(UNRATED, "rescored")
    assert used.levels == "rescored"
    assert profile["2.A.1.a"].importance == elsewhere["2.A.1.a"].importance


def test_published_levels_stay_the_answer_unless_others_are_asked_for(client: TestClient, run_job: Rescore) -> None:
    before = gap(client, COOKS, DEVELOPERS)
    run_job(DEVELOPERS, UNRATED)
    look(client)
    assert gap(client, COOKS, DEVELOPERS) == before
    assert before["levels"] is None
    body = client.get("/skill-gap", params={"from": COOKS, "to": UNRATED}).json()
    assert body["code"] == "occupation-not-rated"
    assert "There are levels of a language model: levels=rescored." in body["detail"]


def test_a_models_level_is_the_one_in_the_answer_with_its_agreement(
    client: TestClient, run_job: Rescore, model: FakeModel, sample_engine: Engine
) -> None:
    known = published(catalogue_of(sample_engine))
    model.level_of = lambda title, one: min(7.0, known[title, one] + 0.5)
    run_job(DEVELOPERS, COOKS)
    look(client)
    answer = gap(client, COOKS, DEVELOPERS, levels="rescored")
    reading = next(one for one in answer["skill_gaps"] if one["element_id"] == "2.A.1.a")
    assert reading["to_level"] == known["Software Developers", "2.A.1.a"] + 0.5
    assert reading["to_importance"] is not None
    agreement = answer["levels"]["to_occupation"]["model"]["agreement"]
    assert agreement == {"occupations": 2, "bias": 0.5, "mean_absolute_error": 0.5}
    assert "rated by different raters" not in " ".join(answer["notes"])


def test_calibrated_levels_are_only_given_by_a_calibration_of_their_own_model(
    client: TestClient, run_job: Rescore, model: FakeModel, sample_engine: Engine
) -> None:
    known = published(catalogue_of(sample_engine))
    model.level_of = lambda title, one: min(7.0, known.get((title, one), 3) + 0.5)
    run_job(*catalogue_of(sample_engine).profiles["skills"], UNRATED, max_concurrency=4)
    look(client)
    answer = gap(client, COOKS, DEVELOPERS, levels="calibrated")
    assert answer["levels"]["to_occupation"] == {"levels": "published", "model": None}
    with writing(sample_engine) as connection:
        store_calibration(connection, catalogue_of(sample_engine), RATER, seed=1)
    look(client)
    answer = gap(client, COOKS, DEVELOPERS, levels="calibrated")
    model_out = answer["levels"]["to_occupation"]["model"]
    assert model_out["calibration"]["fitted_on"] == 12
    assert model_out["agreement"]["occupations"] == 12
    reading = next(one for one in answer["skill_gaps"] if one["element_id"] == "2.A.1.a")
    expected = known["Software Developers", "2.A.1.a"]
    assert reading["to_level"] == pytest.approx(expected, abs=0.1)

    run_job(DEVELOPERS, llm="another-model")
    look(client)
    answer = gap(client, COOKS, DEVELOPERS, levels="calibrated")
    assert answer["levels"]["from_occupation"]["levels"] == "calibrated"
    assert answer["levels"]["to_occupation"] == {"levels": "published", "model": None}
    rescored = gap(client, COOKS, DEVELOPERS, levels="rescored")
    assert rescored["levels"]["to_occupation"]["model"]["model"] == "another-model"
    assert "rated by different raters" in " ".join(rescored["notes"])


def test_an_occupation_half_rescored_is_not_served(client: TestClient, run_job: Rescore, model: FakeModel) -> None:
    model.script.append(changed(lambda found: found[:30]))
    model.script.extend([plain(content="no")] * 9)
    run_job(UNRATED)
    look(client)
    response = client.get("/skill-gap", params={"from": COOKS, "to": UNRATED, "levels": "rescored"})
    assert response.status_code == 404


def test_levels_may_be_set_for_all_answers(serve: Serve, run_job: Rescore) -> None:
    run_job(DEVELOPERS)
    published_client, client = serve(), serve(levels="rescored")
    assert gap(client, COOKS, DEVELOPERS)["levels"]["asked"] == "rescored"
    assert gap(client, COOKS, DEVELOPERS, levels="published")["levels"] is None
    tags = [
        one.get("/skill-gap", params={"from": COOKS, "to": DEVELOPERS}).headers["etag"]
        for one in (published_client, client)
    ]
    assert tags[0] != tags[1]


Figures = dict[str, tuple[float, float]]  # both levels by element


def page_figures(client: TestClient, **query: str) -> tuple[Figures, str]:
    """The levels that the page shows, and the address of its download."""
    html = client.get("/", params=query | {"show": "all"}).text
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', html)
    link = re.search(r'href="([^"]*)" download="[^"]*\.json"', html)
    assert link is not None, html
    return {name: (float(source), float(target)) for name, source, target in rows}, unescape(link[1])


def chart_figures(client: TestClient, **query: str) -> Figures:
    drawn = client.get("/skill-gap/chart.json", params=query | {"show": "all"}).json()
    return {row["element_name"]: (row["from_level"], row["to_level"]) for row in drawn["data"]["values"]}


def csv_figures(client: TestClient, **query: str) -> Figures:
    text = client.get("/skill-gap", params=query | {"include": "all", "format": "csv"}).text
    rows = csv.DictReader(StringIO(text))
    return {row["element_name"]: (float(row["from_level"]), float(row["to_level"])) for row in rows}


@pytest.mark.parametrize("asked", [{}, {"levels": "published"}, {"levels": "rescored"}], ids=str)
@pytest.mark.parametrize("default", ["published", "rescored"])
@pytest.mark.parametrize("target", [DEVELOPERS, UNRATED])
def test_page_download_chart_and_csv_show_the_same_levels(
    serve: Serve, run_job: Rescore, default: str, asked: dict[str, str], target: str
) -> None:
    run_job(DEVELOPERS, UNRATED)
    client = serve(levels=default)
    query = {"from": COOKS, "to": target} | asked
    if target == UNRATED and asked.get("levels", default) == "published":
        assert "has not rated its skills" in client.get("/", params=query).text
        assert client.get("/skill-gap/chart.svg", params=query).json()["code"] == "occupation-not-rated"
        return
    expected = {
        element["element_name"]: (element["from_level"], element["to_level"])
        for kind in ("skill_gaps", "met", "surplus")
        for element in gap(client, COOKS, target, include="all", **asked)[kind]
    }
    shown, download = page_figures(client, **query)
    downloaded = client.get(f"/{download}").json()
    assert shown == expected == chart_figures(client, **query) == csv_figures(client, **query)
    assert len(expected) == 35
    assert [element["to_level"] for element in downloaded["skill_gaps"]] == [
        element["to_level"] for element in gap(client, COOKS, target, **asked)["skill_gaps"]
    ]
    assert downloaded["levels"] == gap(client, COOKS, target, **asked)["levels"]


def test_page_and_chart_say_that_levels_are_a_models(serve: Serve, run_job: Rescore) -> None:
    run_job(UNRATED)
    client = serve(levels="rescored")
    query = {"from": COOKS, "to": UNRATED}
    page = client.get("/", params=query).text
    assert "are those of a language model (a-model, prompt" in page
    assert "they have no rank among those it has" in page
    drawn = client.get("/skill-gap/chart.json", params=query).json()
    assert "Levels of Computer Occupations, All Other: language model a-model." in drawn["title"]["subtitle"]
    assert re.findall(r'<h3 id="(.*?)-title"', page) == ["moves"]  # no path: it has no rank
    swapped = client.get("/", params={"from": UNRATED, "to": COOKS, "levels": "rescored"}).text
    assert f'href="./?from={COOKS}&amp;to={UNRATED}&amp;levels=rescored"' in swapped
    assert 'id="next-steps"' not in swapped


def test_an_assistant_is_answered_by_the_same_levels(run_job: Rescore, sqlite_url: str) -> None:
    run_job(UNRATED)
    pair = {"from_code": COOKS, "to_code": UNRATED}
    with assistant(sqlite_url, LEVELS="rescored") as (portal, client):
        rescored = portal.call(client.call_tool, "compare_occupations", pair)
    with assistant(sqlite_url) as (portal, client):
        published = portal.call(client.call_tool, "compare_occupations", pair)
    assert "are those of a language model (a-model" in " ".join(rescored.structured_content["notes"])
    assert published.is_error


def test_levels_of_a_model_have_no_verdict(serve: Serve, run_job: Rescore) -> None:
    run_job(UNRATED, DEVELOPERS)
    client = serve()
    for target in (UNRATED, DEVELOPERS):
        query = {"from": COOKS, "to": target, "levels": "rescored"}
        answer = client.get("/skill-gap/verdict", params=query).json()
        assert answer["verdict"] is answer["rank"] is None
        assert "levels that O*NET has not published in this release" in answer["reason"]
        assert answer["domains"][0]["gaps"] == client.get("/skill-gap", params=query).json()["summary"]["gaps"]
        assert answer["domains"][0]["coverage_rank"] is None
    assert client.get("/skill-gap/verdict", params={"from": COOKS, "to": DEVELOPERS}).json()["verdict"] is not None


def test_a_text_is_chosen_by_the_levels_that_are_used(serve: Serve, run_job: Rescore) -> None:
    run_job(UNRATED)
    pages = [client.get("/", params={"from": UNRATED}).text for client in (serve(levels="rescored"), serve())]
    assert ["has not rated its skills" in page for page in pages] == [False, True]


@pytest.mark.parametrize("address", ["/skill-gap", "/skill-gap/chart.svg"])
def test_another_fault_does_not_hide_that_a_model_has_levels(serve: Serve, run_job: Rescore, address: str) -> None:
    run_job(UNRATED)
    wrong = {"from": COOKS, "to": UNRATED, "min_gap": "9"}
    errors = serve(levels="rescored").get(address, params=wrong).json()["errors"]
    assert [fault["parameter"] for fault in errors] == ["min_gap"]
    errors = serve().get(address, params=wrong).json()["errors"]
    assert [fault["parameter"] for fault in errors] == ["min_gap", "to"]


def test_many_pairs_by_a_models_levels_say_the_same_and_name_the_model(serve: Serve, run_job: Rescore) -> None:
    run_job(UNRATED)
    client, by_default = serve(), serve(levels="rescored")
    pairs = [{"from": COOKS, "to": UNRATED}, {"from": UNRATED, "to": DEVELOPERS}]
    body = {"pairs": pairs, "levels": "rescored"}
    text = client.post("/skill-gaps", json=body).text
    assert by_default.post("/skill-gaps", json={"pairs": pairs}).text == text
    whole = client.post("/skill-gaps", json=body | {"lines": "whole"}).text.splitlines()
    for pair, line, told in zip(pairs, map(json.loads, text.splitlines()), whole, strict=True):
        own = gap(client, pair["from"], pair["to"], levels="rescored")
        assert json.loads(told) == own
        assert line.items() >= own["summary"].items()
        models = [None if code != UNRATED else "a-model" for code in pair.values()]
        assert [line["from_model"], line["to_model"]] == models


def test_a_wrong_kind_of_levels_is_a_wrong_parameter(client: TestClient) -> None:
    pair = {"from": COOKS, "to": DEVELOPERS, "levels": "mine"}
    body = client.get("/skill-gap", params=pair).json()
    assert [(one["code"], one["parameter"]) for one in body["errors"]] == [("invalid-parameter", "levels")]


def test_ratings_of_a_model_come_with_their_spread_and_reasons(client: TestClient, run_job: Rescore) -> None:
    run_job(UNRATED, runs=3)
    look(client)
    body = client.get(f"/occupations/{UNRATED}/ratings", params={"levels": "rescored"}).json()
    assert len(body["ratings"]) == len(body["levels"]["rescored"]) == 35
    assert body["levels"]["given"]["model"]["runs"] == 3
    assert body["levels"]["rescored"][0] == {
        "element_id": "2.A.1.a",
        "level": body["ratings"][0]["level"]["data_value"],
        "spread": 0.0,
        "confidence": "high",
        "reason": "a made-up reason",
    }
    assert body["occupation"]["source"] == "language model a-model"
    assert body["ratings"][0]["level"]["domain_source"] == "language model a-model"
    assert body["ratings"][0]["level"]["standard_error"] is None
    as_published = client.get(f"/occupations/{DEVELOPERS}/ratings").json()
    assert as_published["levels"] is None


def test_new_levels_are_noticed_and_change_the_etag(client: TestClient, run_job: Rescore) -> None:
    pair = {"from": COOKS, "to": DEVELOPERS}
    before = client.get("/skill-gap", params=pair).headers["etag"]
    look(client)
    assert client.get("/skill-gap", params=pair).headers["etag"] == before
    run_job(DEVELOPERS)
    look(client)
    assert client.get("/skill-gap", params=pair).headers["etag"] != before


def test_while_levels_come_in_they_are_read_now_and_then(
    serve: Serve, run_job: Rescore, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    run_job(DEVELOPERS)
    monkeypatch.setattr(live_catalogue, "MODEL_LEVELS_SECONDS", 1_000_000)
    look(client)
    assert client.app.state.live.snapshot.catalogue.model.occupations == {}


def test_a_database_without_the_tables_of_a_model_is_served(sqlite_url: str, client: TestClient) -> None:
    engine = connect(make_url(sqlite_url))
    with engine.begin() as connection:
        for table in (
            "rescored_levels", "rescoring_calls", "calibration_lines", "calibration_samples",
            "calibrations",
        ):  # fmt: skip
            connection.exec_driver_sql(f"DROP TABLE {table}")
    engine.dispose()
    look(client)
    assert gap(client, COOKS, DEVELOPERS)["summary"]["compared"] == 35
    assert client.get("/health").json()["database"]["reachable"]
