"""``skillgap diff``: what changed between two releases."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated

import typer

from skillgap.cli.answers.gap import DomainOption
from skillgap.cli.answers.occupation import BY_CODE_OR_TITLE, name_occupations
from skillgap.cli.answers.output import JsonOption, choose_form, new_table, print_table, read_query, write_answer
from skillgap.cli.console import plain_console
from skillgap.database.engine import connect
from skillgap.occupations.releases.query import DiffQuery, read_pair
from skillgap.occupations.releases.schemas import (
    GapDiffOut,
    OccupationDiffOut,
    OccupationsDiffOut,
    RatingChangesOut,
    ReleaseDiffOut,
)
from skillgap.occupations.releases.service import compare_releases
from skillgap.onet.catalogue import catalogue_of
from skillgap.settings import DatabaseSettings


def diff(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A loaded release, such as 29.2.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="Another one, such as 30.3.")],
    *,
    source: Annotated[str | None, typer.Option("--from", help=f"With --to, of a pair: {BY_CODE_OR_TITLE}")] = None,
    target: Annotated[str | None, typer.Option("--to", help=f"With --from, of a pair: {BY_CODE_OR_TITLE}")] = None,
    occupation: Annotated[str | None, typer.Option(help=f"One occupation's ratings: {BY_CODE_OR_TITLE}")] = None,
    domain: DomainOption = "skills",
    as_json: JsonOption = False,
) -> None:
    """Show what changed from release BEFORE to AFTER: in a pair's gap, an occupation, or all in short.

    Example: skillgap diff 28.3 29.2 --occupation "registered nurses"
    """
    form = choose_form(as_json=as_json)
    if (source is None) != (target is None) or (source is not None and occupation is not None):
        raise typer.BadParameter("give --from and --to, or --occupation, or none of them")
    pair = read_pair(partial(catalogue_of, connect(DatabaseSettings().url())), before, after)
    texts = {"--from": source, "--to": target, "--occupation": occupation}
    from_code, to_code, code = name_occupations(pair.after, texts)
    query = read_query(DiffQuery, from_=from_code, to_=to_code, occupation=code, domain=domain)
    write_answer(compare_releases(pair, query), form, _show)


def _show(answer: ReleaseDiffOut) -> None:
    releases = f"O*NET {answer.before} -> {answer.after}"
    if answer.gap:
        _show_gap(answer.gap, releases)
    if answer.occupation:
        _show_occupation(answer.occupation, releases)
    if answer.occupations:
        _show_occupations(answer.occupations, releases)
    console = plain_console()
    for note in answer.notes:
        console.print(note)


def _show_gap(answer: GapDiffOut, releases: str) -> None:
    counted = "nothing to compare" if answer.counts is None else _counted(answer.counts.items())
    heading = f"{answer.from_occupation.title} -> {answer.to_occupation.title} ({releases}): {counted}"
    table = new_table({"element": True, "change": False, "before": False, "after": False})
    for gap in answer.changed or ():
        gaps = (f"{side.difference:.2f}" if side else "" for side in (gap.before, gap.after))
        table.add_row(gap.element_name, gap.change, *gaps)
    print_table(heading, table)


def _show_occupation(answer: OccupationDiffOut, releases: str) -> None:
    heading = f"{answer.occupation.title} ({releases}): {answer.change}, {_ratings(answer.ratings)}"
    table = new_table({"element": True, "change": False, "before": False, "after": False})
    for rating in answer.changed:
        levels = (f"{side.level:.2f}" if side else "" for side in (rating.before, rating.after))
        table.add_row(rating.element_name, rating.change, *levels)
    print_table(heading, table)


def _show_occupations(answer: OccupationsDiffOut, releases: str) -> None:
    heading = f"{releases}: {_counted(answer.counts.items())}"
    table = new_table({"code": False, "title": True, "change": False})
    for occupation in answer.changed:
        table.add_row(occupation.onetsoc_code, occupation.title, occupation.change)
    print_table(heading, table, f"Ratings: {_ratings(answer.ratings)}.", answer.sentence)


def _counted(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in counts)


def _ratings(changes: RatingChangesOut) -> str:
    return _counted(changes.model_dump().items())
