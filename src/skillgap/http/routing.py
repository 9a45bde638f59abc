"""How every documented route reads its query: the parameters it documents, each at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from skillgap.errors import InvalidParameter, RequestError, SeveralFaults, faults_of

MOST_FAULTS = 100  # told of one request
LONGEST_NAME = 60  # characters of a name that we did not make
UNKNOWN_PARAMETER = "There is no such parameter here."

Answering = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """Refuses what it does not document, and what is there twice, with all else that is wrong.

    A parameter that is ignored misleads: who misspells a filter takes the answer for filtered.
    """

    def get_route_handler(self) -> Answering:
        """The route's own handler behind a look at the names in the query."""
        answer = super().get_route_handler()
        known = frozenset(_names_in_query(self))

        async def answer_or_refuse(request: Request) -> Response:
            misnamed = list(_name_faults(request, known)) if request.scope["query_string"] else []
            if not misnamed:
                return await answer(request)
            faults: list[RequestError] = []
            try:
                await answer(request)
            except RequestError as error:
                faults += faults_of(error)
            except RequestValidationError as error:
                faults += validation_faults(error)
            except HTTPException:  # what is wrong with the request comes first
                pass
            told = {(type(fault), fault.parameter, str(fault)): fault for fault in [*faults, *misnamed]}
            raise SeveralFaults(list(told.values())[:MOST_FAULTS]) from None

        return answer_or_refuse


class StrictRouter(APIRouter):
    """A router of documented routes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=StrictRoute, **options)


def validation_faults(error: RequestValidationError) -> list[RequestError]:
    """What FastAPI found wrong with the parameters, each with its name."""
    return [
        InvalidParameter(f"{fault['msg']}.", parameter=".".join(map(str, fault["loc"][1:]))[:LONGEST_NAME])
        for fault in error.errors()
    ]


def _names_in_query(route: APIRoute) -> Iterator[str]:
    """The names that the route may be asked with; the options in a body may be in the query too."""
    for field in get_flat_params(route.dependant):
        if isinstance(field.field_info, params.Query):
            yield field.alias
    documented = route.openapi_extra or {}
    for parameter in documented.get("parameters", ()):
        yield parameter["name"]
    for content in documented.get("requestBody", {}).get("content", {}).values():
        yield from content["schema"]["properties"]


def _name_faults(request: Request, known: frozenset[str]) -> Iterator[RequestError]:
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        short = name[:LONGEST_NAME]
        if name not in known:
            yield InvalidParameter(UNKNOWN_PARAMETER, parameter=short)
        elif times > 1:
            text = f"The parameter '{short}' is there more than once."
            yield InvalidParameter(text, parameter=short)
