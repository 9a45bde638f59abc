"""The query of a page: as strict as the API's, but for what a form and other sites put into an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from skillgap.errors import SeveralFaults
from skillgap.http.routing import validation_faults

Query = TypeVar("Query", bound=BaseModel)


def page_query(model: type[Query], parameters: Mapping[str, str], **fixed: object) -> Query:
    """The query of an address; empty fields of a form and unknown names are left out, ``fixed`` is not to be changed.

    Raises SeveralFaults for malformed values, as the API refuses them.
    """
    names = {field.alias or name for name, field in model.model_fields.items()}
    given = {name: text for name, text in parameters.items() if name in names and text.strip()}
    try:
        return model.model_validate({**given, **fixed})
    except ValidationError as error:
        faults = [{**fault, "loc": ("query", *fault["loc"])} for fault in error.errors()]
        raise SeveralFaults(validation_faults(RequestValidationError(faults))) from None


def link(query: BaseModel, **changes: object) -> str:
    """The query as the end of an address, with these changes; defaults are left out."""
    values = query.model_copy(update=changes).model_dump(mode="json", exclude_defaults=True, by_alias=True)
    given = {name: _in_query(value) for name, value in values.items() if value is not None}
    return "?" + urlencode(given) if given else ""


def kept(release: str | None) -> str:
    """The end of a link to another page that keeps the release that an address names."""
    return "?" + urlencode({"release": release}) if release else ""


def _in_query(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
