"""What every table is made of: the metadata, naming of constraints, exact decimals.

Text compares exactly, by code point (``utf8mb4_bin`` on MySQL and MariaDB, SQLite's default).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Dialect, MetaData, Numeric
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

MYSQL = {
    f"{dialect}_{option}": value
    for dialect in ("mysql", "mariadb")
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


class ExactDecimal(TypeDecorator[Decimal]):
    """A ``DECIMAL`` that every database returns as ``Decimal``.

    SQLite stores the number as a double; with so few digits the round trip is exact.
    """

    impl = Numeric
    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        super().__init__(precision, scale, asdecimal=False)
        self.precision = precision
        self.scale = scale

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[float | None], Decimal | None]:
        """The stored number with its published number of decimals."""
        return _exact(self.scale).__getitem__


class _Exact(dict[float | None, Decimal | None]):
    """Decimals by the doubles they are stored as: few are published, so equal ones share one object."""

    def __init__(self, scale: int) -> None:
        super().__init__({None: None})
        self.scale = scale

    def __missing__(self, value: float) -> Decimal:
        number = self[value] = Decimal(f"{value:.{self.scale}f}")
        return number


_exact = cache(_Exact)


class Base(DeclarativeBase):
    """Naming of constraints, and how MySQL and MariaDB store the tables."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    __table_args__: Any = MYSQL
