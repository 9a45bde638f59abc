"""The page at ``/me``: what fits a person, and the person's profile beside one occupation.

The profile is kept by the browser: it comes with every POST of the form, goes back with the page, and is neither stored
nor logged here. An address names occupations, domain and filters, and never a level.
"""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool

from skillgap.api.page.frame import PageRouter, render
from skillgap.api.page.me.answers import comparison_values, match_values
from skillgap.api.page.me.form import ProfileForm
from skillgap.api.page.me.profile import Profile, profile_of, profile_values
from skillgap.errors import InvalidParameter
from skillgap.http.csv_response import as_file
from skillgap.http.fields import read_fields
from skillgap.http.parameters import LARGEST_PAGE
from skillgap.http.reader import ReaderDep
from skillgap.occupations.person.query import MatchesBody, PersonGapBody
from skillgap.occupations.person.routes import matches_csv, person_gap_csv
from skillgap.occupations.person.service import compare_person, match_occupations
from skillgap.onet.catalogue import Catalogue

router = PageRouter()
JSON = "application/json"


@router.get("/me")
async def get_me(request: Request, reader: ReaderDep) -> Response:
    """The page without answers: those are in the browser, which sends them in a POST."""
    fields = request.query_params.multi_items()
    return await _show(request, reader, ProfileForm.of(fields)._replace(levels={}, unread=()))


@router.post("/me")
async def post_me(request: Request, reader: ReaderDep) -> Response:
    """The page with the answers of the form, all of which are in its form again."""
    return await _show(request, reader, ProfileForm.of(await read_fields(request)))


@router.post("/me/gap.csv")
async def download_gap_csv(request: Request, reader: ReaderDep) -> Response:
    """The person's gap as ``POST /skill-gap`` answers it in CSV."""
    catalogue, body = await _gap_body(request, reader)
    return await run_in_threadpool(lambda: person_gap_csv(compare_person(catalogue, body)))


@router.post("/me/gap.json")
async def download_gap_json(request: Request, reader: ReaderDep) -> Response:
    """The person's gap as ``POST /skill-gap`` answers it."""
    catalogue, body = await _gap_body(request, reader)
    answer = await run_in_threadpool(compare_person, catalogue, body)
    names = as_file("skill-gap", "person", body.to_code, body.domain, answer.release, suffix="json")
    return Response(answer.model_dump_json(), media_type=JSON, headers=names)


@router.post("/me/matches.csv")
async def download_matches_csv(request: Request, reader: ReaderDep) -> Response:
    """The matches as ``POST /matches`` answers them in CSV."""
    catalogue, body = await _matches_body(request, reader)
    return await run_in_threadpool(lambda: matches_csv(match_occupations(catalogue, body)))


@router.post("/me/matches.json")
async def download_matches_json(request: Request, reader: ReaderDep) -> Response:
    """The matches as ``POST /matches`` answers them."""
    catalogue, body = await _matches_body(request, reader)
    answer = await run_in_threadpool(match_occupations, catalogue, body)
    names = as_file("matches", body.domain, answer.release, suffix="json")
    return Response(answer.model_dump_json(), media_type=JSON, headers=names)


async def _show(request: Request, reader: ReaderDep, form: ProfileForm) -> Response:
    catalogue = await reader.open(form.view.release)
    values = await run_in_threadpool(_values, catalogue, form)
    return render(request, "me.html", {"section": "me", **values}, catalogue=catalogue)


def _values(catalogue: Catalogue, form: ProfileForm) -> dict[str, object]:
    profile = profile_of(catalogue, form)
    values = profile_values(catalogue, profile)
    return values | (comparison_values if profile.view.target else match_values)(catalogue, profile)


async def _read_profile(request: Request, reader: ReaderDep) -> tuple[Catalogue, Profile]:
    form = ProfileForm.of(await read_fields(request))
    catalogue = await reader.open(form.view.release)
    return catalogue, await run_in_threadpool(profile_of, catalogue, form)


async def _gap_body(request: Request, reader: ReaderDep) -> tuple[Catalogue, PersonGapBody]:
    catalogue, profile = await _read_profile(request, reader)
    if profile.target.code is None:
        raise InvalidParameter("Choose the occupation to compare with.", parameter="to")
    return catalogue, profile.gap_body(with_start=True)


async def _matches_body(request: Request, reader: ReaderDep) -> tuple[Catalogue, MatchesBody]:
    catalogue, profile = await _read_profile(request, reader)
    return catalogue, profile.matches_body(catalogue, limit=LARGEST_PAGE)
