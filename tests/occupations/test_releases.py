"""``/releases``: two of them side by side, small from our sample and whole from 29.2."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.onet.load.replace import roll_back, use_release
from tests import later_release
from tests.conftest import SAMPLE, client_of, load, sample_file
from tests.later_release import ABSENT, COPIED, NEWLY_RATED, NO_LONGER_RATED, RE_SURVEYED, RESTATED, write_later_release


@pytest.fixture(scope="module", params=["sample", "29.2"])
def release(request: pytest.FixtureRequest) -> str:
    """The earlier of the two releases."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def url(release: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    source = SAMPLE if release == "sample" else request.getfixturevalue("onet")
    loaded = sample_file() if release == "sample" else request.getfixturevalue("onet_file")
    folder = tmp_path_factory.mktemp("releases")
    address = f"sqlite:///{shutil.copy(loaded, folder / 'test.sqlite')}"
    engine = connect(make_url(address))
    load(engine, write_later_release(source, folder / "later"), accept_incomplete=True)
    engine.dispose()
    return address


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[TestClient]:
    yield from client_of(url)


def diff(client: TestClient, release: str, **parameters: str) -> dict[str, Any]:
    response = client.get(f"/releases/{release}/diff/30.3", params=parameters)
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def test_all_occupations_in_short(client: TestClient, release: str) -> None:
    answer = diff(client, release)
    assert (answer["before"], answer["after"], answer["domain"]) == (release, "30.3", "skills")
    assert (answer["gap"], answer["occupation"]) == (None, None)
    rated = 24 if release == "sample" else 879
    assert answer["occupations"]["counts"] == {
        "newly_rated": 1,
        "no_longer_rated": 2,
        "re_surveyed": 1,
        "restated": 1,
        "unchanged": rated - 4,
    }
    assert answer["occupations"]["ratings"] == {
        "carried_over": 35 * (rated - 3) - 1,
        "restated": 1,
        "re_surveyed": 35,
        "newly_rated": 35,
        "no_longer_rated": 70,
    }
    assert [
        (one["onetsoc_code"], one["change"], one["before"], one["after"]) for one in answer["occupations"]["changed"]
    ] == [
        (RE_SURVEYED, "re_surveyed", "rated", "rated"),
        (RESTATED, "restated", "rated", "rated"),
        (ABSENT, "no_longer_rated", "rated", "absent"),
        (NO_LONGER_RATED, "no_longer_rated", "rated", "not_rated"),
        (NEWLY_RATED, "newly_rated", "not_rated", "rated"),
    ]


def test_whether_advice_is_out_of_date_rests_on_certain_changes(client: TestClient, release: str) -> None:
    answer = diff(client, release)["occupations"]
    if release == "sample":  # it has no standard errors, so that nothing is certain
        levels = {"certain": 0, "possible": 0, "negligible": 0, "unjudged": 3}
        sentence = "Whether advice by the illustrative sample still holds is unknown: 3 levels changed, and no "
        sentence += "standard errors say how certain that is. No other level of 22 occupations changed for certain."
    else:
        levels = {"certain": 3, "possible": 0, "negligible": 0, "unjudged": 0}
        sentence = "Look again at advice by O*NET 29.2 about 2 of 877 occupations: 3 levels of theirs changed for "
        sentence += "certain. No level of the others did."
    assert answer["levels"] == levels
    assert answer["sentence"] == f"{sentence} 1 newly rated and 2 no longer rated."
    assert answer["certainly_changed"] == (0 if release == "sample" else 2)
    same = client.get("/releases/30.3/diff/30.3").json()["occupations"]["sentence"]
    assert re.fullmatch(r"Advice by O\*NET 30.3 still holds: no level of \d+ occupations changed for certain.", same)


def test_an_element_tells_which_occupations_changed(client: TestClient, release: str) -> None:
    answer = diff(client, release, element="2.B.2.i")
    element = answer["element"]
    assert (answer["gap"], answer["occupation"], answer["occupations"]) == (None, None, None)
    assert (element["element_name"], element["domain"]) == ("Complex Problem Solving", "skills")
    assert {one["onetsoc_code"]: one["change"] for one in element["changed"]} == {
        RE_SURVEYED: "re_surveyed",
        NEWLY_RATED: "newly_rated",
        NO_LONGER_RATED: "no_longer_rated",
        ABSENT: "no_longer_rated",
    }
    first = element["changed"][0]
    published = 4.50 if release == "sample" else 3.38
    assert (first["onetsoc_code"], first["difference"]) == (RE_SURVEYED, round(7 - published, 2))
    assert first["level_change"] == (None if release == "sample" else "certain")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({}, 5),
        ({"occupation": RE_SURVEYED}, 35),
        ({"element": "2.B.2.i"}, 4),
        ({"from": RESTATED, "to": RE_SURVEYED}, 3),
        ({"from": RESTATED, "to": NEWLY_RATED}, 0),
    ],
)
def test_a_table_has_a_line_for_each_change(client: TestClient, release: str, query: dict[str, str], rows: int) -> None:
    response = client.get(f"/releases/{release}/diff/30.3", params={**query, "format": "csv"})
    table = list(csv.DictReader(StringIO(response.text, newline="")))
    assert len(table) == rows
    assert {(line["from_release"], line["to_release"]) for line in table} <= {(release, "30.3")}
    assert response.headers["content-disposition"].startswith(f'attachment; filename="diff_{release}_30.3')


