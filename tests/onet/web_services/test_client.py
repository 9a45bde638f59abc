"""The client against a server that answers like O*NET Web Services, and misbehaves like one."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from skillgap.errors import WebServicesError, WebServicesRefused, WebServicesUnavailable
from skillgap.onet.supplements.ratings import Outcome
from skillgap.onet.web_services.client import WebServices
from tests.onet.web_services import fake_onet
from tests.onet.web_services.conftest import TODAY, Clock
from tests.onet.web_services.fake_onet import ALL_OTHER, KEY, NEVER_RATED, FakeOnet, busy, changed, serving

ROWS = "/database/rows/essential_skills"


@pytest.mark.parametrize(
    ("layout", "table_ids"), [("skills", ("skills",)), ("split", ("essential_skills", "transferable_skills"))]
)
def test_an_occupation_is_read_from_either_layout(
    services: WebServices, fake: FakeOnet, layout: str, table_ids: tuple[str, ...]
) -> None:
    fake.layout = layout
    fetched = services.ratings(ALL_OTHER)
    assert (fetched.outcome, fetched.source_release, fetched.table_ids) == ("rated", "30.3", table_ids)
    assert (len(fetched.rows), fetched.source) == (70, "127.0.0.1")
    levels = {row["element_id"]: row for row in fetched.rows if row["scale_id"] == "LV"}
    assert len(levels) == 35
    assert levels["2.B.3.e"] == {  # Programming
        "onetsoc_code": "15-1299.00",
        "element_id": "2.B.3.e",
        "scale_id": "LV",
        "data_value": "0.0",
        "n": "8",
        "standard_error": "0.25",
        "lower_ci_bound": "",
        "upper_ci_bound": "",
        "recommend_suppress": "N",
        "not_relevant": "Y",
        "date_updated": "2026-11-01",
        "domain_source": "Illustrative",
    }


def test_the_request_is_what_the_service_asks_for(services: WebServices, fake: FakeOnet) -> None:
    services.ratings(ALL_OTHER)
    assert fake.paths() == [
        "/about",
        "/database",
        "/database/info/essential_skills",
        "/database/info/transferable_skills",
        "/database/rows/essential_skills",  # one row, for a code that is there
        "/database/rows/essential_skills",  # that code, to see that the filter filters
        "/database/rows/essential_skills",
        "/database/rows/transferable_skills",
    ]
    last = fake.seen[-1]
    assert last.query == [("start", "1"), ("end", "2000"), ("filter", "onetsoc_code.eq.15-1299.00")]
    assert last.headers["x-api-key"] == KEY
    assert last.headers["accept"] == "application/json"
    assert last.headers["user-agent"].startswith("skillgap/")


def test_requests_keep_their_distance(services: WebServices, fake: FakeOnet) -> None:
    services.ratings(ALL_OTHER)
    times = [one.at for one in fake.seen]
    assert all(later - earlier > 0.199 for earlier, later in pairwise(times))


def test_the_layout_is_found_out_once_and_again_after_an_hour(
    services: WebServices, fake: FakeOnet, clock: Clock
) -> None:
    services.ratings(ALL_OTHER)
    services.ratings("29-1141.00")
    assert fake.paths().count("/about") == 1
    fake.layout, fake.release = "skills", "30.2"
    clock.sleep(3601)
    assert services.ratings(ALL_OTHER).source_release == "30.2"


def test_a_layout_that_changes_in_between_is_noticed(services: WebServices, fake: FakeOnet) -> None:
    services.ratings("29-1141.00")
    fake.layout = "skills"
    assert len(services.ratings(ALL_OTHER).rows) == 70


def test_rows_come_page_by_page(services: WebServices, fake: FakeOnet) -> None:
    fake.page_limit = 20
    fake.layout = "skills"
    with pytest.raises(WebServicesError, match="filters are ignored"):
        services.ratings(ALL_OTHER)  # its first 20 rows do not prove that the filter works
    fake.page_limit = 2000
    services.layout()
    fake.page_limit = 20
    assert len({(row["element_id"], row["scale_id"]) for row in services.ratings(ALL_OTHER).rows}) == 70
    assert [one.query[0] for one in fake.seen[-4:]] == [
        ("start", "1"),
        ("start", "21"),
        ("start", "41"),
        ("start", "61"),
    ]


def test_the_filter_goes_by_either_name(services: WebServices, fake: FakeOnet) -> None:
    fake.filter_names = ("filter1",)
    assert len(services.ratings(ALL_OTHER).rows) == 70
    assert fake.seen[-1].query[-1] == ("filter1", "onetsoc_code.eq.15-1299.00")


def test_a_filter_that_is_silently_ignored_is_noticed(services: WebServices, fake: FakeOnet) -> None:
    fake.filter_names = ()
    with pytest.raises(WebServicesError, match="filters are ignored"):
        services.ratings(ALL_OTHER)


def test_a_filter_that_stops_working_is_noticed(services: WebServices, fake: FakeOnet) -> None:
    services.ratings(ALL_OTHER)
    fake.filter_names = ()
    with pytest.raises(WebServicesError, match=r"a row of another occupation than 15-1299\.00 was returned"):
        services.ratings(ALL_OTHER)


def test_columns_are_known_by_their_titles_too(services: WebServices, fake: FakeOnet) -> None:
    fake.code_column = "o_net_soc_code"
    fetched = services.ratings(ALL_OTHER)
    assert {row["onetsoc_code"] for row in fetched.rows} == {ALL_OTHER}
    assert fake.seen[-1].query[-1] == ("filter", "o_net_soc_code.eq.15-1299.00")


@pytest.mark.parametrize("no_rows_status", [200, 404, 422])
def test_an_occupation_without_ratings_is_an_answer(services: WebServices, fake: FakeOnet, no_rows_status: int) -> None:
    fake.no_rows_status = no_rows_status
    fetched = services.ratings(NEVER_RATED)
    assert (fetched.outcome, fetched.rows) == (Outcome.NOT_RATED, ())


@pytest.mark.parametrize("unknown_status", [404, 422])
def test_an_occupation_the_service_does_not_know_is_an_answer(
    services: WebServices, fake: FakeOnet, unknown_status: int
) -> None:
    fake.unknown_status = unknown_status
    assert services.ratings("99-9999.00").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("about", "release"),
    [
        ({"api_version": "2.0", "database": {"name": "O*NET 30.3 Database"}}, "30.3"),
        ({"database_version": 31.0}, "31.0"),
        ({"about": {"database": "30.3", "database_updated": "2026-05-19"}}, "30.3"),
        ({"api_version": "2.0", "taxonomy": "O*NET-SOC 2019"}, "unknown"),
        ({"database": "30.3", "previous_database": "30.2"}, "unknown"),
        (["30.3"], "unknown"),
    ],
)
def test_the_release_is_read_or_unknown_but_never_guessed(
    services: WebServices, fake: FakeOnet, about: object, release: str
) -> None:
    fake.script("/about", lambda *_: fake_onet.as_json(about))
    assert services.layout().release == release


def test_without_about_the_release_is_unknown(services: WebServices, fake: FakeOnet) -> None:
    fake.release = None
    assert services.ratings(ALL_OTHER).source_release == "unknown"


@pytest.mark.parametrize(
    "fault",
    [
        busy(),
        busy(status=500),
        busy(status=502),
        busy(status=503),
        busy(status=504),
        fake_onet.cut_short,
        fake_onet.no_answer,
    ],
    ids=["429", "500", "502", "503", "504", "cut short", "no answer"],
)
def test_a_fault_that_passes_is_tried_again(services: WebServices, fake: FakeOnet, fault: fake_onet.Fault) -> None:
    fake.script(ROWS, fault, fault, fault)
    assert len(services.ratings(ALL_OTHER).rows) == 70


def test_tries_are_spaced_wider_and_wider(services: WebServices, fake: FakeOnet, clock: Clock) -> None:
    fake.script("/about", busy(), busy(), busy())
    services.layout()
    first, second, third = clock.waits[:3]
    assert 0.2 <= first <= 0.3
    assert 0.4 <= second <= 0.6
    assert 0.8 <= third <= 1.2


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        ("3", (3, 3.2)),
        (format_datetime(TODAY + timedelta(seconds=5), usegmt=True), (5, 5.2)),
        (format_datetime(TODAY - timedelta(seconds=5), usegmt=True), (0.2, 0.3)),
        ("3600", (10, 10)),
        ("soon", (0.2, 0.3)),
        ("Sat, 21 Nov 2026 08:00:04", (0.2, 0.3)),  # a time without a zone says nothing certain
    ],
)
def test_retry_after_is_heeded_up_to_a_limit(
    services: WebServices, fake: FakeOnet, clock: Clock, retry_after: str, wait: tuple[float, float]
) -> None:
    fake.script("/about", busy(retry_after))
    services.layout()
    assert wait[0] <= clock.waits[0] <= wait[1]


def test_after_four_tries_the_service_counts_as_away(services: WebServices, fake: FakeOnet) -> None:
    fake.always["/about"] = busy(status=503)
    with pytest.raises(WebServicesUnavailable, match=r"is unavailable \(4 attempts\).*status 503"):
        services.layout()
    assert len(fake.seen) == 4


def test_one_that_dies_in_the_middle_leaves_nothing_half_read(services: WebServices, fake: FakeOnet) -> None:
    fake.always["/database/rows/transferable_skills"] = fake_onet.no_answer
    with pytest.raises(WebServicesUnavailable, match="no connection"):
        services.ratings(ALL_OTHER)


def test_nobody_there_counts_as_away(clock: Clock) -> None:
    with pytest.raises(WebServicesUnavailable, match="no connection"):
        WebServices("http://127.0.0.1:9", KEY, clock.pace()).layout()


def test_a_slow_answer_is_not_waited_for(services: WebServices, fake: FakeOnet) -> None:
    until = threading.Event()
    fake.always["/about"] = fake_onet.slow(until)
    started = time.monotonic()
    with pytest.raises(WebServicesUnavailable, match="no answer in time"):
        services.layout()
    until.set()
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(("path", "status"), [("/about", 401), ("/about", 403), (ROWS, 401), (ROWS, 403)])
def test_a_refusal_is_final(services: WebServices, fake: FakeOnet, path: str, status: int) -> None:
    fake.always[path] = lambda *_: fake_onet.Answer(status, b"<html>no</html>", "text/html")
    with pytest.raises(WebServicesRefused, match=rf"ONET_API_KEY \({status}\)"):
        services.ratings(ALL_OTHER)
    assert fake.paths().count(path) == 1


def test_a_wrong_key_is_refused_and_not_told(fake: FakeOnet, clock: Clock) -> None:
    with pytest.raises(WebServicesRefused) as raised:
        WebServices(fake.url, "wr0ng", clock.pace()).layout()
    assert "wr0ng" not in str(raised.value)
    assert len(fake.seen) == 1


@pytest.mark.parametrize("status", [404, 422])
def test_what_is_not_there_is_not_asked_for_again(services: WebServices, fake: FakeOnet, status: int) -> None:
    fake.always["/database"] = lambda *_: fake_onet.error("no such path", status)
    with pytest.raises(WebServicesError, match=f"has no database services: /database: {status}"):
        services.layout()
    assert fake.paths() == ["/about", "/database"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (fake_onet.html, "JSON was expected, not text/html"),
        (fake_onet.invalid_utf8, "not JSON in UTF-8"),
        (lambda *_: fake_onet.Answer(200, b"{"), "not JSON in UTF-8"),
        (lambda *_: fake_onet.as_json([]), "a page of rows was expected"),
        (lambda *_: fake_onet.as_json({"row": []}), "a page of rows was expected"),
        (changed(row=[1]), "a page of rows was expected"),
        (changed(total=5), "row 20 of 5 was returned"),
        (changed(total=21), "21 rows were announced and 20 returned"),
        (changed(start=2), "rows 1 to 2000 were requested, 2 to 20 returned"),
        (changed(end=19), "rows 1 to 2000 were requested, 1 to 19 returned"),
        (lambda *_: fake_onet.Answer(418, b"", "text/plain"), "it answers with status 418"),
    ],
)
def test_an_answer_that_is_not_as_documented_is_refused(
    services: WebServices, fake: FakeOnet, fault: fake_onet.Fault, message: str
) -> None:
    services.layout()
    fake.always[ROWS] = fault
    with pytest.raises(WebServicesError, match=message):
        services.ratings(ALL_OTHER)


def test_pages_that_do_not_advance_are_noticed(services: WebServices, fake: FakeOnet) -> None:
    services.layout()
    fake.page_limit = 10
    fake.always[ROWS] = fake_onet.first_page_again
    with pytest.raises(WebServicesError, match="rows 11 to 2010 were requested, 1 to 10 returned"):
        services.ratings(ALL_OTHER)


def test_a_total_that_changes_on_the_way_is_noticed(services: WebServices, fake: FakeOnet) -> None:
    services.layout()
    fake.page_limit = 10
    fake.script(ROWS, changed(total=19))
    with pytest.raises(WebServicesError, match="the total changed from 19 to 20"):
        services.ratings(ALL_OTHER)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"skills": []}, "a list of tables was expected"),
        ([{"table_id": "essential_skills"}], "neither 'skills' nor both of its successors"),
        ([], "neither 'skills' nor both of its successors"),
    ],
)
def test_a_list_of_tables_without_skills_is_refused(
    services: WebServices, fake: FakeOnet, tables: object, message: str
) -> None:
    fake.script("/database", lambda *_: fake_onet.as_json(tables))
    with pytest.raises(WebServicesError, match=message):
        services.layout()


@pytest.mark.parametrize(
    ("info", "message"),
    [
        ([], "a list 'column' was expected"),
        ({"column": [{"column_id": "onetsoc_code"}]}, "there is no column 'element_id'"),
    ],
)
def test_columns_that_are_not_there_are_named(
    services: WebServices, fake: FakeOnet, info: object, message: str
) -> None:
    fake.script("/database/info/essential_skills", lambda *_: fake_onet.as_json(info))
    with pytest.raises(WebServicesError, match=message):
        services.layout()


@pytest.mark.parametrize("elsewhere", ["redirect", "next"])
def test_the_key_goes_nowhere_else(services: WebServices, fake: FakeOnet, clock: Clock, elsewhere: str) -> None:
    with serving(FakeOnet(clock=clock)) as stranger:
        fake.page_limit = 2000
        services.layout()
        if elsewhere == "redirect":
            fake.script(ROWS, fake_onet.redirect(f"{stranger.url}{ROWS}"))
            with pytest.raises(WebServicesError, match=r"redirects \(302\), which is not followed"):
                services.ratings(ALL_OTHER)
        else:
            fake.page_limit = 10
            fake.always[ROWS] = changed(next=f"{stranger.url}{ROWS}?start=11&end=20")
            assert len(services.ratings(ALL_OTHER).rows) == 70
        assert stranger.seen == []


@pytest.mark.parametrize(
    "fault",
    [
        busy(status=503),
        lambda *_: fake_onet.error(f"bad key {KEY}"),
        lambda *_: fake_onet.Answer(403, KEY.encode(), "text/html"),
        lambda *_: fake_onet.Answer(200, KEY.encode(), "text/html"),
        lambda *_: fake_onet.redirect(f"http://127.0.0.1:9/{KEY}")(),
        fake_onet.no_answer,
    ],
)
def test_the_key_is_in_no_error_and_no_log(
    services: WebServices, fake: FakeOnet, caplog: pytest.LogCaptureFixture, fault: Callable
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.always["/database"] = fault
    with pytest.raises(WebServicesError) as raised:
        services.layout()
    error: BaseException | None = raised.value
    while error is not None:
        assert KEY not in str(error)
        error = error.__cause__ or error.__context__
    assert KEY not in caplog.text


@pytest.mark.parametrize("code", ["15-1252", "../about", "15-1252.00/", ""])
def test_only_a_code_goes_into_a_path(services: WebServices, fake: FakeOnet, code: str) -> None:
    with pytest.raises(ValueError, match="is not an O"):
        services.ratings(code)
    assert fake.seen == []
