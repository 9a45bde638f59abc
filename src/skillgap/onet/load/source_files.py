"""What each file of a release must look like, and which files make a release.

Files are known by their names (``Occupation Data.txt``, ``occupation_data.csv``), columns by their
headers: the text layout up to 30.2, the text and CSV layouts from 30.3 on, and short names in use.
The crosswalk is no part of a release, so whatever it is called, its headers tell it.
What a column may hold is said by the table it goes to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

from skillgap.errors import SourceFileError
from skillgap.onet.load.contents import read_start
from skillgap.onet.tables import TABLES

if TYPE_CHECKING:
    from sqlalchemy import Table


@dataclass(frozen=True, eq=False)
class SourceFile:
    """One kind of file: the names it goes by, the table it fills, its headers and their columns."""

    names: tuple[str, ...]
    table_name: str
    columns: Mapping[str, str]
    domain: str | None = None

    @property
    def name(self) -> str:
        """O*NET's own name of the file."""
        return self.names[0]

    @property
    def table(self) -> Table:
        """The table its rows go to."""
        return TABLES[self.table_name]


def _ratings(name: str, domain: str) -> SourceFile:
    return SourceFile(
        names=(name,),
        table_name="ratings",
        domain=domain,
        columns={
            "O*NET-SOC Code": "onetsoc_code",
            "Element ID": "element_id",
            "Element Name": "element_name",
            "Scale ID": "scale_id",
            "Data Value": "data_value",
            "N": "n",
            "Standard Error": "standard_error",
            "Lower CI Bound": "lower_ci_bound",
            "Upper CI Bound": "upper_ci_bound",
            "Recommend Suppress": "recommend_suppress",
            "Not Relevant": "not_relevant",
            "Date": "date_updated",
            "Domain Source": "domain_source",
        },
    )


OCCUPATIONS = SourceFile(
    names=("Occupation Data", "Occupation", "Occupations"),
    table_name="occupations",
    columns={"O*NET-SOC Code": "onetsoc_code", "Title": "title", "Description": "description"},
)
SCALES = SourceFile(
    names=("Scales Reference", "Scales", "Scale"),
    table_name="scales",
    columns={
        "Scale ID": "scale_id",
        "Scale Name": "scale_name",
        "Minimum": "minimum",
        "Maximum": "maximum",
    },
)
SKILLS = _ratings("Skills", "skills")
ESSENTIAL_SKILLS = _ratings("Essential Skills", "skills")
TRANSFERABLE_SKILLS = _ratings("Transferable Skills", "skills")
CONTENT_MODEL = SourceFile(
    names=("Content Model Reference",),
    table_name="elements",
    columns={
        "Element ID": "element_id",
        "Element Name": "element_name",
        "Description": "description",
    },
)
LEVEL_ANCHORS = SourceFile(
    names=("Level Scale Anchors",),
    table_name="level_anchors",
    columns={
        "Element ID": "element_id",
        "Element Name": "element_name",
        "Scale ID": "scale_id",
        "Anchor Value": "anchor_value",
        "Anchor Description": "anchor_description",
    },
)
OPTIONAL = (
    CONTENT_MODEL,
    _ratings("Knowledge", "knowledge"),
    _ratings("Abilities", "abilities"),
    _ratings("Work Activities", "work_activities"),
    LEVEL_ANCHORS,
    SourceFile(
        names=("Alternate Titles",),
        table_name="job_titles",
        columns={
            "O*NET-SOC Code": "onetsoc_code",
            "Alternate Title": "job_title",
            "Short Title": "short_title",
            "Source(s)": "sources",
        },
    ),
    SourceFile(
        names=("Job Titles",),  # the name of Alternate Titles from 30.3 on
        table_name="job_titles",
        columns={
            "O*NET-SOC Code": "onetsoc_code",
            "Job Title": "job_title",
            "Short Title": "short_title",
            "Source(s)": "sources",
        },
    ),
    SourceFile(
        names=("Sample of Reported Titles",),
        table_name="reported_titles",
        columns={
            "O*NET-SOC Code": "onetsoc_code",
            "Reported Job Title": "reported_job_title",
            "Shown in My Next Move": "shown_in_my_next_move",
        },
    ),
    SourceFile(
        names=("Related Occupations",),
        table_name="related_occupations",
        columns={
            "O*NET-SOC Code": "onetsoc_code",
            "Related O*NET-SOC Code": "related_onetsoc_code",
            "Relatedness Tier": "relatedness_tier",
            "Index": "related_index",
        },
    ),
    SourceFile(
        names=("Job Zones",),
        table_name="job_zones",
        columns={
            "O*NET-SOC Code": "onetsoc_code",
            "Job Zone": "job_zone",
            "Date": "date_updated",
            "Domain Source": "domain_source",
        },
    ),
)

