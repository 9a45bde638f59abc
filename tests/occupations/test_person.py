"""``POST /skill-gap`` and ``POST /matches``: a person's levels, what is unknown, every fault."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from skillgap.http.bodies import LARGEST_BODY
from tests.conftest import catalogue_of

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"
READING, LISTENING, SPEAKING = "2.A.1.a", "2.A.1.b", "2.A.1.d"
ABOUT_THE_SIDE = {
    "from_not_relevant", "low_precision", "certainty", "standard_error", "lower", "upper",
    "floored",
}  # fmt: skip


def post(client: TestClient, path: str = "/skill-gap", **body: Any) -> dict[str, Any]:
    response = client.post(path, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def faults(client: TestClient, body: Any, path: str = "/skill-gap") -> list[str | None]:
    response = client.post(path, json=body)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == 400, response.text
    return [one["parameter"] for one in response.json()["errors"]]


def levels_of(client: TestClient, code: str) -> dict[str, float]:
    profile = catalogue_of(client).profile(code)
    return {element: float(rating.effective_level) for element, rating in profile.items()}


def without_errors(element: dict[str, Any]) -> dict[str, Any]:
    """An element without what O*NET publishes of an occupation and nobody of a person."""
    return {key: value for key, value in element.items() if key not in ABOUT_THE_SIDE}


@pytest.mark.parametrize(
    ("source", "target"), [(ASSISTANTS, NURSES), (NURSES, ASSISTANTS), ("41-9012.00", "53-5031.00"), (NURSES, NURSES)]
)
def test_a_person_with_all_levels_of_an_occupation_has_exactly_its_gap(
    release_client: TestClient, source: str, target: str
) -> None:
    own = release_client.get("/skill-gap", params={"from": source, "to": target, "include": "all"})
    levels = levels_of(release_client, source)
    answer = post(release_client, to=target, levels=levels, include="all")
    assert answer["from_occupation"] is None
    assert answer["person"] == {"answered": 35, "unanswered": 0, "weight_answered": 1.0}
    expected = own.json()
    for name in ("skill_gaps", "met", "surplus"):
        assert [without_errors(one) for one in answer[name]] == [without_errors(one) for one in expected[name]]
        assert {one["certainty"] for one in answer[name]} <= {None}
    certain = {"certain": 0, "possible": 0, "negligible": 0}
    assert answer["summary"] == expected["summary"] | certain
    assert answer.keys() == expected.keys()


def test_what_is_not_answered_is_neither_0_nor_a_gap_but_counted(release_client: TestClient) -> None:
    answer = post(release_client, to=NURSES, levels={READING: 4, LISTENING: 0, SPEAKING: None})
    assert [one["element_id"] for one in answer["skill_gaps"]] == [LISTENING, READING]
    assert [one["status"] for one in answer["skill_gaps"]] == ["missing", "lower"]
    assert answer["summary"]["compared"] == 2
    target = catalogue_of(release_client).profile(NURSES)
    weights = {key: rating.importance.data_value - 1 for key, rating in target.items()}
    share = float((weights[READING] + weights[LISTENING]) / sum(weights.values()))
    assert answer["person"] == {
        "answered": 2, "unanswered": 33, "weight_answered": round(share, 5),
    }  # fmt: skip


def test_an_anchor_is_its_level(release_client: TestClient) -> None:
    by_anchor = post(release_client, to=NURSES, anchors={SPEAKING: 4}, levels={READING: 3.5})
    by_level = post(release_client, to=NURSES, levels={SPEAKING: 4, READING: 3.5})
    assert by_anchor == by_level


def test_every_option_of_the_gap_may_be_in_the_body_or_the_query(release_client: TestClient) -> None:
    levels = levels_of(release_client, ASSISTANTS)
    options = {"min_gap": 0.5, "min_importance": 3, "include": "surplus", "explain": "anchors"}
    in_body = post(release_client, to="29-1141", levels=levels, **options)
    assert [one["name"] for one in in_body["filters"]] == ["min_importance", "min_gap"]
    assert "; you bring level " in in_body["skill_gaps"][0]["explanation"]["sentence"]
    query = "&".join(f"{name}={value}" for name, value in options.items())
    in_query = post(release_client, f"/skill-gap?{query}", to=NURSES, levels=levels)
    assert in_query == in_body


def test_answers_of_another_domain_are_left_out_and_named(onet_client: TestClient) -> None:
    knowledge = "2.C.1.a"
    answer = post(onet_client, to=NURSES, levels={READING: 4, knowledge: 3})
    assert answer["person"]["answered"] == 1
    assert answer["notes"] == [f"Left out as of another domain: {knowledge}."]
    both = post(onet_client, to=NURSES, levels={READING: 4, knowledge: 3}, domain="all")
    assert both["person"]["answered"] == 2


@pytest.mark.parametrize(("answered", "warned"), [(5, True), (4, False)])
def test_answering_everything_alike_is_warned_of(sample_client: TestClient, answered: int, warned: bool) -> None:
    levels = dict.fromkeys(list(levels_of(sample_client, NURSES))[:answered], 3)
    for path, rest in (("/skill-gap", {"to": NURSES}), ("/matches", {})):
        notes = post(sample_client, path, levels=levels, **rest)["notes"]
        assert any("same level" in note for note in notes) is warned


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({}, ["to", "levels"]),
        ({"to": NURSES, "levels": {}}, ["levels"]),
        ({"to": NURSES, "levels": {READING: None}}, ["levels"]),
        ({"to": NURSES, "levels": [3]}, ["levels"]),
        ({"to": NURSES, "levels": {READING: 7.01}}, [f"levels.{READING}"]),
        ({"to": NURSES, "levels": {READING: -1}}, [f"levels.{READING}"]),
        ({"to": NURSES, "levels": {READING: "4"}}, [f"levels.{READING}"]),
        ({"to": NURSES, "levels": {READING: True}}, [f"levels.{READING}"]),
        ({"to": NURSES, "levels": {READING: 3.333}}, [f"levels.{READING}"]),
        ({"to": NURSES, "levels": {READING: 3}, "anchors": {READING: 2}}, ["anchors"]),
        ({"to": NURSES, "levels": {READING: 3}, "explain": "llm"}, ["explain"]),
        ({"to": NURSES, "anchors": {SPEAKING: 3}}, [f"anchors.{SPEAKING}"]),
        ({"to": NURSES, "levels": {f"{n}": 1 for n in range(501)}}, ["levels"]),
        (
            {"to": "cook", "levels": {"9.Z": 3, READING: 9}, "anchors": {"8.Y": 2}, "min_gpa": 1},
            [f"levels.{READING}", "min_gpa", "levels.9.Z", "anchors.8.Y", "to"],
        ),
    ],
    ids=str,
)  # fmt: skip
def test_all_faults_of_a_body_are_told_at_once(sample_client: TestClient, body: Any, parameters: list[str]) -> None:
    assert faults(sample_client, body) == parameters


def test_an_unknown_target_is_told_beside_unknown_elements(sample_client: TestClient) -> None:
    body = {"to": "99-9999.00", "levels": {"9.Z": 3}}
    assert faults(sample_client, body) == ["levels.9.Z", "to"]
    response = sample_client.post("/skill-gap", json={"to": "99-9999.00", "levels": {READING: 3}})
    assert (response.status_code, response.json()["code"]) == (404, "occupation-not-found")


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "Expecting value in line 1, column 1"),
        (b'{"to": "29-1141",\n "levels": {]}', "in line 2, column 13"),
        (b"[1]", "not an object"),
        (b'{"to": "29-1141", "to": "29-1142"}', "'to' is there more than once"),
        (b'{"levels": {"2.A.1.a": NaN}}', "NaN is not a number in JSON"),
        (b'{"to": "\xff"}', "not UTF-8: byte 9"),
        (b'{"levels": {"2.A.1.a": ' + b"9" * 5000 + b"}}", "too long"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (rb'{"to": "29-1141", "levels": {"2.A.1.a\ud800": 3}}', r"\ud800 is half of a surrogate pair"),
        (b'{"to": "29-1141",\n "release": "\\uDFFF"}', "line 2, column 14"),
        (rb'{"\ud800\u0041": 1}', r"\ud800 is half of a surrogate pair"),
        (rb'{"\ud800\ud83d\ude00": 1}', "line 1, column 3"),
    ],
    ids=range(13),
)
def test_a_body_that_is_no_json_object_says_where(sample_client: TestClient, body: bytes, detail: str) -> None:
    response = sample_client.post("/skill-gap", content=body)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (400, "invalid-body")
    assert detail in problem["detail"]


@pytest.mark.parametrize("path", ["/skill-gap", "/skill-gaps", "/matches"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "json"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
    ids=str,
)
def test_a_body_that_is_not_declared_as_json_is_refused(
    sample_client: TestClient, path: str, headers: dict[str, str]
) -> None:
    response = sample_client.post(path, content=b"{}", headers=headers)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported-media-type")
    assert response.headers["Accept"] == "application/json"


@pytest.mark.parametrize("declared", ["application/json", "Application/JSON; charset=UTF-8", None])
def test_json_is_taken_and_so_is_a_body_that_is_not_declared(sample_client: TestClient, declared: str | None) -> None:
    headers = {"Content-Type": declared} if declared else {}
    body = b'{"to": "29-1141", "levels": {"2.A.1.a": 3}}'
    assert sample_client.post("/skill-gap", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/skill-gap", "/skill-gaps", "/matches"])
def test_half_a_character_is_refused_wherever_a_body_is_read(sample_client: TestClient, path: str) -> None:
    body = rb'{"to": "29-1141", "levels": {"2.A.1.a\ud800": 3}, "pairs": [{"from": "\udc00", "to": "29-1141"}]}'
    response = sample_client.post(path, content=body)
    assert (response.status_code, response.json()["code"]) == (400, "invalid-body")


def test_a_whole_pair_of_surrogates_is_a_character(sample_client: TestClient) -> None:
    response = sample_client.post("/matches", content=rb'{"levels": {"\ud83d\ude00 \\ud800": 3}}')
    (fault,) = response.json()["errors"]
    assert fault["parameter"] == "levels.\U0001f600 \\ud800"


@pytest.mark.parametrize("path", ["/skill-gap", "/skill-gaps", "/matches"])
def test_a_body_that_is_too_large_is_not_read_to_its_end(sample_client: TestClient, path: str) -> None:
    response = sample_client.post(path, content=b" " * (LARGEST_BODY + 1))
    assert (response.status_code, response.json()["code"]) == (413, "body-too-large")


def test_a_name_is_in_the_query_or_in_the_body(sample_client: TestClient) -> None:
    response = sample_client.post(
        "/skill-gap?min_gap=1&to=29-1141&to=29-1142", json={"min_gap": 1, "levels": {READING: 3}}
    )
    assert [one["parameter"] for one in response.json()["errors"]] == ["min_gap", "to"]


def test_a_person_is_never_written_into_a_log(sample_client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    post(sample_client, to=NURSES, levels={READING: 3.37})
    assert "3.37" not in caplog.text


def test_the_sample_serves_people_too(sample_client: TestClient) -> None:
    answer = post(sample_client, to=NURSES, levels=levels_of(sample_client, ASSISTANTS))
    assert (answer["release"], answer["summary"]["gaps"]) == ("sample", 33)


ANSWERS = st.dictionaries(
    st.integers(0, 34), st.none() | st.integers(0, 700).map(lambda n: n / 100), min_size=1
).filter(lambda answers: any(level is not None for level in answers.values()))


@settings(max_examples=60, deadline=None)
@given(answers=ANSWERS, place=st.integers(0, 1_000))
def test_a_partial_profile_never_lists_what_was_not_answered(
    release_client: TestClient, answers: dict[int, float | None], place: int
) -> None:
    catalogue = catalogue_of(release_client)
    codes = list(catalogue.profiles["skills"])
    code = codes[place % len(codes)]
    elements = list(catalogue.profile(code))
    levels = {elements[k]: level for k, level in answers.items()}
    answer = post(release_client, to=code, levels=levels, include="all")
    listed = [one for name in ("skill_gaps", "met", "surplus") for one in answer[name]]
    known = {element: level for element, level in levels.items() if level is not None}
    assert {one["element_id"]: one["from_level"] for one in listed} == known
    assert answer["person"]["answered"] + answer["person"]["unanswered"] == 35
    assert 0 <= answer["summary"]["coverage"] <= 1
    assert 0 <= answer["person"]["weight_answered"] <= 1


def test_matches_are_what_the_pairwise_gap_says_of_each(release_client: TestClient) -> None:
    levels = {READING: 3.5, LISTENING: 4, SPEAKING: 2, "2.B.3.k": 1}
    answer = post(release_client, "/matches", levels=levels, limit=1000)
    assert (answer["answered"], answer["elements"]) == (4, 35)
    rated = len(catalogue_of(release_client).profiles["skills"])
    assert (answer["total"], len(answer["matches"])) == (rated, rated)
    for match in answer["matches"][::40]:
        own = post(release_client, to=match["occupation"]["onetsoc_code"], levels=levels)
        for name in ("gaps", "missing", "coverage", "weighted_gap"):
            assert match[name] == own["summary"][name]
        assert match["weight_answered"] == own["person"]["weight_answered"]
    differences = [one["weighted_difference"] for one in answer["matches"]]
    assert differences == sorted(differences)


def test_a_person_fits_best_where_they_are(release_client: TestClient) -> None:
    for code in (NURSES, "53-5031.00", "43-4051.00"):
        answer = post(release_client, "/matches", levels=levels_of(release_client, code), limit=1)
        best = answer["matches"][0]
        assert (best["occupation"]["onetsoc_code"], best["rank"]) == (code, 1)
        assert (best["coverage"], best["weighted_difference"]) == (1.0, 0.0)


def test_matches_come_in_pages_and_may_be_filtered(release_client: TestClient) -> None:
    levels = levels_of(release_client, ASSISTANTS)
    everything = post(release_client, "/matches", levels=levels, measure="gap", limit=1000)
    gaps = [one["weighted_gap"] for one in everything["matches"]]
    assert gaps == sorted(gaps)
    filtered = post(release_client, "/matches", levels=levels, measure="gap", min_coverage=0.9, limit=5, offset=5)
    left = [one for one in everything["matches"] if one["coverage"] >= 0.9]
    assert filtered["matches"] == left[5:10]
    assert filtered["total"] == len(left)
    assert filtered["filters"] == [{"name": "min_coverage", "value": 0.9, "removed": everything["total"] - len(left)}]


@pytest.mark.parametrize(
    "wrong",
    [{"limit": 0}, {"limit": 1001}, {"offset": -1}, {"min_coverage": 1.1}, {"measure": "cosine"},
     {"domain": "magic"}, {"to": NURSES}, {"format": "xml"}, {"limit": True}, {"min_coverage": False}],
    ids=str,
)  # fmt: skip
def test_a_wrong_option_of_matches_is_named(sample_client: TestClient, wrong: dict[str, Any]) -> None:
    assert faults(sample_client, {"levels": {READING: 3}, **wrong}, "/matches") == [*wrong]


def test_a_domain_that_was_not_loaded_says_so(sample_client: TestClient) -> None:
    for path, rest in (("/skill-gap", {"to": NURSES}), ("/matches", {})):
        body = {"levels": {READING: 3}, "domain": "abilities", **rest}
        problem = sample_client.post(path, json=body).json()
        assert (problem["status"], problem["code"]) == (404, "domain-not-loaded")


def test_a_persons_gap_and_matches_are_tables_too(release_client: TestClient, release: str) -> None:
    body = {"levels": {READING: 2, LISTENING: 3}}
    gap = release_client.post("/skill-gap?format=csv", json=body | {"to": NURSES})
    assert gap.headers["content-disposition"] == (
        f'attachment; filename="skill-gap_person_29-1141.00_skills_{release}.csv"'
    )
    (first, *_) = csv.DictReader(StringIO(gap.text))
    assert (first["release"], first["from"], first["to"]) == (release, "", NURSES)
    matches = release_client.post("/matches", json=body | {"format": "csv", "limit": 3})
    assert len(list(csv.DictReader(StringIO(matches.text)))) == 3
