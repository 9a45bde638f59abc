"""The commands as a user runs them: real processes, exit status 0, 1 or 2."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from skillgap import __version__
from skillgap.cli.lazy import LazyCommand
from skillgap.cli.main import MODULES, app
from tests.cli.conftest import Skillgap
from tests.cli.running import on_terminal
from tests.conftest import SAMPLE, sample_file

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``python -m skillgap`` in an empty folder, where no release can be downloaded."""

    def run_command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"ONET_BASE_URL": "http://127.0.0.1:9/"} | settings
        return subprocess.run(
            [sys.executable, "-m", "skillgap", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run_command


@pytest.fixture
def run_on_sample(run: Run, tmp_path: Path) -> Run:
    """The same where the sample is loaded already."""
    (tmp_path / "data").mkdir()
    shutil.copy(sample_file(), tmp_path / "data" / "skillgap.sqlite")
    return run


def test_a_release_is_loaded_and_compared(run: Run) -> None:
    loaded = run("load", "--from", str(SAMPLE))
    assert loaded.returncode == 0
    assert re.search(r"Skills\.txt +│ 1,680 +│ 1,680 +│ 0 ", loaded.stderr)
    assert "THIS IS THE ILLUSTRATIVE SAMPLE" in loaded.stderr
    answer = json.loads(run("gap", "31-1131", "29-1141.00", "--json").stdout)
    assert (answer["release"], answer["summary"]["gaps"]) == ("sample", 33)
    found = run("search", "nurse").stdout
    assert "29-1141.00" in found
    assert "sample" in run("releases").stdout


@pytest.mark.usefixtures("_sample_is_loaded")
@pytest.mark.parametrize(
    ("arguments", "request_"),
    [
        (("gap", "31-1131", "29-1141"), "/skill-gap?from=31-1131&to=29-1141"),
        (("gap", "31-1131", "29-1141", "--domain", "all"), "/skill-gap?from=31-1131&to=29-1141&domain=all"),
        (
            ("moves", "29-1141", "--direction", "to", "--measure", "gap", "--min-coverage", "0.8", "--limit", "3"),
            "/occupations/29-1141.00/moves?direction=to&measure=gap&min_coverage=0.8&limit=3",
        ),
        (("moves", "29-1141", "--domain", "skills"), "/occupations/29-1141.00/moves?domain=skills"),
        (("path", "37-2011", "29-1141", "--max-steps", "2"), "/paths?from=37-2011&to=29-1141&max_steps=2"),
        (("path", "37-2011", "29-1141", "--domain", "all"), "/paths?from=37-2011&to=29-1141&domain=all"),
        (
            ("openers", "31-1131", "--within", "0.8", "--occupations", "2", "--limit", "3"),
            "/occupations/31-1131/openers?within=0.8&occupations=2&limit=3",
        ),
        (("search", "nurse"), "/occupations?q=nurse"),
        (("search", "[/x]"), "/occupations?q=[/x]"),
        (
            ("search", "nurse", "--major-group", "29", "--job-zone", "4", "--rated", "--limit", "2"),
            "/occupations?q=nurse&major_group=29&job_zone=4&rated=true&limit=2",
        ),
        (("search", "--not-rated"), "/occupations?rated=false"),
        (("diff", "sample", "sample"), "/releases/sample/diff/sample"),
        (
            ("diff", "sample", "sample", "--from", "31-1131", "--to", "29-1141", "--domain", "all"),
            "/releases/sample/diff/sample?from=31-1131&to=29-1141&domain=all",
        ),
        (("diff", "sample", "sample", "--occupation", "31-1131"), "/releases/sample/diff/sample?occupation=31-1131"),
    ],
    ids=str,
)
def test_json_and_csv_are_what_the_interface_answers(
    skillgap: Skillgap, sample_client: TestClient, arguments: tuple[str, ...], request_: str
) -> None:
    assert json.loads(skillgap(*arguments, "--json").out) == sample_client.get(request_).json()
    if arguments[0] != "diff":
        separator = "&" if "?" in request_ else "?"
        assert skillgap(*arguments, "--csv").out == sample_client.get(f"{request_}{separator}format=csv").text


def test_releases_are_what_the_interface_answers(skillgap: Skillgap, sample_client: TestClient) -> None:
    database = f"sqlite:///{sample_file()}"
    listed = skillgap("releases", "--json", DATABASE_URL=database)
    assert json.loads(listed.out) == sample_client.get("/releases").json()
    assert skillgap("releases", "--csv").out == sample_client.get("/releases?format=csv").text


@pytest.mark.usefixtures("_sample_is_loaded")
def test_matches_are_what_the_interface_answers(
    skillgap: Skillgap, sample_client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"levels": {"2.A.1.b": 3}, "anchors": {"2.A.1.d": 4}, "measure": "gap"}
    (tmp_path / "levels.json").write_text(json.dumps(body))
    matched = skillgap("matches", "levels.json", "--min-coverage", "0.5", "--limit", "3")
    asked = body | {"min_coverage": 0.5, "limit": 3}
    assert json.loads(matched.out) == sample_client.post("/matches", json=asked).json()
    csv = sample_client.post("/matches", json=asked | {"format": "csv"}).text
    assert skillgap("matches", "levels.json", "--min-coverage", "0.5", "--limit", "3", "--csv").out == csv
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(json.dumps(body).encode())))
    other = sample_client.post("/matches", json=body | {"measure": "difference"}).json()
    assert json.loads(skillgap("matches", "-", "--measure", "difference").out) == other


