"""The page at ``/`` with a pair: two occupations compared, first the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from skillgap.api.page.address import BOTH, SHOWN_ON_BOTH, Address
from skillgap.api.page.choice import Choice, chosen
from skillgap.api.page.frame import render
from skillgap.api.page.next_steps import next_steps
from skillgap.api.page.panel import Panel, pair_downloads, panel_of
from skillgap.api.problems import coming
from skillgap.errors import OccupationNotRated, SeveralFaults, faults_of
from skillgap.http.reader import ReaderDep
from skillgap.occupations.charts.rows import KINDS, NOUNS, signed, whole_comparison
from skillgap.occupations.pair.standing import VerdictOut, VerdictQuery
from skillgap.occupations.pair.verdict import NOT_IN_IT, judge
from skillgap.occupations.schemas import SAMPLE_NOTE, percent_of
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import Levels
from skillgap.onet.tables import DOMAINS

MISSING = {"from": "Enter the occupation to start from.", "to": "Enter the occupation to reach."}
SAID_ELSEWHERE = (SAMPLE_NOTE, NOT_IN_IT)  # by the banner, and where the verdict is explained
SAME = "This is the occupation to start from: choose another one to reach."


async def compare_page(request: Request, reader: ReaderDep) -> Response:
    """The comparison. Without a script it works by links and forms; all that is shown is in the address."""
    address = Address.of(request.query_params)
    if request.query_params.get("tab") == "person":
        return RedirectResponse("./me" + (f"?{urlencode({'to': address.target})}" if address.target else ""), 303)
    catalogue = await reader.open(address.release)
    domains = _shown_domains(catalogue, address)
    if not domains:
        return RedirectResponse(f"./{address.to(domain='skills')}", status_code=303)
    levels = address.levels or reader.default_levels
    catalogue, (source, target) = await _resolve(request, reader, catalogue, address, domains[0], levels)
    codes = {"source": source.code or address.source, "target": target.code or address.target}
    if address.source != codes["source"] or address.target != codes["target"]:
        return RedirectResponse(f"./{address.to(**codes)}", status_code=303)
    if source.code and source.code == target.code:
        target = target._replace(code=None, problem=SAME)
    values: dict[str, object] = {"answer": None}
    if source.code and target.code:
        values = await run_in_threadpool(compare, catalogue, address, domains, levels)
    fields = {"address": address, "section": "compare", "source": source, "target": target}
    return render(request, "compare.html", fields | values, catalogue=catalogue)


def compare(catalogue: Catalogue, address: Address, domains: Sequence[str], levels: Levels) -> dict[str, object]:
    """What the template draws of two occupations that are known."""
    pair = {"from": address.source, "to": address.target}
    judged = judge(catalogue, VerdictQuery.model_validate({**pair, "levels": levels}))
    panels = list(_panels(catalogue, address, domains, levels))
    notes = [note for panel in panels for note in panel.answer.notes] + judged.notes
    return {
        "answer": judged,
        "panels": panels,
        "tabs": [*(name for name in DOMAINS if name in catalogue.profiles), *_both(catalogue)],
        "unrated": [domain for domain in domains if domain not in {panel.domain for panel in panels}],
        "next": next_steps(catalogue, address, judged),
        "notes": [note for note in dict.fromkeys(notes) if note not in SAID_ELSEWHERE],
        "not_in_it": NOT_IN_IT,
        "farther": None if judged.closer_than is None else percent_of(judged.closer_than),
        "shares": _shares(judged),
        "nouns": NOUNS,
        "kinds": KINDS,
        "signed": signed,
        "percent_of": percent_of,
    }


def _shown_domains(catalogue: Catalogue, address: Address) -> list[str]:
    """The domains of the tab; none where the release was loaded without one of them."""
    names = SHOWN_ON_BOTH if address.domain == BOTH else (address.domain,)
    return list(names) if all(name in catalogue.profiles for name in names) else []


def _both(catalogue: Catalogue) -> list[str]:
    return [BOTH] if all(name in catalogue.profiles for name in SHOWN_ON_BOTH) else []


def _panels(catalogue: Catalogue, address: Address, domains: Sequence[str], levels: Levels) -> Iterator[Panel]:
    """A panel for each domain that both occupations are rated in."""
    for domain in domains:
        try:
            answer = whole_comparison(catalogue, address.source, address.target, domain, levels)
        except SeveralFaults as error:
            if len(domains) > 1 and all(isinstance(fault, OccupationNotRated) for fault in faults_of(error)):
                continue
            raise
        yield panel_of(answer, address, address.sort, pair_downloads(answer, address, address.release))


def _shares(judged: VerdictOut) -> list[tuple[str, int, float, float]]:
    """Each verdict with its occupations, and where its part of the scale begins and how long it is, in per cent."""
    if judged.counts is None or not judged.ranked:
        return []
    shares, start = [], 0.0
    for name, count in judged.counts.model_dump().items():
        width = 100 * count / judged.ranked
        shares.append((name, count, start, width))
        start += width
    return shares


async def _resolve(
    request: Request, reader: ReaderDep, catalogue: Catalogue, address: Address, domain: str, levels: Levels
) -> tuple[Catalogue, list[Choice]]:
    """What both fields mean, once what is not rated has been fetched where that is set up; and the catalogue."""
    sides = {"from": address.source, "to": address.target}

    def choose(catalogue: Catalogue) -> list[Choice]:
        return [
            chosen(catalogue, text, domain, levels)
            if text or name not in request.query_params
            else Choice("", problem=MISSING[name])
            for name, text in sides.items()
        ]

    choices = choose(catalogue)
    faults = [choice.not_rated for choice in choices if choice.not_rated]
    if not faults or not await reader.fetch_missing(catalogue, faults):
        return catalogue, choices
    catalogue = reader.current()
    return catalogue, [_with_wait(request, choice) for choice in choose(catalogue)]


def _with_wait(request: Request, choice: Choice) -> Choice:
    """A choice that also says when its ratings may have come."""
    seconds = request.state.retry_after
    if choice.not_rated is None or seconds is None:
        return choice
    return choice._replace(problem=f"{choice.problem} {coming(seconds)}")
