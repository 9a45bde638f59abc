"""The command line: its commands, and how errors end it."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from skillgap.errors import SkillgapError
from skillgap.logs import configure_logging, for_programs
from skillgap.settings import LogSettings

logger = logging.getLogger(__name__)

MODULES = {
    "load": "load:load",
    "serve": "serve:serve",
    "up": "serve:up",
    "gap": "answers:gap",
    "moves": "answers:moves",
    "path": "answers:path",
    "search": "answers:search",
    "export": "export:export",
    "supplement": "load:supplement",
    "doctor": "doctor.command:doctor",
    "mcp": "serve:mcp",
    "rescore": "rescore:app",
    "releases": "load:releases_app",
    "keys": "keys:app",
}
"""The commands in the order of the help, each with its module in this package and its name there."""


class Commands(TyperGroup):
    """Imports a command's module when the command is used: FastAPI alone takes a third of a second."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands, in the order of the help."""
        return list(MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, None where there is none."""
        if cmd_name not in MODULES:
            return None
        module, _, name = MODULES[cmd_name].partition(":")
        command = getattr(import_module(f"skillgap.cli.{module}"), name)
        if not isinstance(command, typer.Typer):
            function, command = command, typer.Typer(add_completion=False)
            command.command()(function)
        built = typer.main.get_command(command)
        built.name = cmd_name
        return built


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def skillgap() -> None:
    """What does one occupation ask for that another does not bring?"""


def main() -> None:
    """Run a command; exit status 0, 1 with one clear line on stderr, or 2 for wrong usage."""
    try:
        log = LogSettings()
        configure_logging(log.log_level, as_json=log.as_json)
        app()
    except SkillgapError as error:
        faults = [str(error)]
    except ValidationError as error:
        faults = [f"{_setting(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    else:
        return
    if not for_programs():
        sys.exit("\n".join(f"skillgap: {fault}" for fault in faults))
    for fault in faults:
        logger.error("%s", fault)
    sys.exit(1)


def _setting(path: tuple[int | str, ...]) -> str:
    return f"setting {'_'.join(map(str, path)).upper()}" if path else "settings"
