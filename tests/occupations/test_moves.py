"""``/occupations/{code}/moves``, ``/occupations/{code}/openers`` and ``/paths``."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.gap import distances
from skillgap.gap.comparison import compare_profiles, coverage
from skillgap.gap.distances import Measure
from skillgap.gap.matrix import ProfileMatrix
from skillgap.gap.ratings import Profile, Rating
from tests.conftest import SAMPLE, client_of, load

NURSES = "29-1141.00"
CODES = sorted({line[:10] for line in (SAMPLE / "Skills.txt").read_text().splitlines() if line[:2].isdigit()})

occupations = st.sampled_from(CODES)


def ask(client: TestClient, path: str, **parameters: object) -> dict[str, Any]:
    response = client.get(path, params={key: str(value) for key, value in parameters.items()})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


@cache
def moves_of(client: TestClient, code: str, **parameters: object) -> dict[str, Any]:
    return ask(client, f"/occupations/{code}/moves", **{"limit": 1000} | parameters)


def profiles_of(client: TestClient, domain: str = "skills") -> Mapping[str, Profile]:
    profiles: Mapping[str, Profile] = client.app.state.live.snapshot.catalogue.profiles[domain]
    return profiles


def weighted_gap(source: Profile, target: Profile) -> float:
    return compare_profiles(source, target).weighted_gap


def others(code: str) -> list[str]:
    return [other for other in CODES if other != code]


# Moves


@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("direction", ["from", "to"])
@given(code=occupations)
def test_ranks_are_those_of_the_measure(sample_client: TestClient, measure: Measure, direction: str, code: str) -> None:
    matrix = ProfileMatrix.of(profiles_of(sample_client))
    table = np.array([distances.distances_from(matrix, i, measure) for i in range(len(matrix.codes))])
    position = matrix.positions[code]
    row = table[position] if direction == "from" else table[:, position]
    expected = [matrix.codes[i] for i in distances.nearest(row, position, len(row))]

    answer = moves_of(sample_client, code, measure=measure, direction=direction)

    assert [one["occupation"]["onetsoc_code"] for one in answer["moves"]] == expected
    assert [one["rank"] for one in answer["moves"]] == list(range(1, len(CODES)))
    assert [one["distance"] for one in answer["moves"]] == [
        pytest.approx(row[matrix.positions[other]], abs=1e-5) for other in expected
    ]
    assert (answer["release"], answer["measure"]) == ("sample", measure)
    assert (answer["rated"], answer["total"]) == (len(CODES) - 1, len(CODES) - 1)


@given(code=occupations)
def test_each_move_says_what_it_takes_as_the_gap_does(sample_client: TestClient, code: str) -> None:
    profiles = profiles_of(sample_client)

    for one in moves_of(sample_client, code)["moves"]:
        other = one["occupation"]["onetsoc_code"]
        gap = ask(sample_client, "/skill-gap", **{"from": code, "to": other})
        assert one["weighted_gap"] == round(weighted_gap(profiles[code], profiles[other]), 5)
        assert one["coverage"] == gap["summary"]["coverage"]
        assert [(gap["element_id"], gap["difference"]) for gap in one["largest_gaps"]] == [
            (gap["element_id"], gap["difference"]) for gap in gap["skill_gaps"][:3]
        ]


@given(code=occupations)
def test_moves_to_an_occupation_are_what_the_others_say_of_moves_to_it(sample_client: TestClient, code: str) -> None:
    own = ("distance", "weighted_gap", "coverage", "close", "related", "largest_gaps")
    to_it = moves_of(sample_client, code, direction="to", measure="gap")

    for one in to_it["moves"]:
        back = moves_of(sample_client, one["occupation"]["onetsoc_code"], measure="gap")
        mirror = next(
            two for two in back["moves"] if two["occupation"] == to_it["occupation"]
        )  # its rank is another: it stands in another list
        assert {key: one[key] for key in own} == {key: mirror[key] for key in own}


def test_onets_own_related_occupations_are_marked_with_their_tier_and_index(sample_client: TestClient) -> None:
    related = {
        one["onetsoc_code"]: {key: one[key] for key in ("relatedness_tier", "related_index")}
        for one in ask(sample_client, f"/occupations/{NURSES}")["related_occupations"]
    }
    marked = {one["occupation"]["onetsoc_code"]: one["related"] for one in moves_of(sample_client, NURSES)["moves"]}
    assert marked == {code: related.get(code) for code in others(NURSES)}
    assert any(marked.values())


def test_pages_of_moves_join_without_a_gap(sample_client: TestClient) -> None:
    whole = moves_of(sample_client, NURSES)["moves"]
    pages = [moves_of(sample_client, NURSES, limit=7, offset=offset)["moves"] for offset in (0, 7, 14)]
    assert [*pages[0], *pages[1], *pages[2]] == whole[:21]
    assert moves_of(sample_client, NURSES, offset=1000)["moves"] == []


@given(
    code=occupations,
    direction=st.sampled_from(["from", "to"]),
    asked=st.fixed_dictionaries(
        {},
        optional={
            "min_coverage": st.integers(0, 100).map(lambda percent: percent / 100),
            "max_job_zone_difference": st.integers(0, 4),
            "other_major_group": st.booleans(),
        },
    ),
)
def test_filters_leave_nothing_they_should_remove_and_tell_what_they_removed(
    sample_client: TestClient, code: str, direction: str, asked: dict[str, float | bool]
) -> None:
    own_zone = ask(sample_client, f"/occupations/{code}")["job_zone"]

    def stays(one: dict[str, Any]) -> bool:
        return (
            one["coverage"] >= asked.get("min_coverage", 0)
            and abs(one["job_zone"] - own_zone) <= asked.get("max_job_zone_difference", 4)
            and not (asked.get("other_major_group") and one["occupation"]["onetsoc_code"][:2] == code[:2])
        )

    unfiltered = moves_of(sample_client, code, direction=direction)
    answer = moves_of(sample_client, code, direction=direction, **asked)

    assert answer["moves"] == [one for one in unfiltered["moves"] if stays(one)]
    assert answer["total"] == len(answer["moves"])
    assert answer["rated"] == unfiltered["rated"]
    assert sum(one["removed"] for one in answer["filters"]) == answer["rated"] - answer["total"]
    assert {one["name"]: one["value"] for one in answer["filters"]} == {
        name: value for name, value in asked.items() if value is not False
    }


def test_each_filter_tells_what_it_removed_of_what_was_left(sample_client: TestClient) -> None:
    asked = {"min_coverage": 0.9, "max_job_zone_difference": 1, "other_major_group": True}
    first = moves_of(sample_client, NURSES, min_coverage=0.9)
    two = moves_of(sample_client, NURSES, min_coverage=0.9, max_job_zone_difference=1)
    all_three = moves_of(sample_client, NURSES, **asked)
    assert [(one["name"], one["removed"]) for one in all_three["filters"]] == [
        ("min_coverage", first["rated"] - first["total"]),
        ("max_job_zone_difference", first["total"] - two["total"]),
        ("other_major_group", two["total"] - all_three["total"]),
    ]
    assert first["filters"][0]["removed"] > 0


def test_no_filter_is_used_unless_asked_for(sample_client: TestClient) -> None:
    answer = moves_of(sample_client, NURSES)
    assert (answer["filters"], answer["total"]) == ([], answer["rated"])


# Closeness


def test_close_is_within_the_mean_and_one_standard_deviation_inside_broad_occupations(
    sample_client: TestClient,
) -> None:
    profiles = profiles_of(sample_client)
    inside = [weighted_gap(profiles[a], profiles[b]) for a, b in permutations(CODES, 2) if a[:6] == b[:6]]
    threshold = statistics.mean(inside) + statistics.pstdev(inside)

    answer = moves_of(sample_client, NURSES, measure="gap")

    assert answer["closeness"] == {
        "measure": "gap",
        "domains": ["skills"],
        "threshold": round(threshold, 5),
        "pairs": len(inside),
    }
    assert {one["close"] for one in answer["moves"]} == {True, False}
    assert all(one["close"] == (one["distance"] <= threshold) for one in answer["moves"])


@pytest.mark.parametrize(
    ("measure", "domains", "threshold"),
    [
        ("resemblance", ["skills", "knowledge"], 0.26231),
        ("two_way_gap", ["skills"], 0.34566),
        ("gap", ["skills"], 0.44894),
    ],
)
def test_closeness_of_the_published_release(
    onet_client: TestClient, measure: str, domains: list[str], threshold: float
) -> None:
    assert moves_of(onet_client, NURSES, measure=measure, limit=1)["closeness"] == {
        "measure": measure,
        "domains": domains,
        "threshold": threshold,
        "pairs": 2122,
    }


@pytest.fixture(scope="module")
def changed_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Our sample without its only two occupations of one group, and a nurse without a job zone."""
    folder = tmp_path_factory.mktemp("changed")
    sample = Path(shutil.copytree(SAMPLE, folder / "sample"))
    for name, code in (("Skills.txt", "15-1254.00"), ("Job Zones.txt", NURSES)):
        file = sample / name
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith(code)))
    url = f"sqlite:///{folder / 'changed.sqlite'}"
    load(connect(make_url(url)), sample, release="changed")
    yield from client_of(url)


