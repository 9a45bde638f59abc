"""Whether a release is complete: the rule, and in words what it lacks.

O*NET publishes a rating for every element of a domain, importance and level, of every occupation that
it rates there, and it rates the same occupations in each domain (29.2: 879 occupations, 35 skills and
33 kinds of knowledge, not one row missing). A release is complete where that holds, no row is
rejected, each file's last line has an end, and nothing is much smaller than it was before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, product

import pandas as pd

from skillgap.onet.load.before import COUNTED, Before, Size
from skillgap.onet.load.read import ReleaseRows
from skillgap.onet.load.validate import Rejected
from skillgap.onet.tables import IMPORTANCE_SCALE, LEVEL_SCALE

SCALES = (IMPORTANCE_SCALE, LEVEL_SCALE)
MOST_LOST = 0.05  # of the rows, and of the rated occupations, against a release before
EXAMPLES = 3  # of one kind


def faults_of(rows: ReleaseRows, before: Before | None) -> list[str]:
    """What is incomplete about a release, each as a sentence that names the file; none where it is complete."""
    ratings = rows.tables["ratings"].merge(rows.tables["elements"][["element_id", "domain"]], on="element_id")
    return [
        *(f"{file.file}: the last line has no end, the file may be cut short" for file in rows.files if not file.ended),
        *_rejections(rows.rejected),
        *(fault for domain, own in ratings.groupby("domain") for fault in _holes(str(domain), own)),
        *_uneven_domains(ratings),
        *_unflagged(ratings),
        *(_losses(rows, ratings, before) if before else ()),
    ]


def _rejections(rejected: Sequence[Rejected]) -> Iterator[str]:
    """The first rejected rows of each file, and how many more there are."""
    left_out = Counter(row.file for row in rejected)
    for file, count in left_out.items():
        first = islice((row for row in rejected if row.file == file), EXAMPLES)
        yield from (f"{row.place}: {row.reason}" for row in first)
        if count > EXAMPLES:
            yield f"{file}: {count - EXAMPLES:,} more rows are rejected"


def _holes(domain: str, ratings: pd.DataFrame) -> Iterator[str]:
    """The first ratings that a domain's occupations lack, and how many in all."""
    ratings = ratings[ratings["scale_id"].isin(SCALES)]
    files = _files(ratings)
    elements = sorted(ratings["element_id"].unique())
    absent = [scale for scale in SCALES if scale not in set(ratings["scale_id"])]
    if absent:
        yield f"{files}: no row of scale {absent[0]}"
        return
    occupations = ratings.groupby("onetsoc_code")
    expected = len(elements) * len(SCALES)
    missing = occupations.ngroups * expected - len(ratings)
    if not missing:
        return
    partly = (own for _, own in occupations if len(own) < expected)
    yield from islice((hole for own in partly for hole in _holes_of(own, elements)), EXAMPLES)
    if missing > EXAMPLES:
        yield f"{files}: {missing:,} ratings on {domain} are missing in all"


def _holes_of(own: pd.DataFrame, elements: Sequence[str]) -> Iterator[str]:
    there = set(zip(own["element_id"], own["scale_id"], strict=True))
    first = own.iloc[0]
    lines = f"{first['file']}, lines {own['line'].min()}-{own['line'].max()}"
    for element, scale in product(elements, SCALES):
        if (element, scale) not in there:
            yield f"{lines}: {first['onetsoc_code']} has no row for {element} on scale {scale}"


def _uneven_domains(ratings: pd.DataFrame) -> Iterator[str]:
    rated = {str(domain): set(own["onetsoc_code"]) for domain, own in ratings.groupby("domain")}
    for domain, other in product(rated, repeat=2):
        lacking = rated[other] - rated[domain]
        if len(lacking) > MOST_LOST * len(rated[other]):
            files = _files(ratings[ratings["domain"] == domain])
            rest = f"{len(lacking):,} occupations that are rated on {other}, the first {min(lacking)}"
            yield f"{files}: no row for {rest}"


def _unflagged(ratings: pd.DataFrame) -> Iterator[str]:
    """Levels that do not say whether they are relevant, where the others do: one of them may count as 0."""
    levels = ratings[ratings["scale_id"] == LEVEL_SCALE]
    unflagged = levels[levels["not_relevant"].isna()]
    if len(unflagged) < len(levels):
        rows = zip(unflagged["file"], unflagged["line"], strict=True)
        yield from (f"{file}, line {line}: not_relevant is missing" for file, line in islice(rows, EXAMPLES))
        if len(unflagged) > EXAMPLES:
            yield f"{_files(unflagged)}: not_relevant is missing in {len(unflagged):,} rows in all"


def _losses(rows: ReleaseRows, ratings: pd.DataFrame, before: Before) -> Iterator[str]:
    rated = ratings.groupby("domain")["onetsoc_code"].nunique()
    sizes = {Size(table.name): len(rows.tables.get(table.name, ())) for table in COUNTED}
    sizes |= {Size("ratings", str(domain)): int(number) for domain, number in rated.items()}
    for size, number in before.sizes.items():
        now = sizes.get(size, 0)
        if now < (1 - MOST_LOST) * number:
            own = ratings[ratings["domain"] == size.domain] if size.domain else rows.tables.get(size.table)
            files = "no file" if own is None or own.empty else _files(own)
            yield f"{files}: {now:,} {size}, {number:,} in release {before.release}"


def _files(rows: pd.DataFrame) -> str:
    return " and ".join(sorted(rows["file"].unique()))
