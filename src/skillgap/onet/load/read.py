"""A release's files read and validated as a whole: every table's rows, and the rejected ones."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from skillgap.errors import SourceFileError
from skillgap.onet.load.extract import read_source
from skillgap.onet.load.source_files import Files
from skillgap.onet.load.validate import Known, Rejected, validate
from skillgap.onet.tables import RELEASE_TABLES, TABLES

logger = logging.getLogger(__name__)

SKILLS_OF_A_RELEASE = 35

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
    for done, (source, file) in enumerate(files):
        report(f"reading {file.name}", done, len(files))
        started = time.monotonic()
        frame = read_source(file, source)
        origin = {"file": file.name, "domain": source.domain} if source.domain else {"file": file.name}
        texts[source.table_name].append(frame.assign(**origin))
        seconds[file.name] = time.monotonic() - started
    report("checking the rows", len(files), len(files))
    frames = {name: pd.concat(parts) for name, parts in texts.items() if parts}
    rows, rejected = _check(frames)

    read = pd.concat(frame["file"] for frame in frames.values()).value_counts()
    left_out = Counter(row.file for row in rejected)
    reports = tuple(
        FileReport(file, digest, int(read[file]), left_out[file], seconds[file]) for file, digest in sums.items()
    )
    _refuse_many_rejected(reports, rejected, max_rejected)
    _warn_of_holes(rows["ratings"], rows["elements"])
    return ReleaseRows(rows, reports, tuple(rejected))


def _check(frames: Mapping[str, pd.DataFrame]) -> tuple[dict[str, pd.DataFrame], list[Rejected]]:
    """Parents before children, so that each child is checked against the rows that are kept."""
    rows: dict[str, pd.DataFrame] = {}
    rejected: list[Rejected] = []
    ids: dict[str, set[str]] = {}
    scales: dict[str, tuple[int, int]] = {}

    def keep(name: str) -> pd.DataFrame:
        own = TABLES[name]
        references = {column.name for column in own.columns if column.foreign_keys}
        known = Known({column: ids[column] for column in references & ids.keys()}, scales)
        if name in frames:
            rows[name], left_out = validate(own, frames[name], known)
            rejected.extend(left_out)
        return rows.get(name, pd.DataFrame())

    ids["onetsoc_code"] = ids["related_onetsoc_code"] = set(keep("occupations")["onetsoc_code"])
    ends = keep("scales")
    scales.update(zip(ends["scale_id"], zip(ends["minimum"], ends["maximum"], strict=True), strict=True))
    ids["scale_id"] = set(scales)
    keep("elements")
    rows["elements"] = _elements(rows.get("elements"), frames)
    ids["element_id"] = set(rows["elements"]["element_id"])
    for table in RELEASE_TABLES:
        if table.name not in ("occupations", "scales", "elements"):
            keep(table.name)
    if "job_titles" in rows:
        titles = rows["job_titles"]
        titles["position"] = titles.groupby("onetsoc_code").cumcount() + 1
    return rows, rejected


def _elements(content_model: pd.DataFrame | None, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The content model, each element with the domain whose file rates it.

    Without a Content Model Reference the elements are those that other files name.
    """
    rated = frames["ratings"].drop_duplicates("element_id")
    domains = dict(zip(rated["element_id"], rated["domain"], strict=True))
    if content_model is None:
        named = [frames[name] for name in ("ratings", "level_anchors") if name in frames]
        content_model = pd.concat(named).drop_duplicates("element_id")[["element_id", "element_name"]]
        content_model["description"] = None
    element_domains = [domains.get(element_id) for element_id in content_model["element_id"]]
    return content_model.assign(domain=pd.Series(element_domains, index=content_model.index, dtype=object))


def _refuse_many_rejected(files: tuple[FileReport, ...], rejected: list[Rejected], max_rejected: float) -> None:
    for file in files:
        none_left = file.rows_rejected == file.rows_read
        if none_left or file.rows_rejected > max_rejected * file.rows_read:
            first = next(row for row in rejected if row.file == file.file)
            limit = "" if none_left else f", more than {max_rejected:.1%}"
            raise SourceFileError(
                file.file,
                f"{file.rows_rejected} of {file.rows_read} rows have faults{limit}; "
                f"the first is at line {first.line}: {first.reason}",
            )


def _warn_of_holes(ratings: pd.DataFrame, elements: pd.DataFrame) -> None:
    """O*NET rates an occupation on every skill, importance and level; say where that is not so."""
    skills = elements.loc[elements["domain"] == "skills", "element_id"]
    if len(skills) != SKILLS_OF_A_RELEASE:
        logger.warning("%d skills in this release; O*NET has %d", len(skills), SKILLS_OF_A_RELEASE)
    rated = ratings[ratings["element_id"].isin(skills)].groupby("onetsoc_code").size()
    partly = rated[rated != 2 * len(skills)]
    if len(partly):
        logger.warning(
            "%d occupations are not rated on every skill, among them %s", len(partly), ", ".join(partly.index[:3])
        )
