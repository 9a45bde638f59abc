"""A release's files read and validated as a whole: every table's rows, and the rejected ones."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from skillgap.errors import SourceFileError
from skillgap.onet.load.content import read_content
from skillgap.onet.load.extract import parse_source
from skillgap.onet.load.source_files import Files
from skillgap.onet.load.validate import Known, Parents, Rejected, validate
from skillgap.onet.tables import RELEASE_TABLES, TABLES

logger = logging.getLogger(__name__)

SKILLS_OF_A_RELEASE = 35
MOST_CELLS = 6_000_000  # a whole release has 4.4 million

ProgressCallback = Callable[[str, int, int], None]
"""Called with a step's name, how much of it is done, and how much there is to do."""


@dataclass(frozen=True)
class FileReport:
    """How many rows of one file were read and rejected."""

    file: str
    sha256: str
    rows_read: int
    rows_rejected: int
    seconds: float  # to read it
    ended: bool  # whether its last line has an end

    @property
    def rows_loaded(self) -> int:
        """Rows that went on to the tables."""
        return self.rows_read - self.rows_rejected


@dataclass(frozen=True)
class ReleaseRows:
    """Everything a release consists of, ready for the tables."""

    tables: Mapping[str, pd.DataFrame]
    files: tuple[FileReport, ...]
    rejected: tuple[Rejected, ...]


def read_release(
    files: Files, sums: Mapping[str, str], *, max_rejected: float, report: ProgressCallback
) -> ReleaseRows:
    """Read and check all files of a release; ``sums`` are their checksums.

    Raises SourceFileError for a structural fault, and when more than the share ``max_rejected``
    (0-1) of a file's rows has to be left out, or all of them.
    """
    texts: dict[str, list[pd.DataFrame]] = {table.name: [] for table in RELEASE_TABLES}
    seconds: dict[str, float] = {}
    ended: dict[str, bool] = {}
    cells = 0
    for source, file in files:
        report(f"reading {file.name}", 0, 1)
        started = time.monotonic()
        content = read_content(file)
        ended[file.name] = content.endswith((b"\n", b"\r"))
        frame = parse_source(file, content, source)
        cells += frame.size
        if cells > MOST_CELLS:
            raise SourceFileError(file.name, f"rejected: with it the release has more than {MOST_CELLS:,} cells")
        report(f"reading {file.name}", 1, 1)
        origin = {"file": file.name, "domain": source.domain} if source.domain else {"file": file.name}
        texts[source.table_name].append(frame.assign(**origin))
        seconds[file.name] = time.monotonic() - started
    report("checking the rows", 0, 1)
    frames = {name: pd.concat(parts) for name, parts in texts.items() if parts}
    texts.clear()
    rows, rejected = _check(frames)
    report("checking the rows", 1, 1)

    read = pd.concat(frame["file"] for frame in frames.values()).value_counts()
    left_out = Counter(row.file for row in rejected)
    reports = tuple(
        FileReport(file, digest, int(read[file]), left_out[file], seconds[file], ended[file])
        for file, digest in sums.items()
    )
    _refuse_many_rejected(reports, rejected, max_rejected)
    _warn_of_other_skills(rows["elements"])
    return ReleaseRows(rows, reports, tuple(rejected))


def _check(frames: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Rejected]]:
    """Parents before children, so that each child is checked against the rows that are kept."""
    rows: dict[str, pd.DataFrame] = {}
    rejected: list[Rejected] = []
    parents: dict[str, Parents] = {}
    scales: dict[str, tuple[int, int]] = {}

    def keep(name: str) -> list[Rejected]:
        own = TABLES[name]
        references = {column.name for column in own.columns if column.foreign_keys}
        known = Known({column: parents[column] for column in references & parents.keys()}, scales)
        kept, left_out = validate(own, frames[name], known)
        absent = [column.name for column in own.columns if column.nullable and column.name not in kept]
        rows[name] = kept.assign(**dict.fromkeys(absent))
        rejected.extend(left_out)
        return left_out

    left_out = keep("occupations")
    parents["onetsoc_code"] = _parents("onetsoc_code", rows["occupations"], frames["occupations"], left_out)
    parents["related_onetsoc_code"] = parents["onetsoc_code"]
    left_out = keep("scales")
    parents["scale_id"] = _parents("scale_id", rows["scales"], frames["scales"], left_out)
    ends = rows["scales"]
    scales.update(zip(ends["scale_id"], zip(ends["minimum"], ends["maximum"], strict=True), strict=True))
    left_out = keep("elements") if "elements" in frames else []
    rows["elements"] = _elements(rows.get("elements"), frames)
    listed = frames.get("elements", frames["ratings"])
    parents["element_id"] = _parents("element_id", rows["elements"], listed, left_out)
    for table in RELEASE_TABLES:
        if table.name in frames.keys() - rows.keys():
            keep(table.name)
    for name in rows.keys() & {"job_titles", "tasks"}:
        rows[name]["position"] = rows[name].groupby("onetsoc_code").cumcount() + 1
    return rows, rejected


def _parents(column: str, kept: pd.DataFrame, texts: pd.DataFrame, rejected: list[Rejected]) -> Parents:
    """The ids of a file's rows that are kept, and of the others why they are not."""
    faults = {str(texts.at[row.line, column]): f"{row.place}: {row.reason}" for row in rejected}
    return Parents(str(texts["file"].iloc[0]), set(kept[column]), faults)


def _elements(content_model: pd.DataFrame | None, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The content model, each element with the domain whose file rates it.

    Without a Content Model Reference the elements are those that other files name.
    """
    rated = frames["ratings"].drop_duplicates("element_id")
    domains = dict(zip(rated["element_id"], rated["domain"], strict=True))
    if content_model is None:
        tables = ("ratings", "level_anchors", "technologies")
        named = [frames[name] for name in tables if name in frames and "element_id" in frames[name]]
        content_model = pd.concat(named).drop_duplicates("element_id")[["element_id", "element_name", "file"]]
        content_model["description"] = None
    element_domains = [domains.get(element_id) for element_id in content_model["element_id"]]
    return content_model.assign(domain=pd.Series(element_domains, index=content_model.index, dtype=object))


def _refuse_many_rejected(files: tuple[FileReport, ...], rejected: list[Rejected], max_rejected: float) -> None:
    """Rows that follow a rejected one are counted where the fault is, in that one's file."""
    for file in files:
        none_left = file.rows_rejected == file.rows_read
        faults = [row for row in rejected if row.file == file.file and (none_left or not row.follows)]
        if none_left or len(faults) > max_rejected * file.rows_read:
            limit = "" if none_left else f", more than {max_rejected:.1%}"
            raise SourceFileError(
                file.file,
                f"{len(faults)} of {file.rows_read} rows have faults{limit}; "
                f"the first is at line {faults[0].line}: {faults[0].reason}",
            )


def _warn_of_other_skills(elements: pd.DataFrame) -> None:
    skills = int((elements["domain"] == "skills").sum())
    if skills != SKILLS_OF_A_RELEASE:
        logger.warning("%d skills in this release; O*NET has %d", skills, SKILLS_OF_A_RELEASE)
