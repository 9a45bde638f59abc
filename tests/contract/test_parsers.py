"""What reads texts from outside: round trips, and two ways to the same answer."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillgap.errors import InvalidBody, InvalidParameter, WebServicesError
from skillgap.http.csv_response import csv_text
from skillgap.http.json_text import parse_object
from skillgap.http.parameters import CODE_PATTERN
from skillgap.occupations.pair.fast_json import plain_response
from skillgap.occupations.pair.query import GapOptions, Side
from skillgap.occupations.pair.service import compare_sides
from skillgap.onet.codes import parse_code
from skillgap.onet.supplements.ratings import Fetched
from skillgap.onet.web_services.client import WebServices
from tests.conftest import catalogue_of
from tests.onet.web_services.conftest import Clock
from tests.onet.web_services.fake_onet import KEY, RATED, Answer, FakeOnet, Seen, as_json, serving

CODES = st.from_regex(r"[0-9]{2}-[0-9]{4}\.[0-9]{2}", fullmatch=True)
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=12,
)  # fmt: skip
SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@given(code=CODES, dash=st.sampled_from(DASHES), blanks=st.tuples(*[st.sampled_from(["", " ", "\t", "\u00a0"])] * 2))
def test_a_code_is_read_however_it_is_written(code: str, dash: str, blanks: tuple[str, str]) -> None:
    written = code.replace("-", dash).join(blanks)
    assert parse_code(written) == code
    assert parse_code(code[:7].replace("-", dash)) == f"{code[:7]}.00"
    assert re.search(CODE_PATTERN, written)


@given(st.text(st.sampled_from("0123456789-.\u2013\u0663 \n"), max_size=12) | st.text())
def test_whatever_is_taken_for_a_code_is_one_and_is_documented(text: str) -> None:
    try:
        code = parse_code(text)
    except InvalidParameter:
        return
    assert re.fullmatch(r"[0-9]{2}-[0-9]{4}\.[0-9]{2}", code)
    assert parse_code(code) == code
    assert re.search(CODE_PATTERN, text)


@given(
    pair=st.tuples(*[st.sampled_from(["41-9012.00", "53-5031.00", "15-1299.00"]) | CODES] * 2),
    stray=st.sampled_from(["", "&", "#", "%20", "&from=", "\n", "\u0663"]),
    place=st.integers(0, 35),
)
@settings(suppress_health_check=SHARED)
def test_the_shortcut_says_what_the_documented_model_says_or_nothing(
    sample_client: TestClient, pair: tuple[str, str], stray: str, place: int
) -> None:
    served = sample_client.app.state.live.snapshot
    query = f"from={pair[0]}&to={pair[1]}"
    body = plain_response(served, (query[:place] + stray + query[place:]).encode())
    catalogue = catalogue_of(sample_client)
    if stray or not all(map(catalogue.is_rated, pair)):
        assert body is None
        return
    source, target = (Side(code, catalogue.profile(code)) for code in pair)
    documented = compare_sides(catalogue, GapOptions(), source, target)
    assert body is not None
    assert json.loads(body) == documented.model_dump(mode="json")


@given(st.dictionaries(st.text(), JSON))
def test_a_body_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False, indent=1)):
        if not any("\ud800" <= character <= "\udfff" for character in text):
            assert parse_object(text.encode()) == value


@given(st.binary() | JSON.map(json.dumps).map(str.encode), st.binary(max_size=3), st.integers(0))
def test_a_body_is_one_object_or_refused(body: bytes, stray: bytes, place: int) -> None:
    body = body[:place] + stray + body[place:]
    try:
        read = parse_object(body)
    except InvalidBody:
        return
    assert read == json.loads(body.decode())
    assert isinstance(read, dict)


@given(st.text(max_size=5), JSON, JSON)
def test_a_name_that_is_there_twice_is_refused(name: str, first: Any, second: Any) -> None:
    pairs = ",".join(f"{json.dumps(name)}: {json.dumps(one)}" for one in (first, second))
    with pytest.raises(InvalidBody, match=r"more than once|is not JSON|too long"):
        parse_object(f"{{{pairs}}}".encode())


@given(
    st.lists(
        st.lists(
            st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")), min_size=2, max_size=4
        )
    )
)
def test_a_table_is_read_back_as_it_was_written(rows: list[list[object]]) -> None:
    read = list(csv.reader(io.StringIO(csv_text(rows), newline=""), strict=True))
    assert len(read) == len(rows)
    for cells, row in zip(read, rows, strict=True):
        assert len(cells) == len(row)
        for cell, value in zip(cells, row, strict=True):
            if isinstance(value, str):
                assert cell in (value, f"'{value}")
                assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            else:
                assert cell == ("" if value is None else json.dumps(value))


@given(
    tags=st.lists(st.sampled_from(["own", "weak", '"other"', 'W/"else"', "", "*x", '"a,b"'])),
    blank=st.sampled_from(["", " ", "\t"]),
    several=st.booleans(),
)
@settings(suppress_health_check=SHARED, max_examples=60)
def test_an_answer_is_not_sent_again_to_whoever_names_its_tag(
    sample_client: TestClient, tags: list[str], blank: str, several: bool
) -> None:
    path = "/skill-gap?from=41-9012.00&to=53-5031.00"
    etag = sample_client.get(path).headers["etag"]
    named = [{"own": etag, "weak": f"W/{etag}"}.get(tag, tag) for tag in tags]
    values = named if several else [f"{blank},{blank}".join(named)]
    headers = [("If-None-Match", value) for value in values]
    response = sample_client.get(path, headers=headers)
    has_it = {"own", "weak"} & set(tags)
    assert response.status_code == (304 if has_it else 200)
    assert bool(response.content) is not bool(has_it)


@given(pair=st.tuples(*[st.sampled_from(["41-9012.00", "53-5031.00", "29-1141.00"])] * 2))
@settings(suppress_health_check=SHARED, max_examples=9)
def test_a_person_with_the_levels_of_an_occupation_has_its_gap(
    sample_client: TestClient, pair: tuple[str, str]
) -> None:
    counted = {
        element_id: float(rating.effective_level)
        for element_id, rating in catalogue_of(sample_client).profiles["skills"][pair[0]].items()
    }
    person = sample_client.post("/skill-gap", json={"to": pair[1], "levels": counted}).json()
    occupation = sample_client.get(f"/skill-gap?from={pair[0]}&to={pair[1]}").json()
    names = ("element_id", "status", "from_level", "to_level", "difference", "to_importance")
    assert [[gap[name] for name in names] for gap in person["skill_gaps"]] == [
        [gap[name] for name in names] for gap in occupation["skill_gaps"]
    ]
    for figure in ("compared", "gaps", "missing", "coverage", "weighted_gap"):
        assert person["summary"][figure] == occupation["summary"][figure]


@given(level=st.decimals(0, 7, places=2), zeros=st.integers(0, 3), exponent=st.integers(-2, 2))
@settings(suppress_health_check=SHARED, max_examples=40)
def test_a_level_is_the_same_however_its_number_is_written(
    sample_client: TestClient, level: Decimal, zeros: int, exponent: int
) -> None:
    plain = f"{abs(level):f}"
    other = f"{abs(level).scaleb(-exponent):.6f}{'0' * zeros}e{exponent}"
    answers = {
        sample_client.post("/skill-gap", content=f'{{"to": "29-1141.00", "levels": {{"2.A.1.a": {number}}}}}').text
        for number in (plain, other)
    }
    assert len(answers) == 1
    assert json.loads(answers.pop())["summary"]["compared"] == 1


ODD = (
    JSON
    | st.sampled_from([[], {}, [[]], [{}], [{"table_id": []}], {"column": [1]}, {"row": [1]}])
    | st.sampled_from(["1e999", "-1", "30.3", "\u0663"])
)


def replaced(value: Any, path: list[int], by: Any) -> Any:
    """A document with one of its parts, found by following the path, put in place of another."""
    if not path or not isinstance(value, dict | list) or not value:
        return by
    if isinstance(value, dict):
        name = list(value)[path[0] % len(value)]
        return value | {name: replaced(value[name], path[1:], by)}
    place = path[0] % len(value)
    return [*value[:place], replaced(value[place], path[1:], by), *value[place + 1 :]]


def asked_of(client: WebServices) -> Fetched | WebServicesError:
    """What the service is taken to say, or the error that says why not; any other is a fault."""
    try:
        return client.ratings(RATED[0])
    except WebServicesError as error:
        return error


@pytest.fixture(scope="module")
def strange() -> Iterator[FakeOnet]:
    with serving(FakeOnet(clock=Clock())) as fake:
        yield fake


@given(
    page=st.sampled_from(["/about", "/database", "/database/info/essential_skills", "/database/rows/essential_skills"]),
    path=st.lists(st.integers(0, 20), max_size=4),
    odd=ODD,
    raw=st.none() | st.sampled_from([b"[" * 100_000, b"1e999999999", b"Infinity", b"\xff", b""]),
    wait=st.none() | st.sampled_from(["0", "\xb2", "-1", "9" * 400, "Wed, 99 Foo", "1e3", ""]),
)
@settings(suppress_health_check=SHARED, max_examples=80)
def test_the_service_is_believed_or_an_error_says_why_not(
    strange: FakeOnet, page: str, path: list[int], odd: Any, raw: bytes | None, wait: str | None
) -> None:
    def fault(honest: Answer, _fake: FakeOnet, _seen: Seen) -> Answer:
        if wait is not None:
            return Answer(503, b"", headers={"Retry-After": wait})
        if raw is not None:
            return Answer(200, raw)
        return as_json(replaced(json.loads(honest.body), path, odd))

    strange.always = {page: fault}
    strange.seen.clear()
    client = WebServices(strange.url, KEY, Clock().pace())
    with closing(client):
        fetched = asked_of(client)
    if isinstance(fetched, WebServicesError):
        assert KEY not in str(fetched)
    else:
        assert {row["onetsoc_code"] for row in fetched.rows} <= {RATED[0]}
