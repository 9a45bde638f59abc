"""What the response cache and the fast path buy: the same requests with each of them switched off."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.answering import PAIR, Target, compare, limits, require_wrk, write_scripts
from bench.servers import loaded, serving

CONNECTIONS = 32
LAYERS = ("everything", "without_cache", "without_fast_path", "without_either")

SERVE = """
import sys
from skillgap.cli import serve
serve.APP = f"bench.limits:{sys.argv[1]}"
serve.serve(workers=1)
"""


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row for one pair and one for random pairs, for each set of layers."""
    require_wrk()
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        url = loaded(onet, folder)
        script = write_scripts(onet, folder)["random pairs"]
        targets = limits(running, folder, 1)
        for layers in LAYERS:
            server = running.enter_context(serving(["-c", SERVE, layers], folder, {"DATABASE_URL": url}))
            targets += [
                Target(f"one pair, {layers}", server, (server.address + PAIR,)),
                Target(f"random pairs, {layers}", server, ("-s", script, server.address)),
            ]
        yield from compare(targets, 1, CONNECTIONS)
