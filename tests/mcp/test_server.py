"""``skillgap mcp`` as an assistant uses it: a real process, the SDK's own client over stdio."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp_types import CallToolResult
from sqlalchemy import make_url

from mcp import Client, StdioServerParameters
from skillgap.database.engine import connect
from skillgap.database.transactions import writing
from skillgap.onet.catalogue import current_catalogue
from skillgap.onet.supplements.ratings import Fetched, Outcome, read_supplement
from skillgap.onet.web_services.backfill import store_supplement
from tests.conftest import SAMPLE, load, sample_file
from tests.occupations.worked_release import RELEASE, write_worked_release

Call = Callable[..., CallToolResult]


def loaded(files: Path, folder: Path, **options: Any) -> str:
    url = f"sqlite:///{folder / 'test.sqlite'}"
    engine = connect(make_url(url))
    load(engine, files, **options)
    engine.dispose()
    return url


@contextmanager
def assistant(database: str, **settings: str) -> Iterator[tuple[BlockingPortal, Client]]:
    """The command started, and a client that talks to it until the end of the block."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "skillgap", "mcp"],
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", ""), "DATABASE_URL": database} | settings,
    )
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(server, read_timeout_seconds=60)) as client,
    ):
        yield portal, client


def calls(database: str) -> Iterator[Call]:
    """Call a tool of one server on a database."""
    with assistant(database) as (portal, client):

        def call_tool(tool: str, **arguments: Any) -> CallToolResult:
            return portal.call(client.call_tool, tool, arguments)

        yield call_tool


@pytest.fixture(scope="module", params=["sample", "29.2"])
def release(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def call(request: pytest.FixtureRequest, release: str) -> Iterator[Call]:
    """Call a tool of a server that has our sample, and of one that has the real release."""
    file = sample_file() if release == "sample" else request.getfixturevalue("onet_file")
    yield from calls(f"sqlite:///{file}")


@pytest.fixture(scope="module")
def call_on_worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    """Call a tool of a server that has the release worked by hand."""
    folder = tmp_path_factory.mktemp("mcp")
    yield from calls(loaded(write_worked_release(folder / RELEASE), folder, release=RELEASE, accept_incomplete=True))


def answer(call: Call, tool: str, **arguments: Any) -> dict[str, Any]:
    result = call(tool, **arguments)
    assert not result.is_error, result.content
    assert result.structured_content is not None
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content


def test_the_tools_say_what_they_take_and_give(tmp_path: Path) -> None:
    with assistant(f"sqlite:///{tmp_path / 'none.sqlite'}") as (portal, client):
        tools = portal.call(client.list_tools).tools
    assert [tool.name for tool in tools] == [
        "find_occupation", "code_title", "compare_occupations", "closest_moves"
    ]  # fmt: skip
    for tool in tools:
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.output_schema is not None
        assert {"release", "sentence", "notes"} <= tool.output_schema["properties"].keys()
    assert tools[2].input_schema["required"] == ["from_code", "to_code"]


def test_an_occupation_is_found(call: Call, release: str) -> None:
    found = answer(call, "find_occupation", text="sofware develper", limit=1)
    rated = release == "sample"
    assert found["release"] == release
    assert found["occupations"] == [
        {
            "onetsoc_code": "15-1252.00",
            "title": "Software Developers",
            "rated": rated,
            "matched_text": "Software Developers",
        }
    ]
    assert "the best match is 15-1252.00 Software Developers" in found["sentence"]
    assert found["sentence"].endswith(", which O*NET has not rated.") is not rated


def test_a_job_title_is_coded(call: Call, release: str) -> None:
    coded = answer(call, "code_title", title="Sr. Registered Nurse (m/f/d) - Boston, MA", limit=1)
    assert (coded["release"], coded["cleaned"], coded["answer"]) == (release, "Registered Nurse", "29-1141.00")
    assert [one["evidence"]["how"] for one in coded["codes"]] == ["cleaned"]
    assert "is 29-1141.00 Registered Nurses with a probability of 99%" in coded["sentence"]


def test_a_text_that_is_no_title_is_unknown_with_the_reason(call: Call) -> None:
    coded = answer(call, "code_title", title="Great opportunity")
    assert (coded["answer"], coded["codes"]) == (None, [])
    assert coded["sentence"].endswith("is unknown. None of its words says what the work is.")


def test_two_occupations_are_compared(call: Call, release: str) -> None:
    widest = {"sample": 5.75, "29.2": 3.88}[release]
    compared = answer(call, "compare_occupations", from_code="41-9012", to_code="53-5031.00", limit=3)
    assert compared["release"] == release
    assert compared["to_occupation"] == {"onetsoc_code": "53-5031.00", "title": "Ship Engineers"}
    assert len(compared["gaps"]) == 3
    assert compared["summary"]["gaps"] > 3
    first = compared["gaps"][0]
    assert (first["element_name"], first["status"], first["difference"]) == (
        "Operations Monitoring", "missing", widest
    )  # fmt: skip
    assert first["sentence"].startswith(f"Operations Monitoring: Ship Engineers need level {widest}")
    assert ", Models bring " in compared["sentence"]


def test_the_closest_moves_cost_what_a_comparison_says(call: Call, release: str) -> None:
    near = answer(call, "closest_moves", code="29-1141", limit=5)
    domains = {"sample": ["skills"], "29.2": ["skills", "knowledge"]}[release]
    assert (near["release"], near["ranked_on"]) == (release, domains)
    assert len(near["moves"]) == 5
    distances = [one["distance"] for one in near["moves"]]
    assert distances == sorted(distances)
    assert "29-1141.00" not in [one["onetsoc_code"] for one in near["moves"]]
    first = near["moves"][0]
    pair = answer(call, "compare_occupations", from_code="29-1141", to_code=first["onetsoc_code"], limit=3)
    assert first["coverage"] == pair["summary"]["coverage"]
    assert first["weighted_gap"] == pair["summary"]["weighted_gap"]
    assert [one.partition(" (")[0] for one in first["largest_gaps"]] == [one["element_name"] for one in pair["gaps"]]


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        (
            "compare_occupations",
            {"from_code": "cook", "to_code": "15-2051.00"},
            "'cook' is not an O*NET-SOC code such as 15-1252.00. O*NET worked lists 15-2051.00 "
            "Data Scientists but has not rated its skills. Ask instead about: 15-2051.01 "
            "Business Intelligence Analysts, ",
        ),
        ("closest_moves", {"code": "99-9999"}, "O*NET worked has no occupation 99-9999.00"),
        ("closest_moves", {"code": "29-1141", "release": "1.0"}, "Release '1.0' is not loaded"),
        ("closest_moves", {"code": "15-2051"}, "O*NET worked has several occupations under 15-2051"),
        ("find_occupation", {"text": "nurse", "limit": 51}, "less than or equal to 50"),
    ],
)
def test_what_cannot_be_answered_is_a_tool_error_with_our_sentence(
    call_on_worked: Call, tool: str, arguments: dict[str, Any], sentence: str
) -> None:
    result = call_on_worked(tool, **arguments)
    assert result.is_error
    assert sentence in result.content[0].text


