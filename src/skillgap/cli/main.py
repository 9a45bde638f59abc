"""The command line: its commands, and how errors end it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from skillgap.errors import SkillgapError
from skillgap.logs import configure_logging, for_programs
from skillgap.settings import LogSettings

logger = logging.getLogger(__name__)

EXTRAS = {"alembic": "etl", "openai": "etl", "pandas": "etl", "mcp": "mcp"}
"""The extra of each library that answering does not need."""

Command = Callable[..., None] | typer.Typer


def _answers() -> Mapping[str, Command]:
    from skillgap.cli import answers

    return {"gap": answers.gap, "moves": answers.moves, "path": answers.path, "search": answers.search}


def _doctor() -> Mapping[str, Command]:
    from skillgap.cli.doctor.command import doctor

    return {"doctor": doctor}


def _export() -> Mapping[str, Command]:
    from skillgap.cli.export import export

    return {"export": export}


def _keys() -> Mapping[str, Command]:
    from skillgap.cli.keys import app

    return {"keys": app}


def _load() -> Mapping[str, Command]:
    from skillgap.cli import load

    return {"load": load.load, "supplement": load.supplement, "releases": load.releases_app}


def _rescore() -> Mapping[str, Command]:
    from skillgap.cli.rescore import app

    return {"rescore": app}


def _serve() -> Mapping[str, Command]:
    from skillgap.cli import serve

    return {"serve": serve.serve, "up": serve.up, "mcp": serve.mcp}


MODULES: Mapping[str, Callable[[], Mapping[str, Command]]] = {
    "load": _load,
    "serve": _serve,
    "up": _serve,
    "gap": _answers,
    "moves": _answers,
    "path": _answers,
    "search": _answers,
    "export": _export,
    "supplement": _load,
    "doctor": _doctor,
    "mcp": _serve,
    "rescore": _rescore,
    "releases": _load,
    "keys": _keys,
}
"""The commands in the order of the help, each with what imports its module."""


class Commands(TyperGroup):
    """Imports a command's module when the command is used: FastAPI alone takes a third of a second."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands, in the order of the help."""
        return list(MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, None where there is none."""
        if cmd_name not in MODULES:
            return None
        command = MODULES[cmd_name]()[cmd_name]
        if not isinstance(command, typer.Typer):
            function, command = command, typer.Typer(add_completion=False)
            command.command()(function)
        built = typer.main.get_command(command)
        built.name = cmd_name
        return built


app = typer.Typer(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def skillgap() -> None:
    """What does one occupation require that another does not?"""


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
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        if extra is None:
            raise
        _fail([f"this needs the library {error.name}, which serving does not: pip install 'skillgap[{extra}]'"])


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
