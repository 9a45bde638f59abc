"""``python -m bench``: every measurement beside its limit, as a table and as JSON.

Needs the folder of a real release in ONET_DATA; MySQL is measured where TEST_MYSQL_URL names one.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import answering, growth, loading

RESULTS = Path("bench-results")


def main() -> None:
    """Measure, show, and keep the figures in bench-results/."""
    onet = os.environ.get("ONET_DATA")
    if not onet:
        sys.exit("bench: name the folder of a real release in ONET_DATA")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    results = []
    table = Table("what", "measured", title=machine)
    for measure in (loading.measure, answering.measure, growth.measure):
        for row in measure(Path(onet)):
            results.append(row)
            figures = ", ".join(f"{name} {value}" for name, value in row.items() if name != "what")
            table.add_row(row["what"], figures)
    Console(width=150).print(table)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine, "results": results}, indent=1)
    (RESULTS / "latest.json").write_text(text + "\n")


main()
