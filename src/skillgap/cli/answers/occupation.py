"""The occupation that an argument names, by code or by title, with a choice where several may be meant."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import typer

from skillgap.cli.console import report_faults
from skillgap.database.engine import connect
from skillgap.errors import InvalidParameter, OccupationNotFound, RequestError, SeveralFaults
from skillgap.http.parameters import LONGEST_SEARCH
from skillgap.onet.catalogue import Catalogue, current_catalogue
from skillgap.onet.codes import parse_code
from skillgap.onet.titles.match import Match, Matched, Step
from skillgap.settings import DatabaseSettings

MOST_CHOICES = 10
BY_CODE_OR_TITLE = "O*NET-SOC code, or a title."


def read_current() -> Catalogue:
    """The current release of the database that the settings name; raises NothingLoaded."""
    return current_catalogue(connect(DatabaseSettings().url()))


def name_occupations(catalogue: Catalogue, texts: Mapping[str, str | None]) -> list[str | None]:
    """The code that each argument names; None for one that is not given.

    A code is passed on as it is written. A title that only one occupation has names that one. For any
    other text a person at a terminal chooses; elsewhere the candidates are listed and the exit status
    is 2. Raises OccupationNotFound for a text that no occupation is like.
    """
    faults: list[RequestError] = []
    found: dict[str, str | list[Match] | None] = {}
    for name, text in texts.items():
        try:
            found[name] = None if text is None else _find(catalogue, text, name)
        except RequestError as error:
            faults.append(error)
    if faults:
        raise SeveralFaults(faults)
    candidates = {name: _candidates(catalogue, matches) for name, matches in found.items() if isinstance(matches, list)}
    if candidates and not _at_a_terminal():
        for name, choices in candidates.items():
            report_faults(["\n".join([_question(texts[name], name), *choices.values()])])
        raise typer.Exit(2)
    chosen = {name: _choose(choices, texts[name], name) for name, choices in candidates.items()}
    return [chosen.get(name) or (value if isinstance(value, str) else None) for name, value in found.items()]


def name_occupation(catalogue: Catalogue, name: str, text: str) -> str:
    """The code that one argument names."""
    return name_occupations(catalogue, {name: text})[0] or text


def _find(catalogue: Catalogue, text: str, name: str) -> str | list[Match]:
    """The code of a text or, where several occupations may be meant, the best of them."""
    try:
        parse_code(text)
    except InvalidParameter:
        if len(text) > LONGEST_SEARCH:
            raise InvalidParameter(f"{name} is longer than {LONGEST_SEARCH} characters.", parameter=name) from None
        matches = catalogue.search().find(text)
        if not matches:
            raise OccupationNotFound(
                f"{catalogue.info.title} has no occupation that {text!r} could mean.", parameter=name
            ) from None
        same = [match.onetsoc_code for match in matches if match.step is Step.TITLE]
        return same[0] if len(same) == 1 else matches[:MOST_CHOICES]
    return text.strip()


def _candidates(catalogue: Catalogue, matches: list[Match]) -> dict[str, str]:
    """A line for each occupation, by its code."""
    lines = {}
    for match in matches:
        code = match.onetsoc_code
        also = f", also called {match.matched_text}" if match.matched is Matched.JOB_TITLE else ""
        rated = "" if catalogue.is_rated(code) else " (not rated)"
        lines[code] = f"  {code}  {catalogue.occupations[code].title}{also}{rated}"
    return lines


def _question(text: str | None, name: str) -> str:
    return f"{name} {text!r} may mean one of these; give its code or its whole title:"


def _at_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def _choose(choices: Mapping[str, str], text: str | None, name: str) -> str:
    """The code of the line that a person chooses by its number."""
    codes = list(choices)
    typer.echo(f"{name} {text!r} may mean:", err=True)
    for number, line in enumerate(choices.values(), start=1):
        typer.echo(f"{number:3}{line}", err=True)

    def read_number(answer: str) -> str:
        if answer.isdecimal() and 1 <= int(answer) <= len(codes):
            return codes[int(answer) - 1]
        raise typer.BadParameter(f"a number from 1 to {len(codes)} is needed")

    code: str = typer.prompt("Which one", err=True, value_proc=read_number)
    return code
