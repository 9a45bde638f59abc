"""Many pairs of occupations in short: a block at a time, so that none but one is in memory.

The figures are those of a comparison without options, see ``gap.py``; rounded to five decimals, as
everything that we compute, when they become text.
"""

from __future__ import annotations

from json import dumps

from skillgap.gap.pair_blocks import COLUMNS, Block
from skillgap.http.csv_text import csv_text

CSV_HEADER = csv_text([COLUMNS])


def csv_lines(release: str, block: Block) -> str:
    """The block as CSV, without a header."""
    start = csv_text([[release]]).rstrip()
    return "".join(
        [
            f"{start},{source},{target},{gaps},{missing},{coverage:.5f},{gap:.5f}\r\n"
            for source, target, gaps, missing, coverage, gap in block.rows()
        ]
    )


def json_lines(release: str, block: Block) -> str:
    """The block as JSON, an object a line."""
    start = f'{{"release":{dumps(release)},"from":"'
    return "".join(
        [
            f'{start}{source}","to":"{target}","gaps":{gaps},"missing":{missing},'
            f'"coverage":{round(coverage, 5)},"weighted_gap":{round(gap, 5)}}}\n'
            for source, target, gaps, missing, coverage, gap in block.rows()
        ]
    )