@pytest.mark.usefixtures("_sample_is_loaded")
def test_matches_may_start_from_an_occupation_by_its_title(
    skillgap: Skillgap, sample_client: TestClient, tmp_path: Path
) -> None:
    (tmp_path / "levels.json").write_text(json.dumps({"levels": {"2.A.1.b": 3}}))
    filters = ("--max-job-zone", "4", "--max-job-zone-difference", "2", "--other-major-group")
    matched = skillgap("matches", "levels.json", "--from", "nursing assistants", *filters)
    asked = {"levels": {"2.A.1.b": 3}, "from": "31-1131.00"}
    used = {"max_job_zone": 4, "max_job_zone_difference": 2, "other_major_group": True}
    assert json.loads(matched.out) == sample_client.post("/matches", json=asked | used).json()


def test_levels_of_the_setting_are_used_as_by_the_interface(skillgap: Skillgap) -> None:
    asked = skillgap("gap", "31-1131", "29-1141", DATABASE_URL=f"sqlite:///{sample_file()}", LEVELS="rescored")
    assert json.loads(asked.out)["levels"]["asked"] == "rescored"


@pytest.mark.usefixtures("run_on_sample")
def test_a_terminal_gets_tables(tmp_path: Path) -> None:
    moves = on_terminal(tmp_path, "moves", "29-1141", "--other-major-group", columns=200).printed
    assert "Moves from Registered Nurses (O*NET sample)" in moves
    assert re.search(r"│ \d+ +│ 25-2021\.00 │ .* │ 0\.\d{3}", moves)
    assert re.search(r"other_major_group .*True.* left out .*0", moves)
    assert "* close: resemblance of skills up to" in moves
    path = on_terminal(tmp_path, "path", "37-2011", "29-1141", columns=200).printed
    assert re.search(r"│ directly +│ 29-1141\.00 │ Registered Nurses", path)
    gap = on_terminal(tmp_path, "gap", "37-2011", "29-1141", columns=200).printed
    assert "Housekeeping Cleaners -> Registered Nurses" in gap


def test_the_release_a_setting_names_is_loaded_and_a_second_time_nothing_changes(run: Run) -> None:
    assert run("load", ONET_DATA=str(SAMPLE)).returncode == 0
    again = run("load", ONET_DATA=str(SAMPLE))
    assert (again.returncode, "nothing changed" in again.stderr) == (0, True)


