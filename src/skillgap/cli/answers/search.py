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
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Code, title or lay title; without it all of them.")] = "",
    *,
    major_group: Annotated[str | None, typer.Option(help="Only this SOC major group: two digits, such as 29.")] = None,
    job_zone: Annotated[int | None, typer.Option(help="Only this job zone, 1-5.")] = None,
    rated: Annotated[
        bool | None, typer.Option("--rated/--not-rated", help="Only occupations with rated skills, or without.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="How many, at most.")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Find occupations by code, title or lay title; typing errors are forgiven.

    Example: skillgap search "data analyst" --major-group 15 --rated
    """
    form = choose_form(as_json=as_json, as_csv=as_csv, in_a_pipe=Form.TABLE)
    query = read_query(SearchQuery, q=text, major_group=major_group, job_zone=job_zone, rated=rated, limit=limit)
    answer = search_occupations(read_current(), query)
    write_answer(answer, form, partial(_show_matches, text), occupations_csv)


def _show_matches(text: str, answer: OccupationsOut) -> None:
    table = new_table({"code": False, "title": True, "rated": False, "matched": True})
    for match in answer.occupations:
        rated = "yes" if match.rated else "no"
        table.add_row(match.onetsoc_code, match.title, rated, match.matched_text or "")
    shown = len(answer.occupations)
    more = f"{shown} of {answer.total}; --limit shows more." if shown < answer.total else ""
    print_table("" if answer.occupations else _nothing(text, answer), table, more)


def _nothing(text: str, answer: OccupationsOut) -> str:
    found = f"Nothing found for {text!r}." if text else "Nothing found."
    removed = sum(used.removed for used in answer.filters)
    return f"{found} The filters removed {removed}." if removed else found
