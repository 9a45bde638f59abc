"""The page at ``/explore/occupations/{code}``: all that a release says of an occupation, rated or not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from skillgap.api.page.frame import PageRouter, render
from skillgap.api.page.query import kept, link, page_query
from skillgap.errors import DomainNotLoaded, FileNotLoaded, OccupationNotRated
from skillgap.http.parameters import LARGEST_PAGE, CodeInPath
from skillgap.http.reader import Reader, ReaderDep
from skillgap.occupations.moves.query import MovesQuery
from skillgap.occupations.moves.schemas import MovesOut
from skillgap.occupations.moves.service import rank_moves
from skillgap.occupations.reference.query import TechnologiesQuery
from skillgap.occupations.reference.schemas import RatingOut, TasksOut, TechnologiesOut
from skillgap.occupations.reference.service import read_occupation, read_ratings, read_tasks, read_technologies
from skillgap.occupations.schemas import SAMPLE_NOTE
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.job_zones import JOB_ZONES
from skillgap.onet.records import Anchor
from skillgap.onet.rescored.model_levels import Levels

router = PageRouter()

Listed = TypeVar("Listed", TechnologiesOut, TasksOut)

MOST_MOVES = 10
EVERY_TECHNOLOGY = TechnologiesQuery(limit=LARGEST_PAGE)
DOMAINS_SHOWN = ("skills", "knowledge")
AS_IN = 0.25  # levels from an anchor up to which a level is said to be as in its example


class Requirement(NamedTuple):
    """An element as the page shows it: the most important first."""

    rating: RatingOut
    meaning: str


class Requirements(NamedTuple):
    """What an occupation requires in a domain."""

    domain: str
    notes: list[str]
    elements: list[Requirement]


@router.get("/explore/occupations/{code}")
async def get_occupation_page(code: CodeInPath, request: Request, reader: ReaderDep) -> Response:
    """Everything about one occupation; its moves are filtered by the address."""
    query = page_query(MovesQuery, request.query_params, limit=MOST_MOVES)
    occupation = read_occupation(await reader.open(query.release), code)
    own_code = occupation.onetsoc_code
    if code != own_code:
        text = request.url.query
        return RedirectResponse(f"./{own_code}{'?' if text else ''}{text}", status_code=303)
    requirements, missing = await _read_requirements(reader, query.release, own_code)
    catalogue = await reader.open(query.release)
    moves, no_moves = await run_in_threadpool(_read_moves, catalogue, own_code, query)
    values = {
        "section": "explore",
        "occupation": read_occupation(catalogue, own_code),
        "job_zones": JOB_ZONES,
        "requirements": requirements,
        "missing": missing,
        "query": query,
        "moves": moves,
        "no_moves": no_moves,
        "sample_note": SAMPLE_NOTE,
        "moves_link": link(query.model_copy(update={"limit": 1000})),
        "technologies": _read_listed(lambda: read_technologies(catalogue, own_code, EVERY_TECHNOLOGY)),
        "tasks": _read_listed(lambda: read_tasks(catalogue, own_code)),
        "kept": kept(query.release),
    }
    return render(request, "occupation.html", values, catalogue=catalogue)


async def _read_requirements(
    reader: Reader, release: str | None, code: str
) -> tuple[list[Requirements], OccupationNotRated | None]:
    """What the occupation requires by domain, and the reason where its skills are not rated."""
    found: list[Requirements] = []
    missing = None
    for domain in DOMAINS_SHOWN:
        use_case = partial(_read_domain, code=code, domain=domain, levels=reader.default_levels)
        try:
            found.append(await reader.read(release, use_case))
        except OccupationNotRated as error:
            missing = error if domain == "skills" else missing
        except DomainNotLoaded:
            continue
    return found, missing


def _read_domain(catalogue: Catalogue, *, code: str, domain: str, levels: Levels) -> Requirements:
    """The elements of a domain, the most important first; raises what ``read_ratings`` does."""
    answer = read_ratings(catalogue, code, domain, levels)
    ordered = sorted(answer.ratings, key=lambda rating: (-_importance(rating), -rating.level.data_value))
    notes = [note for note in answer.notes if note != SAMPLE_NOTE]
    if answer.levels and answer.levels.given.model:
        notes += answer.levels.notes
    return Requirements(domain, notes, [_requirement(catalogue, rating) for rating in ordered])


def _requirement(catalogue: Catalogue, rating: RatingOut) -> Requirement:
    level = rating.level
    meaning = level_meaning(catalogue.anchors.get(rating.element_id, ()), level.data_value)
    return Requirement(rating, "not relevant to the work: counts as 0" if level.not_relevant else meaning)


def _importance(rating: RatingOut) -> float:
    return rating.importance.data_value if rating.importance else 0


def level_meaning(anchors: tuple[Anchor, ...], level: float) -> str:
    """What a level means by the nearest of O*NET's examples; empty where there is none."""
    if not anchors:
        return ""
    nearest = min(anchors, key=lambda anchor: abs(anchor.anchor_value - level))
    side = "as in"
    if abs(nearest.anchor_value - level) > AS_IN:
        side = "above" if level > nearest.anchor_value else "below"
    return f"{side} “{nearest.anchor_description}” (level {nearest.anchor_value})"


def _read_listed(read: Callable[[], Listed]) -> tuple[Listed | None, str]:
    """What a file lists for the occupation, and what to know of it; None where the release was loaded without it."""
    try:
        answer = read()
    except FileNotLoaded as error:
        return None, str(error)
    return answer, " ".join(note for note in answer.notes if note != SAMPLE_NOTE)


def _read_moves(catalogue: Catalogue, code: str, query: MovesQuery) -> tuple[MovesOut | None, str]:
    """The closest moves, or why there are none."""
    try:
        return rank_moves(catalogue, code, query), ""
    except OccupationNotRated as error:
        return None, str(error)
