"""The page at ``/explore/releases``: what is loaded, and what changed between two releases."""

from __future__ import annotations

from datetime import date
from functools import partial

from fastapi import Request, Response
from pydantic import Field

from skillgap.api.page.choice import CODE_IN_TEXT, chosen
from skillgap.api.page.frame import PageRouter, render
from skillgap.api.page.query import link, page_query
from skillgap.errors import InvalidParameter, RequestError, faults_of
from skillgap.http.reader import Reader, ReaderDep
from skillgap.occupations.releases.query import DiffQuery, read_pair
from skillgap.occupations.releases.schemas import ReleaseDiffOut, ReleasesOut
from skillgap.occupations.releases.service import compare_releases
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.records import ReleaseInfo

router = PageRouter()

MOST_ROWS = 50  # of a table; the CSV has all
CHANGES = {
    "newly_rated": "newly rated",
    "no_longer_rated": "no longer rated",
    "re_surveyed": "surveyed anew",
    "restated": "restated without a survey",
    "unchanged": "unchanged",
    "carried_over": "carried over",
}


class ReleasesQuery(DiffQuery):
    """Which releases are compared, and on what."""

    before: str | None = Field(default=None, max_length=20)
    after: str | None = Field(default=None, max_length=20)


@router.get("/explore/releases")
def get_releases(request: Request, reader: ReaderDep) -> Response:
    """The loaded releases and, of two, the difference: all in short, an occupation's or an element's."""
    query = page_query(ReleasesQuery, request.query_params)
    catalogue = reader.current()
    infos = reader.releases()
    before, after = _pair(infos, query)
    compared, answer, faults = _compare(reader, before, after, query) if len(infos) > 1 else (query, None, ())
    values = {
        "section": "explore",
        "loaded": ReleasesOut.of(infos),
        "query": query.model_copy(update={"before": before, "after": after}),
        "link": partial(link, query),
        "answer": answer,
        "faults": faults,
        "elements": _elements(catalogue) if answer else [],
        "changes": CHANGES,
        "most": MOST_ROWS,
        "table": link(compared, before=None, after=None),
    }
    return render(request, "releases.html", values, catalogue=catalogue)


def _pair(infos: tuple[ReleaseInfo, ...], query: ReleasesQuery) -> tuple[str, str]:
    """The releases to compare: those that are named, else the current one with the one before or, first, after it."""
    names = [info.release for info in sorted(infos, key=lambda info: (info.released or date.min, info.loaded_at))]
    current = next((info.release for info in infos if info.current), names[-1])
    place = min(max(names.index(current), 1), len(names) - 1)
    return query.before or names[max(place - 1, 0)], query.after or names[place]


def _compare(
    reader: Reader, before: str, after: str, query: ReleasesQuery
) -> tuple[ReleasesQuery, ReleaseDiffOut, tuple[RequestError, ...]]:
    """The query that could be answered, what changed, and why an occupation's or element's changes cannot be shown."""
    pair = read_pair(reader.catalogue, before, after)
    try:
        if query.occupation:
            query = query.model_copy(update={"occupation": _code_named(reader.current(), query)})
        return query, compare_releases(pair, query), ()
    except RequestError as error:
        whole = query.model_copy(update=dict.fromkeys(("from_code", "to_code", "occupation", "element")))
        return whole, compare_releases(pair, whole), tuple(faults_of(error))


def _code_named(catalogue: Catalogue, query: ReleasesQuery) -> str:
    """The code that stands in the field, or that a title means; raises InvalidParameter with what it could mean."""
    text = query.occupation or ""
    if code := CODE_IN_TEXT.search(text):
        return code[1]
    choice = chosen(catalogue, text, "skills", "published")
    if choice.code is None:
        raise InvalidParameter(choice.problem or "", parameter="occupation", suggestions=choice.instead)
    return choice.code


def _elements(catalogue: Catalogue) -> list[tuple[str, str]]:
    """The ids and names of a release's rated elements, by name."""
    rated = [element for element in catalogue.elements.values() if catalogue.is_rated_element(element.element_id)]
    return sorted(((element.element_id, element.element_name) for element in rated), key=lambda one: one[1])
