"""The page at ``/``: two occupations, or a person and an occupation, compared and drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NamedTuple, Self

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel

from skillgap.api.page.choice import Choice, chosen
from skillgap.api.problems import RETRY_AFTER_SECONDS, coming
from skillgap.api.security_headers import HEADERS, page
from skillgap.errors import ReleaseNotFound
from skillgap.gap.comparison import Status
from skillgap.http.dependencies import (
    CatalogueDep,
    catalogue_asked_for,
    current_snapshot,
    with_supplied,
)
from skillgap.http.parameters import LONGEST_SEARCH
from skillgap.http.routing import StrictRouter
from skillgap.occupations.charts.rows import (
    KINDS,
    NOUNS,
    headline,
    in_order,
    is_judged,
    percent_of,
    rows_of,
    signed,
    whole_comparison,
)
from skillgap.occupations.charts.view import Address, RatedDomain
from skillgap.occupations.pair.schemas import ElementGapOut, ExplanationOut
from skillgap.occupations.schemas import SAMPLE_NOTE, OccupationRef
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.records import Anchor
from skillgap.onet.tables import DOMAINS

router = APIRouter(include_in_schema=False)
choices = StrictRouter(include_in_schema=False)

EXAMPLES = (
    ("41-9012.00", "53-5031.00"),
    ("11-1011.00", "11-3013.00"),
    ("31-1131.00", "29-1141.00"),
    ("41-2031.00", "43-4051.00"),
)
LEVELS = range(8)
BLANK = ElementGapOut(
    element_id="blank",
    element_name="",
    status=Status.LOWER,
    from_level=0,
    to_level=0,
    difference=0,
    to_importance=None,
    from_not_relevant=False,
    low_precision=False,
    certainty=None,
    standard_error=None,
    lower=None,
    upper=None,
    floored=False,
    from_score=0,
    to_score=0,
    to_importance_score=None,
    domain="",
    explanation=ExplanationOut(
        description=None,
        from_anchor=None,
        from_anchor_level=None,
        to_anchor=None,
        to_anchor_level=None,
        sentence="",
    ),
)  # the row that a person's comparison is filled into


class ChoiceOut(BaseModel):
    """A choice as the page's script reads it."""

    code: str | None
    problem: str | None
    instead: list[OccupationRef]

    @classmethod
    def of(cls, choice: Choice) -> Self:
        """The answer for one choice."""
        return cls(
            code=choice.code,
            problem=choice.problem,
            instead=[OccupationRef.model_validate(one._asdict()) for one in choice.instead],
        )


class OwnFiles(StaticFiles):
    """The page's scripts and styles, asked for again whenever they may have changed."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """A file with the page's headers."""
        response = super().file_response(*args, **options)
        response.headers.update(HEADERS | {"Cache-Control": "no-cache"})
        return response


def serve_page(app: FastAPI) -> None:
    """Let an app serve the page and what it loads."""
    app.include_router(router)
    app.include_router(choices)
    app.mount("/static/page", OwnFiles(packages=[("skillgap.api.page", "static")]))


@router.get("/")
async def get_page(request: Request) -> Response:
    """The page. Without a script it works by links and a form; what it shows is in its address."""
    served = current_snapshot(request)
    if served.catalogue is None:
        wait = {"Retry-After": str(RETRY_AFTER_SECONDS), "Refresh": str(RETRY_AFTER_SECONDS)}
        return page("empty.html", {}, status=503, headers=wait)
    address = Address.of(request.query_params)
    try:
        catalogue = await catalogue_asked_for(request, address.release)
    except ReleaseNotFound:
        return RedirectResponse(f"./{address.to(release=None)}", status_code=303)
    if address.domain not in catalogue.profiles:
        return RedirectResponse(f"./{address.to(domain='skills')}", status_code=303)
    texts = (address.source, address.target)
    catalogue, (source, target) = await _chosen(request, catalogue, texts, address.domain)
    codes = {"source": source.code or address.source, "target": target.code or address.target}
    if address.source != codes["source"] or address.target != codes["target"]:
        return RedirectResponse(f"./{address.to(**codes)}", status_code=303)
    values: dict[str, object] = {
        "address": address,
        "catalogue": catalogue,
        "releases": [one.release for one in served.releases],
        "domains": [one for one in DOMAINS if one in catalogue.profiles],
        "source": source,
        "target": target,
        "nouns": NOUNS[address.domain],
        "kinds": KINDS,
        "signed": signed,
    }
    if address.tab == "person":
        return page("person.html", values | _person(catalogue, address, target))
    return page("compare.html", values | _comparison(catalogue, address, source, target))


