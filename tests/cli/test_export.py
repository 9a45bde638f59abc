"""``skillgap export``: the file holds what the API answers, or there is no file."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from skillgap.cli.main import app
from skillgap.errors import ExportError, SkillgapError
from tests.conftest import SAMPLE, engine_at, load

NURSES, ASSISTANTS = "29-1141.00", "31-1131.00"


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["export", *arguments])
    if isinstance(result.exception, SkillgapError):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def sample_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('export') / 'sample.sqlite'}"
    for engine in engine_at(url):
        load(engine, SAMPLE)
    return url


@pytest.fixture(autouse=True)
def _the_sample_is_loaded(sample_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sample_url)


@pytest.mark.parametrize(
    ("options", "query"),
    [
        ((), ""),
        (("--from", "31-1131"), "from=31-1131"),
        (("--to", NURSES), f"to={NURSES}"),
        (("--from", ASSISTANTS, "--to", NURSES), f"from={ASSISTANTS}&to={NURSES}"),
    ],
)
def test_pairs_as_csv_are_what_the_matrix_answers(
    sample_client: TestClient, tmp_path: Path, options: tuple[str, ...], query: str
) -> None:
    file = tmp_path / "pairs.csv"
    assert run(str(file), *options).exit_code == 0
    assert file.read_bytes() == sample_client.get(f"/matrix?format=csv&{query}").content
    assert [one.name for one in tmp_path.iterdir()] == ["pairs.csv"]


def test_ratings_as_csv_are_what_each_occupation_answers(sample_client: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "ratings.csv"
    assert run(str(file), "--rows", "ratings").exit_code == 0
    lines = file.read_bytes().decode().split("\r\n")
    assert len(lines) == 1 + 24 * 35 + 1
    own = sample_client.get(f"/occupations/{NURSES}/ratings?format=csv").text.split("\r\n")
    assert lines[0] == own[0]
    assert [line for line in lines if f",{NURSES}," in line] == own[1:-1]


def test_parquet_holds_the_same_with_its_types(sample_client: TestClient, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="needs pyarrow: skillgap[parquet]")
    pairs, ratings = tmp_path / "pairs.parquet", tmp_path / "ratings.parquet"
    run(str(pairs))
    run(str(ratings), "--rows", "ratings")
    frame = pd.read_parquet(pairs)
    text = sample_client.get("/matrix?format=csv").text
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(frame) == len(rows) == 24 * 24
    for exported, row in zip(frame.itertuples(index=False), rows, strict=True):
        release, source, target, gaps, missing, coverage, gap = exported
        assert (release, source, target) == (row["release"], row["from"], row["to"])
        assert (gaps, missing) == (int(row["gaps"]), int(row["missing"]))
        assert (coverage, gap) == (float(row["coverage"]), float(row["weighted_gap"]))
    types = pd.read_parquet(ratings).dtypes
    assert (types["level_data_value"], types["level_n"]) == ("float64", "Int64")
    assert types["level_not_relevant"] == "boolean"


def test_without_pyarrow_parquet_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"Parquet needs pyarrow: .*skillgap\[parquet\]"):
        run(str(tmp_path / "pairs.parquet"))


@pytest.mark.parametrize(
    "arguments", [("pairs.txt",), ("r.csv", "--rows", "ratings", "--from", NURSES), ("p.csv", "--domain", "x")], ids=str
)
def test_wrong_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("p.csv", "--from", "99-9998", "--to", "99-9999"), "no occupation 99-9998.* no occupation 99-9999"),
        (("p.csv", "--from", "xyzzyq", "--to", "qqwwx"), "that 'xyzzyq' could mean.* that 'qqwwx' could mean"),
        (("p.csv", "--domain", "abilities"), "was loaded without abilities"),
        (("nowhere/p.csv",), "nowhere/p.csv: No such file or directory"),
    ],
    ids=str,
)
def test_what_cannot_be_exported_is_one_sentence_and_no_file(
    arguments: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    with pytest.raises(SkillgapError, match=message):
        run(*arguments)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("what was there")
    with pytest.raises(SkillgapError):
        run(str(file), "--from", "99-9999")
    assert file.read_text() == "what was there"
    run(str(file), "--from", NURSES)
    assert file.read_text().startswith("release,from,to,")
