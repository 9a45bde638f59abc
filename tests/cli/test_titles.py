"""Occupations are named by code or by title; where several may be meant, a person chooses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Skillgap
from tests.cli.running import on_terminal

LISTED = """\
skillgap: FROM 'nurse' may mean one of these; give its code or its whole title:
  29-1141.00  Registered Nurses, also called Nurse
  31-1131.00  Nursing Assistants
skillgap: TO 'data analyst' may mean one of these; give its code or its whole title:
  15-2051.00  Data Scientists, also called Data Analyst
"""


@pytest.mark.usefixtures("_sample_is_loaded")
@pytest.mark.parametrize("title", ["Registered Nurses", "registered nurse", "  NURSES, REGISTERED "])
def test_the_title_of_one_occupation_names_it(skillgap: Skillgap, title: str) -> None:
    by_title = skillgap("gap", title, "Data Scientists")
    assert by_title.status == 0
    assert by_title.out == skillgap("gap", "29-1141.00", "15-2051.00").out


@pytest.mark.usefixtures("_sample_is_loaded")
@pytest.mark.parametrize(
    ("by_title", "by_code"),
    [
        (("moves", "models"), ("moves", "41-9012")),
        (("path", "models", "ship engineers"), ("path", "41-9012", "53-5031")),
        (("openers", "models"), ("openers", "41-9012")),
        (
            ("diff", "sample", "sample", "--occupation", "models"),
            ("diff", "sample", "sample", "--occupation", "41-9012"),
        ),
        (
            ("diff", "sample", "sample", "--from", "models", "--to", "electricians"),
            ("diff", "sample", "sample", "--from", "41-9012", "--to", "47-2111"),
        ),
    ],
    ids=" ".join,
)
def test_every_command_of_an_occupation_takes_its_title(
    skillgap: Skillgap, by_title: tuple[str, ...], by_code: tuple[str, ...]
) -> None:
    ended = skillgap(*by_title)
    assert (ended.status, ended.out) == (0, skillgap(*by_code).out)


@pytest.mark.usefixtures("_sample_is_loaded")
def test_an_export_takes_titles(skillgap: Skillgap, tmp_path: Path) -> None:
    skillgap("export", "by-title.csv", "--from", "models", "--to", "electricians")
    skillgap("export", "by-code.csv", "--from", "41-9012", "--to", "47-2111")
    assert (tmp_path / "by-title.csv").read_text() == (tmp_path / "by-code.csv").read_text()
    assert len((tmp_path / "by-title.csv").read_text().splitlines()) == 2


@pytest.mark.usefixtures("_sample_is_loaded")
def test_titles_that_may_mean_several_are_status_2_with_the_candidates(skillgap: Skillgap) -> None:
    ended = skillgap("gap", "nurse", "data analyst")
    assert (ended.status, ended.out, ended.err) == (2, "", LISTED)


@pytest.mark.usefixtures("_sample_is_loaded")
def test_the_candidates_are_one_json_line_each_where_programs_read_them(skillgap: Skillgap) -> None:
    ended = skillgap("moves", "nurse", LOG_FORMAT="json")
    (line,) = [json.loads(line) for line in ended.err.splitlines()]
    assert "29-1141.00  Registered Nurses, also called Nurse" in line["message"]


@pytest.mark.usefixtures("_sample_is_loaded")
def test_a_title_that_no_occupation_is_like_is_said_for_both_sides(skillgap: Skillgap) -> None:
    ended = skillgap("gap", "xyzzyq", "qqwwx")
    assert ended.status == 1
    assert ended.err == (
        "skillgap: The illustrative sample has no occupation that 'xyzzyq' could mean. "
        "The illustrative sample has no occupation that 'qqwwx' could mean.\n"
    )


@pytest.mark.usefixtures("_sample_is_loaded")
def test_a_person_at_a_terminal_chooses(tmp_path: Path) -> None:
    status, printed = on_terminal(tmp_path, "gap", "nurse", "cook", columns=80, typed="3\n2\n1\n")
    assert status == 0
    assert "FROM 'nurse' may mean:\n  1  29-1141.00  Registered Nurses, also called Nurse\n" in printed
    assert "Error: a number from 1 to 2 is needed" in printed
    assert "Nursing Assistants -> Cooks, Restaurant (O*NET sample): " in printed


def test_titles_of_o_net_that_several_occupations_have_are_listed(skillgap: Skillgap, onet_file: Path) -> None:
    ended = skillgap("gap", "nurse", "data analyst", DATABASE_URL=f"sqlite:///{onet_file}")
    assert ended.status == 2
    assert "  29-1141.03  Critical Care Nurses, also called Nurse\n" in ended.err
    assert "  15-2051.00  Data Scientists, also called Data Analyst (not rated)\n" in ended.err
