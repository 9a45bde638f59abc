"""Filling what the release does not rate, on both databases, from the fake service."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, text

from skillgap.database.transactions import reading
from skillgap.errors import NothingLoaded, SeveralFaults, WebServicesError, WebServicesUnavailable
from skillgap.gap.ratings import Estimate
from skillgap.onet.records import Scale
from skillgap.onet.supplements import ratings as supplements_ratings
from skillgap.onet.supplements.ratings import Outcome, Supplement, read_supplement
from skillgap.onet.web_services.backfill import BackfillResult, backfill_release
from skillgap.onet.web_services.client import WebServices
from tests.conftest import SAMPLE, load
from tests.onet.web_services import fake_onet
from tests.onet.web_services.conftest import TODAY
from tests.onet.web_services.fake_onet import ALL_OTHER, NEVER_RATED, FakeOnet

SCALES = {"IM": Scale("IM", "Importance", 1, 5), "LV": Scale("LV", "Level", 0, 7)}


@pytest.fixture
def loaded(engine: Engine) -> Engine:
    load(engine, SAMPLE)
    return engine


def fill(engine: Engine, services: WebServices, *codes: str) -> list[BackfillResult]:
    return backfill_release(engine, services, codes, lambda *_: None)


def stored(engine: Engine) -> dict[str, Supplement]:
    with reading(engine) as connection:
        return supplements_ratings.supplements(connection)


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one()


def test_what_the_release_does_not_rate_is_filled(loaded: Engine, services: WebServices) -> None:
    asked = fill(loaded, services)
    assert [(one.onetsoc_code, one.outcome, one.ratings) for one in asked] == [
        (ALL_OTHER, "rated", 70),
        (NEVER_RATED, "not_rated", 0),
    ]
    assert count(loaded, "supplemental_ratings") == 70
    assert count(loaded, "ratings") == 1680
    kept = stored(loaded)[ALL_OTHER]
    assert kept.title == "O*NET Web Services, release 30.3, fetched 2026-11-21"
    assert (kept.source, kept.table_ids) == ("127.0.0.1", ("essential_skills", "transferable_skills"))


def test_what_is_stored_is_what_was_fetched(loaded: Engine, services: WebServices) -> None:
    fill(loaded, services, ALL_OTHER)
    fetched = read_supplement(services.ratings(ALL_OTHER), SCALES)
    kept = stored(loaded)[ALL_OTHER]
    assert kept.estimates == fetched.estimates
    assert kept.rows_sha256 == fetched.rows_sha256
    assert kept.fetched_at.replace(microsecond=0) >= TODAY
    assert kept.estimates["2.A.1.c", "LV"].recommend_suppress is True
    assert kept.estimates["2.A.1.d", "LV"].standard_error == Decimal("0.0000")
    assert kept.estimates["2.B.3.e", "LV"].not_relevant is True
    assert kept.estimates["2.A.1.a", "IM"].not_relevant is None


def test_loading_the_release_again_keeps_supplements(loaded: Engine, services: WebServices) -> None:
    fill(loaded, services)
    before = stored(loaded)
    load(loaded, SAMPLE, again=True)
    assert stored(loaded) == before


def test_what_was_asked_is_not_asked_again_until_the_service_has_another_release(
    loaded: Engine, services: WebServices, fake: FakeOnet
) -> None:
    fill(loaded, services)
    assert fill(loaded, services) == []
    fake.release = "31.0"
    later = WebServices(fake.url, fake_onet.KEY)
    fake.rows = [row for row in fake.rows if row["onetsoc_code"] != ALL_OTHER]
    assert [one.outcome for one in fill(loaded, later)] == ["not_rated", "not_rated"]
    assert stored(loaded)[ALL_OTHER].estimates == {}
    assert count(loaded, "supplements") == 4  # nothing is ever changed or deleted


def test_with_an_unknown_release_everything_is_asked_again(
    loaded: Engine, services: WebServices, fake: FakeOnet
) -> None:
    fake.release = None
    fill(loaded, services)
    assert len(fill(loaded, services)) == 2


def test_an_occupation_that_is_named_is_asked_for_again(loaded: Engine, services: WebServices) -> None:
    fill(loaded, services)
    assert [one.onetsoc_code for one in fill(loaded, services, ALL_OTHER)] == [ALL_OTHER]
    assert count(loaded, "supplemental_ratings") == 140


def test_a_run_that_was_stopped_goes_on_where_it_was(loaded: Engine, services: WebServices, fake: FakeOnet) -> None:
    services.layout()
    path = "/database/rows/transferable_skills"
    fake.script(path, lambda honest, *_: honest, *[fake_onet.busy(status=503)] * 4)
    with pytest.raises(WebServicesUnavailable):
        fill(loaded, services)
    assert list(stored(loaded)) == [ALL_OTHER]
    assert [one.onetsoc_code for one in fill(loaded, services)] == [NEVER_RATED]


def test_all_that_cannot_be_supplemented_is_named_before_anything_is_asked(
    loaded: Engine, services: WebServices, fake: FakeOnet
) -> None:
    with pytest.raises(SeveralFaults, match=r"has no occupation 99-9999\.00.*rates 29-1141\.00"):
        fill(loaded, services, "99-9999.00", "29-1141.00", ALL_OTHER)
    assert fake.seen == []


def test_without_a_release_there_is_nothing_to_fill(engine: Engine, services: WebServices, fake: FakeOnet) -> None:
    with pytest.raises(NothingLoaded):
        fill(engine, services)
    assert fake.seen == []


@pytest.fixture
def a_row(fake: FakeOnet) -> fake_onet.Row:
    """A level of the occupation, to be spoilt."""
    return next(row for row in fake.rows if row["onetsoc_code"] == ALL_OTHER and row["scale_id"] == "LV")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"data_value": 7.5}, "data_value '7.5' is outside scale LV (0-7)"),
        ({"data_value": -1}, "data_value '-1' is outside scale LV (0-7)"),
        ({"data_value": 3.125}, "data_value '3.125' has more than 2 decimals"),
        ({"data_value": "high"}, "data_value 'high' is not a number"),
        ({"data_value": None}, "data_value is missing"),
        ({"scale_id": "XX"}, "scale_id 'XX' is neither LV nor IM"),
        ({"scale_id": "IM"}, "a second row for element 2.A.1.a on scale IM"),
        ({"recommend_suppress": "maybe"}, "recommend_suppress 'maybe' is neither Y nor N"),
        ({"standard_error": -0.5}, "standard_error '-0.5' is not a number from 0"),
        ({"date_updated": "soon"}, "date_updated 'soon' is not a month"),
        ({"domain_source": None}, "domain_source is missing"),
    ],
    ids=str,
)
def test_a_bad_row_leaves_its_occupation_out_and_says_why(
    services: WebServices, fake: FakeOnet, a_row: fake_onet.Row, fault: dict[str, object], message: str
) -> None:
    fake.layout = "skills"
    services.layout()
    a_row |= fault
    with pytest.raises(WebServicesError) as raised:
        read_supplement(services.ratings(ALL_OTHER), SCALES)
    assert message in str(raised.value)
    assert str(raised.value).startswith("O*NET Web Services, 15-1299.00, row 2: ")


def test_the_others_are_filled_all_the_same(loaded: Engine, services: WebServices, a_row: fake_onet.Row) -> None:
    a_row["data_value"] = 7.5
    failed, other = fill(loaded, services)
    assert (failed.outcome, failed.ratings) == ("failed", 0)
    assert "is outside scale LV (0-7)" in failed.detail
    assert other.outcome == "not_rated"
    assert list(stored(loaded)) == [NEVER_RATED]


def test_importances_alone_are_no_ratings(services: WebServices, fake: FakeOnet) -> None:
    fake.rows = [row for row in fake.rows if row["onetsoc_code"] != ALL_OTHER or row["scale_id"] == "IM"]
    with pytest.raises(WebServicesError, match="none of its rows is a level"):
        read_supplement(services.ratings(ALL_OTHER), SCALES)


def test_a_profile_has_the_elements_that_are_named_and_have_a_level() -> None:
    supplement = Supplement(
        onetsoc_code=ALL_OTHER,
        outcome=Outcome.RATED,
        source="x",
        source_release="30.3",
        table_ids=("skills",),
        fetched_at=TODAY + timedelta(hours=1),
        rows_sha256="",
        estimates={
            ("2.A.1.a", "LV"): Estimate(Decimal("3.00")),
            ("2.A.1.a", "IM"): Estimate(Decimal("4.00")),
            ("2.A.1.b", "IM"): Estimate(Decimal("4.00")),
            ("9.Z", "LV"): Estimate(Decimal("1.00")),
        },
    )
    profile = supplement.profile({"2.A.1.a": "Reading Comprehension", "2.A.1.b": "Listening"})
    assert list(profile) == ["2.A.1.a"]
    assert profile["2.A.1.a"].importance == Estimate(Decimal("4.00"))
