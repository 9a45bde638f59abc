"""``/occupations/{code}/technologies`` and ``/occupations/{code}/tasks``: what people work with, and what they do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from tests.conftest import SAMPLE, client_of, engine_at, load

NURSES, DEVELOPERS, OTHER_COMPUTING, OFFICERS = "29-1141.00", "15-1252.00", "15-1299.00", "55-1016.00"


def test_what_is_in_demand_comes_first_then_what_is_hot_then_by_name(sample_client: TestClient) -> None:
    answer = sample_client.get(f"/occupations/{NURSES}/technologies").json()
    assert (answer["release"], answer["occupation"]["title"]) == ("sample", "Registered Nurses")
    assert [(one["example"], one["in_demand"], one["hot_technology"]) for one in answer["technologies"]] == [
        ("Electronic patient record software", True, True),
        ("Epic Systems", True, True),
        ("Microsoft Outlook", False, True),
        ("Microsoft Word", False, True),
        ("Medication dispensing software", False, False),
        ("Shift planning software", False, False),
    ]


def test_a_technology_comes_with_its_kind(sample_client: TestClient) -> None:
    answer = sample_client.get("/occupations/29-1141/technologies?limit=1").json()
    assert answer["technologies"] == [
        {
            "example": "Electronic patient record software",
            "commodity_code": "43232610",
            "commodity_title": "Medical software",
            "element_id": None,
            "element_name": None,
            "hot_technology": True,
            "in_demand": True,
        }
    ]


@pytest.mark.parametrize(
    ("query", "total", "removed"),
    [
        ("", 11, {}),
        ("hot=true", 10, {"hot": 1}),
        ("in_demand=true", 6, {"in_demand": 5}),
        ("hot=true&in_demand=true", 6, {"hot": 1, "in_demand": 4}),
        ("hot=false", 11, {}),
    ],
)
def test_filters_say_what_they_remove_and_change_no_count_of_what_is_listed(
    sample_client: TestClient, query: str, total: int, removed: dict[str, int]
) -> None:
    answer = sample_client.get(f"/occupations/{DEVELOPERS}/technologies?{query}").json()
    assert (answer["listed"], answer["hot"], answer["in_demand"]) == (11, 10, 6)
    assert answer["total"] == len(answer["technologies"]) == total
    assert {one["name"]: one["removed"] for one in answer["filters"]} == removed


def test_pages_of_technologies_make_up_the_list(sample_client: TestClient) -> None:
    path = f"/occupations/{DEVELOPERS}/technologies"
    whole = sample_client.get(path).json()["technologies"]
    pages = [sample_client.get(path, params={"limit": 4, "offset": offset}).json() for offset in (0, 4, 8)]
    assert [one for page in pages for one in page["technologies"]] == whole
    assert [page["total"] for page in pages] == [11, 11, 11]


def test_core_tasks_come_first_in_the_order_of_the_file(onet_client: TestClient, onet: Path) -> None:
    lines = (onet / "Task Statements.txt").read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines if line.startswith("11-1011.00\t")]
    tasks = onet_client.get("/occupations/11-1011.00/tasks").json()["tasks"]
    ids = [int(row[1]) for kind in ("Core", "Supplemental") for row in rows if row[3] == kind]
    assert [task["task_id"] for task in tasks] == ids != sorted(ids)
    assert len(ids) == len(rows) == 31


def test_a_task_comes_with_what_is_known_of_it(sample_client: TestClient) -> None:
    answer = sample_client.get(f"/occupations/{NURSES}/tasks").json()
    assert answer["total"] == 4
    assert answer["tasks"][3] == {
        "task_id": 37,
        "task": "Guide students and assistants on the ward.",
        "task_type": "Supplemental",
        "incumbents_responding": None,
        "date_updated": "2026-11-01",
        "domain_source": "Illustrative",
    }


def test_an_occupation_that_is_not_rated_has_its_technologies_and_tasks(sample_client: TestClient) -> None:
    technologies = sample_client.get(f"/occupations/{OTHER_COMPUTING}/technologies").json()
    tasks = sample_client.get(f"/occupations/{OTHER_COMPUTING}/tasks").json()
    assert (technologies["listed"], tasks["total"]) == (4, 2)
    assert [task["task_type"] for task in tasks["tasks"]] == [None, None]
    assert len(technologies["notes"]) == len(tasks["notes"]) == 1  # that it is our sample


@pytest.mark.parametrize("things", ["technologies", "tasks"])
def test_an_occupation_of_which_none_are_listed_says_that_they_are_unknown(
    sample_client: TestClient, things: str
) -> None:
    answer = sample_client.get(f"/occupations/{OFFICERS}/{things}").json()
    assert (answer["total"], answer[things]) == (0, [])
    assert answer["notes"][1] == (
        f"The illustrative sample lists no {things} for 55-1016.00 Infantry Officers. "
        "That does not mean that the work has none: they are unknown."
    )


def test_a_filter_that_leaves_nothing_is_not_told_as_nothing_listed(sample_client: TestClient) -> None:
    answer = sample_client.get("/occupations/35-2014.00/technologies?hot=true").json()
    assert (answer["listed"], answer["total"], answer["technologies"]) == (2, 0, [])
    assert len(answer["notes"]) == 1


@pytest.fixture(scope="module")
def bare_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The app on a release that was loaded without either file."""
    folder = tmp_path_factory.mktemp("bare")
    release = Path(shutil.copytree(SAMPLE, folder / "release"))
    for name in ("Technology Skills.txt", "Task Statements.txt"):
        (release / name).unlink()
    for engine in engine_at(f"sqlite:///{folder / 'bare.sqlite'}"):
        load(engine, release)
    yield from client_of(f"sqlite:///{folder / 'bare.sqlite'}")


