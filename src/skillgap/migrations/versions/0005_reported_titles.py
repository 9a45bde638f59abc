"""Titles that people in an occupation reported."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

STORAGE: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "reported_titles",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("reported_job_title", sa.String(length=150), nullable=False),
        sa.Column("shown_in_my_next_move", sa.CHAR(length=1), nullable=False),
        sa.CheckConstraint(
            "shown_in_my_next_move IN ('Y', 'N')", name=op.f("ck_reported_titles_shown_in_my_next_move")
        ),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_reported_titles_release_onetsoc_code"),
        ),
        sa.PrimaryKeyConstraint("release", "onetsoc_code", "reported_job_title", name=op.f("pk_reported_titles")),
        **STORAGE,
    )
