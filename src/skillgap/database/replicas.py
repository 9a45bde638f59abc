"""Several MySQL servers with replicated data: which of them a connection is made to.

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


def replicas_of(url: URL) -> tuple[str, ...]:
    """The servers of an address that names several, each ``host`` or ``host:port``; else none."""
    hosts = url.query.get("host", ())
    return (hosts,) if isinstance(hosts, str) else hosts


def choose_replica(engine: Engine, replicas: Sequence[str], *, to_write: bool) -> None:
    """Connect to the first server that answers; with ``to_write``, the first that takes writes.

    In a group with one primary that is the primary at the time: the replicas are read only. A
    connection stays with its server; when that is gone, the next one is made from the first server on.
    """

    @event.listens_for(engine, "do_connect")
    def connect(
        dialect: Dialect, _record: object, arguments: Sequence[Any], parameters: dict[str, Any]
    ) -> MySQLConnection[Any]:
        driver: Any = dialect.loaded_dbapi
        faults = []
        for replica in replicas:
            address = urlsplit(f"//{replica}")
            server = {"host": address.hostname, "port": address.port or 3306}
            try:
                connection: MySQLConnection[Any] = driver.connect(*arguments, **parameters | server)
            except driver.Error as error:
                faults.append(f"{replica}: {error.args[-1]}")
                continue
            if not (to_write and _is_read_only(connection)):
                return connection
            connection.close()
            faults.append(f"{replica}: read only")
        needed = "takes writes" if to_write else "answers"
        raise driver.OperationalError(2003, f"No server {needed} ({'; '.join(faults)})")


def _is_read_only(connection: MySQLConnection[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@GLOBAL.read_only")
        (read_only,) = cursor.fetchone() or (0,)
    return bool(read_only)
