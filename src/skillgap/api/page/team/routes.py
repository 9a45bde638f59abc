"""The page at ``/team``: a file of people, the review of what their titles mean, and the plan.

Nothing is kept on the server: every step is a form that carries the people and the choices again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from skillgap.api.page.frame import PageRouter, render
from skillgap.api.page.team.form import LARGEST_FORM, TeamForm
from skillgap.api.page.team.views import plan_values, review_values
from skillgap.api.problems import problem_of
from skillgap.errors import RequestError
from skillgap.http.csv_response import CSV, as_file
from skillgap.http.forms import read_form
from skillgap.http.reader import ReaderDep
from skillgap.occupations.team.people_file import MOST_PEOPLE
from skillgap.occupations.team.plan import TeamPlan, plan_team
from skillgap.occupations.team.review import Carried, Review, review_titles
from skillgap.occupations.team.table import plan_csv
from skillgap.occupations.team.workbook import XLSX, plan_workbook
from skillgap.onet.catalogue import Catalogue

router = PageRouter()

AT_ONCE = CapacityLimiter(2)  # plans that are made at the same time; others wait
MOST_CODED = 5_000  # titles in one request, which has an end; what is left is coded by the next
NOT_KEPT = {"Cache-Control": "no-store"}  # people's rows stay out of every cache


@router.get("/team")
async def get_team(request: Request, reader: ReaderDep) -> Response:
    """The form for a file of people."""
    catalogue = await reader.open(request.query_params.get("release"))
    return _page(request, catalogue, {"step": "start", "form": TeamForm.empty(), "problem": None})


@router.post("/team")
async def post_team(request: Request, reader: ReaderDep) -> Response:
    """The review of the titles, the plan, or the plan as a file, as the pressed button says."""
    catalogue = await reader.open(request.query_params.get("release"))
    form = TeamForm.empty()
    try:
        async with read_form(request, LARGEST_FORM) as fields:
            form = await TeamForm.read(fields)
        return await to_thread.run_sync(partial(_answer, request, catalogue, form), limiter=AT_ONCE)
    except RequestError as error:
        values = {"step": "start", "form": form, "problem": str(error)}
        return _page(request, catalogue, values, status=problem_of(error).status)


def _answer(request: Request, catalogue: Catalogue, form: TeamForm) -> Response:
    file = form.people()
    carried = Carried.read(form.carried, catalogue)
    choices, unclear = form.choices(catalogue, carried)
    carried = carried.model_copy(update={"choices": choices})
    review = review_titles(catalogue, file, carried, form.part or MOST_CODED)
    if form.step == "review" or review.waiting or unclear:
        values = review_values(catalogue, review, unclear)
        return _page(request, catalogue, {"form": form, **_state(catalogue, review), **values})
    plan = plan_team(catalogue, file, review.meanings, datetime.now(UTC).date())
    if form.step != "plan":
        return _download(plan, form.step)
    return _page(request, catalogue, {"form": form, **_state(catalogue, review), **plan_values(plan)})


def _state(catalogue: Catalogue, review: Review) -> dict[str, Any]:
    return {"review": review, "carried": review.carried(catalogue.info.release).model_dump_json()}


def _download(plan: TeamPlan, step: str) -> Response:
    names = ("team-plan", plan.catalogue.info.release, plan.made_on.isoformat())
    headers = {**NOT_KEPT, **as_file(*names, suffix=step)}
    if step == "csv":
        return StreamingResponse(plan_csv(plan), media_type=CSV, headers=headers)
    return Response(plan_workbook(plan), media_type=XLSX, headers=headers)


def _page(request: Request, catalogue: Catalogue, values: Mapping[str, object], status: int = 200) -> Response:
    frame = {"section": "team", "release": request.query_params.get("release"), "most_people": MOST_PEOPLE}
    headers = NOT_KEPT if request.method == "POST" else None
    return render(request, "team.html", {**frame, **values}, catalogue=catalogue, status=status, headers=headers)
