"""``skillgap matches``: the occupations that fit a person best."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from skillgap.cli.answers.input import read_input
from skillgap.cli.answers.moves import LimitOption
from skillgap.cli.answers.occupation import BY_CODE_OR_TITLE, name_occupation, read_current
from skillgap.cli.answers.output import (
    CsvOption,
    JsonOption,
    choose_form,
    is_wide,
    new_table,
    print_table,
    read_query,
    write_answer,
)
from skillgap.errors import InvalidBody
from skillgap.http.json_text import parse_object
from skillgap.http.parameters import Domain
from skillgap.occupations.person.query import MatchesBody
from skillgap.occupations.person.routes import matches_csv
from skillgap.occupations.person.schemas import MatchesOut
from skillgap.occupations.person.service import match_occupations
from skillgap.occupations.schemas import percent_of


def matches(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", allow_dash=True, help="Levels as JSON; - reads them from stdin.")
    ],
    *,
    source: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="OCCUPATION", help=f"Whose levels stand for what FILE leaves out: {BY_CODE_OR_TITLE}"
        ),
    ] = None,
    domain: Annotated[Domain | None, typer.Option(help="What to compare; else what FILE says, or skills.")] = None,
    measure: Annotated[
        Literal["difference", "gap"] | None, typer.Option(help="What the best match has least of.")
    ] = None,
    min_coverage: Annotated[
        float | None, typer.Option(min=0, max=1, help="Leave out occupations that are covered less.")
    ] = None,
    max_job_zone: Annotated[int | None, typer.Option(min=1, max=5, help="Leave out higher job zones.")] = None,
    max_job_zone_difference: Annotated[
        int | None, typer.Option(min=0, max=4, help="Leave out what is more job zones away from OCCUPATION.")
    ] = None,
    other_major_group: Annotated[
        bool, typer.Option("--other-major-group", help="Leave out OCCUPATION's own SOC major group.")
    ] = False,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show the occupations that fit a person's levels best.

    FILE holds what POST /matches takes, such as {"levels": {"2.A.1.b": 3, "2.B.1.a": 4.5}} by element id.

    Example: skillgap matches my-levels.json --from "nursing assistants"
    """
    form = choose_form(as_json=as_json, as_csv=as_csv)
    options = {
        "domain": domain,
        "measure": measure,
        "min_coverage": min_coverage,
        "max_job_zone": max_job_zone,
        "max_job_zone_difference": max_job_zone_difference,
        "other_major_group": other_major_group or None,
        "limit": limit,
    }
    given = {name: value for name, value in options.items() if value is not None}
    body = read_query(MatchesBody, **{**_read_object(file), **given})
    catalogue = read_current()
    if source is not None:
        body = body.model_copy(update={"from_code": name_occupation(catalogue, "--from", source)})
    answer = match_occupations(catalogue, body)
    write_answer(answer, form, _show_matches, matches_csv)


def _read_object(file: Path) -> dict[str, Any]:
    """The JSON object in a file, or on stdin; anything else in it is wrong usage."""
    try:
        return parse_object(read_input(file))
    except InvalidBody as error:
        raise typer.BadParameter(f"{file}: {error}") from None


def _show_matches(answer: MatchesOut) -> None:
    heading = (
        f"Occupations that fit {answer.answered} of {answer.elements} {answer.domain} (O*NET {answer.release}): "
        f"{answer.total} by {answer.measure}"
    )
    columns = {"rank": False, "code": False, "title": True, "difference": False, "gap": False, "coverage": False}
    more = {"gaps": False, "missing": False, "zone": False}
    table = new_table(columns | more if is_wide() else columns)
    for match in answer.matches:
        cells = (
            str(match.rank),
            match.occupation.onetsoc_code,
            match.occupation.title,
            f"{match.weighted_difference:.2f}",
            f"{match.weighted_gap:.2f}",
            f"{percent_of(match.coverage)}%",
            str(match.gaps),
            str(match.missing),
            str(match.job_zone or ""),
        )
        table.add_row(*cells[: len(table.columns)])
    removed = [f"{filter_.name} {filter_.value} left out {filter_.removed}." for filter_ in answer.filters]
    print_table(
        heading, table, *removed, *answer.notes, narrowed="how many gaps, how many of them missing, and the job zone"
    )
