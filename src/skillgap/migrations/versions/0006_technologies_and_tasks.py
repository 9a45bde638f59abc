"""The technologies and the tasks of an occupation."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

STORAGE: dict[str, Any] = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "technologies",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("example", sa.String(length=150), nullable=False),
        sa.Column("commodity_code", sa.CHAR(length=8), nullable=True),
        sa.Column("commodity_title", sa.String(length=150), nullable=True),
        sa.Column("element_id", sa.String(length=20), nullable=True),
        sa.Column("hot_technology", sa.CHAR(length=1), nullable=False),
        sa.Column("in_demand", sa.CHAR(length=1), nullable=False),
        sa.CheckConstraint("commodity_code LIKE '________'", name=op.f("ck_technologies_commodity_code")),
        sa.CheckConstraint("hot_technology IN ('Y', 'N')", name=op.f("ck_technologies_hot_technology")),
        sa.CheckConstraint("in_demand IN ('Y', 'N')", name=op.f("ck_technologies_in_demand")),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_technologies_release_onetsoc_code"),
        ),
        sa.ForeignKeyConstraint(
            ["release", "element_id"],
            ["elements.release", "elements.element_id"],
            name=op.f("fk_technologies_release_element_id"),
        ),
        sa.PrimaryKeyConstraint("release", "onetsoc_code", "example", name=op.f("pk_technologies")),
        **STORAGE,
    )
    op.create_table(
        "tasks",
        sa.Column("release", sa.String(length=20), nullable=False),
        sa.Column("task_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("onetsoc_code", sa.CHAR(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("task", sa.String(length=1000), nullable=False),
        sa.Column("task_type", sa.String(length=12), nullable=True),
        sa.Column("incumbents_responding", sa.Integer(), nullable=True),
        sa.Column("date_updated", sa.Date(), nullable=False),
        sa.Column("domain_source", sa.String(length=30), nullable=False),
        sa.CheckConstraint("task_type IN ('Core', 'Supplemental')", name=op.f("ck_tasks_task_type")),
        sa.CheckConstraint("incumbents_responding >= 0", name=op.f("ck_tasks_incumbents_responding")),
        sa.ForeignKeyConstraint(
            ["release", "onetsoc_code"],
            ["occupations.release", "occupations.onetsoc_code"],
            name=op.f("fk_tasks_release_onetsoc_code"),
        ),
        sa.PrimaryKeyConstraint("release", "task_id", name=op.f("pk_tasks")),
        **STORAGE,
    )