def supplemented(sqlite_url: str) -> None:
    """Store ratings of an occupation that the sample has not rated, as O*NET Web Services would give them."""
    engine = connect(make_url(sqlite_url), to_write=True)
    catalogue = current_catalogue(engine)
    rows = tuple(
        {
            "element_id": element_id,
            "scale_id": scale_id,
            "data_value": "3.12",
            "date_updated": "08/2025",
            "domain_source": "Analyst",
        }
        for element_id in catalogue.profile("15-1252.00")
        for scale_id in ("IM", "LV")
    )
    fetched_at = datetime(2026, 11, 21, tzinfo=UTC)
    fetched = Fetched("15-1299.00", Outcome.RATED, "127.0.0.1", "30.3", ("skills",), fetched_at, rows)
    with writing(engine) as connection:
        store_supplement(connection, read_supplement(fetched, catalogue.scales))
    engine.dispose()


def test_a_supplemented_occupation_is_compared_and_said_not_to_be_ranked(sqlite_url: str) -> None:
    supplemented(sqlite_url)
    with assistant(sqlite_url) as (portal, client):
        compared = portal.call(
            client.call_tool, "compare_occupations", {"from_code": "35-2014.00", "to_code": "15-1299.00"}
        )
        moves = portal.call(client.call_tool, "closest_moves", {"code": "15-1299.00"})
        others = portal.call(client.call_tool, "closest_moves", {"code": "15-1252.00", "limit": 50})
    assert not compared.is_error
    assert moves.is_error
    assert moves.content[0].text.endswith(
        "The illustrative sample lists 15-1299.00 Computer Occupations, All Other but has not rated its skills. "
        "Ask instead about: 15-1252.00 Software Developers, 15-1254.00 Web Developers."
    )
    assert "15-1299.00" not in [move["onetsoc_code"] for move in others.structured_content["moves"]]


def test_a_release_that_is_loaded_meanwhile_answers(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'test.sqlite'}"

    asked = ("find_occupation", {"text": "nurse"})
    with assistant(url) as (portal, client):
        before = portal.call(client.call_tool, *asked)
        loaded(SAMPLE, tmp_path)
        after = portal.call(client.call_tool, *asked)
    assert before.is_error
    assert "No O*NET release has been loaded yet." in before.content[0].text
    assert after.structured_content["release"] == "sample"
    assert after.structured_content["notes"][0].startswith("THE ILLUSTRATIVE SAMPLE IS SERVED")


def test_nothing_but_the_protocol_is_on_stdout(tmp_path: Path) -> None:
    database = loaded(SAMPLE, tmp_path)
    hello = {"protocolVersion": "2025-06-18", "capabilities": {},
             "clientInfo": {"name": "test", "version": "1"}}  # fmt: skip
    asked = {"name": "find_occupation", "arguments": {"text": "nurse"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": asked},
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "skillgap", "mcp"],
        env=os.environ | {"DATABASE_URL": database, "LOG_LEVEL": "DEBUG"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
        process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.stdout.read() == ""
        assert "serving release sample" in process.stderr.read()
    assert process.returncode == 0
    assert [one["id"] for one in answers] == [1, 2]
    assert answers[0]["result"]["serverInfo"]["name"] == "skillgap"
