"""Many pairs in one request: a line each, told as it is computed, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from skillgap.errors import InvalidParameter, OccupationNotRated, RequestError, SeveralFaults
from skillgap.gap import pair_blocks
from skillgap.http.csv_response import CSV, as_file, cells, columns
from skillgap.http.csv_text import csv_text
from skillgap.http.parameters import CODE_PATTERN, DOMAIN_DESCRIPTION, Domain
from skillgap.occupations.batch.lines import CSV_HEADER, csv_lines, json_lines
from skillgap.occupations.pair.query import (
    GapOptions,
    ReleaseQuery,
    Side,
    domain_asked_for,
    side_asked_for,
    sides_asked_for,
    validated,
)
from skillgap.occupations.pair.schemas import SkillGapOut, compared, summary_out
from skillgap.onet.catalogue import Catalogue

JSON_LINES = "application/x-ndjson"
MOST_PAIRS = 10_000
LINES_AT_ONCE = 100  # sent together
LinesFormat = Literal["json-lines", "csv"]
LINES_DESCRIPTION = "`json-lines`: a JSON object a line. `csv`: the same as a table with a header."


class CodePair(BaseModel):
    """Two occupations to compare; a code that is wrong is told in the line of the pair."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_code: str = Field(alias="from", max_length=100, examples=["41-9012.00"])
    to_code: str = Field(alias="to", max_length=100, examples=["53-5031.00"])


class PairsBody(GapOptions):
    """The body of ``POST /skill-gaps``."""

    pairs: list[CodePair] = Field(min_length=1, max_length=MOST_PAIRS)
    format: LinesFormat = Field(default="json-lines", description=LINES_DESCRIPTION)
    explain: Literal["none", "anchors"] = Field(
        default="none", description="`anchors` says what the levels mean, in `whole` lines."
    )
    lines: Literal["summary", "whole"] = Field(
        default="summary",
        description="`whole` gives the whole answer of /skill-gap in every line, not for CSV.",
    )


class PairOut(BaseModel):
    """One pair in short, or what is wrong with it; the other fields are null then."""

    release: str
    from_code: str = Field(serialization_alias="from", description="As it was asked for.")
    to_code: str = Field(serialization_alias="to", description="As it was asked for.")
    problem: str | None = Field(description="The code of the problem, as /problems/{code} has it.")
    detail: str | None
    from_model: str | None = Field(description="Whose levels they are; null where O*NET's.")
    to_model: str | None = Field(description="Whose levels they are; null where O*NET's.")
    compared: int | None
    gaps: int | None
    missing: int | None
    met: int | None
    surplus: int | None
    certain: int | None
    possible: int | None
    negligible: int | None
    coverage: float | None
    weighted_gap: float | None

    @classmethod
    def of(cls, release: str, pair: CodePair, **told: Any) -> Self:
        """The line of a pair with what there is to tell of it."""
        names = cls.model_fields.keys() - {"release", "from_code", "to_code"}
        codes = {"from_code": pair.from_code, "to_code": pair.to_code}
        return cls(release=release, **codes, **(dict.fromkeys(names) | told))


class MatrixQuery(ReleaseQuery):
    """The parameters of ``GET /matrix``."""

    from_code: str | None = Field(
        default=None,
        alias="from",
        pattern=CODE_PATTERN,
        description="The source of every pair; without it each rated occupation.",
        examples=["41-9012.00"],
    )
    to_code: str | None = Field(
        default=None,
        alias="to",
        pattern=CODE_PATTERN,
        description="The target of every pair; without it each rated occupation.",
    )
    domain: Domain = Field(
        default="skills",
        description=f"{DOMAIN_DESCRIPTION} `all`: the occupations rated in every loaded domain.",
    )
    format: LinesFormat = Field(default="json-lines", description=LINES_DESCRIPTION)


class MatrixRowOut(BaseModel):
    """A line of ``GET /matrix``: one pair in short, as /skill-gap sums it up."""

    release: str
    from_code: str = Field(serialization_alias="from")
    to_code: str = Field(serialization_alias="to")
    gaps: int
    missing: int = Field(description="Gaps where the source's level is 0.")
    coverage: float = Field(ge=0, le=1)
    weighted_gap: float = Field(description="In levels.")