@pytest.mark.parametrize("code", [NURSES, OFFICERS])
@pytest.mark.parametrize(
    ("things", "file"),
    [("technologies", "Technology Skills (from 30.3 on Software Skills)"), ("tasks", "Task Statements")],
)
def test_a_release_without_the_file_is_a_problem_of_its_own(
    bare_client: TestClient, code: str, things: str, file: str
) -> None:
    response = bare_client.get(f"/occupations/{code}/{things}")
    assert (response.status_code, response.json()["code"]) == (404, "file-not-loaded")
    (fault,) = response.json()["errors"]
    assert fault == {
        "code": "file-not-loaded",
        "parameter": "release",
        "detail": f"The illustrative sample was loaded without its file {file}.",
        "suggestions": [],
    }


def test_a_missing_file_is_told_beside_a_malformed_parameter(bare_client: TestClient) -> None:
    problem = bare_client.get(f"/occupations/{NURSES}/technologies?limit=0").json()
    assert [one["code"] for one in problem["errors"]] == ["invalid-parameter", "file-not-loaded"]


@pytest.mark.parametrize("things", ["technologies", "tasks"])
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("99-9999.00/{things}", 404, "occupation-not-found"),
        ("cook/{things}", 400, "invalid-parameter"),
        (f"{NURSES}/{{things}}?cold=true", 400, "invalid-parameter"),
        (f"{NURSES}/{{things}}?release=1.0", 404, "release-not-found"),
    ],
)
def test_what_cannot_be_answered_says_why(
    sample_client: TestClient, things: str, path: str, status: int, code: str
) -> None:
    response = sample_client.get(f"/occupations/{path.format(things=things)}")
    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.fixture
def own_client(sqlite_url: str) -> Iterator[TestClient]:
    """An app of the test's own on the sample."""
    yield from client_of(sqlite_url)


def test_neither_list_sends_a_query(own_client: TestClient) -> None:
    live = own_client.app.state.live
    sent: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    live.close()  # which ends the polling
    event.listen(live._engine, "before_cursor_execute", keep)
    for things in ("technologies?in_demand=true", "tasks", "tasks?format=csv&release=sample"):
        assert own_client.get(f"/occupations/{NURSES}/{things}").status_code == 200
    assert sent == []
    live.refresh()
    assert sent


def test_software_developers_of_29_2_have_425_technologies_and_no_ratings(onet_client: TestClient) -> None:
    answer = onet_client.get(f"/occupations/{DEVELOPERS}/technologies?limit=1000").json()
    assert (answer["listed"], answer["hot"], answer["in_demand"]) == (425, 151, 30)
    assert len({one["example"] for one in answer["technologies"]}) == answer["total"] == 425
    assert answer["technologies"][0]["example"] == "Amazon Web Services AWS software"
    assert answer["notes"] == []
    assert onet_client.get(f"/occupations/{DEVELOPERS}").json()["rated_domains"] == []


def test_every_technology_and_task_of_29_2_belongs_to_923_occupations(onet_client: TestClient) -> None:
    catalogue = onet_client.app.state.live.snapshot.catalogue
    assert catalogue.technologies.keys() == catalogue.tasks.keys()
    assert len(catalogue.tasks) == 923
    assert sum(map(len, catalogue.technologies.values())) == 32_627
    assert sum(map(len, catalogue.tasks.values())) == 18_796
