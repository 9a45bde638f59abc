"""``python -m bench [PART ...]``: every measurement beside its limit, as a table and as JSON.

Parts are loading, starting, answering, layers, memory, matrix, team and growth; without a name all of them. Needs
the folder of a real release in ONET_DATA; MySQL is measured where TEST_MYSQL_URL names one.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import answering, growth, layers, loading, matrix, memory, starting, team

RESULTS = Path("bench-results")
PARTS = {
    "loading": loading.measure,
    "starting": starting.measure,
    "answering": answering.measure,
    "layers": layers.measure,
    "memory": memory.measure,
    "matrix": matrix.measure,
    "team": team.measure,
    "growth": growth.measure,
}


def machine() -> str:
    """What was measured on."""
    name = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{name[1] if name else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"uvicorn {version('uvicorn')}, FastAPI {version('fastapi')}"
    )


def main() -> None:
    """Measure, show, and keep the figures in bench-results/."""
    onet = os.environ.get("ONET_DATA")
    if not onet:
        sys.exit("bench: name the folder of a real release in ONET_DATA")
    unknown = set(sys.argv[1:]) - PARTS.keys()
    if unknown:
        sys.exit(f"bench: no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    results = []
    table = Table("what", "measured", title=machine())
    for part in sys.argv[1:] or PARTS:
        for row in PARTS[part](Path(onet)):
            results.append({"part": part} | row)
            figures = ", ".join(f"{name} {value}" for name, value in row.items() if name != "what")
            table.add_row(row["what"], figures)
    Console(width=180).print(table)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps({"machine": machine(), "results": results}, indent=1)
    (RESULTS / "latest.json").write_text(text + "\n")


main()
