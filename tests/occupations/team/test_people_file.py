"""Reading a file of people: real bytes as spreadsheets and people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillgap.errors import BodyTooLarge, InvalidParameter, RequestError
from skillgap.occupations.team.people_file import MOST_PEOPLE, Fault, Person, read_people
from skillgap.occupations.team.text import LARGEST_FILE

ANN = Person(2, "Ann", "Nurse", "Head nurse")


@pytest.mark.parametrize(
    "data",
    [
        b"name,present title,target title\nAnn,Nurse,Head nurse\n",
        b"name;present title;target title\r\nAnn;Nurse;Head nurse\r\n",
        b"name\tpresent title\ttarget title\rAnn\tNurse\tHead nurse",
        b"\xef\xbb\xbfName,Present Title,Target Title\nAnn,Nurse,Head nurse",
        "name\tpresent title\ttarget title\r\nAnn\tNurse\tHead nurse\r\n".encode("utf-16"),
        b'"name","present title","target title"\n" Ann ","Nurse","Head\nnurse"\n',
        b"Target_Title,salary,Employee Name,CURRENT-ROLE\nHead nurse,1,Ann,Nurse\n",
        b"employee,job title,goal\nAnn,Nurse,Head nurse\n",
        b"person,from,to\nAnn,Nurse,Head nurse\n,,\n\n  \n",
    ],
    ids=["commas", "semicolons", "tabs", "utf-8 mark", "utf-16", "quotes", "other order", "job title", "blank rows"],
)
def test_a_file_is_read_however_it_is_written(data: bytes) -> None:
    file = read_people(data)
    assert file.people == (ANN,)
    assert file.faults == ()


def test_the_line_that_excel_writes_before_the_header_names_the_delimiter() -> None:
    file = read_people(b"sep=;\nname;title;target\nAnn;Nurse, ward 3;Head nurse\n")
    assert file.people == (Person(3, "Ann", "Nurse, ward 3", "Head nurse"),)


def test_a_name_and_an_id_are_shown_together_and_without_either_the_line_is() -> None:
    assert read_people(b"id,name,title,target\n17,Ann,a,b\n18,,a,b\n").people[0].name == "Ann (17)"
    assert read_people(b"id,name,title,target\n17,Ann,a,b\n18,,a,b\n").people[1].name == "18"
    assert read_people(b"title,target\na,b\n").people[0].name == "line 2"


def test_one_target_for_all_stands_in_for_a_target_that_is_missing() -> None:
    file = read_people(b"name,title,target\nAnn,Nurse,\nBen,Cook,Baker\n", target=" Head  nurse ")
    assert [person.target for person in file.people] == ["Head nurse", "Baker"]
    assert read_people(b"name,title\nAnn,Nurse\n", target="Cook").people[0].target == "Cook"


def test_windows_1252_is_read_and_said() -> None:
    file = read_people("name,title,target\nZoë,Cook,Baker\n".encode("cp1252"))
    assert file.people[0].name == "Zoë"
    assert file.notes == ("The file is not UTF-8 (line 2) and was read as Windows-1252: look at names with accents.",)


def test_columns_that_are_not_used_are_named() -> None:
    assert read_people(b"name,salary,title,target,\nAnn,1,a,b,\n").notes == ("Columns that are not used: salary.",)


def test_faults_are_said_by_line_and_every_other_row_is_read() -> None:
    long = "x" * 201
    text = f"""name,title,target
Ann,Nurse,Head nurse
Ben,,Baker
Cay,Cook,
Dan,Cook, Baker, Dublin
Eve,"Cook,Baker
Fay,{long},Baker
Gus,"Co"ok,Baker
Hal,Driver,"Dispatcher
of vans"
"""
    file = read_people(text.encode())
    assert [person.name for person in file.people] == ["Ann", "Hal"]
    assert file.people[1] == Person(9, "Hal", "Driver", "Dispatcher of vans")
    quote = "A quotation mark is not closed, or stands inside a cell: write it twice there."
    assert file.faults == (
        Fault(3, "present title", "The present title is missing: fill it in."),
        Fault(4, "target title", "The target title is missing: fill it in, or give one target for all."),
        Fault(5, None, "There are 4 cells for 3 columns: put a cell with commas in quotes."),
        Fault(6, None, quote),
        Fault(7, "present title", "The present title has 201 characters: 200 are read."),
        Fault(8, None, quote),
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "There is no row: choose a file, or paste rows."),
        (b" \n\n", "There is no row: choose a file, or paste rows."),
        (b",,\n,\n", "There is no row: choose a file, or paste rows."),
        (b"sep=;", "There is no row: choose a file, or paste rows."),
        (b"x" * 200_000, "The first line must name the columns"),
        (b"name,title,target\n", "The file has a first line with names, and no row below it."),
        (b"PK\x03\x04\x14\x00", "The file is a workbook or a zip archive, not CSV."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "The file is an old Excel workbook, not CSV."),
        ("name,title".encode("utf-16-le"), "The file is not text in UTF-8: it holds bytes of 0, as UTF-16 has."),
        (b"\xff\xfen", "The file is damaged UTF-16 at byte 3."),
        (b"name,title\nA,\x81\n", "Line 2 is neither UTF-8 nor Windows-1252."),
        (b"Ann,Nurse,Cook\n", "None of “Ann”, “Nurse”, “Cook” is a present title."),
        (
            b"name,target\nAnn,Cook\n",
            "The first line must name the columns: name (or id), present title, target title.",
        ),
        (b"title\n" + b"Cook\n" * (MOST_PEOPLE + 1), "The file has more than 10,000 rows"),
    ],
)
def test_a_file_that_is_none_says_what_it_is_and_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(InvalidParameter) as raised:
        read_people(data, "Cook")
    assert said in str(raised.value)
    assert raised.value.parameter == "people"


def test_ten_thousand_rows_are_read_and_two_megabytes_are_the_end() -> None:
    assert len(read_people(b"title\n" + b"Cook\n" * MOST_PEOPLE, "Baker").people) == MOST_PEOPLE
    with pytest.raises(BodyTooLarge, match="larger than 2,000,000 bytes"):
        read_people(b"title\n" + b"x" * LARGEST_FILE)


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"name,title,target\n{text}".encode()))
def test_whatever_is_sent_is_read_by_line_or_refused(data: bytes) -> None:
    try:
        file = read_people(data)
    except RequestError:
        return
    lines = [row.line for row in (*file.people, *file.faults)]
    assert len(set(lines)) == len(lines)
    assert all(person.present and person.target for person in file.people)