def test_a_pair_tells_what_changed_in_its_gap_and_why(client: TestClient, release: str) -> None:
    answer = diff(client, release, **{"from": RESTATED, "to": RE_SURVEYED})
    gap = answer["gap"]
    assert (answer["occupation"], answer["occupations"]) == (None, None)
    changed = {one["element_id"]: one for one in gap["changed"]}
    assert {element: one["change"] for element, one in changed.items()} == {
        "2.B.2.i": "widened",
        "2.B.1.a": "vanished",
        "2.A.1.a": "widened",
    }
    assert gap["counts"] == {"appeared": 0, "vanished": 1, "widened": 2, "narrowed": 0}
    widest = changed["2.B.2.i"]
    published = 4.50 if release == "sample" else 3.38
    assert (widest["before"]["from_level"], widest["before"]["to_level"]) == (2.25, published)
    assert (widest["after"]["from_level"], widest["after"]["to_level"]) == (2.25, 7.0)
    assert (widest["from_rating"], widest["to_rating"]) == ("carried_over", "re_surveyed")
    restated = changed["2.A.1.a"]
    assert (restated["from_rating"], restated["to_rating"]) == ("restated", "re_surveyed")
    for side, name in (("before", release), ("after", "30.3")):
        pair = {"from": RESTATED, "to": RE_SURVEYED, "release": name}
        summary = client.get("/skill-gap", params=pair).json()["summary"]
        assert gap[side].items() <= summary.items()


def test_an_occupation_tells_which_ratings_changed(client: TestClient, release: str) -> None:
    answer = diff(client, release, occupation=RESTATED)["occupation"]
    assert answer["occupation"] == {
        "onetsoc_code": RESTATED,
        "title": "Nursing Assistants",
        "before": "rated",
        "after": "rated",
    }
    assert answer["change"] == "restated"
    (restated,) = answer["changed"]
    assert (restated["element_id"], restated["element_name"]) == (
        "2.A.1.a", "Reading Comprehension"
    )  # fmt: skip
    assert restated["before"]["level"] == (2.88 if release == "sample" else 3.0)
    assert restated["after"]["level"] == 2.5
    assert restated["after"]["date_updated"] == restated["before"]["date_updated"]


@pytest.mark.parametrize(
    ("code", "change", "note"),
    [
        (NEWLY_RATED, "newly_rated", "lists 55-1016.00 Infantry Officers but has not rated"),
        (NO_LONGER_RATED, "no_longer_rated", "lists 41-9012.00 Models but has not rated"),
        (ABSENT, "no_longer_rated", "O*NET 30.3 has no occupation 33-3051.00"),
    ],
)
def test_what_one_release_lacks_is_said(client: TestClient, release: str, code: str, change: str, note: str) -> None:
    answer = diff(client, release, occupation=code)
    assert answer["occupation"]["change"] == change
    assert {one["change"] for one in answer["occupation"]["changed"]} == {change}
    assert len(answer["occupation"]["changed"]) == 35
    assert note in answer["notes"][-1]
    pair = diff(client, release, **{"from": RESTATED, "to": code})
    assert note in pair["notes"][-1]
    assert (pair["gap"]["changed"], pair["gap"]["counts"]) == (None, None)
    lacking = "before" if change == "newly_rated" else "after"
    assert pair["gap"][lacking] is None
    assert pair["gap"]["before" if lacking == "after" else "after"]["compared"] == 35


def test_6_digits_mean_the_same_in_both_releases(client: TestClient, release: str) -> None:
    """In 29.2 the absent occupation leaves 33-3051.04 behind, which is not what was asked for."""
    short, full = (diff(client, release, occupation=code) for code in (ABSENT[:7], ABSENT))
    assert short == full


def test_backwards_everything_is_turned_round(client: TestClient, release: str) -> None:
    answer = client.get(f"/releases/30.3/diff/{release}").json()["occupations"]
    assert answer["counts"]["newly_rated"] == 2
    assert answer["counts"]["no_longer_rated"] == 1


