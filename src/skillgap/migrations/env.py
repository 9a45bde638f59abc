"""Alembic runs this. ``skillgap.migrations`` hands it an open connection."""

from alembic import context

from skillgap.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_server_default=True,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
