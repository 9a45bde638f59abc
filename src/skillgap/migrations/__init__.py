"""The schema's history, as Alembic revisions, and the one function that applies it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from skillgap.database.transactions import writing

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for an open connection; there is no ``alembic.ini``."""
    config = Config()
    config.set_main_option("script_location", "skillgap:migrations")
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Bring the schema up to date; makes the database of SQLite, and does nothing where it is."""
    with writing(engine, may_create=True) as connection:
        command.upgrade(alembic_config(connection), "head")
