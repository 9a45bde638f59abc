"""Routes that refuse what they do not document, and name the faults of a request in one answer."""

from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response, params
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError

from skillgap.errors import InvalidParameter, RequestError, SeveralFaults
from skillgap.http.bodies import JsonRequest
from skillgap.http.parameters import StrictQuery
from skillgap.http.reader import Reader

MOST_FAULTS = 100  # in one answer
LONGEST_NAME = 60  # characters of a name that a client has sent
UNKNOWN_PARAMETER = "There is no such parameter here."


class StrictRoute(APIRoute):
    """A route that refuses unknown and repeated parameters: a misspelt filter must not look as if it were used.

    Values that FastAPI rejects are reported together with codes that the release does not have. A POST takes one
    JSON object, or rows where its model names a list for them; members may stand in the query instead.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, behind the checks of names and with all faults in one."""
        handle = super().get_route_handler()
        model = _strict_model(self)
        rows = model.rows if model else None
        names = None if self.body_field else frozenset(_query_names(self))

        async def handle_strictly(request: Request) -> Response:
            values: Mapping[str, Any] = request.query_params
            name_faults = list(_name_faults(request, names)) if request.scope["query_string"] else []
            if names is None:
                request = JsonRequest(request, rows)
                try:
                    values = await request.read_values()
                except SeveralFaults as error:
                    raise SeveralFaults([*error.faults, *name_faults]) from None
            faults: list[RequestError] = []
            try:
                if not name_faults:
                    return await handle(request)
                _validate(model, values)  # no work for a response that is not sent
            except RequestValidationError as error:
                faults = validation_faults(error)
            malformed = {fault.parameter for fault in faults}
            if model:  # in a thread: a release may have to be read
                sent = {**request.path_params, **values}
                others = await run_in_threadpool(lambda: list(model.request_faults(sent, Reader(request))))
                faults += (fault for fault in others if fault.parameter not in malformed)
            raise SeveralFaults(_distinct([*faults, *name_faults])) from None

        return handle_strictly


class StrictRouter(APIRouter):
    """A router of strict routes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=StrictRoute, **options)


def validation_faults(error: RequestValidationError) -> list[RequestError]:
    """What FastAPI rejects, by parameter."""
    return [
        InvalidParameter(_sentence(fault), parameter=".".join(map(str, fault["loc"][1:]))[:LONGEST_NAME])
        for fault in error.errors()
    ]


def _sentence(fault: Mapping[str, Any]) -> str:
    match fault["type"], fault["loc"][-1]:
        case "extra_forbidden", _:
            return UNKNOWN_PARAMETER
        case "missing", "from" | "to" as name:
            return f"The parameter '{name}' is missing: give an O*NET-SOC code."
        case _:
            return f"{fault['msg'].removeprefix('Value error, ')}."


def _validate(model: type[StrictQuery] | None, values: Mapping[str, Any]) -> None:
    """Raise RequestValidationError for values that FastAPI would reject."""
    try:
        if model is not None:
            model.model_validate(dict(values))
    except ValidationError as error:
        raise RequestValidationError([{**fault, "loc": ("query", *fault["loc"])} for fault in error.errors()]) from None


def _strict_model(route: APIRoute) -> type[StrictQuery] | None:
    """The model of the route's query or body."""
    fields = [*route.dependant.query_params, *route.dependant.body_params]
    models = (field.field_info.annotation for field in fields)
    return next((model for model in models if isinstance(model, type) and issubclass(model, StrictQuery)), None)


def _query_names(route: APIRoute) -> Iterator[str]:
    for field in get_flat_params(route.dependant):  # models are flattened to their fields
        if not isinstance(field.field_info, params.Path):
            yield field.alias


def _name_faults(request: Request, names: frozenset[str] | None) -> Iterator[RequestError]:
    """Names that the route does not have (None: its body's model checks them) or that are sent twice."""
    for name, times in Counter(name for name, _ in request.query_params.multi_items()).items():
        parameter = name[:LONGEST_NAME]
        if names is not None and name not in names:
            yield InvalidParameter(UNKNOWN_PARAMETER, parameter=parameter)
        elif times > 1:
            yield InvalidParameter(f"The parameter '{parameter}' is there more than once.", parameter=parameter)


def _distinct(faults: list[RequestError]) -> list[RequestError]:
    distinct = {(type(fault), fault.parameter, str(fault)): fault for fault in faults}
    return list(distinct.values())[:MOST_FAULTS]
