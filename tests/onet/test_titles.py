"""The search: its rules on a small index written out here, its quality on a real release."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.onet.catalogue import current_catalogue
from skillgap.onet.titles.match import Match, Matched, Step
from skillgap.onet.titles.search import SearchIndex

TITLES = {
    "11-1011.00": "Chief Executives",
    "11-1011.03": "Chief Sustainability Officers",
    "13-2011.00": "Accountants and Auditors",
    "15-1252.00": "Software Developers",
    "15-1254.00": "Web Developers",
    "25-2021.00": "Elementary School Teachers, Except Special Education",
    "25-2057.00": "Special Education Teachers, Middle School",
    "29-1141.00": "Registered Nurses",
    "29-1161.00": "Nurse Midwives",
    "29-1171.00": "Nurse Practitioners",
    "43-6012.00": "Legal Secretaries",
    "53-3033.00": "Light Truck Drivers",
    "53-7051.00": "Tractor Operators",
}
JOB_TITLES = [
    ("11-1011.00", "CEO (Chief Executive Officer)"),
    ("11-1011.00", "Owner-Operator"),
    ("13-2011.00", "Café Auditor"),
    ("15-1252.00", "Software Engineer"),
    ("15-1252.00", "Web Software Engineer"),
    ("15-1252.00", "Web Developer"),
    ("15-1254.00", "Software Engineer, Front End"),
    ("29-1141.00", "Nurse"),
    ("29-1141.00", "Registered Nurse (RN)"),
    ("29-1141.00", "Staff Nurse"),
    ("29-1171.00", "Family Nurse Practitioner"),
    ("53-3033.00", "Truck Driver"),
    ("53-3033.00", "Driver's Helper"),
    ("53-7051.00", "Truck Driver"),
]
RATED = {"11-1011.00", "15-1254.00", "29-1141.00", "29-1171.00", "53-3033.00"}
INDEX = SearchIndex(TITLES, JOB_TITLES, RATED)


def codes(text: str) -> list[str]:
    return [match.onetsoc_code for match in INDEX.find(text)]


@pytest.mark.parametrize("text", ["15-1252.00", " 15-1252.00 ", "15-1252", "15\N{EN DASH}1252", "151252", "15125200"])
def test_a_code_is_found_however_it_is_punctuated(text: str) -> None:
    assert INDEX.find(text) == [Match("15-1252.00", Matched.CODE, "15-1252.00", 8.0, rated=False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15-12", ["15-1252.00", "15-1254.00"]),
        ("29", ["29-1141.00", "29-1161.00", "29-1171.00"]),
        ("11-1011", ["11-1011.00", "11-1011.03"]),
        ("11-1011.03", ["11-1011.03"]),
    ],
)
def test_the_beginning_of_a_code_lists_its_codes_in_order(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_six_digit_code_is_exact_for_its_main_occupation_only() -> None:
    assert [match.score for match in INDEX.find("11-1011")] == [8.0, 7.0]


@pytest.mark.parametrize("text", ["1", "99-9999.00", "15-1252.001", "3"])
def test_digits_that_begin_no_code_find_nothing(text: str) -> None:
    assert INDEX.find(text) == []


@pytest.mark.parametrize("text", ["", "   ", "\t\n", "?!", "--", "漢字"])
def test_a_text_without_words_finds_nothing(text: str) -> None:
    assert INDEX.find(text) == []


@pytest.mark.parametrize("text", ["the", "of the"])
def test_fillers_alone_are_the_beginning_of_a_word(text: str) -> None:
    assert INDEX.find(text) == []


def test_an_empty_index_finds_nothing() -> None:
    assert SearchIndex({}, [("15-1252.00", "Web Developer")], set()).find("developer") == []


def test_a_match_says_what_was_found_and_whether_it_is_rated() -> None:
    title, job_title = INDEX.find("web developer")
    assert title[:3] == ("15-1254.00", "title", "Web Developers")
    assert job_title[:3] == ("15-1252.00", "job_title", "Web Developer")
    assert (title.rated, job_title.rated) == (True, False)


@pytest.mark.parametrize(
    "text",
    [
        "Software Developers",
        "SOFTWARE DEVELOPER",
        "developer, software",
        "software-developers",
        "the software developer",
        "Sóftwäre Developer",
    ],
)
def test_case_order_plural_punctuation_accents_and_fillers_do_not_matter(text: str) -> None:
    best = INDEX.find(text)[0]
    assert best[:3] == ("15-1252.00", "title", "Software Developers")
    assert best.score >= 6


@pytest.mark.parametrize(
    ("text", "expected"), [("cafe auditor", "Café Auditor"), ("drivers helper", "Driver's Helper")]
)
def test_accents_and_apostrophes_of_a_lay_title_need_not_be_typed(text: str, expected: str) -> None:
    assert INDEX.find(text)[0].matched_text == expected


@pytest.mark.parametrize("text", ["secretary", "secretaries", "secretari", "Legal Secretary"])
def test_a_plural_in_ies_is_found_at_every_letter(text: str) -> None:
    assert codes(text) == ["43-6012.00"]


@pytest.mark.parametrize("text", ["s", "soft", "software", "software d", "soft dev", "dev soft"])
def test_an_unfinished_word_is_completed(text: str) -> None:
    assert "15-1252.00" in codes(text)


@pytest.mark.parametrize("text", ["ceo", "chief executive officer", "CEO (Chief Executive Officer)"])
def test_both_parts_of_a_lay_title_with_parentheses_are_exact(text: str) -> None:
    best = INDEX.find(text)[0]
    assert best[:3] == ("11-1011.00", "job_title", "CEO (Chief Executive Officer)")
    assert best.score >= 4.75


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sofware develper", "15-1252.00"),
        ("acountant", "13-2011.00"),
        ("acuontants", "13-2011.00"),
        ("registred nurse", "29-1141.00"),
        ("tuck drivr", "53-3033.00"),
        ("elementry scool techer", "25-2021.00"),
    ],
)
def test_a_misspelt_title_is_found(text: str, expected: str) -> None:
    assert codes(text)[0] == expected


def test_a_misspelt_match_scores_below_every_other_kind() -> None:
    assert INDEX.find("sofware developer")[0].score < min(m.score for m in INDEX.find("nurse"))


def test_a_word_that_can_be_found_is_not_corrected() -> None:
    assert codes("web") == ["15-1254.00", "15-1252.00"]
    assert INDEX.find("registered owner")[0].step is Step.TEXT
    assert INDEX.find("registred owner")[0].step is Step.CORRECTED


@pytest.mark.parametrize("text", ["cea", "rm", "xx yy", "qwertyuiop"])
def test_a_text_that_resembles_nothing_finds_nothing(text: str) -> None:
    assert INDEX.find(text) == []


def test_words_that_are_in_no_title_do_not_matter() -> None:
    assert codes("nurse qwertyuiop")[0] == "29-1141.00"
    assert codes("Software Developer (m/f/d) Qwertyuiop GmbH")[0] == "15-1252.00"


def test_a_title_with_every_word_is_found_before_those_with_some() -> None:
    assert INDEX.find("staff nurse")[0].matched_text == "Staff Nurse"
    assert codes("staff registered nurse")[0] == "29-1141.00"


@pytest.mark.parametrize(
    "text",
    [
        "Senior Truck Driver",
        "Truck Driver - Boston",
        "Jr. Truck Driver (m/f/d) [Remote]",
        "Part-time truck driver at Qwerty",
        "Truck driver II",
    ],
)
def test_level_place_employer_and_contract_are_no_part_of_a_title(text: str) -> None:
    best = INDEX.find(text)[0]
    assert best[:3] == ("53-3033.00", "job_title", "Truck Driver")
    assert best.step is Step.BEGINNING_OF_TITLE
    assert not best.is_exact


@pytest.mark.parametrize(
    ("text", "expected"), [("truckdriver", "53-3033.00"), ("mid wife", "29-1161.00"), ("secre taries", "43-6012.00")]
)
def test_a_compound_is_found_in_one_word_and_in_two(text: str, expected: str) -> None:
    assert codes(text)[0] == expected


def test_a_title_that_several_occupations_have_ranks_first_where_it_is_reported() -> None:
    titles = {"11-0000.01": "Cart Drivers", "11-0000.02": "Coach Drivers", "11-0000.03": "Lorry Drivers"}
    alternates = [(code, "Driver") for code in titles]
    reported = {("11-0000.02", "Driver"): False, ("11-0000.03", "Driver"): True}
    found = SearchIndex(titles, alternates, set(titles), reported).find("driver")
    assert [match.onetsoc_code[-2:] for match in found] == ["03", "02", "01"]
    assert {match.step for match in found} == {Step.ALTERNATE_TITLE}


def test_a_reported_title_need_not_be_an_alternate_title() -> None:
    index = SearchIndex({"11-0000.01": "Cooks"}, [], set(), {("11-0000.01", "Potato Peeler"): False})
    assert index.find("potato peelers")[0][:3] == ("11-0000.01", "job_title", "Potato Peeler")


def test_what_a_title_excepts_is_not_found_by_it() -> None:
    assert codes("special education") == ["25-2057.00"]
    assert codes(TITLES["25-2021.00"])[0] == "25-2021.00"
    assert INDEX.find("elementary school teacher")[0].score >= 6


def test_kinds_of_match_rank_from_exact_to_lay_words() -> None:
    found = [(match.onetsoc_code, match.matched, int(match.score)) for match in INDEX.find("nurse")]
    assert found == [
        ("29-1141.00", "job_title", 5),  # exactly "Nurse"
        ("29-1171.00", "title", 4),  # begins with it, and is rated
        ("29-1161.00", "title", 4),
    ]


def test_a_title_outranks_a_lay_title_of_the_same_kind() -> None:
    found = [(match.onetsoc_code, int(match.score)) for match in INDEX.find("web developer")]
    assert found == [("15-1254.00", 6), ("15-1252.00", 5)]


def test_a_lay_title_ranks_higher_where_the_title_says_the_same() -> None:
    assert codes("truck driver") == ["53-3033.00", "53-7051.00"]


def test_a_lay_title_far_from_its_own_title_ranks_between_whole_and_unfinished_titles() -> None:
    titles = {
        "11-0000.01": "Police and Patrol Officers",
        "11-0000.02": "Secretaries",
        "11-0000.03": "Paramedics",
        "11-0000.04": "Medics",
    }
    job_titles = [("11-0000.02", "Police"), ("11-0000.04", "Physician Assistant (PA)")]
    index = SearchIndex(titles, job_titles, set())
    assert [match.onetsoc_code for match in index.find("police")] == ["11-0000.01", "11-0000.02"]
    assert [match.onetsoc_code for match in index.find("pa")][:2] == ["11-0000.04", "11-0000.03"]


def test_whole_words_rank_before_beginnings() -> None:
    titles = {"11-0000.01": "Nursery Workers", "11-0000.02": "Office Nurse Workers"}
    index = SearchIndex(titles, [], set(titles))
    assert [match.matched_text for match in index.find("nurse worker")] == ["Office Nurse Workers", "Nursery Workers"]


def test_equals_are_ordered_by_rating_then_fitting_texts_then_length_then_code() -> None:
    titles = {
        "11-0000.01": "Red Bakers",
        "11-0000.02": "Red Bakers",
        "11-0000.03": "Pink Bakers",
        "11-0000.04": "White Bakers",
        "11-0000.05": "Green Bakers",
    }
    index = SearchIndex(titles, [("11-0000.04", "Bread Baker")], {"11-0000.04", "11-0000.05"})
    assert [match.onetsoc_code[-2:] for match in index.find("baker")] == ["04", "05", "01", "02", "03"]


def test_the_shortest_of_equal_lay_titles_is_shown() -> None:
    index = SearchIndex({"11-0000.01": "Cooks"}, [("11-0000.01", "Pastry Baker"), ("11-0000.01", "Rye Baker")], set())
    assert index.find("baker")[0].matched_text == "Rye Baker"


def test_the_order_of_the_rows_does_not_matter() -> None:
    turned = SearchIndex(dict(reversed(TITLES.items())), reversed(JOB_TITLES), RATED)
    for text in ("nurse", "s", "developer", "15", "truk driver"):
        assert turned.find(text) == INDEX.find(text)


WORDS = st.sampled_from(
    ["nurse", "soft", "develper", "15-12", "the", "web", "e", "(", "\N{RIGHT SINGLE QUOTATION MARK}", "é"]
)


@given(st.text(max_size=200) | st.lists(WORDS, max_size=30).map(" ".join))
def test_any_text_gives_each_occupation_once_in_order_of_score(text: str) -> None:
    found = INDEX.find(text)
    scores = [match.score for match in found]
    assert len({match.onetsoc_code for match in found}) == len(found)
    assert scores == sorted(scores, reverse=True)
    assert all(match.onetsoc_code in TITLES for match in found)


def test_a_catalogue_holds_the_reported_titles_and_does_without_their_table(sqlite_url: str) -> None:
    engine = connect(make_url(sqlite_url))
    assert current_catalogue(engine).reported_titles["29-1141.00", "Staff Nurse"] is True
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE reported_titles")
    catalogue = current_catalogue(engine)
    engine.dispose()
    assert catalogue.reported_titles == {}
    assert catalogue.search().find("truckers")[0].onetsoc_code == "53-3032.00"


@pytest.fixture(scope="module")
def titles(onet: Path) -> dict[str, str]:
    return {code: title for code, title, *_ in read_rows(onet / "Occupation Data.txt")}


@pytest.fixture(scope="module")
def release(onet: Path, titles: dict[str, str]) -> SearchIndex:
    job_titles = [(code, title) for code, title, *_ in read_rows(onet / "Alternate Titles.txt")]
    reported = {(code, title): shown == "Y" for code, title, shown in read_rows(onet / "Sample of Reported Titles.txt")}
    return SearchIndex(titles, job_titles, {code for code, *_ in read_rows(onet / "Skills.txt")}, reported)


def read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("nurse", "Registered Nurses"),
        ("rn", "Registered Nurses"),
        ("registered nur", "Registered Nurses"),
        ("truck driver", "Heavy and Tractor-Trailer Truck Drivers"),
        ("softwre engineer", "Software Developers"),
        ("soft dev", "Software Developers"),
        ("ceo", "Chief Executives"),
        ("chief exec", "Chief Executives"),
        ("data sc", "Data Scientists"),
        ("electr", "Electricians"),
        ("elecrician", "Electricians"),
        ("barista", "Baristas"),
        ("plumber", "Plumbers, Pipefitters, and Steamfitters"),
        ("ux designer", "Web and Digital Interface Designers"),
        ("vetinarian", "Veterinarians"),
        ("lawers", "Lawyers"),
        ("police", "Police and Sheriff's Patrol Officers"),
        ("cop", "Police and Sheriff's Patrol Officers"),
        ("car mechanic", "Automotive Service Technicians and Mechanics"),
        ("elementary school teacher", "Elementary School Teachers, Except Special Education"),
        ("hr", "Human Resources Specialists"),
        ("911 dispatcher", "Public Safety Telecommunicators"),
        ("15-1252", "Software Developers"),
    ],
)
def test_a_realistic_search_has_the_expected_occupation_first(
    release: SearchIndex, titles: dict[str, str], text: str, title: str
) -> None:
    assert titles[release.find(text)[0].onetsoc_code] == title


def test_every_title_of_a_release_finds_its_own_occupation_first(release: SearchIndex, titles: dict[str, str]) -> None:
    first = {code: release.find(title)[0].onetsoc_code for code, title in titles.items()}
    assert first == {code: code for code in titles}


def test_every_code_of_a_release_finds_its_own_occupation_first(release: SearchIndex, titles: dict[str, str]) -> None:
    first = {code: release.find(code)[0].onetsoc_code for code in titles}
    assert first == {code: code for code in titles}


def test_a_lay_title_finds_the_occupation_it_is_published_for(release: SearchIndex, onet: Path) -> None:
    published = read_rows(onet / "Alternate Titles.txt")[::500]
    for code, title, *_ in published:
        assert code in {match.onetsoc_code for match in release.find(title)}, title


def test_everyday_titles_find_the_right_occupation(release: SearchIndex) -> None:
    with Path(__file__).with_name("everyday_titles.csv").open(encoding="utf-8", newline="") as file:
        everyday = {row["title"]: tuple(row["codes"].split()) for row in csv.DictReader(file)}
    found = {title: [match.onetsoc_code for match in release.find(title)] for title in everyday}
    missed = [title for title, codes in everyday.items() if not any(c.startswith(codes) for c in found[title][:5])]
    assert len(everyday) == 200
    assert len([title for title, codes in found.items() if not codes]) <= 0.02 * 200
    assert len(missed) <= 0.15 * 200, missed


def test_reported_titles_find_their_occupation(release: SearchIndex, onet: Path) -> None:
    reported = read_rows(onet / "Sample of Reported Titles.txt")[::20]
    first_five = [code in {match.onetsoc_code for match in release.find(title)[:5]} for code, title, *_ in reported]
    assert sum(first_five) >= 0.95 * len(reported)
