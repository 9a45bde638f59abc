"""Several MySQL servers that hold the same, replicated: which of them to talk to.

An address names them as SQLAlchemy's PostgreSQL addresses do, in its query:
``mysql+pymysql://user:password@/skillgap?host=db1&host=db2:3307&host=db3``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pymysql import Connection as MySQLConnection
    from sqlalchemy import URL, Dialect, Engine


def members_of(url: URL) -> tuple[str, ...]:
    """The servers of an address that names several, each ``host`` or ``host:port``; else none."""
    named = url.query.get("host", ())
    return (named,) if isinstance(named, str) else named


def choose_member(engine: Engine, members: Sequence[str], *, to_write: bool) -> None:
    """Connect to the first member that answers; ``to_write``, to the first that takes writes.

    In a group with one primary that is the primary, whichever it is by then: the others are read
    only. A connection stays with its member, and is made anew, from the first member on, when that
    is gone.
    """

    @event.listens_for(engine, "do_connect")
    def connect(
        dialect: Dialect, _record: object, arguments: Sequence[Any], parameters: dict[str, Any]
    ) -> MySQLConnection[Any]:
        driver: Any = dialect.loaded_dbapi
        faults = []
        for member in members:
            address = urlsplit(f"//{member}")
            place = {"host": address.hostname, "port": address.port or 3306}
            try:
                connection: MySQLConnection[Any] = driver.connect(*arguments, **parameters | place)
            except driver.Error as error:
                faults.append(f"{member}: {error.args[-1]}")
                continue
            if not (to_write and _is_read_only(connection)):
                return connection
            connection.close()
            faults.append(f"{member}: read only")
        wanted = "takes writes" if to_write else "answers"
        raise driver.OperationalError(2003, f"No server {wanted} ({'; '.join(faults)})")


def _is_read_only(connection: MySQLConnection[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@GLOBAL.read_only")
        (read_only,) = cursor.fetchone() or (0,)
    return bool(read_only)