def test_where_nothing_can_be_calibrated_nothing_is_close_and_the_answer_says_so(changed_client: TestClient) -> None:
    answer = moves_of(changed_client, NURSES)
    assert (answer["closeness"]["threshold"], answer["closeness"]["pairs"]) == (0, 0)
    assert not any(one["close"] for one in answer["moves"])
    assert "closeness could not be calibrated" in " ".join(answer["notes"])


def test_an_occupation_without_a_job_zone_is_near_to_none(changed_client: TestClient) -> None:
    response = changed_client.get(f"/occupations/{NURSES}/moves?max_job_zone_difference=4")
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "max_job_zone_difference"
    left = moves_of(changed_client, "31-1131.00", max_job_zone_difference=4)
    assert NURSES not in {one["occupation"]["onetsoc_code"] for one in left["moves"]}
    assert left["filters"][0]["removed"] == 1


# Domains


def test_resemblance_looks_at_knowledge_too_where_it_is_loaded_but_tells_the_gap_in_skills(
    onet_client: TestClient,
) -> None:
    skills, knowledge = profiles_of(onet_client), profiles_of(onet_client, "knowledge")
    matrix = ProfileMatrix.of(skills, knowledge)
    position = matrix.positions[NURSES]
    row = distances.distances_from(matrix, position)

    answer = moves_of(onet_client, NURSES, limit=20)

    assert [one["occupation"]["onetsoc_code"] for one in answer["moves"]] == [
        matrix.codes[i] for i in distances.nearest(row, position, 20)
    ]
    assert answer["closeness"]["domains"] == ["skills", "knowledge"]
    assert answer["compared_on"] == ["skills"]
    for one in answer["moves"]:
        assert one["coverage"] == round(coverage(skills[NURSES], skills[one["occupation"]["onetsoc_code"]]), 5)


