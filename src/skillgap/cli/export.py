"""``skillgap export``: pairs in short, or ratings, as a file for a notebook or a warehouse."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from skillgap.cli.answers.occupation import BY_CODE_OR_TITLE, name_occupations, read_current
from skillgap.cli.answers.output import read_query
from skillgap.errors import ExportError
from skillgap.gap import pair_blocks
from skillgap.http.csv_response import cells, columns, csv_text
from skillgap.http.parameters import Domain
from skillgap.occupations.batch.query import MatrixQuery
from skillgap.occupations.batch.service import CSV_HEADER, csv_lines, matrix_blocks
from skillgap.occupations.reference.schemas import RatingOut
from skillgap.onet.catalogue import Catalogue

logger = logging.getLogger(__name__)

RATING_COLUMNS = ("release", "onetsoc_code", *columns(RatingOut))
PARQUET_TYPES = {
    "n": "Int64",
    "recommend_suppress": "boolean",
    "not_relevant": "boolean",
    "date_updated": "datetime64[s]",
}  # of the statistics that may be absent, on both scales


class Rows(StrEnum):
    """What there is to export."""

    PAIRS = "pairs"
    RATINGS = "ratings"


def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file that ends in .csv or .parquet.")],
    rows: Annotated[Rows, typer.Option(help="Pairs of rated occupations in short, or every rating.")] = Rows.PAIRS,
    source: Annotated[
        str | None, typer.Option("--from", metavar="OCCUPATION", help=f"Only pairs from it: {BY_CODE_OR_TITLE}")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--to", metavar="OCCUPATION", help=f"Only pairs to it: {BY_CODE_OR_TITLE}")
    ] = None,
    domain: Annotated[Domain, typer.Option(help="What the occupations are rated on.")] = "skills",
) -> None:
    """Write the current release's pairs or ratings to a CSV or Parquet file.

    Example: skillgap export to-nurses.csv --to "registered nurses"
    """
    if path.suffix not in (".csv", ".parquet"):
        raise typer.BadParameter(f"{path} ends neither in .csv nor in .parquet")
    if rows is Rows.RATINGS and (source or target):
        raise typer.BadParameter("--from and --to are for pairs")
    if path.suffix == ".parquet" and find_spec("pyarrow") is None:
        raise ExportError("Parquet needs pyarrow: install it, or skillgap[parquet].")
    catalogue = read_current()
    from_code, to_code = name_occupations(catalogue, {"--from": source, "--to": target})
    query = read_query(MatrixQuery, from_=from_code, to_=to_code, domain=domain)
    write = _write_pairs if rows is Rows.PAIRS else _write_ratings
    with _replacing(path) as part:
        written = write(part, catalogue, query)
    logger.info("%s: %d %s of release %s", path, written, rows, catalogue.info.release)


def _write_pairs(path: Path, catalogue: Catalogue, query: MatrixQuery) -> int:
    release = catalogue.info.release
    blocks = matrix_blocks(catalogue, query)
    if path.suffix == ".csv":
        return _write_csv(path, CSV_HEADER, (csv_lines(release, block) for block in blocks))
    import pandas as pd

    codes = pd.CategoricalDtype(list(catalogue.matrix(query.domain).codes))
    names = pair_blocks.COLUMNS[1:]
    frame = pd.concat(
        pd.DataFrame(block.rows(), columns=names).astype({"from": codes, "to": codes}) for block in blocks
    )
    frame.insert(0, "release", release)
    frame.round(5).astype({"release": "category"}).to_parquet(path, engine="pyarrow", index=False)
    return len(frame)


def _write_ratings(path: Path, catalogue: Catalogue, query: MatrixQuery) -> int:
    rated = (
        [
            [catalogue.info.release, code, *cells(RatingOut.model_validate(rating))]
            for rating in catalogue.profile(code, domain=query.domain).values()
        ]
        for code in catalogue.matrix(query.domain).codes
    )
    if path.suffix == ".csv":
        return _write_csv(path, csv_text([RATING_COLUMNS]), map(csv_text, rated))
    import pandas as pd

    frame = pd.DataFrame(chain.from_iterable(rated), columns=RATING_COLUMNS)
    types = {f"{scale}_{name}": dtype for scale in ("level", "importance") for name, dtype in PARQUET_TYPES.items()}
    frame.astype(types).to_parquet(path, engine="pyarrow", index=False)
    return len(frame)


def _write_csv(path: Path, header: str, texts: Iterable[str]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header)
        return sum(text.count("\r\n") for text in texts if file.write(text))


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A file beside the one to write, which it becomes when it is whole; raises ExportError."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise ExportError(f"{path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # a name that is too long, or a folder that is none, was reported above
            part.unlink()