def pairs_asked_for(asked: Mapping[str, Any], catalogue: Catalogue) -> PairsBody:
    """The pairs and options; raises SeveralFaults with all that is wrong but the codes."""
    faults: list[RequestError] = []
    if (asked.get("format"), asked.get("lines")) == ("csv", "whole"):
        faults.append(InvalidParameter("A line of CSV has no room for 'whole' answers.", parameter="lines"))
    body = validated(PairsBody, asked, faults)
    if body.domain != "all":
        catalogue.require_domain(body.domain)
    return body


def matrix_asked_for(asked: Mapping[str, Any], catalogue: Catalogue) -> MatrixQuery:
    """The options with both codes as O*NET writes them; raises SeveralFaults with all faults."""
    codes: dict[str, str] = {}
    faults: list[RequestError] = []
    for parameter in [name for name in ("from", "to") if name in asked]:
        try:
            side = side_asked_for(catalogue, asked, parameter)
            codes[parameter] = _code_in_matrix(catalogue, side, parameter, domain_asked_for(asked))
        except RequestError as fault:
            faults.append(fault)
    return validated(MatrixQuery, {**asked, **codes}, faults, besides=("from", "to"))


def pairs_answer(catalogue: Catalogue, asked: PairsBody) -> StreamingResponse:
    """A line for every pair, in their order."""
    lines = (_line(catalogue, asked, pair) for pair in asked.pairs)
    if asked.format == "csv":
        headers = as_file("skill-gaps", asked.domain, catalogue.info.release, suffix="csv")
        rows = (csv_text([cells(line)]) for line in lines)
        return _stream(chain([csv_text([columns(PairOut)])], rows), CSV, headers)
    texts = (f"{line.model_dump_json(by_alias=True)}\n" for line in lines)
    return _stream(texts, JSON_LINES, {})


def matrix_answer(catalogue: Catalogue, asked: MatrixQuery) -> StreamingResponse:
    """A line for every pair with this source and this target, where they are given."""
    release = catalogue.info.release
    source, target = asked.from_code, asked.to_code
    blocks = pair_blocks.blocks(catalogue.matrix(asked.domain), source, target)
    if asked.format == "csv":
        rows = (csv_lines(release, block) for block in blocks)
        headers = as_file("matrix", source, target, asked.domain, release, suffix="csv")
        table = chain([CSV_HEADER], rows)
        return StreamingResponse(table, media_type=CSV, headers=headers)
    lines = (json_lines(release, block) for block in blocks)
    return StreamingResponse(lines, media_type=JSON_LINES)


def _code_in_matrix(catalogue: Catalogue, side: Side, parameter: str, domain: str) -> str:
    code = side.onetsoc_code
    if code not in catalogue.matrix(domain).positions:
        raise OccupationNotRated(
            f"{catalogue.info.title} has not rated {code} in every domain that is asked for.",
            parameter=parameter,
            suggestions=catalogue.rated_neighbours(code),
        )
    return code


def _line(catalogue: Catalogue, asked: PairsBody, pair: CodePair) -> SkillGapOut | PairOut:
    release = catalogue.info.release
    named = {"from": pair.from_code, "to": pair.to_code}
    named |= {"domain": asked.domain, "levels": asked.levels}
    try:
        source, target = sides_asked_for(catalogue, named)
    except SeveralFaults as fault:
        problem = fault.leading.code
        return PairOut.of(release, pair, problem=problem, detail=str(fault))
    if asked.lines == "whole":
        return SkillGapOut.of(catalogue, asked, source, target)
    summary = summary_out(compared(asked, source, target))
    return PairOut.of(
        release,
        pair,
        from_model=_model(source),
        to_model=_model(target),
        **summary.model_dump(),
    )


def _model(side: Side) -> str | None:
    return side.used.occupation.rater.model if side.used.occupation else None


def _stream(lines: Iterator[str], media_type: str, headers: dict[str, str]) -> StreamingResponse:
    texts = ("".join(some) for some in iter(lambda: list(islice(lines, LINES_AT_ONCE)), []))
    return StreamingResponse(texts, media_type=media_type, headers=headers)
