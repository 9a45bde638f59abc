"""The load of a release against its limit: parsing the same files and inserting the same rows.

The limit reads the files with pandas and writes the same rows with the driver's own executemany
into the same empty tables, with the same keys: a load without its checks and its books. Where MySQL
allows it (local_infile), LOAD DATA of the same rows is beside it, without the parsing.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import create_engine, make_url, text

RUNS = 3

SETUP = """
import csv, resource, sys, time
from pathlib import Path
import pandas as pd
from sqlalchemy import make_url
from skillgap.database.engine import connect
from skillgap.database.transactions import writing
from skillgap.onet.load.run import LoadRequest, load_release
from skillgap.migrations import migrate
engine = connect(make_url(sys.argv[1]))
folder = Path(sys.argv[2])
migrate(engine)
"""
LOAD = """
started = time.perf_counter()
load_release(engine, LoadRequest(path=folder), lambda *_: None)
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
# Reading the rows back out of a loaded database gives the limit exactly the rows of the load.
LIMIT = """
import pickle
rows = pickle.loads(Path(sys.argv[3]).read_bytes())
started = time.perf_counter()
for file in sorted(folder.glob("*.txt")):
    if file.name in rows["files"]:
        pd.read_csv(file, sep="\\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE)
with writing(engine) as connection:
    for statement, values in rows["tables"]:
        connection.exec_driver_sql(statement, values)
print(time.perf_counter() - started, 0)
"""
ROWS = """
import pickle
from sqlalchemy import select
from skillgap.database.base import Base
from skillgap.onet.tables import LoadedFiles
load_release(engine, LoadRequest(path=folder), lambda *_: None)
mark = "?" if engine.dialect.paramstyle == "qmark" else "%s"
quote = engine.dialect.identifier_preparer.quote
with writing(engine) as connection:
    tables = []
    for table in Base.metadata.sorted_tables:
        columns = ", ".join(quote(column.name) for column in table.columns)
        marks = ", ".join([mark] * len(table.columns))
        found = connection.exec_driver_sql(f"SELECT {columns} FROM {quote(table.name)}")
        values = [tuple(None if v is None else v if isinstance(v, int) else str(v) for v in row)
                  for row in found]
        if values:
            tables.append((f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})", values))
    files = set(connection.scalars(select(LoadedFiles.file)))
Path(sys.argv[3]).write_bytes(pickle.dumps({"files": files, "tables": tables}))
"""


# The fastest that MySQL has, where it allows it: the rows from a file, by its own parser.
LOAD_DATA = r"""
import pickle, tempfile
from sqlalchemy import create_engine, text
rows = pickle.loads(Path(sys.argv[3]).read_bytes())
allowing = create_engine(make_url(sys.argv[1]), connect_args={"local_infile": True})
with allowing.begin() as connection:
    if not connection.scalar(text("SELECT @@local_infile")):
        print(0, 0)
        sys.exit()

def written(value):
    if value is None:
        return "\\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")

started = time.perf_counter()
with allowing.begin() as connection, tempfile.TemporaryDirectory() as scratch:
    for number, (statement, values) in enumerate(rows["tables"]):
        file = Path(scratch) / str(number)
        with file.open("w", encoding="utf-8", newline="") as lines:
            lines.writelines("\t".join(map(written, row)) + "\n" for row in values)
        table, columns = statement.removeprefix("INSERT INTO ").split(" VALUES ")[0].split(" ", 1)
        connection.exec_driver_sql(
            f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE {table} CHARACTER SET utf8mb4 {columns}")
print(time.perf_counter() - started, 0)
"""


def measure(onet: Path) -> Iterator[dict[str, Any]]:
    """A row for each database at hand: seconds of load and limit, their ratio, peak memory."""
    servers = {"SQLite": None, "MySQL": os.environ.get("TEST_MYSQL_URL")}
    for name, server in servers.items():
        if name != "SQLite" and not server:
            continue
        with tempfile.TemporaryDirectory() as folder:
            rows = str(Path(folder) / "rows")
            with empty_database(server, folder) as url:
                run(SETUP + ROWS, url, str(onet), rows)
            loads, limits, files = [], [], []
            for _ in range(RUNS):
                with empty_database(server, folder) as url:
                    loads.append(run(SETUP + LOAD, url, str(onet)))
                with empty_database(server, folder) as url:
                    limits.append(run(SETUP + LIMIT, url, str(onet), rows))
                if server:
                    with empty_database(server, folder) as url:
                        files.append(run(SETUP + LOAD_DATA, url, str(onet), rows)[0])
        load, limit = median(one for one, _ in loads), median(one for one, _ in limits)
        yield {
            "what": f"load of 29.2 into {name}",
            "seconds": round(load, 2),
            "limit_seconds": round(limit, 2),
            "ratio": round(load / limit, 2),
            "peak_mb": max(peak for _, peak in loads),
        } | ({"load_data_seconds": round(median(files), 2)} if any(files) else {})


@contextmanager
def empty_database(server: str | None, folder: str) -> Iterator[str]:
    """The address of a new database, gone afterwards."""
    if server is None:
        file = Path(folder) / f"{secrets.token_hex(4)}.sqlite"
        yield f"sqlite:///{file}"
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
        return
    name = f"skillgap_{secrets.token_hex(4)}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    engine.dispose()


def run(program: str, *arguments: str) -> tuple[float, int]:
    """What a program in a process of its own prints: seconds, and its peak memory in MB."""
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    seconds, peak = (done.stdout.split() or ["0", "0"])[-2:]
    return float(seconds), int(peak)
