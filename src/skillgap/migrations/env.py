"""Alembic runs this. ``skillgap.migrations`` hands it an open connection."""

from alembic import context

from skillgap.database.base import Base
from skillgap.onet import tables as onet_tables
from skillgap.onet.rescored import tables as rescored_tables
from skillgap.onet.supplements import tables as supplements_tables

DECLARED = (onet_tables, rescored_tables, supplements_tables)  # each adds its tables

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_server_default=True,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
