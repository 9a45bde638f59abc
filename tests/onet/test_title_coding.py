"""Coding a title: its answers on a small index written out here, its figures on titles held out of a real release."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from bench.title_coding.measures import Figures, code_all, figures, share_unknown
from bench.title_coding.nonsense import nonsense
from bench.title_coding.titles import REPORTED, Release, coder_without, folds, read_release
from hypothesis import given
from hypothesis import strategies as st

from skillgap.onet.titles.coding import Coding, How, TitleCoder
from skillgap.onet.titles.match import Matched
from skillgap.onet.titles.search import SearchIndex
from tests.onet.test_titles import JOB_TITLES, RATED, TITLES

CODER = TitleCoder(SearchIndex(TITLES, JOB_TITLES, RATED, {("29-1141.00", "Staff Nurse"): True}))


def coded(title: str, n: int = 5) -> Coding:
    return CODER.code(title, n)


@pytest.mark.parametrize(
    ("title", "answer", "matched", "text", "how"),
    [
        ("Registered nurse", "29-1141.00", Matched.TITLE, "Registered Nurses", How.EXACT),
        ("nurse, staff", "29-1141.00", Matched.JOB_TITLE, "Staff Nurse", How.EXACT),
        ("Jr. Staff Nurse (m/f/d) - Boston", "29-1141.00", Matched.JOB_TITLE, "Staff Nurse", How.CLEANED),
        ("CEO", "11-1011.00", Matched.JOB_TITLE, "CEO (Chief Executive Officer)", How.EXACT),
        ("surgical staff nurse", "29-1141.00", Matched.JOB_TITLE, "Staff Nurse", How.SIMILAR),
        ("legal secretry", "43-6012.00", Matched.TITLE, "Legal Secretaries", How.CORRECTED),
        ("15-1252", "15-1252.00", Matched.CODE, "15-1252.00", How.CODE),
        (" 11-1011.03 ", "11-1011.03", Matched.CODE, "11-1011.03", How.CODE),
    ],
)
def test_an_answer_names_the_title_that_speaks_for_it(
    title: str, answer: str, matched: Matched, text: str, how: How
) -> None:
    coding = coded(title)
    first = coding.codes[0]
    assert (coding.answer, coding.reason) == (answer, None)
    assert (first.onetsoc_code, first.matched, first.matched_text, first.how) == (answer, matched, text, how)
    assert first.probability >= 0.5


def test_a_code_that_is_typed_is_certain() -> None:
    assert [(one.onetsoc_code, one.probability) for one in coded("29-1141.00").codes] == [("29-1141.00", 1.0)]


def test_the_code_of_several_occupations_means_the_main_one() -> None:
    assert coded("11-1011").answer == "11-1011.00"


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("", "The title has no word in it."),
        ("漢字 !", "The title has no word in it."),
        ("Senior (m/f/d)", "None of its words says what the work is."),
        ("Great opportunity, work from home", "None of its words says what the work is."),
        ("xyzzy plugh", "No title of an occupation has any of its words."),
        ("99-9999.00", "No title of an occupation has any of its words."),
        ("151252", "None of its words says what the work is."),  # it may be any other number
    ],
)
def test_a_title_without_a_word_of_work_is_unknown_and_says_why(title: str, reason: str) -> None:
    assert coded(title)[1:] == (None, reason, [])


def test_occupations_that_have_the_same_title_are_named_where_none_stands_out() -> None:
    titles = {"11-0000.00": "Pie Bakers", "12-0000.00": "Sea Cooks", "13-0000.00": "Fry Tenders"}
    coder = TitleCoder(SearchIndex(titles, [(code, "Galley Hand") for code in titles], set()))
    coding = coder.code("galley hand", 2)
    assert coding.answer is None
    assert coding.reason is not None
    assert coding.reason.startswith("Several occupations are likely: ")
    assert all(title in coding.reason for title in titles.values())
    assert [one.how for one in coding.codes] == [How.EXACT, How.EXACT]


def test_the_standing_of_a_title_decides_among_those_who_have_it() -> None:
    titles = {"11-0000.00": "Pie Bakers", "12-0000.00": "Sea Cooks"}
    both = [(code, "Galley Hand") for code in titles]
    coder = TitleCoder(SearchIndex(titles, both, set(), {("12-0000.00", "Galley Hand"): True}))
    assert coder.code("galley hand").answer == "12-0000.00"


@pytest.mark.parametrize("title", ["galley hand", "Senior Galley Hand (m/f/d)"])
def test_a_title_means_the_whole_occupation_before_a_part_of_it(title: str) -> None:
    titles = {"11-0000.01": "Sea Pie Cooks", "11-0000.00": "Sea Fry Cooks"}
    coder = TitleCoder(SearchIndex(titles, [(code, "Galley Hand") for code in titles], set()))
    assert coder.code(title).codes[0].onetsoc_code == "11-0000.00"


def test_a_title_that_is_like_none_lists_the_nearest_all_the_same() -> None:
    coding = coded("special interest owner of tractor parts")
    assert coding.answer is None
    assert coding.reason is not None
    assert coding.codes


def test_no_more_occupations_are_listed_than_asked_for() -> None:
    assert len(coded("nurse", 1).codes) == 1
    assert len(coded("nurse", 20).codes) == 3


def test_an_empty_release_codes_nothing() -> None:
    assert TitleCoder(SearchIndex({}, [], set())).code("nurse").answer is None


def test_a_release_of_titles_without_words_codes_nothing() -> None:
    assert TitleCoder(SearchIndex({"11-0000.00": "漢字"}, [], set())).code("漢字 nurse").codes == []


WORDS = st.sampled_from(["nurse", "software", "develper", "driver", "senior", "15-1252", "of", "(", "é", "$20/hr", "-"])


@given(st.text(max_size=300) | st.lists(WORDS, max_size=12).map(" ".join))
def test_probabilities_of_any_text_are_in_order_and_at_most_1_together(text: str) -> None:
    coding = coded(text, 20)
    probabilities = [one.probability for one in coding.codes]
    assert all(0 <= probability <= 1 for probability in probabilities)
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1 + 1e-9
    assert len({one.onetsoc_code for one in coding.codes}) == len(probabilities)
    assert (coding.answer is None) == (coding.reason is not None)
    assert coding.answer in (None, *(one.onetsoc_code for one in coding.codes[:1]))


@pytest.fixture(scope="module")
def release(onet: Path) -> Release:
    return read_release(onet)


@pytest.fixture(scope="module")
def held_out(release: Release) -> Figures:
    """The figures of the reported titles that nothing was fitted on, held out of the index."""
    parts = folds(release)
    rights = list(chain.from_iterable(parts[fold] for fold in REPORTED))
    return figures(code_all(coder_without(release, rights), rights))


def test_titles_held_out_of_the_index_are_coded_as_well_as_promised(held_out: Figures) -> None:
    assert held_out.titles == 1_980
    assert held_out.exact >= 0.61
    assert held_out.strict >= 0.57
    assert held_out.first_five >= 0.82
    assert held_out.major_group >= 0.78


def test_the_most_confident_answers_are_right(held_out: Figures) -> None:
    _, quarter, _, half = held_out.coverage
    assert quarter >= 0.92
    assert half >= 0.84


def test_a_stated_probability_can_be_believed(held_out: Figures) -> None:
    assert held_out.calibration_error <= 0.04


@pytest.fixture(scope="module")
def coder(release: Release) -> TitleCoder:
    return coder_without(release, [])


def test_texts_that_are_no_title_are_unknown(coder: TitleCoder) -> None:
    texts = nonsense("reported", 200, seed=3)
    assert len(set(texts)) == 200
    assert share_unknown(coder, texts) >= 0.95


def test_every_title_of_an_occupation_is_coded_with_it(coder: TitleCoder, release: Release) -> None:
    answers = {code: coder.code(title).answer for code, title in release.titles.items()}
    assert answers == {code: code for code in release.titles}


def test_a_title_that_one_occupation_alone_has_is_nearly_certain(coder: TitleCoder, release: Release) -> None:
    first = [coder.code(title).codes[0].probability for title in list(release.titles.values())[::10]]
    assert np.mean(first) >= 0.97