def test_a_release_in_data_is_found(run: Run, tmp_path: Path, onet: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").symlink_to(onet)
    loaded = run("load")
    assert loaded.returncode == 0
    assert "release 29.2 found in data/mine" in loaded.stderr


def test_without_data_and_network_the_sample_is_loaded_with_a_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sample").symlink_to(SAMPLE)
    loaded = run("load")
    assert loaded.returncode == 0
    assert "29.2 could not be downloaded" in loaded.stderr
    assert "THIS IS THE ILLUSTRATIVE SAMPLE, NOT O*NET DATA" in loaded.stderr


def test_a_real_release_is_never_replaced_by_the_sample(run: Run, tmp_path: Path, onet: Path) -> None:
    assert run("load", "--from", str(onet)).returncode == 0
    (tmp_path / "data" / "sample").symlink_to(SAMPLE)
    again = run("load")
    assert again.returncode == 0
    assert "release 29.2 is loaded already; nothing changed" in again.stderr
    offline = run("load", ONET_RELEASE="30.3")
    assert (offline.returncode, "O*NET 30.3 could not be downloaded" in offline.stderr) == (0, True)
    named = run("load", "--release", "30.3")
    assert named.returncode == 1
    assert named.stderr.splitlines()[-1].startswith("skillgap: O*NET 30.3 could not be downloaded")
    assert re.search(r"29\.2 .*\*", run("releases").stdout)


def current(folder: Path) -> str:
    """The release that answers, by the database."""
    with closing(sqlite3.connect(folder / "data" / "skillgap.sqlite")) as database:
        ((release,),) = database.execute("SELECT release FROM current_release")
    return str(release)


def test_another_release_answers_and_the_one_before_again(run_on_sample: Run, tmp_path: Path) -> None:
    run = run_on_sample
    run("load", "--from", str(SAMPLE), "--release", "99.1")
    assert re.search(r"│ 99\.1 .*\*", run("releases").stdout)
    used = run("releases", "use", "sample")
    assert (used.returncode, "release sample answers from now on" in used.stderr) == (0, True)
    assert current(tmp_path) == "sample"
    back = run("releases", "rollback")
    assert (back.returncode, "release 99.1 answers again" in back.stderr) == (0, True)
    assert current(tmp_path) == "99.1"
    run("releases", "rollback")
    assert current(tmp_path) == "sample"


def test_no_other_release_to_go_to_is_said(run_on_sample: Run, tmp_path: Path) -> None:
    for arguments, message in (
        (("use", "30.3"), "skillgap: Release '30.3' is not loaded (there: sample)."),
        (("rollback",), "skillgap: No other release has answered before sample (loaded: sample)."),
    ):
        failed = run_on_sample("releases", *arguments)
        assert (failed.returncode, failed.stderr.startswith(message)) == (1, True), failed.stderr
    assert current(tmp_path) == "sample"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("releases", "use", "29.2"), "skillgap: No O*NET release has been loaded yet."),
        (("releases", "rollback"), "skillgap: No O*NET release has been loaded yet."),
        (("load", "--from", "nowhere"), "skillgap: nowhere: no such folder or zip"),
        (("gap", "11-1011", "29-1141"), "skillgap: No O*NET release has been loaded yet."),
        (("load",), "skillgap: O*NET 29.2 could not be downloaded"),
    ],
)
def test_a_failure_is_one_clear_line_and_status_1(run: Run, arguments: tuple[str, ...], message: str) -> None:
    failed = run(*arguments)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in failed.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("gap", "11-1011"), ("releases", "use"), ("nonsense",), ("moves", "29-1141", "--json", "--csv")]
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_the_help_lists_every_command_and_imports_none(run: Run) -> None:
    helped = run("--help", PYTHONPROFILEIMPORTTIME="1")
    assert helped.returncode == 0
    assert all(f" {name} " in helped.stdout for name in MODULES)
    imported = {line.rpartition("|")[2].strip() for line in helped.stderr.splitlines()}
    assert "skillgap.cli.main" in imported
    assert imported & {"fastapi", "numpy", "openai", "pandas", "pydantic_settings", "sqlalchemy", "uvicorn"} == set()


@pytest.mark.parametrize("name", MODULES)
def test_the_help_says_of_a_command_what_its_own_help_begins_with(name: str) -> None:
    command = LazyCommand(name, MODULES[name]).loaded()
    assert MODULES[name].summary == " ".join(command.help.split("\n\n")[0].split())


