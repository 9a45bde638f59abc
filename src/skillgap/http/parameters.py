"""The types that parameters of several routes have."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from skillgap.errors import RequestError, SeveralFaults, faults_of
from skillgap.http.reader import Reader
from skillgap.http.rows import Rows
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.codes import DASHES

Domain = Literal["skills", "knowledge", "abilities", "work_activities", "all"]
DOMAIN_DESCRIPTION = (
    "Skills and abilities are rated by analysts, knowledge and work activities by incumbents, who "
    "rate higher: do not compare levels across domains."
)
LEVELS_DESCRIPTION = (
    "`published`: O*NET's. `rescored`: a language model's, where it has given some, and "
    "`calibrated`: those moved onto O*NET's scale; the answer says whose they are. Skills only. "
    "Without it: what the service is set to, usually `published`."
)
LONGEST_SEARCH = 200  # characters
LARGEST_PAGE = 1000
CODE_PATTERN = rf"^\s*\d{{2}}[{DASHES}]\d{{4}}(\.\d{{2}})?\s*$"

OccupationCode = Annotated[str, Field(max_length=100, json_schema_extra={"pattern": CODE_PATTERN})]
"""An O*NET-SOC code or its first 6 digits; ``parse_code`` says what is wrong with any other text."""
CodeInPath = Annotated[
    OccupationCode, Path(description="An O*NET-SOC code, or its first 6 digits.", examples=["29-1141.00"])
]


def faults_in(check: Callable[..., object], *values: object) -> Sequence[RequestError]:
    """The faults that a check raises for these values."""
    try:
        check(*values)
    except RequestError as error:
        return faults_of(error)
    return ()


class StrictQuery(BaseModel):
    """Parameters, or members of a body, of which unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    rows: ClassVar[Rows | None] = None
    """The list of a body that may be sent as CSV or JSON lines too."""

    @field_validator("*", mode="before")
    @classmethod
    def _reject_booleans(cls, value: object, info: ValidationInfo) -> object:
        """JSON's true is no number, though Python's is."""
        if isinstance(value, bool) and cls.model_fields[info.field_name or ""].annotation not in (bool, bool | None):
            raise ValueError("Input should not be true or false")
        return value

    @classmethod
    def request_faults(cls, values: Mapping[str, Any], reader: Reader) -> Iterator[RequestError]:
        """What the loaded releases find wrong with values that may be malformed otherwise.

        ``values`` are as sent, by parameter, those in the path among them. With this, a response that refuses
        malformed values names the other faults of the request too.
        """
        yield from ()


class ReleaseQuery(StrictQuery):
    """The parameter of routes that read one release."""

    release: str | None = Field(
        default=None, max_length=20, description="A loaded release; without it the current one."
    )

    @classmethod
    def request_faults(cls, values: Mapping[str, Any], reader: Reader) -> Iterator[RequestError]:
        """A release that is not loaded, or the faults that the release finds."""
        release = values.get("release")
        try:
            catalogue = reader.catalogue(release if isinstance(release, str) else None)
        except RequestError as error:
            return iter([error])
        return cls.faults(values, catalogue)

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong: codes it does not have."""
        if isinstance(text := values.get("code"), str):
            yield from faults_in(catalogue.code_named, text, "code")

    @classmethod
    def check(cls, values: Mapping[str, Any], catalogue: Catalogue) -> None:
        """Raise SeveralFaults with everything that the release finds wrong."""
        if faults := list(cls.faults(values, catalogue)):
            raise SeveralFaults(faults)


class Page(BaseModel):
    """A part of a list."""

    limit: int = Field(default=20, ge=1, le=LARGEST_PAGE, description="How many, at most.")
    offset: int = Field(default=0, ge=0, le=1_000_000, description="How many to skip.")
