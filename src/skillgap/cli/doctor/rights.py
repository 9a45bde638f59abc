"""The check of what the database's user may do."""

from __future__ import annotations

import os
import re

from sqlalchemy import Connection, text

from skillgap.cli.doctor.check import Check, Role

TO_LOAD = ("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "INDEX", "REFERENCES", "DROP")
TO_WRITE = {"INSERT", "UPDATE", "DELETE", "DROP", "ALTER"}


def check_rights(connection: Connection, role: Role) -> Check:
    """Whether the user may do what the role needs and, on a server, no more."""
    sqlite = connection.dialect.name == "sqlite"
    granted = _granted_by_file(connection) if sqlite else _granted(connection)
    missing = [name for name in TO_LOAD if name not in granted]
    writes = sorted(granted & TO_WRITE)
    if "SELECT" not in granted:
        return Check("rights", "fail", "may not read", "GRANT SELECT on the database")
    if role == "serve" and writes and not sqlite:
        advice = "serving needs SELECT alone: env/api.env has a user"
        return Check("rights", "warn", f"may also {', '.join(writes)}", advice)
    if role == "load" and missing:
        advice = f"GRANT {', '.join(missing)} on the database"
        return Check("rights", "fail", f"may not {', '.join(missing)}", advice)
    if missing:
        advice = "" if role == "serve" else "to load takes another user"
        return Check("rights", "ok", "may read: enough to serve", advice)
    return Check("rights", "ok", "may read and write: enough to load and to serve")


def _granted_by_file(connection: Connection) -> set[str]:
    may_write = os.access(str(connection.engine.url.database), os.W_OK)
    return set(TO_LOAD) if may_write else {"SELECT"}


def _granted(connection: Connection) -> set[str]:
    """The user's rights on the whole database, by ``SHOW GRANTS``."""
    granted: set[str] = set()
    database = connection.engine.url.database or ""
    for line in connection.scalars(text("SHOW GRANTS")):
        grant = re.match(r"GRANT (.+?) ON (?:\*|[`\"]?(.+?)[`\"]?)\.\* TO ", line)
        if grant and (grant[2] is None or re.fullmatch(_like(grant[2]), database)):
            names = {name.strip().upper() for name in grant[1].split(",")}
            granted |= set(TO_LOAD) if "ALL PRIVILEGES" in names else names
    return granted


def _like(pattern: str) -> str:
    r"""A pattern of MySQL's grants as a regular expression: ``_``, ``%``, and both after ``\``."""
    pieces = re.findall(r"\\.|.", pattern)
    wild = {"_": ".", "%": ".*"}
    return "".join(wild.get(piece) or re.escape(piece.removeprefix("\\")) for piece in pieces)
