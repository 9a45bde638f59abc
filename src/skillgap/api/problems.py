"""Errors to RFC 9457 problem details: the one table of their status codes, titles and remedies."""

from __future__ import annotations

import logging
from http import HTTPStatus
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from skillgap import errors
from skillgap.errors import RequestError, SeveralFaults
from skillgap.http.routing import validation_faults
from skillgap.logs import request_id
from skillgap.occupations.schemas import OccupationRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fastapi import FastAPI, Request

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
METHODS = ("GET", "POST")  # HEAD goes with GET


class Problem(NamedTuple):
    """One kind of problem: its status, its stable code, its title, and what to do about it."""

    status: int
    code: str
    title: str
    advice: str


class FaultOut(BaseModel):
    """One thing that is wrong with a request."""

    code: str
    parameter: str | None
    detail: str
    suggestions: list[OccupationRef] = Field(
        description="Occupations to ask about instead: rated ones of the same SOC group, those of "
        "a 6-digit code, or the successors of an older code."
    )


class ProblemOut(BaseModel):
    """An RFC 9457 problem. ``code`` is stable; texts may change."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str | None
    errors: list[FaultOut] = Field(description="The faults of the request, 100 at most, each with its code.")


NOT_FOUND = Problem(404, "not-found", "There is nothing at this address", "See /docs for what there is.")
METHOD_NOT_ALLOWED = Problem(405, "method-not-allowed", "This address does not take this method", "See /docs.")
INTERNAL_ERROR = Problem(
    500,
    "internal-error",
    "Something went wrong on our side",
    "Ask again; if it stays, report the `request_id` to whoever runs the service.",
)
MALFORMED_REQUEST = Problem(400, "malformed-request", "This is not an HTTP request", "Send one of HTTP/1.1.")
KEY_REQUIRED = Problem(
    401,
    "key-required",
    "This service requires a key",
    "Send yours as `X-API-Key`, or as a bearer token; in a browser, as the password.",
)
KEY_UNKNOWN = Problem(401, "key-unknown", "This key is not known here", "Ask whoever runs the service for one.")
REQUEST_TOO_SLOW = Problem(408, "request-too-slow", "The request did not arrive in time", "Send it in one go.")
URL_TOO_LONG = Problem(414, "url-too-long", "The address is too long", "Ask with a POST, or for less at a time.")
TOO_MANY_REQUESTS = Problem(
    429,
    "too-many-requests",
    "Too many requests",
    "Ask again after `Retry-After` seconds; `RateLimit` says how many are left.",
)
HEAD_TOO_LARGE = Problem(431, "head-too-large", "The headers are too large", "Send fewer and shorter headers.")
TOOK_TOO_LONG = Problem(
    503, "took-too-long", "The answer took too long", "Ask again after `Retry-After` seconds, or for less at a time."
)
AT_THE_EDGE = (
    MALFORMED_REQUEST,
    KEY_REQUIRED,
    KEY_UNKNOWN,
    REQUEST_TOO_SLOW,
    URL_TOO_LONG,
    TOO_MANY_REQUESTS,
    HEAD_TOO_LARGE,
    TOOK_TOO_LONG,
)
"""Answered before a request reaches a route, or in its stead."""

TEXTS: dict[type[RequestError], tuple[int, str, str]] = {
    errors.InvalidParameter: (
        400,
        "A parameter is missing or malformed",
        "Correct every parameter named under `errors` and ask again.",
    ),
    errors.InvalidBody: (
        400,
        "The body cannot be read",
        "Send one JSON object in UTF-8, each name in it once; `detail` says where it breaks off.",
    ),
    errors.UnsupportedMediaType: (
        415,
        "The body is not declared as JSON",
        "Send JSON in UTF-8, uncompressed, with `Content-Type: application/json`; `Accept` lists what else is read.",
    ),
    errors.BodyTooLarge: (413, "The body is too large", "Send it in parts."),
    errors.SeveralOccupations: (
        300,
        "Several occupations have this code",
        "Ask again with one of the 8-digit codes under `suggestions`.",
    ),
    errors.OccupationNotFound: (
        404,
        "Occupation not found",
        "Look the code up with /occupations?q=; it may belong to an older taxonomy.",
    ),
    errors.CodeOfOlderTaxonomy: (
        404,
        "Code of an older taxonomy",
        "Ask again with a code under `suggestions`: the occupations that took its place.",
    ),
    errors.OccupationNotRated: (
        404,
        "Occupation not rated",
        "O*NET lists this occupation but has not rated it; compare with one under `suggestions`.",
    ),
    errors.DomainNotLoaded: (
        404,
        "Domain not loaded",
        "Load a release with this domain's file (Knowledge, Abilities, Work Activities).",
    ),
    errors.FileNotLoaded: (
        404,
        "File not loaded",
        "Load the release anew with the file that `detail` names: `skillgap load --again`.",
    ),
    errors.ReleaseNotFound: (404, "Release not loaded", "See /releases for those that are."),
    errors.ReleaseOutOfReach: (
        503,
        "The release has to be read from a database that is unavailable",
        "Ask again after `Retry-After` seconds; what is in memory is served meanwhile (/health names it).",
    ),
    errors.ReleasesBusy: (
        503,
        "Too many requests wait for releases to be read",
        "Ask again after `Retry-After` seconds, or without `release`: the current one is held.",
    ),
    errors.ChartsBusy: (503, "Too many charts are being drawn", "Ask again after `Retry-After` seconds."),
    errors.NothingLoaded: (
        503,
        "No release is loaded yet",
        "Load one with `skillgap load`; ask again after `Retry-After` seconds.",
    ),
}
PROBLEMS = {error: Problem(status, error.code, title, advice) for error, (status, title, advice) in TEXTS.items()}
INVALID_PARAMETER = PROBLEMS[errors.InvalidParameter]
ALL_PROBLEMS = (*PROBLEMS.values(), *AT_THE_EDGE, NOT_FOUND, METHOD_NOT_ALLOWED, INTERNAL_ERROR)


def answer_with_problems(app: FastAPI) -> None:
    """Let the app answer faults of requests as problems; ``RequestContext`` does so for faults of ours."""
    app.exception_handler(RequestError)(_request_error)
    app.exception_handler(RequestValidationError)(_validation_error)
    app.exception_handler(HTTPException)(_http_exception)
    app.exception_handler(ClientDisconnect)(_client_gone)


def problem_response(
    problem: Problem,
    detail: str,
    instance: str,
    *,
    faults: Sequence[FaultOut] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem as ``application/problem+json``; never to be kept by a cache."""
    wait = {"Retry-After": str(RETRY_AFTER_SECONDS)} if problem.status == 503 else {}
    body = ProblemOut(
        type=f"/problems/{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=detail,
        instance=instance,
        code=problem.code,
        request_id=request_id.get(),
        errors=list(faults),
    )
    return Response(
        body.model_dump_json(),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **wait, **(headers or {})},
    )