@pytest.mark.parametrize("measure", Measure)
def test_a_domain_that_is_asked_for_is_ranked_and_compared_on(onet_client: TestClient, measure: Measure) -> None:
    knowledge = profiles_of(onet_client, "knowledge")
    answer = moves_of(onet_client, NURSES, domain="knowledge", measure=measure, limit=5)
    assert answer["closeness"]["domains"] == answer["compared_on"] == ["knowledge"]
    for one in answer["moves"]:
        target = knowledge[one["occupation"]["onetsoc_code"]]
        assert one["weighted_gap"] == round(weighted_gap(knowledge[NURSES], target), 5)


def test_several_domains_come_with_the_warning_that_raters_differ(onet_client: TestClient) -> None:
    answer = moves_of(onet_client, NURSES, domain="all", limit=1)
    assert answer["compared_on"] == ["skills", "knowledge"]
    assert "Domains are rated by different people" in answer["notes"][0]
    assert moves_of(onet_client, NURSES, limit=1)["notes"] == []


def test_the_gap_as_a_measure_comes_with_its_warning(onet_client: TestClient) -> None:
    notes = moves_of(onet_client, NURSES, measure="gap", limit=1)["notes"]
    assert notes == ["By the gap alone, occupations that require little come first, however unlike they are."]


