"""``skillgap moves``, ``path`` and ``openers``: where an occupation leads."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from skillgap.cli.answers.gap import FromArgument, ToArgument
from skillgap.cli.answers.move_tables import show_moves, show_openers, show_path
from skillgap.cli.answers.occupation import BY_CODE_OR_TITLE, name_occupation, name_occupations, read_current
from skillgap.cli.answers.output import CsvOption, JsonOption, choose_form, read_query, write_answer
from skillgap.gap.distances import DEFAULT_MEASURE, Measure
from skillgap.gap.transitions import Direction
from skillgap.http.parameters import LARGEST_PAGE, Domain
from skillgap.occupations.moves.query import MOST_STEPS, MovesQuery, OpenersQuery, PathQuery
from skillgap.occupations.moves.routes import moves_csv, openers_csv, path_csv
from skillgap.occupations.moves.service import find_openers, find_path, rank_moves

OccupationArgument = Annotated[str, typer.Argument(metavar="OCCUPATION", help=BY_CODE_OR_TITLE)]
LimitOption = Annotated[int, typer.Option(min=1, max=LARGEST_PAGE, help="How many to show.")]


def moves(
    occupation: OccupationArgument,
    *,
    direction: Annotated[Direction, typer.Option(help="Moves from OCCUPATION, or moves to it.")] = Direction.FROM,
    measure: Annotated[Measure, typer.Option(help="What is near.")] = DEFAULT_MEASURE,
    domain: Annotated[Domain | None, typer.Option(help="What to rank and compare on.")] = None,
    min_coverage: Annotated[
        float | None, typer.Option(min=0, max=1, help="Leave out moves with a smaller coverage.")
    ] = None,
    max_job_zone_difference: Annotated[
        int | None, typer.Option(min=0, max=4, help="Leave out what is more job zones away.")
    ] = None,
    other_major_group: Annotated[
        bool, typer.Option("--other-major-group", help="Leave out OCCUPATION's own SOC major group.")
    ] = False,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show the occupations nearest to OCCUPATION, and what each move takes.

    Example: skillgap moves "registered nurses" --other-major-group
    """
    form = choose_form(as_json=as_json, as_csv=as_csv)
    query = read_query(
        MovesQuery,
        direction=direction,
        measure=measure,
        domain=domain,
        min_coverage=min_coverage,
        max_job_zone_difference=max_job_zone_difference,
        other_major_group=other_major_group,
        limit=limit,
    )
    catalogue = read_current()
    answer = rank_moves(catalogue, name_occupation(catalogue, "OCCUPATION", occupation), query, "OCCUPATION")
    write_answer(answer, form, show_moves, moves_csv)


def path(
    source: FromArgument,
    target: ToArgument,
    *,
    domain: Annotated[Domain, typer.Option(help="What steps are measured on.")] = "skills",
    max_steps: Annotated[int, typer.Option(min=1, max=MOST_STEPS, help="Steps, at most.")] = 3,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show by which stepping stones TO can be reached from FROM.

    Example: skillgap path models "ship engineers" --max-steps 4
    """
    form = choose_form(as_json=as_json, as_csv=as_csv)
    catalogue = read_current()
    source_code, target_code = name_occupations(catalogue, {"FROM": source, "TO": target})
    query = read_query(PathQuery, from_=source_code, to_=target_code, domain=domain, max_steps=max_steps)
    answer = find_path(catalogue, query)
    write_answer(answer, form, show_path, partial(path_csv, domain=domain))


def openers(
    occupation: OccupationArgument,
    *,
    within: Annotated[
        float | None, typer.Option(min=0, max=7, help="Up to which weighted gap is within reach; else calibrated.")
    ] = None,
    occupations: Annotated[int, typer.Option(min=0, max=1000, help="How many to name for each skill.")] = 5,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Show which skill, raised by one level, brings most occupations within reach of OCCUPATION.

    Example: skillgap openers "nursing assistants" --limit 5
    """
    form = choose_form(as_json=as_json, as_csv=as_csv)
    query = read_query(OpenersQuery, within=within, occupations=occupations, limit=limit)
    catalogue = read_current()
    answer = find_openers(catalogue, name_occupation(catalogue, "OCCUPATION", occupation), query)
    write_answer(answer, form, show_openers, openers_csv)
