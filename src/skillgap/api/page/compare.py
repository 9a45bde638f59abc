"""The page at ``/`` with a pair: two occupations, or a person and an occupation, compared and drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Self

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from skillgap.api.page.address import Address
from skillgap.api.page.choice import Choice, chosen
from skillgap.api.page.frame import render
from skillgap.api.page.person import person_values
from skillgap.api.problems import coming
from skillgap.http.parameters import LONGEST_SEARCH, ReleaseQuery
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.occupations.charts.rows import (
    KINDS,
    NOUNS,
    RatedDomain,
    headline,
    in_order,
    is_judged,
    rows_of,
    signed,
    whole_comparison,
)
from skillgap.occupations.schemas import SAMPLE_NOTE, OccupationRef, percent_of
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.tables import DOMAINS

choices = StrictRouter(include_in_schema=False)


class ChoiceQuery(ReleaseQuery):
    """The parameters of ``GET /choice``."""

    text: str = Field(max_length=LONGEST_SEARCH)
    domain: RatedDomain = "skills"
    levels: Levels | None = None


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
            instead=[OccupationRef.model_validate(suggestion._asdict()) for suggestion in choice.instead],
        )


async def compare_page(request: Request, reader: ReaderDep) -> Response:
    """The comparison. Without a script it works by links and a form.

    What is compared and how it is shown is in its address; a person's levels stay in the browser.
    """
    address = Address.of(request.query_params)
    catalogue = await reader.open(address.release)
    if address.domain not in catalogue.profiles:
        return RedirectResponse(f"./{address.to(domain='skills')}", status_code=303)
    levels = "published" if address.tab == "person" else address.levels or reader.default_levels
    choose = partial(chosen, domain=address.domain, levels=levels)
    texts = (address.source, address.target)
    catalogue, (source, target) = await _resolve(request, reader, catalogue, texts, choose)
    codes = {"source": source.code or address.source, "target": target.code or address.target}
    if address.source != codes["source"] or address.target != codes["target"]:
        return RedirectResponse(f"./{address.to(**codes)}", status_code=303)
    values: dict[str, object] = {
        "address": address,
        "section": "me" if address.tab == "person" else "compare",
        "domains": [domain for domain in DOMAINS if domain in catalogue.profiles],
        "source": source,
        "target": target,
        "nouns": NOUNS[address.domain],
        "kinds": KINDS,
        "signed": signed,
    }
    if address.tab == "person":
        return render(request, "person.html", values | person_values(catalogue, address, target), catalogue=catalogue)
    comparison = _comparison(catalogue, address, levels, source, target)
    return render(request, "compare.html", values | comparison, catalogue=catalogue)


@choices.get("/choice")
async def get_choice(request: Request, query: Annotated[ChoiceQuery, Query()], reader: ReaderDep) -> ChoiceOut:
    """The occupation that a text means on the page, or why there is none and what could be chosen instead."""
    catalogue = await reader.open(query.release)
    choose = partial(chosen, domain=query.domain, levels=query.levels or reader.default_levels)
    _, (choice,) = await _resolve(request, reader, catalogue, (query.text,), choose)
    return ChoiceOut.of(choice)


async def _resolve(
    request: Request,
    reader: ReaderDep,
    catalogue: Catalogue,
    texts: Sequence[str],
    choose: Callable[[Catalogue, str], Choice],
) -> tuple[Catalogue, list[Choice]]:
    """What each text means, once what is not rated has been fetched where that is set up; and the catalogue."""
    choices_ = [choose(catalogue, text) for text in texts]
    faults = [choice.not_rated for choice in choices_ if choice.not_rated]
    if not faults or not await reader.fetch_missing(catalogue, faults):
        return catalogue, choices_
    catalogue = reader.current()
    return catalogue, [_with_wait(request, choose(catalogue, text)) for text in texts]


def _with_wait(request: Request, choice: Choice) -> Choice:
    """A choice that also says when its ratings may have come."""
    seconds = request.state.retry_after
    if choice.not_rated is None or seconds is None:
        return choice
    return choice._replace(problem=f"{choice.problem} {coming(seconds)}")


def _comparison(
    catalogue: Catalogue, address: Address, levels: Levels, source: Choice, target: Choice
) -> dict[str, object]:
    """What the page says about two chosen occupations, or nothing until there are two."""
    if not source.code or not target.code:
        return {"answer": None}
    answer = whole_comparison(catalogue, source.code, target.code, address.domain, levels)
    rows = rows_of(answer, address)
    return {
        "answer": answer,
        "ranked": [code for code in (source.code, target.code) if code in catalogue.profiles["skills"]],
        "headline": headline(answer, address),
        "percent": percent_of(answer.summary.coverage),
        "is_judged": is_judged(answer),
        "notes": [note for note in answer.notes if note != SAMPLE_NOTE],  # the banner says that
        "rows": rows,
        "table": in_order(rows, address.sort),
        "kinds_there": {row.kind for row in rows if row.shown},
    }