CODE_CROSSWALK = SourceFile(
    names=("2010 to 2019 Crosswalk",),
    table_name="code_crosswalk",
    columns={
        "O*NET-SOC 2010 Code": "onetsoc_2010_code",
        "O*NET-SOC 2010 Title": "onetsoc_2010_title",
        "O*NET-SOC 2019 Code": "onetsoc_code",
    },
)
LONGEST_HEADER = 10_000  # bytes

Files = list[tuple[SourceFile, Traversable]]


def holds_release(folder: Traversable) -> bool:
    """Whether the folder has an occupation file: the mark by which a release is known."""
    return _find(OCCUPATIONS, _by_plain_name(folder)) is not None


def release_files(folder: Traversable) -> Files:
    """The files of the release in the folder: the needed ones, and whichever others are there.

    Raises SourceFileError when a needed one is missing: occupations, scales, and skills, which are
    one file up to release 30.2 and two from 30.3 on.
    """
    present = _by_plain_name(folder)
    skills = _skills_layout(folder, present)
    files: Files = []
    for source in (OCCUPATIONS, SCALES, *skills, *OPTIONAL):
        file = _find(source, present)
        if file is not None:
            files.append((source, file))
        elif source not in OPTIONAL:
            there = ", ".join(sorted(file.name for file in present.values()))
            raise SourceFileError(folder.name, f"the file '{source.name}' is missing (there: {there or 'no file'})")
    known = {file.name for _, file in files}
    others = (file for file in present.values() if file.name not in known)
    crosswalk = next((file for file in others if _has_columns(file, CODE_CROSSWALK)), None)
    return [*files, (CODE_CROSSWALK, crosswalk)] if crosswalk else files


def _skills_layout(folder: Traversable, present: Mapping[str, Traversable]) -> tuple[SourceFile, ...]:
    halves = (ESSENTIAL_SKILLS, TRANSFERABLE_SKILLS)
    there = [source for source in halves if _find(source, present)]
    if not there:
        return (SKILLS,)
    if _find(SKILLS, present):
        raise SourceFileError(
            folder.name,
            f"both 'Skills' and '{there[0].name}' are there: two releases in one folder",
        )
    return halves


def _find(source: SourceFile, present: Mapping[str, Traversable]) -> Traversable | None:
    found = (present.get(_plain(name)) for name in source.names)
    return next((file for file in found if file is not None), None)


def _has_columns(file: Traversable, source: SourceFile) -> bool:
    start = read_start(file, LONGEST_HEADER).partition(b"\n")[0]
    header = start.decode("utf-8-sig", errors="replace")
    return all(column in header for column in source.columns)


def _by_plain_name(folder: Traversable) -> dict[str, Traversable]:
    return {
        _plain(file.name.rpartition(".")[0]): file
        for file in sorted(folder.iterdir(), key=lambda file: file.name)  # .txt rules over .csv
        if file.name.lower().endswith((".txt", ".csv")) and file.is_file()
    }


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().lower()
