"""The OpenAPI document and ``/docs``: Swagger UI from an installed package, no CDN."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from skillgap import errors
from skillgap.api.problems import (
    ALL_PROBLEMS,
    HEAD_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_PARAMETER,
    MEDIA_TYPE,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    REQUEST_TOO_SLOW,
    TOOK_TOO_LONG,
    URL_TOO_LONG,
    Problem,
    ProblemOut,
)
from skillgap.api.public_paths import is_public
from skillgap.api.security_headers import PAGE_POLICY, page
from skillgap.occupations.batch.schemas import MatrixRowOut, PairOut
from skillgap.occupations.titles.schemas import TitleLine

EXAMPLES_OF = {
    "answers": "application/json",
    "lines": "application/x-ndjson",
    "tables": "text/csv",
}  # what examples.json calls them
SWAGGER_UI = "/static/swagger-ui"
SWAGGER_POLICY = {name: value for name, value in PAGE_POLICY.items() if name != "require-trusted-types-for"} | {
    "img-src": "'self' data:"
}  # it draws its icons from data and writes with innerHTML

OF_THE_SERVICE: Mapping[str, Sequence[str]] = {
    "/health": (),
    "/ready": (errors.NothingLoaded.code, errors.ReleaseOutOfReach.code),
    "/problems/{code}": (NOT_FOUND.code,),
}
"""Operations about the service itself, and their problems beside those of every operation."""

OF_EVERY_OPERATION = (
    INVALID_PARAMETER,
    METHOD_NOT_ALLOWED,
    URL_TOO_LONG,
    HEAD_TOO_LARGE,
    INTERNAL_ERROR,
    TOOK_TOO_LONG,
)
SECURITY_SCHEMES = {
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A key from whoever runs the service, where it requires one.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "The same key as a bearer token."},
}
OUTSIDE_JSON = (ProblemOut, PairOut, MatrixRowOut, TitleLine)
"""Models of which FastAPI knows nothing: they are sent as other media types than JSON."""


def problems(*codes: str) -> dict[str, dict[str, Any]]:
    """OpenAPI's ``responses`` for the problems that a route can answer with, one example each."""
    responses: dict[str, dict[str, Any]] = {}
    for code in dict.fromkeys(codes):
        problem = next(problem for problem in ALL_PROBLEMS if problem.code == code)
        content = {"schema": {"$ref": "#/components/schemas/ProblemOut"}, "examples": {}}
        response = responses.setdefault(str(problem.status), {"description": "", "content": {MEDIA_TYPE: content}})
        response["description"] += f"{'; ' if response['description'] else ''}`{code}`: {problem.title}"
        example = {"summary": problem.title, "value": _problem_example(problem)}
        response["content"][MEDIA_TYPE]["examples"][code] = example
    return responses


class DocumentedApi(FastAPI):
    """FastAPI with our OpenAPI document, and a ``/docs`` that needs no internet."""

    needs_key = False
    cross_origin = False  # whether pages of other origins may show charts, and named ones read responses
    also_answers: Sequence[str] = ()  # codes of problems, before a route is reached

    def __init__(self, **options: Any) -> None:
        options["generate_unique_id_function"] = lambda route: route.name  # as the function is called
        # An address with a slash too many is not there: a redirect would lead to whatever Host says.
        super().__init__(docs_url=None, redoc_url=None, redirect_slashes=False, **options)
        self.mount(SWAGGER_UI, StaticFiles(packages=[("fastapi_offline", "static")]))
        self.add_api_route("/docs", _swagger_ui, include_in_schema=False)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = _document(self)
        return self.openapi_schema


async def _swagger_ui() -> HTMLResponse:
    return page("docs.html", {"swagger_ui": SWAGGER_UI[1:]}, policy=SWAGGER_POLICY)


def _document(app: DocumentedApi) -> dict[str, Any]:
    """FastAPI's document, with problems instead of its own 422, and examples of what is sent as text."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for model in OUTSIDE_JSON:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schemas |= schema.pop("$defs", {}) | {model.__name__: schema}
    document["components"]["securitySchemes"] = SECURITY_SCHEMES
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            responses.pop("422", None)
            edge = () if is_public(path) else app.also_answers
            responses |= problems(*_problems_of(path, operation, schemas), *edge)
            operation.get("parameters", []).sort(key=lambda parameter: not parameter["required"])
            if app.needs_key and not is_public(path):
                operation["security"] = [{scheme: []} for scheme in SECURITY_SCHEMES]
            _add_examples(operation, f"{method.upper()} {path}")
    return document


def _problems_of(path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """The problems an operation may answer with, by what it takes."""
    codes = [problem.code for problem in OF_EVERY_OPERATION]
    if path in OF_THE_SERVICE:
        return [*codes, *OF_THE_SERVICE[path]]
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    body = operation.get("requestBody")
    if body:
        name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        names |= schemas[name]["properties"].keys()
        codes += [
            errors.InvalidBody.code,
            errors.UnsupportedMediaType.code,
            errors.BodyTooLarge.code,
            REQUEST_TOO_SLOW.code,
        ]
    if "release" in names or path.startswith("/releases/"):
        codes += [errors.NothingLoaded.code, errors.ReleaseNotFound.code, errors.ReleaseOutOfReach.code]
        codes.append(errors.ReleasesBusy.code)
    if names & {"code", "from", "to", "occupation"}:
        codes += [errors.SeveralOccupations.code, errors.OccupationNotFound.code, errors.CodeOfOlderTaxonomy.code]
        codes.append(errors.OccupationNotRated.code)
    if "domain" in names:
        codes.append(errors.DomainNotLoaded.code)
    if path.endswith(("/technologies", "/tasks")):
        codes.append(errors.FileNotLoaded.code)
    if path.endswith((".svg", ".png")):
        codes.append(errors.ChartsBusy.code)
    return codes


def _add_examples(operation: dict[str, Any], name: str) -> None:
    """A real answer of each media type, the body of its request, and what Swagger UI fills in to try it out."""
    for parameter in operation.get("parameters", []):
        if examples := parameter["schema"].pop("examples", None):
            parameter["example"] = examples[0]
    content = operation["responses"]["200"]["content"]
    for kind, media_type in EXAMPLES_OF.items():
        example = _examples()[kind].get(name)
        if example is None:
            continue
        content[media_type]["example"] = example["answer"]
        if "body" in example:
            operation["requestBody"]["content"]["application/json"]["example"] = example["body"]


def _problem_example(problem: Problem) -> dict[str, Any]:
    if problem.code in _examples()["problems"]:
        response: dict[str, Any] = _examples()["problems"][problem.code]["answer"]
        return response
    return ProblemOut(
        type=f"/problems/{problem.code}",
        title=problem.title,
        status=problem.status,
        detail=problem.advice,
        instance="/skill-gap",
        code=problem.code,
        request_id="d3c2dea93660753d",
        errors=[],
    ).model_dump()


@cache
def _examples() -> dict[str, dict[str, Any]]:
    """Real answers to real requests, lists shortened; a test holds them to what is answered."""
    text = files("skillgap.api").joinpath("examples.json").read_text(encoding="utf-8")
    examples: dict[str, dict[str, Any]] = json.loads(text)
    return examples
