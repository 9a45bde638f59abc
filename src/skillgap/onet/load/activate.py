"""Activating another loaded release, and rolling back. No file is read and no row replaced."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select

from skillgap.database.transactions import writing
from skillgap.errors import NothingToGoBackTo, ReleaseNotFound
from skillgap.onet.load.replace import make_current
from skillgap.onet.queries import current_release, releases
from skillgap.onet.tables import CurrentRelease


def use_release(engine: Engine, release: str) -> None:
    """Activate a loaded release; raises NothingLoaded or ReleaseNotFound."""
    with writing(engine) as connection:
        current_release(connection)
        loaded = _release_names(connection)
        if release not in loaded:
            raise ReleaseNotFound(f"Release {release!r} is not loaded (there: {', '.join(loaded)}).")
        make_current(connection, release)


def roll_back(engine: Engine) -> str:
    """Activate the release that was current before, and return its name; twice leads forward again.

    Raises NothingLoaded or NothingToGoBackTo.
    """
    with writing(engine) as connection:
        current = current_release(connection).release
        previous = connection.scalar(select(CurrentRelease.previous))
        if previous is None:
            raise NothingToGoBackTo(
                f"No other release has answered before {current} (loaded: {', '.join(_release_names(connection))}). "
                "`skillgap releases use` takes any that is loaded."
            )
        make_current(connection, previous)
        return str(previous)


def _release_names(connection: Connection) -> list[str]:
    return [info.release for info in releases(connection)]
