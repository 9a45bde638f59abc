"""What each file of a release must look like, and which files make a release.

Files are known by their names (``Occupation Data.txt``, ``occupation_data.csv``), columns by their
headers: the text layout up to 30.2, the text and CSV layouts from 30.3 on, and short names in use.
The crosswalk is no part of a release, so it is known by its headers under any name.
What a column may hold is declared by its table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from skillgap.errors import SourceFileError
from skillgap.onet.load.content import disk_faults, kind_of, read_start


@dataclass(frozen=True, eq=False)
class SourceFile:
    """One kind of file: its names (O*NET's own first), the table it fills, its headers and their columns."""

    names: tuple[str, ...]
    table_name: str
    columns: Mapping[str, str]
    domain: str | None = None


RENAMED = {
    "O*NET-SOC Code": "onetsoc_code",
    "O*NET-SOC 2010 Code": "onetsoc_2010_code",
    "O*NET-SOC 2010 Title": "onetsoc_2010_title",
    "O*NET-SOC 2019 Code": "onetsoc_code",
    "Date": "date_updated",
    "Alternate Title": "job_title",
    "Source(s)": "sources",
    "Related O*NET-SOC Code": "related_onetsoc_code",
    "Index": "related_index",
    "Workplace Example": "example",
}


def _columns(*headers: str) -> dict[str, str]:
    """Our names of columns by their headers: in small letters with underscores, unless renamed."""
    return {header: RENAMED.get(header, header.lower().replace(" ", "_")) for header in headers}


RATING_COLUMNS = _columns(
    *("O*NET-SOC Code", "Element ID", "Element Name", "Scale ID", "Data Value", "N", "Standard Error"),
    *("Lower CI Bound", "Upper CI Bound", "Recommend Suppress", "Not Relevant", "Date", "Domain Source"),
)
"""The columns of a table of ratings by their headers, in files and in O*NET Web Services."""


def _ratings(name: str, domain: str) -> SourceFile:
    return SourceFile((name,), "ratings", RATING_COLUMNS, domain)


def _file(table_name: str, *names: str, columns: str) -> SourceFile:
    return SourceFile(names, table_name, _columns(*columns.split(", ")))


OCCUPATIONS = _file(
    "occupations", "Occupation Data", "Occupation", "Occupations", columns="O*NET-SOC Code, Title, Description"
)
SCALES = _file("scales", "Scales Reference", "Scales", "Scale", columns="Scale ID, Scale Name, Minimum, Maximum")
SKILLS = _ratings("Skills", "skills")
ESSENTIAL_SKILLS = _ratings("Essential Skills", "skills")
TRANSFERABLE_SKILLS = _ratings("Transferable Skills", "skills")
OPTIONAL = (
    _file("elements", "Content Model Reference", columns="Element ID, Element Name, Description"),
    _ratings("Knowledge", "knowledge"),
    _ratings("Abilities", "abilities"),
    _ratings("Work Activities", "work_activities"),
    _file(
        "level_anchors",
        "Level Scale Anchors",
        columns="Element ID, Element Name, Scale ID, Anchor Value, Anchor Description",
    ),
    _file("job_titles", "Alternate Titles", columns="O*NET-SOC Code, Alternate Title, Short Title, Source(s)"),
    _file("job_titles", "Job Titles", columns="O*NET-SOC Code, Job Title, Short Title, Source(s)"),  # from 30.3 on
    _file(
        "reported_titles",
        "Sample of Reported Titles",
        columns="O*NET-SOC Code, Reported Job Title, Shown in My Next Move",
    ),
    _file(
        "technologies",
        "Technology Skills",
        columns="O*NET-SOC Code, Example, Commodity Code, Commodity Title, Hot Technology, In Demand",
    ),
    _file(  # from 30.3 on
        "technologies",
        "Software Skills",
        columns="O*NET-SOC Code, Workplace Example, Element ID, Element Name, Hot Technology, In Demand",
    ),
    _file(
        "tasks",
        "Task Statements",
        columns="O*NET-SOC Code, Task ID, Task, Task Type, Incumbents Responding, Date, Domain Source",
    ),
    _file(
        "related_occupations",
        "Related Occupations",
        columns="O*NET-SOC Code, Related O*NET-SOC Code, Relatedness Tier, Index",
    ),
    _file("job_zones", "Job Zones", columns="O*NET-SOC Code, Job Zone, Date, Domain Source"),
)

CODE_CROSSWALK = _file(
    "code_crosswalk", "2010 to 2019 Crosswalk", columns="O*NET-SOC 2010 Code, O*NET-SOC 2010 Title, O*NET-SOC 2019 Code"
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
    with disk_faults(folder.name):
        return _release_files(folder)


def _release_files(folder: Traversable) -> Files:
    present = _by_plain_name(folder)
    skills = _skills_layout(folder, present)
    files: Files = []
    for source in (OCCUPATIONS, SCALES, *skills, *OPTIONAL):
        file = _find(source, present)
        if file is not None:
            files.append((source, file))
        elif source not in OPTIONAL:
            there = ", ".join(sorted(file.name for file in present.values()))
            raise SourceFileError(folder.name, f"the file '{source.names[0]}' is missing (there: {there or 'no file'})")
    _check_alternatives(folder, [source for source, _ in files])
    known = {file.name for _, file in files}
    others = (file for file in present.values() if file.name not in known and kind_of(file) is None)
    crosswalk = next((file for file in others if _has_columns(file, CODE_CROSSWALK)), None)
    return [*files, (CODE_CROSSWALK, crosswalk)] if crosswalk else files


def _skills_layout(folder: Traversable, present: Mapping[str, Traversable]) -> tuple[SourceFile, ...]:
    halves = (ESSENTIAL_SKILLS, TRANSFERABLE_SKILLS)
    there = [source for source in halves if _find(source, present)]
    if not there:
        return (SKILLS,)
    if _find(SKILLS, present):
        raise SourceFileError(
            folder.name, f"both 'Skills' and '{there[0].names[0]}' are there: two releases in one folder"
        )
    return halves


def _check_alternatives(folder: Traversable, sources: Sequence[SourceFile]) -> None:
    """Raise SourceFileError where a file is there under both of its names: its rows would be read twice."""
    names: dict[str, str] = {}
    for source in sources:
        if source.domain is None and (other := names.setdefault(source.table_name, source.names[0])) != source.names[0]:
            fault = f"both '{other}' and '{source.names[0]}' are there: two releases in one folder"
            raise SourceFileError(folder.name, fault)


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
        if file.name.lower().endswith((".txt", ".csv"))
    }


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().lower()