def problem_of(error: RequestError) -> Problem:
    """The kind of problem an error is; of several faults, the leading one's."""
    return PROBLEMS[type(error.leading if isinstance(error, SeveralFaults) else error)]


def coming(seconds: float) -> str:
    """When what is being fetched may be there."""
    return f"It is requested from O*NET Web Services: try again in {ceil(seconds)} s."


async def _request_error(request: Request, error: RequestError) -> Response:
    problem, detail, headers = problem_of(error), str(error), {}
    supplied_after = getattr(request.state, "retry_after", None)
    if supplied_after is not None and problem is PROBLEMS[errors.OccupationNotRated]:
        headers["Retry-After"] = str(ceil(supplied_after))
        detail += f" {coming(supplied_after)}"
    if isinstance(error, errors.UnsupportedMediaType):
        headers["Accept"] = ", ".join(error.accepted)
    faults = [_fault(fault) for fault in errors.faults_of(error)]
    return problem_response(problem, detail, request.url.path, faults=faults, headers=headers)


def _fault(error: RequestError) -> FaultOut:
    return FaultOut(
        code=error.code,
        parameter=error.parameter,
        detail=str(error),
        suggestions=[OccupationRef.model_validate(suggestion._asdict()) for suggestion in error.suggestions],
    )


async def _validation_error(request: Request, error: RequestValidationError) -> Response:
    return await _request_error(request, SeveralFaults(validation_faults(error)))


async def _http_exception(request: Request, error: HTTPException) -> Response:
    """Nothing at an address, or not this method; any other is a fault of ours, for it would have no page."""
    problem = {404: NOT_FOUND, 405: METHOD_NOT_ALLOWED}.get(error.status_code, INTERNAL_ERROR)
    if problem is INTERNAL_ERROR:
        logger.error("%s %s: unexpected status %d", request.method, request.url.path, error.status_code)
    detail = f"{request.method} {request.url.path}: {HTTPStatus(problem.status).phrase}. {problem.advice}"
    headers = dict(error.headers or {})
    if problem is METHOD_NOT_ALLOWED:
        of_files = ("GET", "HEAD")  # they are mounted, and match no route of the app
        headers["Allow"] = ", ".join(tuple(_allowed(request)) or of_files)
    return problem_response(problem, detail, request.url.path, headers=headers)


def _allowed(request: Request) -> Iterator[str]:
    """The methods of all routes at the address of a request; a route knows only its own."""
    for method in METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            yield method
            if method == "GET":
                yield "HEAD"


async def _client_gone(_request: Request, _error: ClientDisconnect) -> Response:
    """For the access log alone: whoever leaves in the middle of a body hears nothing more."""
    return Response(status_code=499)
