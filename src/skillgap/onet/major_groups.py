"""The major groups of the Standard Occupational Classification (2018): the first two digits of a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

MajorGroup = Literal[
    "11", "13", "15", "17", "19", "21", "23", "25", "27", "29", "31", "33",
    "35", "37", "39", "41", "43", "45", "47", "49", "51", "53", "55",
]  # fmt: skip

MAJOR_GROUPS: Mapping[str, str] = {
    "11": "Management",
    "13": "Business and Financial Operations",
    "15": "Computer and Mathematical",
    "17": "Architecture and Engineering",
    "19": "Life, Physical, and Social Science",
    "21": "Community and Social Service",
    "23": "Legal",
    "25": "Educational Instruction and Library",
    "27": "Arts, Design, Entertainment, Sports, and Media",
    "29": "Healthcare Practitioners and Technical",
    "31": "Healthcare Support",
    "33": "Protective Service",
    "35": "Food Preparation and Serving Related",
    "37": "Building and Grounds Cleaning and Maintenance",
    "39": "Personal Care and Service",
    "41": "Sales and Related",
    "43": "Office and Administrative Support",
    "45": "Farming, Fishing, and Forestry",
    "47": "Construction and Extraction",
    "49": "Installation, Maintenance, and Repair",
    "51": "Production",
    "53": "Transportation and Material Moving",
    "55": "Military Specific",
}


def major_group_of(code: str) -> str:
    """The major group of an O*NET-SOC code: its first two digits."""
    return code[:2]
