"""The page at ``/explore/occupations``: search, and browsing by major group and job zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from fastapi import Request, Response

from skillgap.api.page.frame import PageRouter, render
from skillgap.api.page.query import kept, link, page_query
from skillgap.http.reader import ReaderDep
from skillgap.occupations.reference.query import SearchQuery
from skillgap.occupations.reference.service import search_occupations
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.job_zones import JOB_ZONES
from skillgap.onet.major_groups import MAJOR_GROUPS, major_group_of

router = PageRouter()

PER_PAGE = 20  # what the API sends without a limit, so that the address needs none


class Group(NamedTuple):
    """A way to browse, and how many occupations it leads to."""

    value: str
    name: str
    occupations: int


@router.get("/explore/occupations")
async def get_occupations(request: Request, reader: ReaderDep) -> Response:
    """The occupations that match a text and the filters, all in the address."""
    query = page_query(SearchQuery, request.query_params, limit=PER_PAGE)
    catalogue = await reader.open(query.release)
    answer = search_occupations(catalogue, query)
    removed = sum(used.removed for used in answer.filters)
    values = {
        "section": "explore",
        "query": query,
        "link": partial(link, query),
        "answer": answer,
        "unfiltered": answer.total + removed,
        "major_groups": MAJOR_GROUPS,
        "zone_options": [(zone, f"{zone}: {name}") for zone, name in JOB_ZONES.items()],
        "kept": kept(query.release),
        "groups": _groups(catalogue),
        "zones": _zones(catalogue),
        "is_browsing": not query.q.strip() and not answer.filters and not query.offset,
    }
    return render(request, "explore.html", values, catalogue=catalogue)


def _groups(catalogue: Catalogue) -> list[Group]:
    """The major groups of the release's occupations."""
    counts = Counter(map(major_group_of, catalogue.occupations))
    return [Group(code, name, counts[code]) for code, name in MAJOR_GROUPS.items() if counts[code]]


def _zones(catalogue: Catalogue) -> list[Group]:
    """The job zones of the release's occupations."""
    counts: Mapping[int | None, int] = Counter(occupation.job_zone for occupation in catalogue.occupations.values())
    return [Group(str(zone), name, counts[zone]) for zone, name in JOB_ZONES.items() if zone in counts]
