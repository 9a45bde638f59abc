"""Codes of the 2010 taxonomy, and the occupations that took their place."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STORAGE: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "code_crosswalk",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_2010_code", sa.CHAR(length=10), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("onetsoc_2010_title", sa.String(length=150), nullable=False),
        sa.CheckConstraint("onetsoc_2010_code LIKE '__-____.__'", name=op.f("ck_code_crosswalk_onetsoc_2010_code")),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_code_crosswalk_release_onetsoc_code"),
        ),
        sa.PrimaryKeyConstraint("release", "onetsoc_2010_code", "onetsoc_code", name=op.f("pk_code_crosswalk")),
        **STORAGE,
    )
