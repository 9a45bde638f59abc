"""Releases replaced a hundred times while clients compare: each answer is of one release alone."""

from __future__ import annotations

import gc
import http.client
import json
import shutil
import threading
import weakref
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine, make_url

from skillgap.database.engine import connect
from skillgap.onet.live_catalogue import LiveCatalogue
from tests.conftest import SAMPLE, load
from tests.faults.clients import Asked, ask
from tests.faults.service import PAIR, Service, serving
from tests.faults.waiting import eventually

LOADS = 50  # on each database
LEVELS = {"99.1": ("1.11", "2.22"), "99.2": ("3.33", "6.66")}  # of source and target, every skill


def write_small_release(folder: Path, name: str) -> Path:
    """Two occupations, each with one level for all its skills, which tells the release."""
    folder.mkdir()
    source, target = LEVELS[name]
    text = {"sep": "\t", "dtype": str, "keep_default_na": False, "quoting": 3}
    skills = pd.read_csv(SAMPLE / "Skills.txt", **text)
    for code, level in (("31-1131.00", source), ("29-1141.00", target)):
        of_level = (skills["O*NET-SOC Code"] == code) & (skills["Scale ID"] == "LV")
        skills.loc[of_level, ["Data Value", "Not Relevant"]] = [level, "N"]
    skills = skills[skills["O*NET-SOC Code"].isin(["31-1131.00", "29-1141.00"])]
    skills.to_csv(folder / "Skills.txt", sep="\t", index=False)
    for file in ("Occupation Data.txt", "Scales Reference.txt"):
        shutil.copy(SAMPLE / file, folder)
    (folder / "Read Me.txt").write_text(f"O*NET {name} Database\nMay 2026 Release\n")
    return folder


@contextmanager
def comparing(service: Service, number: int) -> Iterator[list[Asked]]:
    """Clients that ask for the pair again and again; every other one says what it has."""
    asked: list[Asked] = []
    stopping = threading.Event()

    def compare(conditional: bool) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        headers = {}
        while not stopping.is_set():
            answer = ask(connection, PAIR, headers)
            asked.append(answer._replace(path=headers.get("If-None-Match", "")))
            if conditional:
                headers = {"If-None-Match": answer.headers["etag"]}
        connection.close()

    threads = [threading.Thread(target=compare, args=(one % 2 == 0,)) for one in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield asked
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def test_no_answer_is_ever_of_two_releases(engine: Engine, url: str, tmp_path: Path) -> None:
    folders = [write_small_release(tmp_path / name, name) for name in LEVELS]
    load(engine, folders[0])
    with serving(url, tmp_path, workers=2, API_POLL_SECONDS="0.05") as service, comparing(service, 6) as asked:
        for number in range(1, LOADS + 1):
            load(engine, folders[number % 2], again=True)
        eventually(lambda: service.get("/ready")["release"] == "99.1")
    assert {one.status for one in asked} == {200, 304}
    bodies = defaultdict(set)
    for one in asked:
        if one.status == 304:
            assert one.headers["etag"] == one.path  # the tag it was asked with
        else:
            bodies[one.headers["etag"]].add(one.body)
    for tag, versions in bodies.items():
        assert len(versions) == 1, tag
        (body,) = versions
        answer = json.loads(body)
        levels = {(gap["from_level"], gap["to_level"]) for gap in answer["skill_gaps"]}
        source, target = LEVELS[answer["release"]]
        assert levels == {(float(source), float(target))}
    # Both workers give the same answer the same tag, and many replacements were seen.
    assert LOADS / 4 < len(bodies) <= LOADS + 1


def test_what_past_requests_left_behind_does_not_hold_a_replaced_release(tmp_path: Path) -> None:
    engine = connect(make_url(f"sqlite:///{tmp_path / 'test.sqlite'}"))
    live = LiveCatalogue(engine)
    older, newer = LEVELS
    load(engine, write_small_release(tmp_path / older, older))
    live.refresh()
    load(engine, write_small_release(tmp_path / newer, newer))
    gc.disable()  # as if none were due
    try:
        replaced = weakref.ref(live.snapshot.catalogue)
        left_behind: list[object] = [live.snapshot.catalogue]
        left_behind.append(left_behind)  # as an error and its traceback do
        del left_behind
        gc.freeze()  # at the worst of moments
        live.refresh()
    finally:
        gc.enable()
        gc.unfreeze()
    assert live.snapshot.catalogue.info.release == newer
    assert replaced() is None
    live.close()
