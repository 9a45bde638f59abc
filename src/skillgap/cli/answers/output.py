"""How an answer is written: the API's JSON or CSV, or a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Annotated, Any, TypeVar

import typer
from fastapi import Response
from pydantic import BaseModel, ValidationError
from rich.table import Column, Table

from skillgap.cli.console import plain_console

Model = TypeVar("Model", bound=BaseModel)

WIDE = 120  # columns of a terminal from which tables have all of theirs

JsonOption = Annotated[bool, typer.Option("--json", help="The API's answer instead of a table.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="The API's CSV instead of a table.")]


class Form(Enum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def choose_form(*, as_json: bool, as_csv: bool = False, in_a_pipe: Form = Form.JSON) -> Form:
    """The form that the options name; without one a table on a terminal, and ``in_a_pipe`` elsewhere."""
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    if as_json or as_csv:
        return Form.JSON if as_json else Form.CSV
    return Form.TABLE if sys.stdout.isatty() else in_a_pipe


def write_answer(
    answer: Model, form: Form, table: Callable[[Model], None], csv: Callable[[Model], Response] | None = None
) -> None:
    """Write an answer to stdout; ``table`` prints it, ``csv`` is the API's response."""
    if form is Form.CSV and csv is not None:
        sys.stdout.buffer.write(csv(answer).body)
    elif form is Form.JSON:
        sys.stdout.write(answer.model_dump_json(indent=2, by_alias=True) + "\n")
    else:
        table(answer)


def read_query(model: type[Model], **values: Any) -> Model:
    """The parameters of a request; those that the API would refuse are wrong usage.

    A value of None is left to its default. A name may end with an underscore: ``from_``.
    """
    given = {name.rstrip("_"): value for name, value in values.items() if value is not None}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise typer.BadParameter("; ".join(_faults(error))) from None


def _faults(error: ValidationError) -> list[str]:
    return [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]


def is_wide() -> bool:
    """Whether a table has room for all of its columns."""
    return plain_console().width >= WIDE


def new_table(columns: Mapping[str, bool]) -> Table:
    """An empty table; of each column, whether its cells may be wrapped: those of numbers and codes may not."""
    return Table(*(Column(name, no_wrap=not wraps) for name, wraps in columns.items()))


def print_table(heading: str, table: Table, *texts: str, narrowed: str = "") -> None:
    """Print a heading, the table where it has rows, and texts; ``narrowed`` is what a narrow terminal leaves out."""
    hint = f"A terminal of {WIDE} columns also shows {narrowed}." if narrowed and not is_wide() else ""
    console = plain_console()
    for part in (heading, table if table.row_count else "", hint, *texts):
        if part:
            console.print(part)
