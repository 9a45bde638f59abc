"""Loads that are killed: ``python -m tests.faults.killed_loads URL FOLDER``.

Each line of the input holds the processor seconds after which the next load is killed (-9), and is
answered by its exit status (-9, or 0 where it was done before) and the processor seconds it took.
Each load is a process of its own; all are forked from this one, which has imported everything.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.onet.load.run import LoadRequest, load_release


def run_load(url: str, folder: Path, kill_after: float) -> tuple[int, float]:
    """Load in a process that is killed when it has used so many seconds of a processor."""
    pid = os.fork()
    if pid == 0:
        load_release(connect(make_url(url)), LoadRequest(path=folder, again=True), lambda *_: None)
        os._exit(0)
    used = Path(f"/proc/{pid}/schedstat")
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if int(used.read_text().split()[0]) >= kill_after * 1e9:
            os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.0005)
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    for line in sys.stdin:
        print(*run_load(sys.argv[1], Path(sys.argv[2]), float(line)), flush=True)  # noqa: T201
