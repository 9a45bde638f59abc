"""The command line: its commands, and how errors end it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError

from skillgap import __version__
from skillgap.cli.console import report_faults
from skillgap.cli.lazy import Command, Entry, lazy_group
from skillgap.errors import SkillgapError
from skillgap.logs import configure_logging

EXTRAS = {"alembic": "etl", "openai": "etl", "httpx2": "etl", "pandas": "etl", "mcp": "mcp"}
"""The extra of each library that answering does not need."""


def _code() -> Mapping[str, Command]:
    from skillgap.cli.answers.code import code

    return {"code": code}


def _diff() -> Mapping[str, Command]:
    from skillgap.cli.answers.diff import diff

    return {"diff": diff}


def _doctor() -> Mapping[str, Command]:
    from skillgap.cli.doctor.command import doctor

    return {"doctor": doctor}


def _export() -> Mapping[str, Command]:
    from skillgap.cli.export import export

    return {"export": export}


def _gap() -> Mapping[str, Command]:
    from skillgap.cli.answers.gap import gap

    return {"gap": gap}


def _keys() -> Mapping[str, Command]:
    from skillgap.cli.keys import app

    return {"keys": app}


def _load() -> Mapping[str, Command]:
    from skillgap.cli import load

    return {"load": load.load, "supplement": load.supplement}


def _matches() -> Mapping[str, Command]:
    from skillgap.cli.answers.matches import matches

    return {"matches": matches}


def _moves() -> Mapping[str, Command]:
    from skillgap.cli.answers import moves

    return {"moves": moves.moves, "path": moves.path, "openers": moves.openers}


def _releases() -> Mapping[str, Command]:
    from skillgap.cli.releases import app

    return {"releases": app}


def _rescore() -> Mapping[str, Command]:
    from skillgap.cli.rescore import app

    return {"rescore": app}


def _search() -> Mapping[str, Command]:
    from skillgap.cli.answers.search import search

    return {"search": search}


def _serve() -> Mapping[str, Command]:
    from skillgap.cli import serve

    return {"serve": serve.serve, "up": serve.up, "mcp": serve.mcp}


MODULES: Mapping[str, Entry] = {
    "load": Entry("Load an O*NET release and make it the current one.", _load),
    "serve": Entry("Answer over HTTP on API_HOST:API_PORT.", _serve),
    "up": Entry("Load a release when none is loaded, then serve: what `make run` calls.", _serve),
    "gap": Entry("Show what TO requires above FROM's levels.", _gap),
    "moves": Entry("Show the occupations nearest to OCCUPATION, and what each move takes.", _moves),
    "path": Entry("Show by which stepping stones TO can be reached from FROM.", _moves),
    "openers": Entry(
        "Show which skill, raised by one level, brings most occupations within reach of OCCUPATION.", _moves
    ),
    "matches": Entry("Show the occupations that fit a person's levels best.", _matches),
    "diff": Entry(
        "Show what changed from release BEFORE to AFTER: in a pair's gap, an occupation, or all in short.", _diff
    ),
    "search": Entry("Find occupations by code, title or lay title; typing errors are forgiven.", _search),
    "code": Entry("Find the occupation of a job TITLE, with its probability and what speaks for it.", _code),
    "export": Entry("Write the current release's pairs or ratings to a CSV or Parquet file.", _export),
    "supplement": Entry(
        "Fetch ratings from O*NET Web Services for occupations that the current release does not rate.", _load
    ),
    "doctor": Entry("Check settings, database, schema, rights, data, room and network, and say what to do.", _doctor),
    "mcp": Entry("Serve tools to an assistant, over stdin and stdout (MCP).", _serve),
    "rescore": Entry("Let a language model (LLM_MODEL) judge levels, beside O*NET's and never over them.", _rescore),
    "releases": Entry("List the releases that are loaded, or activate another one.", _releases),
    "keys": Entry("Make keys for the API.", _keys),
}
"""The commands in the order of the help."""

app = typer.Typer(cls=lazy_group(MODULES), no_args_is_help=True, pretty_exceptions_enable=False)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"skillgap {__version__}")
        raise typer.Exit


@app.callback()
def skillgap(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """What does one occupation require that another does not?"""
    if context.obj is not None:
        context.obj()


def main() -> None:
    """Run a command; exit status 0, 1 with one clear line on stderr, or 2 for wrong usage."""
    try:
        app(obj=_configure_logging)
    except SkillgapError as error:
        _fail([str(error)])
    except ValidationError as error:
        _fail(list(_setting_faults(error)))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _fail([f"{place}{error.strerror or error}"])
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        if extra is None:
            raise
        _fail([f"this needs the library {error.name}, which serving does not: pip install 'skillgap[{extra}]'"])


def _configure_logging() -> None:
    from skillgap.settings import LogSettings  # takes as long to import as the help to show

    log = LogSettings()
    configure_logging(log.log_level, as_json=log.as_json)


def _fail(faults: list[str]) -> NoReturn:
    report_faults(faults)
    sys.exit(1)


def _setting_faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors():
        name = "_".join(map(str, fault["loc"])).upper()
        yield f"{f'setting {name}' if name else 'settings'}: {fault['msg']}"