@choices.get("/choice")
async def get_choice(
    request: Request,
    catalogue: CatalogueDep,
    text: Annotated[str, Query(max_length=LONGEST_SEARCH)],
    domain: RatedDomain = "skills",
) -> ChoiceOut:
    """What a text means on the page, or why nothing can be compared and what could be instead."""
    _, (choice,) = await _chosen(request, catalogue, (text,), domain)
    return ChoiceOut.of(choice)


async def _chosen(
    request: Request, catalogue: Catalogue, texts: Sequence[str], domain: str
) -> tuple[Catalogue, list[Choice]]:
    """What each text means, once what is not rated has been asked for elsewhere; the catalogue."""
    found = [chosen(catalogue, text, domain) for text in texts]
    faults = [one.not_rated for one in found if one.not_rated]
    supplied = await with_supplied(request, catalogue, faults) if faults else None
    if supplied is None:
        return catalogue, found
    return supplied, [_with_wait(request, chosen(supplied, text, domain)) for text in texts]


def _with_wait(request: Request, choice: Choice) -> Choice:
    """A choice that also says when its ratings may have come."""
    seconds = request.state.retry_after
    if choice.not_rated is None or seconds is None:
        return choice
    return choice._replace(problem=f"{choice.problem} {coming(seconds)}")


def _comparison(catalogue: Catalogue, address: Address, source: Choice, target: Choice) -> dict[str, object]:
    """What the page says about two chosen occupations, or examples until there are two."""
    if not source.code or not target.code:
        return {"answer": None, "examples": list(_examples(catalogue))}
    answer = whole_comparison(catalogue, address)
    rows = rows_of(answer, address)
    return {
        "answer": answer,
        "headline": headline(answer, address),
        "percent": percent_of(answer.summary.coverage),
        "is_judged": is_judged(answer),
        "notes": [note for note in answer.notes if note != SAMPLE_NOTE],  # the banner says that
        "rows": rows,
        "table": in_order(rows, address.sort),
        "kinds_there": {row.kind for row in rows if row.shown},
    }


def _examples(catalogue: Catalogue) -> Iterator[tuple[str, str, str, str]]:
    for pair in EXAMPLES:
        if all(code in catalogue.occupations and catalogue.is_rated(code) for code in pair):
            source, target = (catalogue.occupations[code].title for code in pair)
            yield *pair, source, target


class ElementQuestion(NamedTuple):
    """One element that a person can state a level of."""

    element_id: str
    element_name: str
    description: str | None
    answers: list[tuple[int, str]]  # a level and what it means


def _person(catalogue: Catalogue, address: Address, target: Choice) -> dict[str, object]:
    """Questions about each element; what matters most to the target comes first."""
    asked = catalogue.profile(target.code, domain=address.domain) if target.code else {}

    def importance(element_id: str) -> float:
        rating = asked.get(element_id)
        return float(rating.importance.data_value) if rating and rating.importance else 0

    elements = [one for one in catalogue.elements.values() if one.domain == address.domain]
    elements.sort(key=lambda one: (-importance(one.element_id), one.element_id))
    return {
        "blank": BLANK,
        "questions": [
            ElementQuestion(
                one.element_id,
                one.element_name,
                one.description,
                list(_answers(catalogue.anchors.get(one.element_id, ()))),
            )
            for one in elements
        ],
    }


def _answers(anchors: tuple[Anchor, ...]) -> Iterator[tuple[int, str]]:
    """Each level in words: none, an example, or where it lies between examples."""
    examples = {anchor.anchor_value: anchor.anchor_description for anchor in anchors}
    for level in LEVELS:
        if level in examples:
            yield level, examples[level]
        elif level == 0:
            yield level, "none of it"
        elif examples:
            yield level, _between(level, sorted(examples))


def _between(level: int, examples: list[int]) -> str:
    if level < examples[0]:
        return f"less than {examples[0]}"
    if level > examples[-1]:
        return f"more than {examples[-1]}"
    return f"between {max(one for one in examples if one < level)} and " + str(
        min(one for one in examples if one > level)
    )
