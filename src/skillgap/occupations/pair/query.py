"""What may be asked: parameters with their limits, and every fault of a request at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from skillgap.errors import InvalidParameter, RequestError, SeveralFaults
from skillgap.gap.certainty import ComparisonOptions
from skillgap.gap.ratings import Profile
from skillgap.http.csv_response import FORMAT_DESCRIPTION, Format
from skillgap.http.dependencies import levels_by_default
from skillgap.http.parameters import CODE_PATTERN, DOMAIN_DESCRIPTION, LEVELS_DESCRIPTION, Domain
from skillgap.http.routing import LONGEST_NAME, MOST_FAULTS, UNKNOWN_PARAMETER
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import PUBLISHED, Levels, LevelsUsed
from skillgap.onet.tables import DOMAINS


class ReleaseQuery(BaseModel):
    """What every question may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    release: str | None = Field(
        default=None, max_length=20, description="A loaded release; without it the current one."
    )


class CompareOptions(ReleaseQuery):
    """How to compare; nothing is filtered unless it is asked for."""

    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)
    include: str = Field(
        default="",
        pattern=r"^(|met|surplus|all|met,surplus|surplus,met)$",
        description="Also list what is `met`, in `surplus`, or `all` (both), separated by a comma.",
    )
    explain: Literal["none", "anchors", "llm"] = Field(
        default="none",
        description="`anchors` says what the levels mean, by O*NET's own examples; `llm` also has "
        "a language model tell the gap in words, where one is configured.",
    )
    min_gap: float = Field(default=0, ge=0, le=7, description="Leave out gaps below this many levels; 0.5 is sensible.")
    min_importance: float | None = Field(
        default=None, ge=1, le=5, description="Leave out what matters less to the target (IM, 1-5)."
    )
    precision: Literal["all", "strict"] = Field(
        default="all", description="`strict` leaves out what O*NET recommends to suppress."
    )
    confidence: float = Field(default=0.95, ge=0.5, le=0.999, description="Of the interval of each difference.")
    threshold: float = Field(default=0.5, ge=0, le=7, description="Differences below it are classed `negligible`.")
    adjust: Literal["none", "holm"] = Field(
        default="none", description="`holm` allows for many elements being tested at once."
    )

    def options(self) -> ComparisonOptions:
        """The same for the comparison itself."""
        return ComparisonOptions(
            min_gap=self.min_gap,
            min_importance=self.min_importance,
            strict=self.precision == "strict",
            confidence=self.confidence,
            threshold=self.threshold,
            holm=self.adjust == "holm",
        )

    def lists(self, name: Literal["met", "surplus"]) -> bool:
        """Whether this list was asked for."""
        return name in self.include or self.include == "all"


class GapOptions(CompareOptions):
    """How to compare two occupations."""

    levels: Levels = Field(default="published", description=LEVELS_DESCRIPTION)


class PairCodes(BaseModel):
    """From which occupation to which."""

    from_code: str = Field(
        alias="from",
        pattern=CODE_PATTERN,
        description="The source occupation: an O*NET-SOC code, or its first 6 digits.",
        examples=["41-9012.00"],
    )
    to_code: str = Field(
        alias="to",
        pattern=CODE_PATTERN,
        description="The target occupation: an O*NET-SOC code, or its first 6 digits.",
        examples=["53-5031.00"],
    )


class FormattedGap(GapOptions):
    """How to compare, and how to tell it."""

    format: Format = Field(default="json", description=FORMAT_DESCRIPTION)


class GapQuery(FormattedGap, PairCodes):
    """The parameters of ``GET /skill-gap``."""


SIDES = ("from", "to")
Asked = TypeVar("Asked", bound=BaseModel)


class Side(NamedTuple):
    """One side of a comparison."""

    onetsoc_code: str
    profile: Profile
    used: LevelsUsed = PUBLISHED


def gap_asked_for(request: Request, catalogue: Catalogue) -> tuple[FormattedGap, Side, Side]:
    """The options and both sides; raises SeveralFaults with everything that is wrong."""
    return pair_asked_for(
        request,
        catalogue,
        lambda asked: _gap_options(tuple(asked.items())),
        levels=levels_by_default(request),
    )


@lru_cache(1_000)  # few callers vary their options
def _gap_options(asked: tuple[tuple[str, str], ...]) -> FormattedGap:
    return FormattedGap.model_validate(dict(asked))


