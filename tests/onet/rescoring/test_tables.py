"""The tables of rescored levels: bad rows are impossible, and a reload spares them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.conftest import SAMPLE, load
from tests.database.test_schema import put

CALL = {
    "call_id": 1,
    "job_id": "0" * 32,
    "created_at": "2026-11-21 08:00:00",
    "release": "sample",
    "onetsoc_code": "55-1016.00",
    "run": 1,
    "attempt": 1,
    "inputs_digest": "1" * 64,
    "request_digest": "2" * 64,
    "prompt_version": "levels-2",
    "template_digest": "3" * 64,
    "schema_digest": "4" * 64,
    "order_seed": 7,
    "elements_asked": 35,
    "base_url": "http://127.0.0.1:9/v1",
    "model": "a-model",
    "response_format": "json_schema",
    "token_limit": 3900,
    "tokens_counted": 9000,
    "outcome": "ok",
    "code_version": "0.1.0",
}
LEVEL = {
    "call_id": 1,
    "element_id": "2.A.1.a",
    "level": 3.5,
    "not_relevant": "N",
    "confidence": "high",
    "reason": "reads reports",
}
CALIBRATION = {
    "calibration_id": 1,
    "created_at": "2026-11-21 08:00:00",
    "release": "sample",
    "model": "a-model",
    "prompt_version": "levels-2",
    "seed": 1,
    "bias": 0.4,
    "mean_absolute_error": 0.6,
    "calibrated_bias": 0.0,
    "calibrated_mean_absolute_error": 0.5,
}
LINE = {"calibration_id": 1, "element_id": "2.A.1.a", "slope": 0.9, "intercept": -0.2, "n": 20}
SAMPLED = {"calibration_id": 1, "onetsoc_code": "11-1011.00", "half": "fitted"}
GOOD = {
    "rescoring_calls": CALL,
    "rescored_levels": LEVEL,
    "calibrations": CALIBRATION,
    "calibration_lines": LINE,
    "calibration_samples": SAMPLED,
}
ANOTHER = {
    "rescoring_calls": {"call_id": 2, "attempt": 2},
    "rescored_levels": {"element_id": "2.A.1.b"},
    "calibrations": {"calibration_id": 2},
    "calibration_lines": {"element_id": "2.A.1.b"},
    "calibration_samples": {"onetsoc_code": "11-3013.00"},
}


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("rescoring_calls", {"outcome": "fine"}),
        ("rescoring_calls", {"response_format": "xml"}),
        ("rescoring_calls", {"run": 0}),
        ("rescoring_calls", {"tokens_counted": -1}),
        ("rescoring_calls", {"model": None}),
        ("rescoring_calls", {"attempt": 1}),  # a second time
        ("rescored_levels", {"level": 7.01}),
        ("rescored_levels", {"level": -0.01}),
        ("rescored_levels", {"not_relevant": "X"}),
        ("rescored_levels", {"not_relevant": "Y"}),  # and a level above 0
        ("rescored_levels", {"confidence": "sure"}),
        ("rescored_levels", {"call_id": 9}),
        ("calibration_lines", {"slope": 0}),
        ("calibration_lines", {"calibration_id": 9}),
        ("calibration_samples", {"half": "both"}),
        ("calibration_samples", {"calibration_id": 9}),
    ],
    ids=str,
)
def test_a_bad_row_is_impossible(engine: Engine, table: str, fault: dict[str, Any]) -> None:
    load(engine, SAMPLE)
    for name, row in GOOD.items():
        put(engine, name, row)
    with pytest.raises((IntegrityError, OperationalError)):
        put(engine, table, GOOD[table] | ANOTHER[table] | fault)


def test_another_good_row_is_taken(engine: Engine) -> None:
    load(engine, SAMPLE)
    for name, row in GOOD.items():
        put(engine, name, row)
        put(engine, name, row | ANOTHER[name])


def test_a_release_that_is_loaded_again_keeps_what_a_model_was_paid_for(engine: Engine) -> None:
    load(engine, SAMPLE)
    for table, row in GOOD.items():
        put(engine, table, row)
    assert load(engine, SAMPLE, again=True).outcome == "loaded"
    with engine.connect() as connection:
        for table in GOOD:
            assert connection.scalar(text(f"SELECT COUNT(*) FROM {table}")) == 1
