"""Ratings from O*NET Web Services, apart from the published ones, with their source and release."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

STORAGE: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "supplements",
        sa.Column("supplement_id", sa.Integer(), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("source_release", sa.String(length=20), nullable=False),
        sa.Column("table_ids", sa.String(length=255), nullable=False),
        sa.Column("fetched_at", sa.DateTime(), nullable=False),
        sa.Column("rows_sha256", sa.CHAR(length=64), nullable=False),
        sa.CheckConstraint("onetsoc_code LIKE '__-____.__'", name=op.f("ck_supplements_onetsoc_code")),
        sa.CheckConstraint("outcome IN ('rated', 'not_rated', 'unknown')", name=op.f("ck_supplements_outcome")),
        sa.PrimaryKeyConstraint("supplement_id", name=op.f("pk_supplements")),
        **STORAGE,
    )
    op.create_table(
        "supplemental_ratings",
        sa.Column("supplement_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=20), nullable=False),
        sa.Column("scale_id", sa.String(length=3), nullable=False),
        sa.Column("data_value", sa.Numeric(precision=5, scale=2), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("standard_error", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("lower_ci_bound", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("upper_ci_bound", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("recommend_suppress", sa.CHAR(length=1), nullable=True),
        sa.Column("not_relevant", sa.CHAR(length=1), nullable=True),
        sa.Column("date_updated", sa.Date(), nullable=False),
        sa.Column("domain_source", sa.String(length=30), nullable=False),
        sa.CheckConstraint("scale_id IN ('LV', 'IM')", name=op.f("ck_supplemental_ratings_scale_id")),
        sa.CheckConstraint(
            "scale_id <> 'LV' OR data_value BETWEEN 0 AND 7", name=op.f("ck_supplemental_ratings_level")
        ),
        sa.CheckConstraint(
            "scale_id <> 'IM' OR data_value BETWEEN 1 AND 5", name=op.f("ck_supplemental_ratings_importance")
        ),
        sa.CheckConstraint("recommend_suppress IN ('Y', 'N')", name=op.f("ck_supplemental_ratings_recommend_suppress")),
        sa.CheckConstraint("not_relevant IN ('Y', 'N')", name=op.f("ck_supplemental_ratings_not_relevant")),
        sa.CheckConstraint("standard_error >= 0", name=op.f("ck_supplemental_ratings_standard_error")),
        sa.ForeignKeyConstraint(
            ["supplement_id"], ["supplements.supplement_id"], name=op.f("fk_supplemental_ratings_supplement_id")
        ),
        sa.PrimaryKeyConstraint("supplement_id", "element_id", "scale_id", name=op.f("pk_supplemental_ratings")),
        **STORAGE,
    )
