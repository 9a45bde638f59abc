"""The page at ``/explore/occupations/{code}``: all that a release says of an occupation, rated or not."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from skillgap.api.page.frame import PageRouter, render
from skillgap.api.page.query import kept, link, page_query
from skillgap.errors import DomainNotLoaded, OccupationNotRated
from skillgap.http.parameters import CodeInPath
from skillgap.http.reader import Reader, ReaderDep
from skillgap.occupations.moves.query import MovesQuery
from skillgap.occupations.moves.schemas import MovesOut
from skillgap.occupations.moves.service import rank_moves
from skillgap.occupations.reference.schemas import RatingOut, RatingsOut
from skillgap.occupations.reference.service import read_occupation, read_ratings
from skillgap.occupations.schemas import SAMPLE_NOTE
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.job_zones import JOB_ZONES
from skillgap.onet.records import Anchor

router = PageRouter()

MOST_MOVES = 10
DOMAINS_SHOWN = ("skills", "knowledge")
AS_IN = 0.25  # levels from an anchor up to which a level is said to be as in its example


class Requirement(NamedTuple):
    """An element as the page shows it: the most important first."""

    rating: RatingOut
    description: str | None
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
    moves, no_moves = _read_moves(catalogue, own_code, query)
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
        "kept": kept(query.release),
    }
    return render(request, "occupation.html", values, catalogue=catalogue)


async def _read_requirements(
    reader: Reader, release: str | None, code: str
) -> tuple[list[Requirements], OccupationNotRated | None]:
    """What the occupation requires by domain, and the reason where its skills are not rated."""
    found, missing = [], None
    for domain in DOMAINS_SHOWN:
        try:
            ratings = await reader.read(release, lambda c: read_ratings(c, code, domain, reader.default_levels))
        except OccupationNotRated as error:
            missing = missing or error
        except DomainNotLoaded:
            continue
        else:
            found.append(_requirements(await reader.open(release), ratings))
    return found, missing


def _requirements(catalogue: Catalogue, answer: RatingsOut) -> Requirements:
    ordered = sorted(answer.ratings, key=lambda rating: (-_importance(rating), -rating.level.data_value))
    elements = [
        Requirement(
            rating,
            catalogue.elements[rating.element_id].description,
            level_meaning(catalogue.anchors.get(rating.element_id, ()), rating.level.data_value)
            if not rating.level.not_relevant
            else "not relevant to the work: counts as 0",
        )
        for rating in ordered
    ]
    return Requirements(answer.domain, [note for note in answer.notes if note != SAMPLE_NOTE], elements)


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


def _read_moves(catalogue: Catalogue, code: str, query: MovesQuery) -> tuple[MovesOut | None, str]:
    """The closest moves, or why there are none."""
    try:
        return rank_moves(catalogue, code, query), ""
    except OccupationNotRated as error:
        return None, str(error)
