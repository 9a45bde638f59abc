"""Another loaded release to answer from now on, and the way back. Nothing is read or replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from skillgap.database.transactions import writing
from skillgap.errors import NothingLoaded, NothingToGoBackTo, ReleaseNotFound
from skillgap.onet.load.replace import make_current
from skillgap.onet.queries import releases
from skillgap.onet.tables import CurrentRelease

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def use_release(engine: Engine, release: str) -> None:
    """Let a loaded release answer; raises NothingLoaded or ReleaseNotFound."""
    with writing(engine) as connection:
        loaded = _loaded(connection)
        if release not in loaded:
            raise ReleaseNotFound(f"Release {release!r} is not loaded (there: {_listed(loaded)}).")
        make_current(connection, release)


def roll_back(engine: Engine) -> str:
    """Let the release that answered before answer again; its name.

    A second time leads forward again. Raises NothingLoaded or NothingToGoBackTo.
    """
    with writing(engine) as connection:
        loaded = _loaded(connection)
        current = connection.execute(select(CurrentRelease.release, CurrentRelease.previous)).one()
        if current.previous is None:
            raise NothingToGoBackTo(
                f"No other release has answered before {current.release} (loaded: "
                f"{_listed(loaded)}). `skillgap releases use` takes any that is loaded."
            )
        make_current(connection, current.previous)
        return str(current.previous)


def _loaded(connection: Connection) -> list[str]:
    loaded = [one.release for one in releases(connection)]
    if not loaded:
        raise NothingLoaded
    return loaded


def _listed(loaded: list[str]) -> str:
    return ", ".join(loaded)
