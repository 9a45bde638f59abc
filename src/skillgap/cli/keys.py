"""``skillgap keys``: keys for the API."""

from __future__ import annotations

from typing import Annotated

import typer

from skillgap.api_keys import entry_of, new_key

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def keys() -> None:
    """Make keys for the API."""


@app.command()
def new(name: Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is, such as hr-portal.")]) -> None:
    """Make a key for NAME and show it, this once; and what API_KEYS holds of it.

    Example: skillgap keys new hr-portal
    """
    key = new_key()
    try:
        entry = entry_of(name, key)
    except ValueError as error:
        raise typer.BadParameter(f"{name!r}: {error}") from None
    typer.echo(f"The key, for {name} alone; it is kept nowhere:")
    typer.echo(f"  {key}")
    typer.echo("To be added to API_KEYS, after a comma; :60 behind it allows 60 requests a minute:")
    typer.echo(f"  {entry}")