# Paths


@given(source=occupations, target=occupations, max_steps=st.integers(1, 6))
def test_every_step_of_a_path_is_what_the_moves_and_the_pairwise_gap_say_of_it(
    sample_client: TestClient, source: str, target: str, max_steps: int
) -> None:
    profiles = profiles_of(sample_client)
    answer = ask(sample_client, "/paths", **{"from": source, "to": target, "max_steps": max_steps})
    stops = [source]
    for step in answer["steps"]:
        here, there = step["from_occupation"]["onetsoc_code"], step["to_occupation"]["onetsoc_code"]
        assert here == stops[-1]
        stops.append(there)
        gap = weighted_gap(profiles[here], profiles[there])
        assert step["weighted_gap"] == round(gap, 5)
        move = next(one for one in moves_of(sample_client, here)["moves"] if one["occupation"] == step["to_occupation"])
        assert {key: move[key] for key in ("weighted_gap", "coverage", "largest_gaps")} == {
            key: step[key] for key in ("weighted_gap", "coverage", "largest_gaps")
        }
    assert stops[-1] == target
    assert len(answer["steps"]) <= max_steps
    widths = [step["weighted_gap"] for step in answer["steps"]]
    assert answer["widest_step"] == max(widths, default=0)
    assert answer["total_gap"] == pytest.approx(sum(widths), abs=1e-4)
    assert answer["widest_step"] <= answer["direct"]["weighted_gap"]
    assert answer["direct"]["weighted_gap"] == round(weighted_gap(profiles[source], profiles[target]), 5)


@given(source=occupations, target=occupations)
def test_no_way_by_one_stepping_stone_has_a_narrower_widest_step(
    sample_client: TestClient, source: str, target: str
) -> None:
    profiles = profiles_of(sample_client)
    answer = ask(sample_client, "/paths", **{"from": source, "to": target, "max_steps": 2})
    ways = [
        max(weighted_gap(profiles[source], stone), weighted_gap(stone, profiles[target])) for stone in profiles.values()
    ]
    assert answer["widest_step"] == round(min(ways), 5)


def test_a_path_to_oneself_has_no_step(sample_client: TestClient) -> None:
    answer = ask(sample_client, "/paths", **{"from": NURSES, "to": NURSES})
    assert (answer["steps"], answer["widest_step"], answer["total_gap"]) == ([], 0, 0)
    assert (answer["direct"]["weighted_gap"], answer["direct"]["coverage"]) == (0, 1)


def test_from_a_truck_to_the_hospital_by_stepping_stones(onet_client: TestClient) -> None:
    answer = ask(onet_client, "/paths", **{"from": "53-3032.00", "to": NURSES})
    assert [(one["to_occupation"]["title"], one["weighted_gap"], one["close"]) for one in answer["steps"]] == [
        ("Motorboat Operators", 0.4177, True),
        ("Radiation Therapists", 0.42023, True),
        ("Registered Nurses", 0.41239, True),
    ]
    assert (answer["direct"]["weighted_gap"], answer["direct"]["close"]) == (1.20159, False)


# Door openers


def raised(rating: Rating) -> Rating:
    level = min(rating.effective_level + 1, Decimal(7))
    return replace(rating, level=rating.level._replace(data_value=level, not_relevant=False))


