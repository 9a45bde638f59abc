"""Releases side by side.

There is no downgrade here or later: no command of ours drops a table.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

STORAGE: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "load_runs",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(length=20), nullable=True),
        sa.Column("source", sa.String(length=1000), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('running', 'loaded', 'unchanged', 'failed', 'interrupted')", name=op.f("ck_load_runs_outcome")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_load_runs")),
        **STORAGE,
    )
    op.create_table(
        "loaded_files",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_loaded", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.CheckConstraint("rows_read = rows_loaded + rows_rejected", name=op.f("ck_loaded_files_rows_add_up")),
        sa.ForeignKeyConstraint(["run_id"], ["load_runs.run_id"], name=op.f("fk_loaded_files_run_id")),
        sa.PrimaryKeyConstraint("run_id", "file", name=op.f("pk_loaded_files")),
        **STORAGE,
    )
    op.create_table(
        "rejected_rows",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["load_runs.run_id"], name=op.f("fk_rejected_rows_run_id")),
        sa.PrimaryKeyConstraint("run_id", "file", "line", name=op.f("pk_rejected_rows")),
        **STORAGE,
    )
    op.create_table(
        "releases",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("released", sa.Date(), nullable=True),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["load_runs.run_id"], name=op.f("fk_releases_run_id")),
        sa.PrimaryKeyConstraint("release", name=op.f("pk_releases")),
        **STORAGE,
    )
    op.create_table(
        "current_release",
        sa.Column("only_row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("previous", sa.String(length=20), nullable=True),
        sa.CheckConstraint("only_row = 1", name=op.f("ck_current_release_one_row")),
        sa.ForeignKeyConstraint(["previous"], ["releases.release"], name=op.f("fk_current_release_previous")),
        sa.ForeignKeyConstraint(["release"], ["releases.release"], name=op.f("fk_current_release_release")),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_current_release")),
        **STORAGE,
    )
    op.create_table(
        "elements",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("element_id", sa.String(length=20), nullable=False),
        sa.Column("element_name", sa.String(length=150), nullable=False),
        sa.Column("description", sa.String(length=1500), nullable=True),
        sa.Column("domain", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "domain IN ('skills', 'knowledge', 'abilities', 'work_activities')", name=op.f("ck_elements_domain")
        ),
        sa.ForeignKeyConstraint(["release"], ["releases.release"], name=op.f("fk_elements_release")),
        sa.PrimaryKeyConstraint("release", "element_id", name=op.f("pk_elements")),
        **STORAGE,
    )
    op.create_table(
        "occupations",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("onetsoc_code LIKE '__-____.__'", name=op.f("ck_occupations_onetsoc_code")),
        sa.ForeignKeyConstraint(["release"], ["releases.release"], name=op.f("fk_occupations_release")),
        sa.PrimaryKeyConstraint("release", "onetsoc_code", name=op.f("pk_occupations")),
        **STORAGE,
    )
    op.create_table(
        "scales",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("scale_id", sa.String(length=3), nullable=False),
        sa.Column("scale_name", sa.String(length=50), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=False),
        sa.CheckConstraint("minimum < maximum", name=op.f("ck_scales_range")),
        sa.ForeignKeyConstraint(["release"], ["releases.release"], name=op.f("fk_scales_release")),
        sa.PrimaryKeyConstraint("release", "scale_id", name=op.f("pk_scales")),
        **STORAGE,
    )
    op.create_table(
        "job_titles",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_title", sa.String(length=250), nullable=False),
        sa.Column("short_title", sa.String(length=150), nullable=True),
        sa.Column("sources", sa.String(length=50), nullable=True),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_job_titles_release_onetsoc_code"),
        ),
        sa.PrimaryKeyConstraint("release", "onetsoc_code", "position", name=op.f("pk_job_titles")),
        **STORAGE,
    )
    op.create_table(
        "job_zones",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("job_zone", sa.Integer(), nullable=False),
        sa.Column("date_updated", sa.Date(), nullable=False),
        sa.Column("domain_source", sa.String(length=30), nullable=False),
        sa.CheckConstraint("job_zone BETWEEN 1 AND 5", name=op.f("ck_job_zones_job_zone")),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_job_zones_release_onetsoc_code"),
        ),
        sa.PrimaryKeyConstraint("release", "onetsoc_code", name=op.f("pk_job_zones")),
        **STORAGE,
    )
    op.create_table(
        "level_anchors",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("element_id", sa.String(length=20), nullable=False),
        sa.Column("scale_id", sa.String(length=3), nullable=False),
        sa.Column("anchor_value", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("anchor_description", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["release", "element_id"],
            ["elements.release", "elements.element_id"],
            name=op.f("fk_level_anchors_release_element_id"),
        ),
        sa.ForeignKeyConstraint(
            ["release", "scale_id"],
            ["scales.release", "scales.scale_id"],
            name=op.f("fk_level_anchors_release_scale_id"),
        ),
        sa.PrimaryKeyConstraint("release", "element_id", "scale_id", "anchor_value", name=op.f("pk_level_anchors")),
        **STORAGE,
    )
    op.create_table(
        "ratings",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
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
        sa.CheckConstraint("not_relevant IN ('Y', 'N')", name=op.f("ck_ratings_not_relevant")),
        sa.CheckConstraint("recommend_suppress IN ('Y', 'N')", name=op.f("ck_ratings_recommend_suppress")),
        sa.CheckConstraint("scale_id <> 'IM' OR data_value BETWEEN 1 AND 5", name=op.f("ck_ratings_importance")),
        sa.CheckConstraint("scale_id <> 'LV' OR data_value BETWEEN 0 AND 7", name=op.f("ck_ratings_level")),
        sa.CheckConstraint("standard_error >= 0", name=op.f("ck_ratings_standard_error")),
        sa.ForeignKeyConstraint(
            ["release", "element_id"],
            ["elements.release", "elements.element_id"],
            name=op.f("fk_ratings_release_element_id"),
        ),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_ratings_release_onetsoc_code"),
        ),
        sa.ForeignKeyConstraint(
            ["release", "scale_id"], ["scales.release", "scales.scale_id"], name=op.f("fk_ratings_release_scale_id")
        ),
        sa.ForeignKeyConstraint(["release"], ["releases.release"], name=op.f("fk_ratings_release")),
        sa.PrimaryKeyConstraint("release", "onetsoc_code", "element_id", "scale_id", name=op.f("pk_ratings")),
        **STORAGE,
    )
    op.create_table(
        "related_occupations",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("related_onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("relatedness_tier", sa.String(length=50), nullable=False),
        sa.Column("related_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_related_occupations_release_onetsoc_code"),
        ),
        sa.ForeignKeyConstraint(
            ["release", "related_onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_related_occupations_release_related_onetsoc_code"),
        ),
        sa.PrimaryKeyConstraint("release", "onetsoc_code", "related_onetsoc_code", name=op.f("pk_related_occupations")),
        **STORAGE,
    )
