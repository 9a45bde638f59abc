"""An occupation that is not rated, fetched at the moment somebody asks for it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url, text

from skillgap.api.app import create_app
from skillgap.database.engine import connect
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.web_services.backfill import backfill_release
from skillgap.onet.web_services.client import WebServices
from skillgap.onet.web_services.on_demand import Limits, OnDemand
from skillgap.settings import ApiSettings, DatabaseSettings, WebServicesSettings
from tests.conftest import SAMPLE, load
from tests.onet.web_services import fake_onet
from tests.onet.web_services.conftest import TODAY, Clock
from tests.onet.web_services.fake_onet import ALL_OTHER, KEY, NEVER_RATED, FakeOnet

ROWS = "/database/rows/essential_skills"
PAIR = f"/skill-gap?from=31-1131.00&to={ALL_OTHER}"
NOT_RATED = f"/skill-gap?from=31-1131.00&to={NEVER_RATED}"
SOURCE = "O*NET Web Services, release 30.3, fetched "


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path / 'test.sqlite'}"
    load(connect(make_url(address)), SAMPLE)
    return address


@contextmanager
def serving(url: str, fake: FakeOnet, **settings: object) -> Iterator[TestClient]:
    """The real app on a database, with a key for the fake service."""
    own = {
        "onet_api_key": KEY,
        "onet_web_services_url": fake.url,
        "onet_web_services_spacing": 0,
        "onet_on_demand_seconds": 20,
    }
    app = create_app(
        DatabaseSettings(database_url=url),
        ApiSettings(api_poll_seconds=0.02),
        WebServicesSettings.model_validate(own | settings),
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(url: str, fake: FakeOnet) -> Iterator[TestClient]:
    with serving(url, fake) as app:
        yield app


def test_it_is_answered_at_once_and_says_which_side_came_from_where(client: TestClient) -> None:
    response = client.get(PAIR)
    assert response.status_code == 200
    answer = response.json()
    assert answer["from_occupation"]["source"] == "The illustrative sample"
    assert answer["to_occupation"]["source"].startswith(SOURCE)
    assert answer["summary"]["compared"] == 35
    assert answer["notes"][-1].startswith(
        "15-1299.00 Computer Occupations, All Other is not rated in this release (The illustrative "
        "sample): its levels are from O*NET Web Services, release 30.3, fetched "
    )


def test_either_side_may_be_supplied(client: TestClient) -> None:
    answer = client.get(f"/skill-gap?from={ALL_OTHER}&to=29-1141.00").json()
    assert answer["from_occupation"]["source"].startswith(SOURCE)
    assert answer["to_occupation"]["source"] == "The illustrative sample"


def test_the_levels_are_those_that_came(client: TestClient, fake: FakeOnet) -> None:
    came = {
        row["element_id"]: row["data_value"]
        for row in fake.rows
        if row["onetsoc_code"] == ALL_OTHER and row["scale_id"] == "LV"
    }
    ratings = client.get(f"/occupations/{ALL_OTHER}/ratings").json()
    assert {one["element_id"]: one["level"]["data_value"] for one in ratings["ratings"]} == came
    assert ratings["occupation"]["source"].startswith(SOURCE)


def test_it_counts_as_rated_from_then_on(client: TestClient) -> None:
    before = client.get("/occupations?q=15-1299").json()["occupations"][0]
    client.get(PAIR)
    after = client.get("/occupations?q=15-1299").json()["occupations"][0]
    assert (before["rated"], after["rated"]) == (False, True)
    assert client.get(f"/occupations/{ALL_OTHER}").json()["rated_domains"] == ["skills"]


def test_the_fast_way_of_answering_says_the_same(client: TestClient) -> None:
    fast, documented = client.get(PAIR).json(), client.get(f"{PAIR}&include=met").json()
    assert fast == documented | {"met": None}
    assert documented["met"]


def test_it_is_fetched_once_and_its_etag_holds(client: TestClient, fake: FakeOnet) -> None:
    first = client.get(PAIR)
    asked = len(fake.seen)
    assert client.get(PAIR).content == first.content
    again = client.get(PAIR, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert len(fake.seen) == asked


def test_answers_from_before_are_not_confirmed_afterwards(client: TestClient) -> None:
    before = client.get("/occupations")
    client.get(PAIR)
    after = client.get("/occupations", headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200


def test_the_database_is_only_read(client: TestClient, url: str) -> None:
    client.get(PAIR)
    with connect(make_url(url)).connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM supplements")).scalar_one() == 0


@pytest.mark.parametrize(
    "question",
    [f"/occupations/{ALL_OTHER}/moves", f"/occupations/{ALL_OTHER}/openers", f"/paths?from=31-1131.00&to={ALL_OTHER}"],
)
def test_ranks_are_among_published_ratings_alone(client: TestClient, question: str) -> None:
    client.get(PAIR)
    answer = client.get(question)
    assert (answer.status_code, answer.json()["code"]) == (404, "occupation-not-rated")


def test_it_survives_another_load(client: TestClient, url: str, fake: FakeOnet) -> None:
    client.get(PAIR)
    asked = len(fake.seen)
    load(connect(make_url(url)), SAMPLE, again=True)
    client.app.state.live.refresh()
    assert client.get(PAIR).status_code == 200
    assert len(fake.seen) == asked


def test_nothing_there_is_a_404_that_is_remembered(client: TestClient, fake: FakeOnet) -> None:
    response = client.get(NOT_RATED)
    assert response.status_code == 404
    assert response.json()["code"] == "occupation-not-rated"
    assert "Nor is it rated elsewhere (O*NET Web Services, release 30.3" in response.json()["detail"]
    assert "retry-after" not in response.headers
    asked = len(fake.seen)
    assert client.get(NOT_RATED).status_code == 404
    assert len(fake.seen) == asked


def test_a_slow_service_is_not_waited_for_and_serves_later(url: str, fake: FakeOnet) -> None:
    until = threading.Event()
    fake.script("/about", fake_onet.slow(until))
    with serving(url, fake, onet_on_demand_seconds=0.05) as client:
        early = client.get(PAIR)
        assert (early.status_code, early.headers["retry-after"]) == (404, "2")
        assert early.json()["code"] == "occupation-not-rated"
        assert early.json()["detail"].endswith("It is requested from O*NET Web Services: try again in 2 s.")
        until.set()
        later = next(one for _ in range(200) if (one := client.get(PAIR)).status_code == 200)
        assert later.json()["to_occupation"]["source"].startswith(SOURCE)
    assert fake.paths().count("/about") == 1


@pytest.mark.parametrize(
    "query",
    [
        f"?from=cook&to={ALL_OTHER}",
        f"?from=99-9999.00&to={ALL_OTHER}",
        f"?to={ALL_OTHER}",
        f"?from=31-1131.00&to={ALL_OTHER}&min_gap=x",
        f"?from=31-1131.00&to={ALL_OTHER}&release=another",
        f"?from=31-1131.00&to={ALL_OTHER}&domain=knowledge",
    ],
)
def test_nothing_is_fetched_for_a_request_that_has_other_faults(client: TestClient, fake: FakeOnet, query: str) -> None:
    assert client.get(f"/skill-gap{query}").status_code in (400, 404)
    assert fake.seen == []


@pytest.mark.parametrize("settings", [{"onet_api_key": None}, {"onet_on_demand_per_minute": 0}])
def test_without_a_key_or_when_switched_off_nothing_is_fetched(
    url: str, fake: FakeOnet, settings: dict[str, object]
) -> None:
    with serving(url, fake, **settings) as client:
        response = client.get(PAIR)
    assert response.status_code == 404
    assert "retry-after" not in response.headers
    assert fake.seen == []


def test_what_the_command_stored_is_noticed_and_served(url: str, fake: FakeOnet, services: WebServices) -> None:
    with serving(url, fake, onet_api_key=None) as client:
        before = client.get("/occupations").headers["etag"]
        backfill_release(connect(make_url(url)), services, [], lambda *_: None)
        client.app.state.live.refresh()
        answer = client.get(PAIR).json()
        assert answer["to_occupation"]["source"] == f"{SOURCE}2026-11-21"
        assert client.get("/occupations").headers["etag"] != before
        assert "Nor is it rated elsewhere" in client.get(NOT_RATED).json()["detail"]


Supply = Callable[..., float | None]


@pytest.fixture
def live(url: str) -> Iterator[LiveCatalogue]:
    catalogue = LiveCatalogue(connect(make_url(url)))
    catalogue.refresh()
    yield catalogue
    catalogue.close()


@pytest.fixture
def on_demand(live: LiveCatalogue, services: WebServices, clock: Clock) -> OnDemand:
    return OnDemand(
        live, services, Limits(per_minute=2, seconds=20), clock=clock, now=lambda: TODAY + timedelta(seconds=clock())
    )


@pytest.fixture
def supply(on_demand: OnDemand, live: LiveCatalogue) -> Supply:
    """Ask for occupations, all at the same time; the seconds after which to ask again."""

    async def supply_together(*codes: str) -> list[float | None]:
        catalogue = live.snapshot.catalogue
        return await asyncio.gather(*(on_demand.supply(catalogue, [code]) for code in codes))

    return lambda *codes: asyncio.run(supply_together(*codes))


def test_who_asks_at_the_same_time_shares_one_fetch(supply: Supply, fake: FakeOnet) -> None:
    assert supply(*[ALL_OTHER] * 5) == [None] * 5
    assert fake.paths().count("/database/rows/transferable_skills") == 1


def test_only_a_few_are_fetched_a_minute(supply: Supply, fake: FakeOnet, clock: Clock, on_demand: OnDemand) -> None:
    fake.no_rows_status = 404
    supply(ALL_OTHER, NEVER_RATED)
    asked = len(fake.seen)
    [left] = supply("99-9999.00")
    assert left is not None
    assert 50 < left <= 60
    assert len(fake.seen) == asked
    clock.sleep(left)
    assert supply("99-9999.00") == [None]
    assert len(fake.seen) > asked


@pytest.mark.parametrize("fault", [fake_onet.busy(status=503), fake_onet.no_answer])
def test_a_service_that_is_away_is_left_alone_for_a_minute(
    supply: Supply, fake: FakeOnet, clock: Clock, fault: fake_onet.Fault
) -> None:
    fake.always["/about"] = fault
    assert supply(ALL_OTHER) == [60]
    asked = len(fake.seen)
    clock.sleep(20)
    assert supply(ALL_OTHER, NEVER_RATED) == [40, 40]
    assert len(fake.seen) == asked
    fake.always.clear()
    clock.sleep(40)
    assert supply(ALL_OTHER) == [None]


def test_what_rounding_leaves_of_a_minute_is_no_wait(supply: Supply, fake: FakeOnet, clock: Clock) -> None:
    fake.always["/about"] = fake_onet.busy(status=503)
    supply(ALL_OTHER)
    fake.always.clear()
    clock.sleep(60 - 1e-9)
    assert supply(ALL_OTHER) == [None]


def test_a_refused_key_is_logged_once_a_minute_and_never_told(
    supply: Supply, fake: FakeOnet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.always["/about"] = lambda *_: fake_onet.Answer(403, b"<html>", "text/html")
    assert supply(ALL_OTHER) == [60]
    assert supply(ALL_OTHER) == [60]
    assert caplog.text.count("rejected the key in ONET_API_KEY (403)") == 1
    assert KEY not in caplog.text


def test_an_occupation_with_bad_rows_does_not_stop_the_others(
    supply: Supply, fake: FakeOnet, live: LiveCatalogue
) -> None:
    next(row for row in fake.rows if row["onetsoc_code"] == ALL_OTHER)["n"] = "many"
    assert supply(ALL_OTHER) == [60]
    assert supply(NEVER_RATED) == [None]
    assert list(live.snapshot.catalogue.supplements) == [NEVER_RATED]


def test_that_there_was_nothing_is_forgotten_after_a_day(
    supply: Supply, fake: FakeOnet, clock: Clock, live: LiveCatalogue
) -> None:
    supply(NEVER_RATED)
    clock.sleep(24 * 3600 + 1)
    supply(NEVER_RATED)
    assert fake.paths().count(f"/online/occupations/{NEVER_RATED}/") == 2


@pytest.mark.parametrize(
    "path",
    [
        f"/?from=31-1131.00&to={ALL_OTHER}",
        f"/skill-gap/chart.json?from=31-1131.00&to={ALL_OTHER}",
        f"/occupations/{ALL_OTHER}/ratings",
    ],
)
def test_page_chart_and_ratings_ask_for_it_too(client: TestClient, path: str) -> None:
    response = client.get(path, follow_redirects=False)
    assert response.status_code == 200
    assert "has not rated" not in response.text


def test_a_choice_on_the_page_is_fetched_too(client: TestClient) -> None:
    assert "has not rated" not in client.get(f"/?from={ALL_OTHER}").text
    assert "Nor is it rated elsewhere" in client.get(f"/?from={NEVER_RATED}").text


def test_the_page_says_when_what_is_missing_may_be_there(url: str, fake: FakeOnet) -> None:
    fake.always["/about"] = fake_onet.busy(status=503)
    with serving(url, fake) as app:
        page = app.get(f"/?from={ALL_OTHER}").text
    assert "It is requested from O*NET Web Services: try again in " in page
