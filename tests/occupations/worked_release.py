"""A release of nine occupations, four skills and two kinds of knowledge, small enough to work out by hand.

Its figures are ours, made up so that every rule of a comparison decides something, and are not O*NET's; codes, titles
and the ids and names of the elements are. Unlike our sample it has standard errors, a rating that is not to be relied
on, a second domain that not all of them are rated in (so that it loads as an incomplete release alone), and several
occupations under one SOC code.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

RELEASE = "worked"

ASSISTANTS, NURSES, ACUTE_CARE = "31-1131.00", "29-1141.00", "29-1141.01"
ANALYSTS, DATA_MANAGERS, DATA_SCIENTISTS = "15-2051.01", "15-2051.02", "15-2051.00"
MODELS, DEVELOPERS, OFFICERS = "41-9012.00", "15-1252.00", "55-1016.00"

READING, LISTENING, MATHEMATICS, PROGRAMMING = "2.A.1.a", "2.A.1.b", "2.A.1.e", "2.B.3.e"
COMPUTERS, MEDICINE = "2.C.3.a", "2.C.5.a"

OCCUPATIONS = {
    DEVELOPERS: "Software Developers",  # listed, not rated
    DATA_SCIENTISTS: "Data Scientists",  # not rated, but two occupations under its SOC code are
    ANALYSTS: "Business Intelligence Analysts",
    DATA_MANAGERS: "Clinical Data Managers",
    NURSES: "Registered Nurses",
    ACUTE_CARE: "Acute Care Nurses",
    ASSISTANTS: "Nursing Assistants",
    MODELS: "Models",
    OFFICERS: "Infantry Officers",  # not rated, alone in its SOC group
}
JOB_ZONES = {ANALYSTS: 4, DATA_MANAGERS: 4, NURSES: 3, ACUTE_CARE: 4, ASSISTANTS: 2, MODELS: 1}
ELEMENTS = {
    READING: "Reading Comprehension",
    LISTENING: "Active Listening",
    MATHEMATICS: "Mathematics",
    PROGRAMMING: "Programming",
    COMPUTERS: "Computers and Electronics",
    MEDICINE: "Medicine and Dentistry",
}
ANCHORS = [
    (READING, 2, "Follow a notice on a door"),
    (READING, 4, "Compare two written offers"),
    (READING, 6, "Study a court ruling"),
    (LISTENING, 2, "Take down a telephone number"),
    (LISTENING, 4, "Draw out what a customer means"),
    (LISTENING, 6, "Sum up both sides of a dispute"),
]


class Figures(NamedTuple):
    """One element of one occupation: level 0-7, importance 1-5, the level's standard error."""

    level: str
    importance: str
    error: str = "n/a"
    not_relevant: str = "N"
    suppress: str = "n/a"


SKILLS = {
    ASSISTANTS: {
        READING: Figures("3.00", "3.00", "0.3000"),
        LISTENING: Figures("3.50", "4.00", "0.6000"),
        MATHEMATICS: Figures("2.00", "2.00", "0.0300"),
        PROGRAMMING: Figures("1.00", "1.00", "0.0000", not_relevant="Y"),  # counts as 0
    },
    NURSES: {
        READING: Figures("4.00", "4.00", "0.4000"),
        LISTENING: Figures("4.50", "4.00", "0.8000"),
        MATHEMATICS: Figures("2.25", "3.00", "0.0400", suppress="Y"),
        PROGRAMMING: Figures("1.00", "2.00", "0.0000"),  # all raters agreed
    },
    ACUTE_CARE: {
        READING: Figures("4.00", "4.00"),
        LISTENING: Figures("4.00", "4.00"),
        MATHEMATICS: Figures("3.25", "3.00"),
        PROGRAMMING: Figures("1.00", "2.00"),
    },
    ANALYSTS: {
        READING: Figures("4.00", "4.00"),
        LISTENING: Figures("3.50", "3.00"),
        MATHEMATICS: Figures("4.50", "4.00"),
        PROGRAMMING: Figures("3.50", "3.00"),
    },
    DATA_MANAGERS: {
        READING: Figures("4.00", "4.00"),
        LISTENING: Figures("3.50", "3.00"),
        MATHEMATICS: Figures("4.00", "4.00"),
        PROGRAMMING: Figures("2.50", "3.00"),
    },
    MODELS: {
        READING: Figures("2.00", "2.00"),
        LISTENING: Figures("3.00", "3.00"),
        MATHEMATICS: Figures("0.00", "1.00", not_relevant="Y"),
        PROGRAMMING: Figures("0.00", "1.00", not_relevant="Y"),
    },
}
KNOWLEDGE = {
    ASSISTANTS: {COMPUTERS: Figures("1.50", "2.00"), MEDICINE: Figures("2.00", "3.00")},
    NURSES: {COMPUTERS: Figures("2.50", "3.00"), MEDICINE: Figures("5.00", "5.00")},
    ANALYSTS: {COMPUTERS: Figures("5.00", "5.00"), MEDICINE: Figures("1.00", "1.00")},
}

