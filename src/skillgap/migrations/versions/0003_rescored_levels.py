"""Levels that a language model gave, beside the published ones; and calibrations of them.

Nothing here refers to the tables of a release by a foreign key: a release is replaced by deleting
its rows, and levels that a model was paid for must outlast that.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

STORAGE: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "rescoring_calls",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.CHAR(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("inputs_digest", sa.CHAR(length=64), nullable=False),
        sa.Column("request_digest", sa.CHAR(length=64), nullable=False),
        sa.Column("prompt_version", sa.String(length=20), nullable=False),
        sa.Column("template_digest", sa.CHAR(length=64), nullable=False),
        sa.Column("schema_digest", sa.CHAR(length=64), nullable=False),
        sa.Column("order_seed", sa.Integer(), nullable=False),
        sa.Column("elements_asked", sa.Integer(), nullable=False),
        sa.Column("base_url", sa.String(length=255), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("model_answered", sa.String(length=200), nullable=True),
        sa.Column("system_fingerprint", sa.String(length=200), nullable=True),
        sa.Column("response_format", sa.String(length=20), nullable=False),
        sa.Column("temperature", sa.Numeric(precision=4, scale=2), nullable=True),
        sa.Column("token_limit", sa.Integer(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=True),
        sa.Column("completion_tokens", sa.Integer(), nullable=True),
        sa.Column("cached_tokens", sa.Integer(), nullable=True),
        sa.Column("tokens_counted", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("code_version", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('sent', 'ok', 'partial', 'invalid', 'cut', 'refused', 'filtered', 'failed')",
            name=op.f("ck_rescoring_calls_outcome"),
        ),
        sa.CheckConstraint(
            "response_format IN ('json_schema_strict', 'json_schema', 'json_object', 'prompt_only')",
            name=op.f("ck_rescoring_calls_response_format"),
        ),
        sa.CheckConstraint("run >= 1", name=op.f("ck_rescoring_calls_run")),
        sa.CheckConstraint("tokens_counted >= 0", name=op.f("ck_rescoring_calls_tokens_counted")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_rescoring_calls")),
        sa.UniqueConstraint(
            "inputs_digest", "run", "attempt", name=op.f("uq_rescoring_calls_inputs_digest_run_attempt")
        ),
        **STORAGE,
    )
    op.create_index(op.f("ix_rescoring_calls_release"), "rescoring_calls", ["release"])
    op.create_table(
        "rescored_levels",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=20), nullable=False),
        sa.Column("level", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("not_relevant", sa.CHAR(length=1), nullable=False),
        sa.Column("confidence", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 7", name=op.f("ck_rescored_levels_level")),
        sa.CheckConstraint("not_relevant IN ('Y', 'N')", name=op.f("ck_rescored_levels_not_relevant")),
        sa.CheckConstraint("not_relevant = 'N' OR level = 0", name=op.f("ck_rescored_levels_not_relevant_is_0")),
        sa.CheckConstraint("confidence IN ('low', 'medium', 'high')", name=op.f("ck_rescored_levels_confidence")),
        sa.ForeignKeyConstraint(["call_id"], ["rescoring_calls.call_id"], name=op.f("fk_rescored_levels_call_id")),
        sa.PrimaryKeyConstraint("call_id", "element_id", name=op.f("pk_rescored_levels")),
        **STORAGE,
    )
    op.create_table(
        "calibrations",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("prompt_version", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("bias", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.Column("mean_absolute_error", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.Column("calibrated_bias", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.Column("calibrated_mean_absolute_error", sa.Numeric(precision=6, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("calibration_id", name=op.f("pk_calibrations")),
        **STORAGE,
    )
    op.create_table(
        "calibration_lines",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=20), nullable=False),
        sa.Column("slope", sa.Numeric(precision=10, scale=6), nullable=False),
        sa.Column("intercept", sa.Numeric(precision=10, scale=6), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("slope > 0", name=op.f("ck_calibration_lines_slope")),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibrations.calibration_id"], name=op.f("fk_calibration_lines_calibration_id")
        ),
        sa.PrimaryKeyConstraint("calibration_id", "element_id", name=op.f("pk_calibration_lines")),
        **STORAGE,
    )
    op.create_table(
        "calibration_samples",
        sa.Column("calibration_id", sa.Integer(), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("half", sa.String(length=8), nullable=False),
        sa.CheckConstraint("half IN ('fitted', 'held_out')", name=op.f("ck_calibration_samples_half")),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibrations.calibration_id"], name=op.f("fk_calibration_samples_calibration_id")
        ),
        sa.PrimaryKeyConstraint("calibration_id", "onetsoc_code", name=op.f("pk_calibration_samples")),
        **STORAGE,
    )
