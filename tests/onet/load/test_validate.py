"""Checking rows: the tables' rules, each with the reason that is given."""

from __future__ import annotations

import pandas as pd
import pytest

from skillgap.database.base import Base
from skillgap.onet.load.validate import Known, Parents, validate

RATINGS = Base.metadata.tables["ratings"]
KNOWN = Known(
    {
        "onetsoc_code": Parents("Occupation Data.txt", {"11-1011.00"}, {}),
        "element_id": Parents("Content Model Reference.txt", {"2.A.1.a"}, {}),
        "scale_id": Parents("Scales Reference.txt", {"IM", "LV"}, {}),
    },
    {"IM": (1, 5), "LV": (0, 7)},
)
ROW = {
    "onetsoc_code": "11-1011.00",
    "element_id": "2.A.1.a",
    "element_name": "Reading Comprehension",
    "scale_id": "LV",
    "data_value": "4.62",
    "n": "8",
    "standard_error": "0.1830",
    "lower_ci_bound": "4.2664",
    "upper_ci_bound": "4.9836",
    "recommend_suppress": "N",
    "not_relevant": "N",
    "date_updated": "08/2023",
    "domain_source": "Analyst",
}


def frame(*rows: dict[str, str]) -> pd.DataFrame:
    lines = pd.RangeIndex(2, len(rows) + 2)
    return pd.DataFrame(rows, index=lines, dtype=object).assign(file="Skills.txt")


def test_a_good_row_is_kept_in_the_form_the_database_stores() -> None:
    kept, rejected = validate(RATINGS, frame(ROW), KNOWN)
    assert rejected == []
    expected = ROW | {"n": 8, "date_updated": "2023-08-01", "file": "Skills.txt", "line": 2}
    expected.pop("element_name")
    assert kept.to_dict("records") == [expected]


@pytest.mark.parametrize("missing", ["n/a", ""])
@pytest.mark.parametrize("column", ["n", "standard_error", "recommend_suppress", "not_relevant"])
def test_a_statistic_may_be_missing(column: str, missing: str) -> None:
    kept, rejected = validate(RATINGS, frame(ROW | {column: missing}), KNOWN)
    assert (kept[column].tolist(), rejected) == ([None], [])


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("data_value", "7.50", "data_value '7.50' is outside scale LV (0-7)"),
        ("data_value", "-0.01", "data_value '-0.01' is outside scale LV (0-7)"),
        ("data_value", "4,62", "data_value '4,62' is not a number"),
        ("data_value", "nan", "data_value 'nan' is not a number"),
        ("data_value", "1e0", "data_value '1e0' is not a number"),
        ("data_value", "4.625", "data_value '4.625' has more than 2 decimals"),
        ("data_value", "4000", "data_value '4000' is too large"),
        ("data_value", "n/a", "data_value is missing"),
        ("data_value", "", "data_value is missing"),
        ("n", "8.5", "n '8.5' is not a whole number"),
        ("standard_error", "-0.1", "standard_error '-0.1' is not a number from 0 with up to 4"),
        ("recommend_suppress", "yes", "recommend_suppress 'yes' is neither Y nor N"),
        ("not_relevant", "y", "not_relevant 'y' is neither Y nor N"),
        ("date_updated", "13/2023", "date_updated '13/2023' is not a month"),
        ("date_updated", "2023-02-30", "date_updated '2023-02-30' is not a month"),
        ("domain_source", "x" * 31, f"domain_source '{'x' * 31}' is longer than 30 characters"),
        ("onetsoc_code", "11-1011", "onetsoc_code '11-1011' is not of the form NN-NNNN.NN"),
        ("onetsoc_code", "99-9999.00", "onetsoc_code '99-9999.00' is not in Occupation Data.txt"),
        ("element_id", "2.Z", "element_id '2.Z' is not in Content Model Reference.txt"),
        ("scale_id", "XX", "scale_id 'XX' is not in Scales Reference.txt"),
    ],
)
def test_a_bad_value_rejects_its_row_and_says_why(column: str, text: str, reason: str) -> None:
    bad = ROW | {"scale_id": "IM", "data_value": "3.00"} | {column: text}
    if column == "data_value":
        bad["scale_id"] = "LV"
    kept, (rejected,) = validate(RATINGS, frame(ROW, bad), KNOWN)
    assert len(kept) == 1
    assert (rejected.file, rejected.line) == ("Skills.txt", 3)
    assert rejected.reason.startswith(reason)
    assert text in rejected.content


def test_of_equal_rows_the_first_is_kept() -> None:
    kept, (rejected,) = validate(RATINGS, frame(ROW, ROW), KNOWN)
    assert kept["data_value"].tolist() == ["4.62"]
    assert (rejected.line, rejected.reason) == (3, "same key as line 2")


def test_of_rows_with_the_same_key_that_differ_none_is_kept() -> None:
    kept, rejected = validate(RATINGS, frame(ROW, ROW | {"data_value": "1.00"}, ROW), KNOWN)
    assert kept.empty
    assert {row.reason for row in rejected} == {"rows with the same key differ: lines 2, 3, 4"}


def test_a_day_is_taken_as_it_is() -> None:
    kept, _ = validate(RATINGS, frame(ROW | {"date_updated": "2025-08-17"}), KNOWN)
    assert kept["date_updated"].tolist() == ["2025-08-17"]


def test_only_the_first_reason_of_a_row_is_given() -> None:
    bad = ROW | {"onetsoc_code": "99-9999.00", "data_value": "seven"}
    _, (rejected,) = validate(RATINGS, frame(bad), KNOWN)
    assert rejected.reason == "data_value 'seven' is not a number"
