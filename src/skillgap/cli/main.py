"""The commands, each with the module it is in: none is imported before it is asked for."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from skillgap.errors import SkillgapError
from skillgap.logs import configure_logging, for_programs
from skillgap.settings import LogSettings

logger = logging.getLogger(__name__)

COMMANDS = {
    "load": "load.load",
    "serve": "serve.serve",
    "up": "serve.up",
    "gap": "answers.gap",
    "moves": "answers.moves",
    "path": "answers.path",
    "search": "answers.search",
    "export": "export.export",
    "supplement": "load.supplement",
    "doctor": "doctor.doctor",
    "mcp": "serve.mcp",
    "rescore": "rescore.app",
    "releases": "load.releases_app",
    "keys": "keys.app",
}


class Commands(TyperGroup):
    """Imports a command when it is asked for: pandas alone takes half a second."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All there are, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
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
        _fail([str(error)])
    except ValidationError as error:
        _fail(list(_setting_faults(error)))


def _fail(faults: list[str]) -> NoReturn:
    if not for_programs():
        sys.exit("\n".join(f"skillgap: {fault}" for fault in faults))
    for fault in faults:
        logger.error("%s", fault)
    sys.exit(1)


def _setting_faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        name = "_".join(map(str, fault["loc"])).upper()
        yield f"{f'setting {name}' if name else 'settings'}: {fault['msg']}"
