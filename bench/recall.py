"""How well do measures find O*NET's own related occupations? ``python -m bench.recall``.

Loads the release in the folder ONET_DATA into a passing database and prints two tables. The first:
for each measure the mean share of an occupation's related occupations (those that are rated) among
its 10 and its 20 nearest. An occupation has up to 20 related ones, so that the first 10 cannot hold
much more than half of them; ``perfect`` says how much. The second: how closeness is calibrated.

Measures marked * are those of ``skillgap.moves``; each is computed on every set of domains.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sqlalchemy import make_url

from skillgap.database.engine import connect
from skillgap.database.transactions import reading
from skillgap.gap.closeness import broad_occupations, calibrated_closeness
from skillgap.gap.distances import Measure, distances_from, gaps_from
from skillgap.gap.matrix import Floats, ProfileMatrix
from skillgap.onet import queries
from skillgap.onet.catalogue import Catalogue, read_catalogue
from skillgap.onet.load.run import LoadRequest, load_release

Flags: TypeAlias = NDArray[np.bool_]

NEAREST = (10, 20)


def main() -> None:
    """Print recall and closeness of every measure."""
    catalogue = read_release(Path(os.environ["ONET_DATA"]))
    skills, knowledge = catalogue.profiles["skills"], catalogue.profiles["knowledge"]
    sets = {
        "skills": ProfileMatrix.of(skills),
        "knowledge": ProfileMatrix.of(knowledge),
        "both": ProfileMatrix.of(skills, knowledge),
    }
    if len({matrix.codes for matrix in sets.values()}) > 1:
        sys.exit("The domains rate different occupations: their figures cannot be compared.")
    related = related_pairs(catalogue, sets["both"].codes)
    console = Console(width=120)
    console.print(recall_table(catalogue.info.title, sets, related))
    console.print(closeness_table(sets))


def read_release(folder: Path) -> Catalogue:
    """The release in a folder, by way of a database as the service reads it."""
    with tempfile.TemporaryDirectory() as place:
        engine = connect(make_url(f"sqlite:///{place}/recall.sqlite"))
        load_release(engine, LoadRequest(path=folder), lambda *_: None)
        with reading(engine) as connection:
            catalogue = read_catalogue(connection, queries.releases(connection)[0])
        engine.dispose()
    return catalogue


def related_pairs(catalogue: Catalogue, codes: tuple[str, ...]) -> Flags:
    """Which occupation O*NET lists as related to which, [source, related]."""
    position = {code: i for i, code in enumerate(codes)}
    related = np.zeros((len(codes), len(codes)), dtype=np.bool_)
    for code, entries in catalogue.related.items():
        for one in entries:
            if code in position and one.onetsoc_code in position:
                related[position[code], position[one.onetsoc_code]] = True
    return related


def recall(table: Floats, related: Flags, first: int) -> float:
    """The mean share of an occupation's related occupations that are among its nearest."""
    others = table.copy()
    np.fill_diagonal(others, np.inf)
    nearest = np.argsort(others, axis=1, kind="stable")[:, :first]
    found = np.take_along_axis(related, nearest, axis=1).sum(axis=1)
    listed = related.sum(axis=1)
    return float((found[listed > 0] / listed[listed > 0]).mean())


def recall_table(title: str, sets: Mapping[str, ProfileMatrix], related: Flags) -> Table:
    """A row a measure, two columns a set of domains."""
    columns = [f"{name} @{first}" for name in sets for first in NEAREST]
    caption = f"{len(related)} rated occupations, {related.sum()} related pairs"
    table = Table("measure", *columns, title=f"Recall, {title}", caption=caption)
    distances: dict[str, Distance] = {f"* {one}": measured(one) for one in Measure}
    for name, distance in (distances | OTHER_MEASURES | {"at random": at_random}).items():
        tables = [distance(matrix) for matrix in sets.values()]
        shares = [recall(one, related, first) for one in tables for first in NEAREST]
        table.add_row(name, *(f"{share:.3f}" for share in shares))
    ideal = np.where(related, 0.0, 1.0)
    perfect = [recall(ideal, related, first) for first in NEAREST]
    table.add_row("perfect", *(f"{share:.3f}" for share in perfect * len(sets)))
    return table


