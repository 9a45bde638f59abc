"""A plan for a team: the figures of /skill-gap for every person, the team by skill, and the files that say so."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from fastapi.testclient import TestClient

from skillgap.occupations.team.people_file import read_people
from skillgap.occupations.team.plan import LEFT_OUT, NOT_FOR, WHY_NOT, TeamPlan, plan_team
from skillgap.occupations.team.review import Carried, review_titles
from skillgap.occupations.team.table import plan_csv
from skillgap.occupations.team.workbook import plan_workbook
from skillgap.onet.catalogue import Catalogue
from tests.conftest import catalogue_of

TODAY = date(2026, 3, 1)
PAIRS = (
    ("31-1131.00", "29-1141.00"),
    ("29-1141.00", "31-1131.00"),
    ("41-9012.00", "53-5031.00"),
    ("43-4051.00", "11-3013.00"),
    ("47-2111.00", "49-3023.00"),
    ("29-1141.00", "29-1141.00"),
)


def made(catalogue: Catalogue, text: str, choices: dict[str, str | None] | None = None) -> TeamPlan:
    """The plan of a file, with these choices."""
    file = read_people(text.encode())
    carried = Carried(release=catalogue.info.release, choices=choices or {})
    return plan_team(catalogue, file, review_titles(catalogue, file, carried).meanings, TODAY)


def of_pairs(catalogue: Catalogue) -> TeamPlan:
    rows = [f"P{number},{source},{target}" for number, (source, target) in enumerate(PAIRS)]
    return made(catalogue, "\n".join(["name,from,to", *rows]))


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_every_figure_is_that_of_skill_gap(release_client: TestClient, number: int) -> None:
    plan = of_pairs(catalogue_of(release_client))
    source, target = PAIRS[number]
    answer = release_client.get("/skill-gap", params={"from": source, "to": target, "include": "met,surplus"}).json()
    row = plan.person_plan(number).model_dump()
    assert {name: row[name] for name in row.keys() & answer["summary"].keys()} == {
        name: answer["summary"][name]
        for name in ("certain", "possible", "negligible", "gaps", "missing", "weighted_gap", "coverage")
    }
    listed = [*answer["skill_gaps"], *answer["met"], *answer["surplus"]]
    names = [element_id for element_id, _ in plan.elements]
    assert dict(zip(names, plan.differences(number), strict=True)) == {
        element["element_id"]: element["difference"] for element in listed
    }
    lacks = dict(zip(names, plan.lacks[number].tolist(), strict=True))
    assert {name for name, lacked in lacks.items() if lacked} == {
        element["element_id"]
        for element in answer["skill_gaps"]
        if (element["certainty"] == "gap" if plan.is_judged else element["difference"] >= 0.5)
    }


@pytest.mark.parametrize("number", range(len(PAIRS)))
def test_every_verdict_is_that_of_the_pair(release_client: TestClient, number: int) -> None:
    source, target = PAIRS[number]
    answer = release_client.get("/skill-gap/verdict", params={"from": source, "to": target}).json()
    assert of_pairs(catalogue_of(release_client)).verdicts[number] == answer["verdict"]


def test_the_team_by_skill_counts_certain_gaps_and_names_who_has_them(onet_client: TestClient) -> None:
    plan = of_pairs(catalogue_of(onet_client))
    gaps = [
        {
            element["element_id"]: element["difference"]
            for element in answer["skill_gaps"]
            if element["certainty"] == "gap"
        }
        for source, target in PAIRS
        for answer in [onet_client.get("/skill-gap", params={"from": source, "to": target}).json()]
    ]
    needs = plan.skill_needs()
    for need in needs:
        who = {f"P{i}": found[need.element_id] for i, found in enumerate(gaps) if need.element_id in found}
        assert need.lack == len(who)
        assert sorted(need.who, key=lambda name: (-who[name], name)) == need.who
        assert need.mean_gap == (pytest.approx(sum(who.values()) / len(who), abs=1e-5) if who else None)
    assert [need.lack for need in needs] == sorted((need.lack for need in needs), reverse=True)


def test_people_are_sorted_by_verdict_then_by_the_gap_and_who_is_there_comes_first(onet_client: TestClient) -> None:
    plan = of_pairs(catalogue_of(onet_client))
    rows = [plan.person_plan(i) for i in plan.order]
    assert plan.order[0] == 5
    assert rows[0].verdict is None
    places = [("close", "stretch", "far").index(row.verdict) for row in rows[1:] if row.verdict]
    assert places == sorted(places)
    far = [row.weighted_gap for row in rows if row.verdict == "far"]
    assert far == sorted(far)


def test_a_choice_holds_for_every_row_with_that_title(onet_client: TestClient) -> None:
    text = "name,title,target\nAnn,Zorblax,Registered nurses\nBen,zorblax,29-1141\nCay,Zorblax,29-1141.00\n"
    catalogue = catalogue_of(onet_client)
    open_ = made(catalogue, text)
    assert [left.person.name for left in open_.not_coded] == ["Ann", "Ben", "Cay"]
    plan = made(catalogue, text, {"Zorblax": "31-1131.00"})
    assert [move.person.name for move in plan.moves] == ["Ann", "Ben", "Cay"]
    ann = plan.person_plan(0)
    assert (ann.from_occupation.title, ann.from_occupation.coded_by) == ("Nursing Assistants", "hand")
    assert ann.from_occupation.probability is None
    assert plan.person_plan(1).to_occupation.coded_by == "code"
    left = made(catalogue, text, {"Zorblax": None})
    assert [row.reason for row in left.not_coded][:1] == [LEFT_OUT]


def test_a_title_of_an_unrated_occupation_is_left_to_choose_among_the_closest_with_data(
    onet_client: TestClient,
) -> None:
    plan = made(catalogue_of(onet_client), "name,title,target\nAnn,Software developers,Web developers\n")
    assert plan.moves == []
    assert "15-1252.00 Software Developers but has not rated its skills" in plan.not_coded[0].reason


def test_a_release_without_standard_errors_says_half_a_level_and_no_certainty(sample_client: TestClient) -> None:
    plan = of_pairs(catalogue_of(sample_client))
    assert not plan.is_judged
    assert plan.person_plan(0).certain == 0
    assert max(need.lack for need in plan.skill_needs()) > 0


FORMULAS = 'name,from,to\n=cmd|x,31-1131,29-1141\nBen,"=HYPERLINK(""http://x"")",29-1141\nCay,,29-1141\n'


def test_the_csv_has_everybody_and_no_formula(onet_client: TestClient) -> None:
    plan = made(catalogue_of(onet_client), FORMULAS)
    rows = list(csv.DictReader(io.StringIO("".join(plan_csv(plan)))))
    assert [row["line"] for row in rows] == ["2", "3", "4"]
    assert rows[0]["person"] == "'=cmd|x"
    assert rows[1]["present_title"].startswith("'=HYPERLINK")
    assert rows[2]["problem"] == "The present title is missing: fill it in."
    assert {(row["release"], row["made_on"], row["use"]) for row in rows} == {("29.2", "2026-03-01", NOT_FOR)}
    answer = onet_client.get("/skill-gap", params={"from": "31-1131", "to": "29-1141"}).json()
    assert float(rows[0]["weighted_gap"]) == answer["summary"]["weighted_gap"]
    first = answer["skill_gaps"][0]
    assert float(rows[0][first["element_name"]]) == first["difference"]


def test_the_workbook_says_what_the_plan_says(onet_client: TestClient) -> None:
    plan = made(catalogue_of(onet_client), FORMULAS)
    book = openpyxl.load_workbook(io.BytesIO(plan_workbook(plan)))
    assert book.sheetnames == ["plan", "summary by skill", "matrix", "not in the plan", "about"]
    header, row = list(book["plan"].iter_rows(values_only=True))
    found = dict(zip(header, row, strict=True))
    assert found["person"] == "=cmd|x"
    assert book["plan"]["B2"].data_type == "s"
    assert found["weighted_gap"] == plan.person_plan(0).weighted_gap
    assert found["from_occupation_coded_by"] == "code"
    matrix = list(book["matrix"].iter_rows(values_only=True))
    assert list(matrix[1][2:]) == plan.differences(0)
    bold = [cell.font.bold for cell in book["matrix"][2][2:]]
    assert bold == plan.lacks[0].tolist()
    skills = list(book["summary by skill"].iter_rows(values_only=True))
    assert len(skills) == 36
    assert skills[1][6] == "=cmd|x"
    left = list(book["not in the plan"].iter_rows(values_only=True))
    assert [row[0] for row in left] == ["line", 3, 4]
    about = dict(list(book["about"].iter_rows(values_only=True)))
    assert about[NOT_FOR] == WHY_NOT
    assert about["Release"] == "O*NET 29.2 (29.2)"
    assert about["Made on"] == "2026-03-01"
    assert (about["In the plan"], about["Not in the plan"]) == (1, 2)


def test_what_another_release_coded_is_coded_anew_and_what_is_malformed_too(onet_client: TestClient) -> None:
    catalogue = catalogue_of(onet_client)
    coded = {"code": "11-1011.00", "how": "title", "probability": 1, "reason": None}

    def read(release: str) -> Carried:
        return Carried.read(json.dumps({"release": release, "titles": {"x": coded}}), catalogue)

    assert read("29.2").titles["x"].code == "11-1011.00"
    assert read("28.0").titles == {}
    for broken in ("{", '{"titles":{"x":{"code":1}}}', '{"choices":{"x":"99-9999.00"}}', '"x"'):
        assert not Carried.read(broken, catalogue).titles
        assert not Carried.read(broken, catalogue).choices