@pytest.mark.parametrize("code", ["31-1131.00", "43-4051.00", "15-1254.00"])
@pytest.mark.parametrize("within", [None, 0.25, 1])
def test_openers_are_what_raising_each_skill_by_hand_brings(
    sample_client: TestClient, code: str, within: float | None
) -> None:
    profiles = profiles_of(sample_client)
    asked = {"limit": 1000, "occupations": 1000} | ({} if within is None else {"within": within})
    answer = ask(sample_client, f"/occupations/{code}/openers", **asked)
    reach = answer["within"]
    assert within is None or reach == within
    assert within is not None or reach == answer["closeness"]["threshold"]

    def reached(source: Profile) -> set[str]:
        # Sums of hundredths are exact there, and rounded here: hence the slack.
        gaps = {other: weighted_gap(source, profiles[other]) for other in others(code)}
        return {other for other, gap in gaps.items() if gap <= reach + 5e-6}

    before = reached(profiles[code])
    expected = {
        element: reached({**profiles[code], element: raised(rating)}) - before
        for element, rating in profiles[code].items()
    }

    assert answer["within_reach"] == len(before)
    assert {
        one["element_id"]: {other["onetsoc_code"] for other in one["occupations"]} for one in answer["openers"]
    } == expected
    numbers = [(-one["opens"], one["element_id"]) for one in answer["openers"]]
    assert numbers == sorted((-len(opened), element) for element, opened in expected.items())


def test_openers_name_the_likest_occupations_first_and_only_as_many_as_asked_for(onet_client: TestClient) -> None:
    path = "/occupations/43-4051.00/openers"
    every = ask(onet_client, path, occupations=1000)["openers"][0]
    ranks = {
        one["occupation"]["onetsoc_code"]: one["rank"]
        for one in moves_of(onet_client, "43-4051.00", domain="skills")["moves"]
    }
    named = [ranks[one["onetsoc_code"]] for one in every["occupations"]]
    assert named == sorted(named)
    assert len(named) == every["opens"] > 5
    assert ask(onet_client, path)["openers"][0]["occupations"] == every["occupations"][:5]


def test_a_level_rises_by_one_and_not_above_the_scale(onet_client: TestClient) -> None:
    openers = ask(onet_client, "/occupations/19-2012.00/openers", limit=35)["openers"]
    assert len(openers) == 35
    for one in openers:
        assert math.isclose(one["raised_to"], min(one["from_level"] + 1, 7))


# The documentation

DOCS = (Path(__file__).parents[2] / "docs" / "moves.md").read_text()
ANSWERS = re.findall(r"`GET (/[^`]+)`\n\n```json\n(.*?)```", DOCS, re.DOTALL)


def test_there_is_an_answer_of_each_route_in_the_documentation() -> None:
    assert len(ANSWERS) == 3


@pytest.mark.parametrize(("path", "printed"), ANSWERS)
def test_an_answer_in_the_documentation_is_what_is_answered_abridged(
    onet_client: TestClient, path: str, printed: str
) -> None:
    assert_abridged(json.loads(printed), onet_client.get(path).json())


def assert_abridged(part: Any, whole: Any) -> None:
    """Some keys of an object, the first entries of a list, or the same value."""
    if isinstance(part, dict):
        for key, value in part.items():
            assert_abridged(value, whole[key])
    elif isinstance(part, list):
        assert len(part) <= len(whole)
        for one, other in zip(part, whole, strict=False):
            assert_abridged(one, other)
    else:
        assert part == whole


# What cannot be answered


@pytest.mark.parametrize(
    "path",
    [
        "/occupations/15-1252.00/moves",
        "/occupations/15-1252.00/openers",
        f"/paths?from=15-1252.00&to={NURSES}",
        f"/paths?from={NURSES}&to=15-1252.00",
    ],
)
def test_an_unrated_occupation_offers_its_rated_neighbours(onet_client: TestClient, path: str) -> None:
    response = onet_client.get(path)
    body = response.json()
    assert (response.status_code, body["code"]) == (404, "occupation-not-rated")
    assert body["errors"][0]["suggestions"][0]["onetsoc_code"] == "15-1299.08"


