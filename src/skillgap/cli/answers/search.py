"""``skillgap search``: occupations by code, title or alternate title."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

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
from skillgap.occupations.reference.query import SearchQuery
from skillgap.occupations.reference.routes import occupations_csv
from skillgap.occupations.reference.schemas import OccupationsOut
from skillgap.occupations.reference.service import search_occupations


def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Code, title or lay title.")],
    *,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Find occupations by code, title or lay title; typing errors are forgiven.

    Example: skillgap search "data analyst"
    """
    form = choose_form(as_json=as_json, as_csv=as_csv, in_a_pipe=Form.TABLE)
    answer = search_occupations(read_current(), read_query(SearchQuery, q=text))
    write_answer(answer, form, partial(_show_matches, text), occupations_csv)


def _show_matches(text: str, answer: OccupationsOut) -> None:
    table = new_table({"code": False, "title": True, "rated": False, "matched": True})
    for match in answer.occupations:
        rated = "yes" if match.rated else "no"
        table.add_row(match.onetsoc_code, match.title, rated, match.matched_text or "")
    print_table("" if answer.occupations else f"Nothing found for {text!r}.", table)
