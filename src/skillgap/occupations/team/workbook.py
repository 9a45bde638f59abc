"""A plan as a workbook: plan, matrix, summary by skill, what is not in the plan, and what to know about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from threading import Lock

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from skillgap.http.csv_response import cells, columns
from skillgap.occupations.team.plan import NOT_FOR, WHY_NOT, TeamPlan
from skillgap.occupations.team.schemas import PersonPlan
from skillgap.occupations.team.table import WRITTEN, left_out_rows

ATTRIBUTION = (
    "O*NET Database by the U.S. Department of Labor, Employment and Training Administration (USDOL/ETA), used under "
    "the CC BY 4.0 license, modified by skillgap. USDOL/ETA has not approved, endorsed, or tested these modifications."
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_NAMES = 100  # in one cell
ONE_AT_A_TIME = Lock()  # 10,000 people take 130 MB while they are written
OPTIONS = {
    "in_memory": True,  # with less memory xlsxwriter writes people's rows into files
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def plan_workbook(plan: TeamPlan) -> bytes:
    """The plan as an XLSX file; nothing of it touches a disk."""
    written = BytesIO()
    with ONE_AT_A_TIME, Workbook(written, OPTIONS) as book:
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        certain = book.add_format({"bold": True, "bg_color": "#FCE4D6"})
        for name, rows in (("plan", _plan_rows(plan)), ("summary by skill", _skill_rows(plan))):
            _write(book.add_worksheet(name), rows, heading)
        _write_matrix(book.add_worksheet("matrix"), plan, heading, certain)
        _write(book.add_worksheet("not in the plan"), _left_out(plan), heading)
        about = book.add_worksheet("about")
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 100, book.add_format({"text_wrap": True, "valign": "top"}))
        for row, line in enumerate(_about_rows(plan)):
            _write_row(about, row, line)
    return written.getvalue()


def _write(sheet: Worksheet, rows: Iterable[Iterable[object]], heading: Format) -> None:
    for number, row in enumerate(rows):
        _write_row(sheet, number, row, None if number else heading)
    _make_readable(sheet)


def _make_readable(sheet: Worksheet) -> None:
    sheet.freeze_panes(1, 2)
    sheet.set_column(1, 3, 28)


def _write_row(sheet: Worksheet, row: int, values: Iterable[object], format_: Format | None = None) -> None:
    """Texts as texts, whatever they begin with; nothing where there is no value."""
    for column, value in enumerate(values):
        if isinstance(value, int | float):
            sheet.write_number(row, column, value, format_)
        elif value is not None:
            sheet.write_string(row, column, str(value), format_)


def _plan_rows(plan: TeamPlan) -> Iterator[Iterable[object]]:
    yield [*WRITTEN[:-1], *columns(PersonPlan)]
    for i in plan.order:
        yield [*plan.moves[i].person, *cells(plan.person_plan(i))]


def _write_matrix(sheet: Worksheet, plan: TeamPlan, heading: Format, certain: Format) -> None:
    """A row a person, a column a skill: target minus source in levels; what a person lacks is bold."""
    _write_row(sheet, 0, ["line", "person", *(name for _, name in plan.elements)], heading)
    for row, i in enumerate(plan.order, start=1):
        _write_row(sheet, row, plan.moves[i].person[:2])
        lacks = plan.lacks[i].tolist()
        for column, (difference, lacked) in enumerate(zip(plan.differences(i), lacks, strict=True), start=2):
            sheet.write_number(row, column, difference, certain if lacked else None)
    _make_readable(sheet)


def _skill_rows(plan: TeamPlan) -> Iterator[Iterable[object]]:
    yield ["element_id", "element_name", "lack", "of", "possible", "mean_gap", "who"]
    for need in plan.skill_needs():
        more = len(need.who) - MOST_NAMES
        who = ", ".join(need.who[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
        yield [need.element_id, need.element_name, need.lack, len(plan.moves), need.possible, need.mean_gap, who]


def _left_out(plan: TeamPlan) -> Iterator[Iterable[object]]:
    yield WRITTEN
    yield from left_out_rows(plan)


def _about_rows(plan: TeamPlan) -> Iterator[tuple[str, object]]:
    info = plan.catalogue.info
    lack = "a certain gap" if plan.is_judged else "a gap of at least half a level (its certainty is not known)"
    yield NOT_FOR, WHY_NOT
    yield "Release", f"{info.title} ({info.release})"
    yield "Made on", plan.made_on.isoformat()
    yield "Rows of the file", plan.rows_of_file
    yield "In the plan", len(plan.moves)
    yield "Not in the plan", len(plan.not_coded) + len(plan.faults)
    yield "Method", "Skills; levels on O*NET's LV scale (0-7); a gap is the target's level above the source's."
    yield "certain", "A gap of at least half a level whose 95 % interval is above 0."
    yield "possible", "A gap of at least half a level whose 95 % interval holds 0. Below half a level: negligible."
    yield "weighted_gap", "The mean gap in levels, each skill weighted by its importance to the target."
    yield "coverage", "The share of the target's required level that the source has, weighted in the same way."
    yield "verdict", "Close, a stretch or far: resemblance of skills and knowledge, and the gap of each."
    yield "matrix", f"Target minus source in levels; bold: the person lacks it, which is {lack}."
    yield (
        "coded_by",
        "code: written in the file; title: coded by the title, with its probability; hand: chosen by somebody.",
    )
    for note in plan.notes:
        yield "Note", note
    yield "Source", ATTRIBUTION