def all_commands() -> Iterator[tuple[str, ...]]:
    """Every command, and every command of a command."""
    for name, entry in MODULES.items():
        command = LazyCommand(name, entry).loaded()
        yield (name,)
        yield from ((name, other) for other in getattr(command, "commands", ()))


COMMANDS = list(all_commands())


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_explains_it_in_sentences(command: tuple[str, ...]) -> None:
    helped = CliRunner().invoke(app, [*command, "--help"])
    assert helped.exit_code == 0
    text = " ".join(re.split(r"[╭┌]─", helped.output)[0].split("\n")[3:])
    assert re.search(r"Example: .*skillgap .+|[A-Z].{15,}\. *$", text), text


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_option_that_there_is_not_is_status_2(command: tuple[str, ...]) -> None:
    assert CliRunner().invoke(app, [*command, "--nonsense"]).exit_code == 2


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").stdout == f"skillgap {__version__}\n"


def test_a_shell_completes_commands_and_their_options() -> None:
    complete = {"_SKILLGAP_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    begun = CliRunner().invoke(app, [], prog_name="skillgap", env=complete | {"COMP_WORDS": "skillgap se"})
    assert begun.output.split() == ["serve", "search"]
    option = complete | {"COMP_WORDS": "skillgap gap --d", "COMP_CWORD": "2"}
    assert CliRunner().invoke(app, [], prog_name="skillgap", env=option).output.split() == ["--domain"]


def test_all_faults_of_a_pair_are_in_one_line(run_on_sample: Run) -> None:
    failed = run_on_sample("gap", "99-9999", "55-1016")
    assert failed.returncode == 1
    assert "has no occupation 99-9999.00" in failed.stderr
    assert "55-1016.00 Infantry Officers" in failed.stderr


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"API_PORT": "x"}, "skillgap: setting API_PORT: Input should be a valid integer"),
        ({"DATABASE_URL": "nonsense"}, "skillgap: setting DATABASE_URL: Value error, not an SQLAlchemy URL"),
        (
            {"DATABASE_URL": "mysql+pymysql://me:s3cret@127.0.0.1:9/skillgap"},
            "skillgap: mysql+pymysql://me:***@127.0.0.1:9/skillgap: Can't connect",
        ),
    ],
)
def test_a_wrong_setting_is_named_and_a_password_never(run: Run, settings: dict[str, str], message: str) -> None:
    failed = run("up", **settings)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith(message)
    assert "s3cret" not in failed.stderr


def test_up_loads_what_there_is_and_serves_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sample").symlink_to(SAMPLE)
    assert_up_serves_the_sample(tmp_path)


@pytest.mark.usefixtures("run_on_sample")
def test_up_brings_the_schema_of_an_earlier_skillgap_up_to_date(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "skillgap.sqlite")) as database:
        for table in ("technologies", "tasks", "reported_titles"):
            database.execute(f"DROP TABLE {table}")
        database.execute("DROP TABLE code_crosswalk")
        database.execute("UPDATE alembic_version SET version_num = '0003'")
        database.commit()
    assert_up_serves_the_sample(tmp_path)


def assert_up_serves_the_sample(tmp_path: Path) -> None:
    settings = {"ONET_BASE_URL": "http://127.0.0.1:9/", "API_PORT": "0", "LOG_FORMAT": "json"}
    with subprocess.Popen(
        [sys.executable, "-m", "skillgap", "up"],
        cwd=tmp_path,
        env=os.environ | settings,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        address = None
        for line in process.stderr:
            found = re.search(r"http://127\.0\.0\.1:[1-9]\d+", line)
            if found:
                address = found[0]
                break
        assert address is not None
        with urllib.request.urlopen(f"{address}/ready", timeout=30) as response:
            assert json.load(response) == {"release": "sample"}
        process.terminate()
        logged = [json.loads(line) for line in process.stderr]
    assert [one["message"][:15] for one in logged if one["logger"] == "skillgap.access"] == ["GET /ready 200 "]
    assert process.returncode == -signal.SIGTERM
