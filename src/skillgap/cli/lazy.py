"""Commands whose modules are imported when they are used: FastAPI alone takes a third of a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

Command = Callable[..., None] | typer.Typer


class Entry(NamedTuple):
    """A command as the help lists it, and what imports its module."""

    summary: str
    load: Callable[[], Mapping[str, Command]]


class LazyCommand(TyperCommand):
    """A command of which the name and the summary are known until it is used."""

    def __init__(self, name: str, entry: Entry) -> None:
        super().__init__(name, help=entry.summary)
        self._load = entry.load

    def loaded(self) -> Any:
        """The command itself."""
        name = self.name or ""
        command = self._load()[name]
        if not isinstance(command, typer.Typer):
            function, command = command, typer.Typer(add_completion=False)
            command.command()(function)
        built = typer.main.get_command(command)
        built.name = name
        return built

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the command itself, which is then what runs or completes."""
        return self.loaded().make_context(info_name, args, parent, **extra)


def lazy_group(entries: Mapping[str, Entry]) -> type[TyperGroup]:
    """The group of these commands, in this order."""

    class LazyGroup(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = {name: LazyCommand(name, entry) for name, entry in entries.items()}

    return LazyGroup
