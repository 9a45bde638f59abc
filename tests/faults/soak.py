"""Minutes of mixed questions while releases change, and what a worker weighs meanwhile.

``make soak MINUTES=3``; with O*NET's 29.2 where ONET_DATA names it, else with our sample. Fails
when a request does, or when the workers weigh more in each quarter of the time than before.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, make_url

from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.onet import queries
from skillgap.onet.load.replace import use_release
from skillgap.onet.load.run import LoadRequest, load_release
from tests.conftest import SAMPLE
from tests.faults.clients import asking
from tests.faults.service import serving
from tests.faults.waiting import eventually

WORKERS = 2
EVERY_SECONDS = 5.0
STEADY_GROWTH = 1.03  # in each quarter of the time: what is kept fills, then stays
QUESTIONS = 5_000


def main(minutes: float) -> None:
    """Soak, print a line every few seconds, and end with status 1 when memory grows."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/soak.sqlite"
        engine = connect(make_url(url))
        first = _load(engine, Path(os.environ.get("ONET_DATA", SAMPLE)), None)
        second = _load(engine, SAMPLE, "99.1")
        paths = list(_questions(engine, first))
        with (
            serving(url, Path(folder), workers=WORKERS, API_POLL_SECONDS="1") as service,
            asking(service.port, paths, number=4) as clients,
        ):
            weighed: list[float] = []
            began = time.monotonic()
            while (passed := time.monotonic() - began) < minutes * 60:
                use_release(engine, (first, second)[len(weighed) % 2])
                due = passed + EVERY_SECONDS
                eventually(lambda due=due: time.monotonic() - began >= due, within=60)
                weighed.append(service.megabytes())
                print(f"{passed:6.0f} s {len(clients.asked):9,} requests {weighed[-1]:6.0f} MB")
        statuses = dict.fromkeys(sorted(clients.statuses()), 0)
        for one in clients.asked:
            statuses[one.status] += 1
        errors = service.messages("ERROR")
        engine.dispose()
    _judge(weighed, statuses, errors)


def _load(engine: Engine, path: Path, name: str | None) -> str:
    request = LoadRequest(path=path, release=name)
    return load_release(engine, request, lambda *_: None).release


def _questions(engine: Engine, release: str) -> Iterator[str]:
    """Of every kind, on occupations that both releases have where there are any."""
    with reading(engine) as connection:
        both = queries.rated_occupations(connection, "99.1")
        codes = sorted(both & queries.rated_occupations(connection, release))
        all_codes = sorted(queries.rated_occupations(connection, release))
    chance = random.Random(29)
    for _ in range(QUESTIONS):
        source, target = chance.choice(codes), chance.choice(codes)
        yield chance.choice(
            (
                f"/skill-gap?from={source}&to={target}",
                f"/skill-gap?from={source}&to={target}",
                f"/skill-gap?from={chance.choice(all_codes)}&to={target}&release={release}",
                f"/skill-gap?from={source}&to={target}&include=all&explain=anchors",
                f"/?from={source}&to={target}",
                f"/occupations?q={target[:5]}",
                "/occupations?q=nurze",
                f"/occupations/{source}/moves?limit=5",
                f"/occupations/{source}",
                f"/matrix?from={source}&format=csv",
                f"/skill-gap?from={source}&to=99-9999",
                "/health",
            )
        )


def _judge(weighed: list[float], statuses: dict[int, int], errors: list[str]) -> None:
    quarter = len(weighed) // 4
    quarters = [median(weighed[start * quarter :][:quarter]) for start in range(4)]
    told = ", ".join(f"{one:.0f}" for one in quarters)
    print(f"answers by status: {statuses}; megabytes by quarter of the time: {told}")
    if set(statuses) - {200, 404} or errors:
        sys.exit(f"soak: not every request was answered: {statuses} {errors[:3]}")
    if all(later > earlier * STEADY_GROWTH for earlier, later in pairwise(quarters)):
        sys.exit("soak: memory grows")


if __name__ == "__main__":
    main(float(sys.argv[1]))
