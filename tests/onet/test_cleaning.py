"""What of a title says what the work is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.onet.titles.cleaning import cleaned
from skillgap.onet.titles.words import typed_title


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("Registered Nurse", "Registered Nurse"),
        ("Sr. Truck Driver II", "Truck Driver"),
        ("Entry-level Accountant", "Accountant"),
        ("Truck Driver (m/f/d) [Remote]", "Truck Driver"),
        ("Developer*in", "Developer"),
        ("Developer/-in (w/m/d)", "Developer"),
        ("Warehouse Associate $18-$20/hr", "Warehouse Associate"),
        ("£40,000 - £45,000 per annum Accountant", "Accountant"),
        ("Electrician up to 60k", "Electrician"),
        ("Cook - $25 an hour", "Cook"),
        ("Part-time truck driver at Acme", "truck driver"),
        ("Software Engineer @ Acme", "Software Engineer"),
        ("Nurse RN - Night Shift - #12345", "Nurse RN"),
        ("Job ID 4432 - Cook", "Cook"),
        ("REQ-20231 Electrician", "Electrician"),
        ("Registered Nurse, Boston, MA", "Registered Nurse"),
        ("Registered Nurse in Chicago", "Registered Nurse"),
        ("Boston - Registered Nurse", "Registered Nurse"),
        ("Sales Representative | Texas | Remote", "Sales Representative"),
        ("We're hiring a Plumber!", "Plumber"),
        ("Wanted: Cook", "Cook"),
        ("Plumber needed ASAP", "Plumber"),
        ("Director of Nursing", "Nursing Director"),
        ("Sr. Manager of the Warehouse", "Warehouse Manager"),
        ("Executive Assistant to the CEO", "Executive Assistant"),
    ],
)
def test_a_title_is_cleaned_to_what_the_work_is(title: str, core: str) -> None:
    assert cleaned(title) == core


@pytest.mark.parametrize(
    "title",
    [
        "Teacher, Elementary School",
        "Cook/Server",
        "Head of IT",
        "Chief of Staff",
        "Lecturer in Law",
        "911 Dispatcher",
        "3D Artist",
        "C# Developer",
        "Front-end dev",
        "Job Coach",
        "Recruiting Manager",
        "Position Classifier",
    ],
)
def test_what_belongs_to_the_work_stays(title: str) -> None:
    assert cleaned(title) == title


@pytest.mark.parametrize("title", ["", "---", "Senior", "Boston, MA", "Work from home", "Great opportunity", "$25/hr"])
def test_nothing_is_left_of_a_title_that_does_not_name_the_work(title: str) -> None:
    assert cleaned(title) == ""


@given(st.text(max_size=600))
def test_any_text_is_cleaned_to_a_part_of_its_words(text: str) -> None:
    assert set(typed_title(cleaned(text)).words) <= set(typed_title(text).words)


@pytest.mark.parametrize("piece", ["a,", "$1 ", "( ", "- ", "in ", ", MA", "of the manager ", "1k to "])
def test_a_title_of_one_piece_over_and_over_is_cleaned_to_no_more_than_it_is(piece: str) -> None:
    assert len(cleaned(piece * 2_000)) <= 500
