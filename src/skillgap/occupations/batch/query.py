"""The parameters of many pairs at once."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.config import JsonDict

from skillgap.errors import RequestError
from skillgap.http.lines import LINES_DESCRIPTION, LinesFormat
from skillgap.http.parameters import DOMAIN_DESCRIPTION, Domain, OccupationCode, ReleaseQuery, faults_in
from skillgap.occupations.pair.query import GapOptions, domain_of, require_domain, resolve_side
from skillgap.onet.catalogue import Catalogue

MOST_PAIRS = 10_000

WHOLE_LINES_OF_CSV: JsonDict = {
    "required": ["lines", "format"],
    "properties": {"lines": {"const": "whole"}, "format": {"const": "csv"}},
}
"""JSON Schema of what does not go together."""


class NamedPair(BaseModel):
    """Two occupations to compare; a code that is wrong is reported in the line of the pair."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_code: str = Field(alias="from", max_length=100, examples=["41-9012.00"])
    to_code: str = Field(alias="to", max_length=100, examples=["53-5031.00"])


class PairsBody(GapOptions):
    """The body of ``POST /skill-gaps``."""

    model_config = ConfigDict(json_schema_extra={"not": WHOLE_LINES_OF_CSV})

    pairs: list[NamedPair] = Field(min_length=1, max_length=MOST_PAIRS)
    format: LinesFormat = Field(default="json-lines", description=LINES_DESCRIPTION)
    explain: Literal["none", "anchors"] = Field(
        default="none", description="`anchors` says what the levels mean, in `whole` lines."
    )
    lines: Literal["summary", "whole"] = Field(
        default="summary", description="`whole` gives the whole response of /skill-gap in every line, not for CSV."
    )

    @field_validator("lines")
    @classmethod
    def _fit_the_format(cls, lines: str, info: ValidationInfo) -> str:
        if lines == "whole" and info.data.get("format") == "csv":
            raise ValueError("A line of CSV has no room for 'whole' answers")
        return lines

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """A domain that is not loaded; codes are reported in their lines."""
        yield from faults_in(require_domain, catalogue, values)


class MatrixQuery(ReleaseQuery):
    """The parameters of ``GET /matrix``."""

    from_code: OccupationCode | None = Field(
        default=None,
        alias="from",
        description="The source of every pair; without it each rated occupation.",
        examples=["41-9012.00"],
    )
    to_code: OccupationCode | None = Field(
        default=None, alias="to", description="The target of every pair; without it each rated occupation."
    )
    domain: Domain = Field(
        default="skills", description=f"{DOMAIN_DESCRIPTION} `all`: the occupations rated in every loaded domain."
    )
    format: LinesFormat = Field(default="json-lines", description=LINES_DESCRIPTION)

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong with the codes that are given and the domain."""
        if faults := faults_in(require_domain, catalogue, values):
            yield from faults
            return
        for parameter in ("from", "to"):
            if values.get(parameter) is not None:
                yield from faults_in(code_in_matrix, catalogue, values, parameter)


def code_in_matrix(catalogue: Catalogue, values: Mapping[str, Any], parameter: str) -> str:
    """The code of a side that is rated completely in every compared domain.

    Raises what ``resolve_side`` and ``Catalogue.require_ranked`` raise.
    """
    code = resolve_side(catalogue, values, parameter).onetsoc_code
    catalogue.require_ranked(code, parameter, *catalogue.domains(domain_of(values)))
    return code
