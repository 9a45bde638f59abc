"""Many pairs: a line each, made as it is sent, so that memory stays flat.

The figures of the matrix are those of a comparison without options, rounded to five decimals as all that we compute.
"""

from collections.abc import Iterator
from itertools import chain
from json import dumps

from skillgap.errors import SeveralFaults
from skillgap.gap.pair_blocks import COLUMNS, Block, blocks
from skillgap.http.csv_response import cells, columns, csv_text
from skillgap.http.lines import in_parts
from skillgap.occupations.batch.query import MatrixQuery, NamedPair, PairsBody, code_in_matrix
from skillgap.occupations.batch.schemas import PairOut
from skillgap.occupations.pair.query import Side, resolve_sides
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.pair.service import compare_by_options, compare_sides, summarise
from skillgap.onet.catalogue import Catalogue

CSV_HEADER = csv_text([COLUMNS])


def compare_pairs(catalogue: Catalogue, body: PairsBody) -> Iterator[str]:
    """Lines for every pair, in their order, some at a time: JSON, or CSV after a header.

    Raises SeveralFaults before the first line for a domain that is not loaded.
    """
    body.check({"domain": body.domain}, catalogue)
    lines = (_line(catalogue, body, pair) for pair in body.pairs)
    if body.format == "json-lines":
        return in_parts(f"{line.model_dump_json(by_alias=True)}\n" for line in lines)
    return in_parts(chain([csv_text([columns(PairOut)])], (csv_text([cells(line)]) for line in lines)))


def compare_all(catalogue: Catalogue, query: MatrixQuery) -> Iterator[str]:
    """Every pair with this source and this target, a block of lines at a time.

    Raises SeveralFaults before the first line with everything that is wrong with the codes and the domain.
    """
    release = catalogue.info.release
    rows = matrix_blocks(catalogue, query)
    if query.format == "json-lines":
        return (json_lines(release, block) for block in rows)
    return chain([CSV_HEADER], (csv_lines(release, block) for block in rows))


def matrix_blocks(catalogue: Catalogue, query: MatrixQuery) -> Iterator[Block]:
    """The pairs as arrays, a block for each source or target."""
    values = query.model_dump(by_alias=True)
    query.check(values, catalogue)
    source, target = (
        code_in_matrix(catalogue, values, parameter) if values[parameter] is not None else None
        for parameter in ("from", "to")
    )
    return blocks(catalogue.matrix(query.domain), source, target)


def csv_lines(release: str, block: Block) -> str:
    """A block as CSV, without a header."""
    start = csv_text([[release]]).rstrip()
    return "".join(
        [
            f"{start},{source},{target},{gaps},{missing},{coverage:.5f},{gap:.5f}\r\n"
            for source, target, gaps, missing, coverage, gap in block.rows()
        ]
    )


def json_lines(release: str, block: Block) -> str:
    """A block as JSON, an object a line."""
    start = f'{{"release":{dumps(release)},"from":"'
    return "".join(
        [
            f'{start}{source}","to":"{target}","gaps":{gaps},"missing":{missing},'
            f'"coverage":{round(coverage, 5)},"weighted_gap":{round(gap, 5)}}}\n'
            for source, target, gaps, missing, coverage, gap in block.rows()
        ]
    )


def _line(catalogue: Catalogue, body: PairsBody, pair: NamedPair) -> SkillGapOut | PairOut:
    release = catalogue.info.release
    values = {"from": pair.from_code, "to": pair.to_code, "domain": body.domain, "levels": body.levels}
    try:
        source, target = resolve_sides(catalogue, values)
    except SeveralFaults as fault:
        return PairOut.of(release, pair, problem=fault.leading.code, detail=str(fault))
    if body.lines == "whole":
        return compare_sides(catalogue, body, source, target)
    summary = summarise(compare_by_options(source, target, body.options()))
    models = {"from_model": _model(source), "to_model": _model(target)}
    return PairOut.of(release, pair, **models, **summary.model_dump())


def _model(side: Side) -> str | None:
    return side.used.occupation.rater.model if side.used.occupation else None