def options_asked_for(request: Request, read: Callable[[dict[str, str]], Asked]) -> Asked:
    """What ``read`` makes of the query; raises SeveralFaults with everything that is wrong."""
    try:
        return read(dict(request.query_params))
    except ValidationError as error:
        raise SeveralFaults(_faults(error)) from None


def pair_asked_for(
    request: Request,
    catalogue: Catalogue,
    read: Callable[[dict[str, str]], Asked],
    *,
    levels: Levels = "published",
) -> tuple[Asked, Side, Side]:
    """What ``read`` makes of the rest of the query, and both sides.

    ``levels`` are those that answer when none are asked for. Raises SeveralFaults with everything
    that is wrong.
    """
    asked = dict(request.query_params)
    if levels != "published":
        asked.setdefault("levels", levels)
    faults: list[RequestError] = []
    sides: list[Side] = []
    try:
        sides += sides_asked_for(catalogue, asked)
    except SeveralFaults as wrong_sides:
        faults += wrong_sides.faults
    try:
        options = read({name: text for name, text in asked.items() if name not in SIDES})
    except ValidationError as error:
        faults += _faults(error)
    if faults:
        raise SeveralFaults(faults)
    return options, sides[0], sides[1]


def sides_asked_for(catalogue: Catalogue, asked: Mapping[str, Any]) -> tuple[Side, Side]:
    """The occupations that ``from`` and ``to`` name; raises SeveralFaults with those of both."""
    sides: list[Side] = []
    faults: list[RequestError] = []
    for parameter in SIDES:
        try:
            sides.append(side_asked_for(catalogue, asked, parameter))
        except RequestError as fault:
            faults.append(fault)
    if faults:
        raise SeveralFaults(faults)
    return sides[0], sides[1]


def side_asked_for(catalogue: Catalogue, asked: Mapping[str, Any], parameter: str) -> Side:
    """The occupation that a parameter names, in the domain that was asked for.

    Raises InvalidParameter when it is missing or no code, and what ``Catalogue.profile`` raises.
    """
    text = asked.get(parameter)
    if not isinstance(text, str):
        raise InvalidParameter(f"The parameter '{parameter}' is missing: give an O*NET-SOC code.", parameter=parameter)
    code = catalogue.code_named(text, parameter)
    levels = asked.get("levels")
    known = levels if levels in ("rescored", "calibrated") else "published"
    return Side(code, *catalogue.profile_by_levels(code, known, parameter, domain_asked_for(asked)))


def domain_asked_for(asked: Mapping[str, Any]) -> str:
    """The domain, and skills in place of one there is none of: a fault that is told by itself."""
    domain = asked.get("domain")
    return domain if domain in (*DOMAINS, "all") else "skills"


def validated(
    model: type[Asked],
    asked: Mapping[str, Any],
    faults: list[RequestError],
    *,
    besides: Collection[str] = (),
) -> Asked:
    """What was asked as the model of it; raises SeveralFaults with these faults and its own.

    Faults of the parameters ``besides`` are among those given already.
    """
    try:
        question = model.model_validate(asked)
    except ValidationError as error:
        faults = faults + [one for one in _faults(error) if one.parameter not in besides]
    if faults:
        raise SeveralFaults(faults[:MOST_FAULTS])
    return question


def _faults(error: ValidationError) -> list[RequestError]:
    """What pydantic found, in the words of problems."""
    return [
        InvalidParameter(
            UNKNOWN_PARAMETER
            if fault["type"] == "extra_forbidden"
            else f"{fault['msg'].removeprefix('Value error, ')}.",
            parameter=".".join(map(str, fault["loc"]))[:LONGEST_NAME],
        )
        for fault in error.errors()
    ]


def parameters_of(model: type[BaseModel]) -> list[dict[str, Any]]:
    """OpenAPI's words for a model that is read from the query."""
    schema = model.model_json_schema()
    enums = {f"#/$defs/{name}": shape for name, shape in schema.get("$defs", {}).items()}
    required = schema.get("required", ())
    parameters = []
    for name, column in sorted(schema["properties"].items(), key=lambda one: one[0] not in required):
        shape = {
            key: value
            for key, value in (enums.get(column.get("$ref"), {}) | column).items()
            if key not in ("$ref", "title", "description")
        }
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": name in required,
                "description": column.get("description", ""),
                "schema": shape,
            }
        )
    return parameters
