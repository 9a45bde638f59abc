"""A console that prints text as it is, not as markup, and faults as lines on stderr."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import typer
from rich.console import Console

from skillgap.logs import for_programs

logger = logging.getLogger(__name__)


def plain_console() -> Console:
    """Stdout, where a text such as ``[/x]`` or ``:smile:`` is printed as it is."""
    return Console(markup=False, emoji=False)


def report_faults(faults: Iterable[str]) -> None:
    """Write each fault as a line on stderr, or as a log line where a program reads them."""
    for fault in faults:
        if for_programs():
            logger.error("%s", fault)
        else:
            typer.echo(f"skillgap: {fault}", err=True)
