"""Tables keep their columns readable on a terminal of 80 columns, the narrowest that is usual."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import on_terminal

pytestmark = pytest.mark.usefixtures("_sample_is_loaded")

MOVES = """\
Moves from Registered Nurses (O*NET sample): 23 of 23 rated occupations by
resemblance
┏━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━┳━━━━━━┳━━━━━━━━━━┓
┃ rank ┃ code       ┃ title                       ┃ distance ┃ gap  ┃ coverage ┃
┡━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━╇━━━━━━╇━━━━━━━━━━┩
│ 1    │ 31-1131.00 │ Nursing Assistants          │ 0.125    │ 0.00 │ 100%     │
│ 2    │ 25-2021.00 │ Elementary School Teachers, │ 0.158    │ 0.15 │ 96%      │
│      │            │ Except Special Education    │          │      │          │
└──────┴────────────┴─────────────────────────────┴──────────┴──────┴──────────┘
A terminal of 120 columns also shows job zone, O*NET's relatedness and the
largest gaps.
* close: resemblance of skills up to 0.062, calibrated on 2 pairs.
"""
PATH = """\
│ 1        │ 31-1131.00 │ Nursing Assistants                 │ 1.19 │ 60%      │
│ 2        │ 33-3051.00 │ Police and Sheriff's Patrol        │ 1.19 │ 70%      │
│          │            │ Officers                           │      │          │
│ 3        │ 29-1141.00 │ Registered Nurses                  │ 0.75 │ 82%      │
├──────────┼────────────┼────────────────────────────────────┼──────┼──────────┤
│ directly │ 29-1141.00 │ Registered Nurses                  │ 2.61 │ 39%      │
"""
OPENERS = """\
┃ skill                 ┃ from ┃ raised to ┃ opens ┃
┡━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━╇━━━━━━━━━━━╇━━━━━━━┩
│ Operations Monitoring │ 2.75 │ 3.75      │ 1     │
│ Operation and Control │ 2.25 │ 3.25      │ 1     │
"""
GAP = """\
│ Service Orientation        │ lower   │ 2.25 │ 5.25 │ 3.00       │ 5.00       │
│ Judgment and Decision      │ lower   │ 1.75 │ 4.75 │ 3.00       │ 4.50       │
│ Making                     │         │      │      │            │            │
"""
MATCHES = """\
┃ rank ┃ code       ┃ title               ┃ difference ┃ gap  ┃ coverage ┃
┡━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━╇━━━━━━━━━━┩
│ 1    │ 31-1131.00 │ Nursing Assistants  │ 0.56       │ 0.36 │ 91%      │
"""
SEARCH = """\
│ 29-1141.00 │ Registered Nurses  │ yes   │ Nurse              │
│ 31-1131.00 │ Nursing Assistants │ yes   │ Nursing Assistants │
"""
RELEASES = "┃ release ┃ released ┃ loaded (UTC)     ┃ source "
DIFF = """\
O*NET sample -> sample: 0 newly rated, 0 no longer rated, 0 re surveyed, 0
restated, 24 unchanged
Ratings: 840 carried over, 0 restated, 0 re surveyed, 0 newly rated, 0 no longer
rated.
"""


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (("moves", "29-1141", "--limit", "2"), MOVES),
        (("path", "37-2011", "29-1141"), PATH),
        (("openers", "31-1131", "--limit", "2"), OPENERS),
        (("gap", "37-2011", "29-1141"), GAP),
        (("matches", "levels.json", "--limit", "3"), MATCHES),
        (("search", "nurse"), SEARCH),
        (("releases",), RELEASES),
        (("diff", "sample", "sample"), DIFF),
    ],
    ids=" ".join,
)
def test_a_table_fits_80_columns(tmp_path: Path, arguments: tuple[str, ...], lines: str) -> None:
    (tmp_path / "levels.json").write_text(json.dumps({"levels": {"2.A.1.b": 3, "2.B.1.a": 4.5}}))
    status, printed = on_terminal(tmp_path, *arguments, columns=80)
    shown = [line.rstrip() for line in printed.splitlines()]
    assert status == 0
    assert max(map(len, shown)) <= 80
    assert lines in "\n".join(shown) + "\n"


def test_120_columns_show_what_each_move_takes(tmp_path: Path) -> None:
    _, printed = on_terminal(tmp_path, "moves", "29-1141", "--limit", "2", columns=120)
    assert "┃ zone ┃ related       ┃ largest gaps          ┃" in printed
    assert "│ 4    │ Primary-Short │ Learning Strategies   │" in printed
    assert "A terminal of" not in printed
