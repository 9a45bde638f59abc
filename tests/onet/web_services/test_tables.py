"""The tables of supplements on both databases: a bad row is impossible."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from skillgap.migrations import migrate
from tests.database.test_schema import put

SUPPLEMENT = {
    "supplement_id": 1,
    "onetsoc_code": "15-1299.00",
    "outcome": "rated",
    "source": "api-v2.onetcenter.org",
    "source_release": "30.3",
    "table_ids": "skills",
    "fetched_at": "2026-11-21 08:00:00",
    "rows_sha256": "0" * 64,
}
RATING = {
    "supplement_id": 1,
    "element_id": "2.A.1.a",
    "scale_id": "LV",
    "data_value": 3,
    "standard_error": 0,
    "recommend_suppress": "N",
    "not_relevant": "N",
    "date_updated": "2026-11-01",
    "domain_source": "Analyst",
}


@pytest.fixture
def engine_with_a_supplement(engine: Engine) -> Engine:
    migrate(engine)
    put(engine, "supplements", SUPPLEMENT)
    return engine


def test_good_rows_are_taken(engine_with_a_supplement: Engine) -> None:
    put(engine_with_a_supplement, "supplemental_ratings", RATING)


@pytest.mark.parametrize(
    "fault", [{"onetsoc_code": "15-1299"}, {"outcome": "fine"}, {"supplement_id": 1}, {"source": None}], ids=str
)
def test_a_bad_supplement_is_impossible(engine_with_a_supplement: Engine, fault: dict[str, Any]) -> None:
    with pytest.raises((IntegrityError, OperationalError)):
        put(engine_with_a_supplement, "supplements", SUPPLEMENT | {"supplement_id": 2} | fault)


@pytest.mark.parametrize(
    "fault",
    [
        {"scale_id": "ZZ"},
        {"data_value": 7.01},
        {"data_value": -0.01},
        {"scale_id": "IM", "data_value": 0.99},
        {"scale_id": "IM", "data_value": 5.01},
        {"recommend_suppress": "n"},
        {"not_relevant": "X"},
        {"standard_error": -0.1},
        {"supplement_id": 2},
        {"data_value": None},
        {"date_updated": None},
    ],
    ids=str,
)
def test_a_bad_supplemental_rating_is_impossible(engine_with_a_supplement: Engine, fault: dict[str, Any]) -> None:
    with pytest.raises((IntegrityError, OperationalError)):
        put(engine_with_a_supplement, "supplemental_ratings", RATING | fault)