@pytest.mark.parametrize(
    ("path", "code", "parameters"),
    [
        ("/occupations/99-9999.00/moves", "occupation-not-found", ["code"]),
        ("/occupations/99-9999.00/openers", "occupation-not-found", ["code"]),
        ("/occupations/cook/moves", "invalid-parameter", ["code"]),
        (f"/occupations/{NURSES}/moves?direction=up", "invalid-parameter", ["direction"]),
        (
            f"/occupations/{NURSES}/moves?measure=cosine&min_coverage=1.1&limit=0",
            "invalid-parameter",
            ["limit", "measure", "min_coverage"],
        ),
        (
            f"/occupations/{NURSES}/moves?max_job_zone_difference=5&other_major_group=perhaps",
            "invalid-parameter",
            ["max_job_zone_difference", "other_major_group"],
        ),
        (f"/occupations/{NURSES}/moves?min_coverage=nan", "invalid-parameter", ["min_coverage"]),
        (f"/occupations/{NURSES}/openers?within=-1", "invalid-parameter", ["within"]),
        (f"/occupations/{NURSES}/moves?min_coverge=0.9", "invalid-parameter", ["min_coverge"]),
        (f"/occupations/{NURSES}/moves?limit=5&limit=6", "invalid-parameter", ["limit"]),
        (f"/occupations/{NURSES}/moves?domain=abilities", "domain-not-loaded", ["domain"]),
        (f"/occupations/{NURSES}/openers?release=1.0", "release-not-found", ["release"]),
        ("/paths?max_steps=0", "invalid-parameter", ["from", "to", "max_steps"]),
        (f"/paths?from=99-9999.00&to={NURSES}", "occupation-not-found", ["from"]),
        (f"/paths?from={NURSES}&to={NURSES}&max_steps=7", "invalid-parameter", ["max_steps"]),
    ],
)
def test_what_cannot_be_answered_says_why(
    sample_client: TestClient, path: str, code: str, parameters: list[str]
) -> None:
    response = sample_client.get(path)
    body = response.json()
    assert response.status_code == (400 if code == "invalid-parameter" else 404)
    assert body["code"] == code
    assert [one["parameter"] for one in body["errors"]] == parameters


@pytest.mark.parametrize("path", [f"/occupations/{NURSES}/moves", f"/paths?from={NURSES}&to=33-3051.00"])
def test_an_answer_may_be_kept_until_the_release_changes(sample_client: TestClient, path: str) -> None:
    first = sample_client.get(path)
    again = sample_client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_a_path_may_be_measured_on_another_domain(onet_client: TestClient) -> None:
    pair = "/paths?from=53-3032.00&to=29-1141.00"
    by_knowledge = onet_client.get(f"{pair}&domain=knowledge").json()
    assert by_knowledge["closeness"]["domains"] == ["knowledge"]
    assert not any("skills alone" in note for note in by_knowledge["notes"])
    direct = onet_client.get("/skill-gap?from=53-3032.00&to=29-1141.00&domain=knowledge").json()
    assert by_knowledge["direct"]["weighted_gap"] == direct["summary"]["weighted_gap"]
    on_all = onet_client.get(f"{pair}&domain=all").json()
    assert on_all["closeness"]["domains"] == ["skills", "knowledge"]


def test_a_domain_that_is_not_loaded_has_no_path(onet_client: TestClient) -> None:
    response = onet_client.get("/paths?from=53-3032.00&to=29-1141.00&domain=abilities")
    assert (response.status_code, response.json()["code"]) == (404, "domain-not-loaded")


def test_a_path_is_a_table_of_its_steps(onet_client: TestClient) -> None:
    pair = "/paths?from=53-3032.00&to=29-1141.00"
    steps = onet_client.get(pair).json()["steps"]
    response = onet_client.get(f"{pair}&format=csv")
    assert response.headers["content-disposition"] == (
        'attachment; filename="path_53-3032.00_29-1141.00_skills_29.2.csv"'
    )
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert [row["to_occupation_onetsoc_code"] for row in rows] == [
        step["to_occupation"]["onetsoc_code"] for step in steps
    ]
    assert [float(row["weighted_gap"]) for row in rows] == [step["weighted_gap"] for step in steps]