def closeness_table(sets: Mapping[str, ProfileMatrix]) -> Table:
    """The threshold of each measure, and how many pairs inside and outside a group keep to it."""
    table = Table("measure", "domains", "close up to", "pairs", "inside", "outside")
    table.title = "Closeness inside SOC broad occupations"
    for measure in Measure:
        for name, matrix in sets.items():
            every = measured(measure)(matrix)
            groups = broad_occupations(matrix.codes)
            threshold, pairs = calibrated_closeness(matrix, measure)
            labels = np.asarray(groups)
            same = labels[:, None] == labels
            close = every <= threshold
            inside = close[same & ~np.eye(len(labels), dtype=np.bool_)].mean()
            shares = (f"{inside:.1%}", f"{close[~same].mean():.1%}")
            table.add_row(measure, name, f"{threshold:.5f}", str(pairs), *shares)
    return table


# Measures: the distance of every ordered pair, [source, target].

Distance: TypeAlias = Callable[[ProfileMatrix], Floats]


def measured(measure: Measure) -> Distance:
    """One of our own measures."""
    return lambda matrix: np.array([distances_from(matrix, i, measure) for i in range(len(matrix.codes))])


def at_random(matrix: ProfileMatrix) -> Floats:
    """No measure at all, as the line to beat."""
    return np.random.default_rng(29).random((len(matrix.codes), len(matrix.codes)))


def uncovered(matrix: ProfileMatrix) -> Floats:
    """The share of the target's required level that the source lacks."""
    lacking: Floats = 1 - np.array([gaps_from(matrix, levels).coverage for levels in matrix.levels])
    return lacking


def uncovered_two_ways(matrix: ProfileMatrix) -> Floats:
    """The mean of what is lacking there and back."""
    there = uncovered(matrix)
    return (there + there.T) / 2


def euclidean(rows: Floats) -> Floats:
    """The straight distance of any two rows."""
    squares = (rows * rows).sum(axis=1)
    lengths: Floats = np.sqrt(np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0))
    return lengths


def angular(rows: Floats) -> Floats:
    """1 - cosine of any two rows: angular separation."""
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    separation: Floats = 1 - unit @ unit.T
    return separation


def correlation(rows: Floats) -> Floats:
    """1 - correlation of any two rows."""
    return angular(rows - rows.mean(axis=1, keepdims=True))


def principal(rows: Floats, count: int) -> Floats:
    """The first principal components of the rows."""
    left, lengths, _ = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    components: Floats = left[:, :count] * lengths[:count]
    return components


def mean_of_domains(distance: Callable[[Floats, Floats], Floats]) -> Distance:
    """The distance of levels and weights in each domain by itself, then their mean."""

    def measure(matrix: ProfileMatrix) -> Floats:
        tables = [distance(matrix.levels[:, k], matrix.weights[:, k]) for k in matrix.domains]
        mean: Floats = np.mean(tables, axis=0)
        return mean

    return measure


def resemblance_and_gap(matrix: ProfileMatrix) -> Floats:
    """Resemblance, and a little of the gap there and back."""
    return measured(Measure.RESEMBLANCE)(matrix) + 0.1 * measured(Measure.TWO_WAY_GAP)(matrix)


OTHER_MEASURES: dict[str, Distance] = {
    "1 - coverage": uncovered,
    "1 - coverage, mean of both ways": uncovered_two_ways,
    "Euclidean, level": lambda m: euclidean(m.levels),
    "Euclidean, importance": lambda m: euclidean(m.weights),
    "Euclidean, 12 principal components of level x importance": lambda m: euclidean(
        principal(m.levels * m.weights, 12)
    ),
    "angular, level": lambda m: angular(m.levels),
    "angular, level x importance": lambda m: angular(m.levels * m.weights),
    "correlation, level": lambda m: correlation(m.levels),
    "correlation, importance": mean_of_domains(lambda _, weights: correlation(weights)),
    "correlation, level x importance": mean_of_domains(lambda levels, weights: correlation(levels * weights)),
    "cosine, sqrt(level) x importance": mean_of_domains(lambda levels, weights: angular(np.sqrt(levels) * weights)),
    "resemblance + 0.1 two_way_gap": resemblance_and_gap,
}


if __name__ == "__main__":
    main()
