"""``skillgap code``: the occupation of a job title, or of many."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from skillgap.cli.answers.input import read_input
from skillgap.cli.answers.occupation import read_current
from skillgap.cli.answers.output import (
    CsvOption,
    Form,
    JsonOption,
    choose_form,
    new_table,
    print_table,
    read_query,
    write_answer,
)
from skillgap.database.engine import connect
from skillgap.errors import InvalidBody
from skillgap.http.rows import CSV, JSON_LINES, parse_rows
from skillgap.occupations.schemas import percent_of
from skillgap.occupations.titles.lines import code_lines
from skillgap.occupations.titles.query import DEFAULT_CODES, MOST_CODES, TitleQuery, TitlesBody
from skillgap.occupations.titles.routes import title_csv
from skillgap.occupations.titles.schemas import TitleCodes
from skillgap.occupations.titles.service import code_title
from skillgap.onet.catalogue import Catalogue, catalogue_of
from skillgap.settings import DatabaseSettings


def code(
    title: Annotated[str | None, typer.Argument(metavar="TITLE", help="A job title, or a code.")] = None,
    *,
    file: Annotated[
        Path | None,
        typer.Option("--from", allow_dash=True, help="Titles: CSV with a column title, or JSON lines; - is stdin."),
    ] = None,
    number: Annotated[int, typer.Option("-n", min=1, max=MOST_CODES, help="Occupations to list, at most.")] = (
        DEFAULT_CODES
    ),
    release: Annotated[str | None, typer.Option(help="A loaded release; else the current one.")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Find the occupation of a job TITLE, with its probability and what speaks for it.

    With --from every row is written as a line: CSV for a CSV, JSON lines for JSON lines, unless --json or --csv says.

    Example: skillgap code "Sr. truck driver (m/f/d) - Boston, MA"
    """
    if (title is None) == (file is None):
        raise typer.BadParameter("give a TITLE, or --from with a file of titles")
    form = choose_form(as_json=as_json, as_csv=as_csv)
    if file is not None:
        format_ = {Form.JSON: "json-lines", Form.CSV: "csv"}.get(form) if as_json or as_csv else None
        _write_many(file, format_, number, release)
        return
    query = read_query(TitleQuery, title=title, n=number, release=release)
    write_answer(code_title(_catalogue(release), query.title, query.n), form, _show_codes, title_csv)


def _catalogue(release: str | None) -> Catalogue:
    return read_current() if release is None else catalogue_of(connect(DatabaseSettings().url()), release, "--release")


def _write_many(file: Path, format_: str | None, number: int, release: str | None) -> None:
    content = read_input(file)
    media_type = JSON_LINES if content.lstrip()[:1] == b"{" else CSV
    format_ = format_ or ("csv" if media_type == CSV else "json-lines")
    rows = TitlesBody.rows
    try:
        titles: list[Any] = list(parse_rows(content, media_type, rows)) if rows else []
    except InvalidBody as error:
        raise typer.BadParameter(f"{file}: {error}") from None
    body = read_query(TitlesBody, titles=titles, n=number, format=format_)
    for part in code_lines(_catalogue(release), body):
        sys.stdout.buffer.write(part.encode())


def _show_codes(answer: TitleCodes) -> None:
    first = f"{answer.answer} {answer.codes[0].title}" if answer.answer else f"unknown. {answer.reason}"
    table = new_table({"code": False, "title": True, "rated": False, "probability": False, "by the title": True})
    for one in answer.codes:
        rated = "yes" if one.rated else "no"
        cells = (one.onetsoc_code, one.title, rated, f"{percent_of(one.probability)}%", one.evidence.matched_text)
        table.add_row(*cells)
    print_table(f"{answer.cleaned or answer.title!r} (O*NET {answer.release}): {first}", table)