def test_a_release_is_the_same_as_itself(client: TestClient) -> None:
    answer = client.get("/releases/30.3/diff/30.3").json()["occupations"]
    assert answer["changed"] == []
    assert answer["counts"]["unchanged"] == sum(answer["counts"].values())


def test_the_newly_rated_occupation_has_the_gaps_of_its_figures(client: TestClient) -> None:
    gaps = [
        client.get("/skill-gap", params={"from": RESTATED, "to": code, "release": "30.3"}).json()
        for code in (NEWLY_RATED, COPIED)
    ]
    assert gaps[0]["skill_gaps"] == gaps[1]["skill_gaps"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("30.3/diff/1.0?from=x", (404, [("release-not-found", "b")])),
        ("1.0/diff/2.0", (404, [("release-not-found", "a"), ("release-not-found", "b")])),
        ("30.3/diff/30.3?from=29-1141", (400, [("invalid-parameter", "to")])),
        ("30.3/diff/30.3?to=cook", (400, [
            ("invalid-parameter", "from"), ("invalid-parameter", "to")])),
        ("30.3/diff/30.3?occupation=29-1141&to=29-1141", (400, [
            ("invalid-parameter", "occupation")])),
        ("30.3/diff/30.3?from=99-9999&to=55-1016&domain=magic&x=1", (400, [
            ("invalid-parameter", "domain"), ("invalid-parameter", "x"),
            ("occupation-not-found", "from")])),
        ("30.3/diff/30.3?occupation=29-1141&occupation=29-1141", (400, [
            ("invalid-parameter", "occupation")])),
        ("30.3/diff/30.3?occupation=41-9012", (404, [("occupation-not-rated", "occupation")])),
        ("30.3/diff/30.3?domain=abilities", (404, [("domain-not-loaded", "domain")])),
        ("30.3/diff/30.3?element=9.Z", (400, [("invalid-parameter", "element")])),
        ("30.3/diff/30.3?element=2.A.1.a&occupation=29-1141", (400, [("invalid-parameter", "element")])),
    ],
)  # fmt: skip
def test_every_fault_is_in_one_answer(
    client: TestClient, path: str, expected: tuple[int, list[tuple[str, str]]]
) -> None:
    response = client.get(f"/releases/{path}")
    assert response.headers["content-type"] == "application/problem+json"
    faults = [(one["code"], one["parameter"]) for one in response.json()["errors"]]
    assert (response.status_code, faults) == expected


def test_all_domains_are_compared_at_once(client: TestClient, release: str) -> None:
    answer = diff(client, release, domain="all", occupation=RE_SURVEYED)
    assert answer["occupation"]["ratings"]["re_surveyed"] == 35
    assert any("Compare levels within a domain." in note for note in answer["notes"])


def test_a_diff_may_be_kept_as_long_as_the_same_is_served(client: TestClient, release: str) -> None:
    first = client.get(f"/releases/{release}/diff/30.3")
    assert first.headers["cache-control"] == "public, max-age=60"
    kept = {"If-None-Match": first.headers["etag"]}
    assert client.get(f"/releases/{release}/diff/30.3", headers=kept).status_code == 304
    assert client.get("/releases").headers["cache-control"] == "no-cache"


def test_another_taxonomy_is_a_warning(tmp_path: Path, sample: Path) -> None:
    (sample / "Read Me.txt").unlink()  # what is not known as our sample goes by its number
    url = f"sqlite:///{tmp_path / 'test.sqlite'}"
    engine = connect(make_url(url))
    for name in ("24.3", "25.0", "25.1", "mine"):
        load(engine, sample, release=name)
    engine.dispose()
    for client in client_of(url):
        assert warns(client, "24.3", "25.1")
        assert warns(client, "25.1", "25.0")
        assert not warns(client, "24.3", "25.0")
        assert not warns(client, "25.1", "mine")


def warns(client: TestClient, before: str, after: str) -> bool:
    notes = client.get(f"/releases/{before}/diff/{after}").json()["notes"]
    return any("split, merged and renamed" in note for note in notes)


def test_a_switch_is_noticed_without_a_restart(tmp_path: Path, sample: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite'}"
    engine = connect(make_url(url))
    load(engine, SAMPLE)
    load(engine, write_later_release(sample, tmp_path / "later"))
    for client in client_of(url):
        assert served(client) == later_release.RELEASE
        use_release(engine, "sample")
        assert served(client) == "sample"
        assert roll_back(engine) == "30.3"
        assert served(client) == "30.3"
    engine.dispose()


def served(client: TestClient) -> object:
    client.app.state.live.refresh()
    return client.get("/ready").json()["release"]