RATINGS_HEADER = (
    "O*NET-SOC Code\tElement ID\tElement Name\tScale ID\tData Value\tN\tStandard Error\tLower CI Bound\t"
    "Upper CI Bound\tRecommend Suppress\tNot Relevant\tDate\tDomain Source"
)


def write_worked_release(folder: Path) -> Path:
    """Write the release in O*NET's text layout; the folder, which must not be there yet."""
    folder.mkdir()
    files = {
        "Occupation Data": ("O*NET-SOC Code\tTitle\tDescription", ((*one, "Ours.") for one in OCCUPATIONS.items())),
        "Scales Reference": (
            "Scale ID\tScale Name\tMinimum\tMaximum",
            [("IM", "Importance", 1, 5), ("LV", "Level", 0, 7)],
        ),
        "Content Model Reference": (
            "Element ID\tElement Name\tDescription",
            ((element, name, f"What {name} is.") for element, name in ELEMENTS.items()),
        ),
        "Level Scale Anchors": (
            "Element ID\tElement Name\tScale ID\tAnchor Value\tAnchor Description",
            ((element, ELEMENTS[element], "LV", level, example) for element, level, example in ANCHORS),
        ),
        "Alternate Titles": ("O*NET-SOC Code\tAlternate Title\tShort Title\tSource(s)", [(NURSES, "RN", "n/a", "n/a")]),
        "Related Occupations": (
            "O*NET-SOC Code\tRelated O*NET-SOC Code\tRelatedness Tier\tIndex",
            [(ASSISTANTS, NURSES, "Primary-Short", 1), (ASSISTANTS, DEVELOPERS, "Supplemental", 2)],
        ),
        "Job Zones": (
            "O*NET-SOC Code\tJob Zone\tDate\tDomain Source",
            ((code, zone, "11/2026", "Ours") for code, zone in JOB_ZONES.items()),
        ),
        "Skills": (RATINGS_HEADER, _ratings(SKILLS)),
        "Knowledge": (RATINGS_HEADER, _ratings(KNOWLEDGE)),
    }
    for name, (header, rows) in files.items():
        lines = [header, *("\t".join(map(str, row)) for row in rows)]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    return folder


def _ratings(profiles: dict[str, dict[str, Figures]]) -> list[tuple[str, ...]]:
    rows = []
    for code, profile in profiles.items():
        for element, figures in profile.items():
            start, end = (code, element, ELEMENTS[element]), ("11/2026", "Ours")
            raters = "n/a" if figures.error == "n/a" else "8"
            level = (figures.level, raters, figures.error, "n/a", "n/a", figures.suppress, figures.not_relevant)
            rows += [
                (*start, "IM", figures.importance, "8", "n/a", "n/a", "n/a", "n/a", "n/a", *end),
                (*start, "LV", *level, *end),
            ]
    return rows
