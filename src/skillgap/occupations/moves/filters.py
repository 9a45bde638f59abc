"""Which moves a query leaves out, and how many each filter removes."""

from collections.abc import Callable, Iterator, Sequence

from skillgap.errors import InvalidParameter
from skillgap.gap.transitions import Move
from skillgap.occupations.moves.query import MovesQuery
from skillgap.occupations.schemas import FilterOut
from skillgap.onet.catalogue import Catalogue


def apply_filters(
    catalogue: Catalogue, code: str, query: MovesQuery, moves: Sequence[Move]
) -> tuple[list[Move], list[FilterOut]]:
    """The moves that every filter keeps, and what each filter removed; raises InvalidParameter."""
    kept, filters = list(moves), []
    for name, value, keeps in _filters(catalogue, code, query):
        before = len(kept)
        kept = [move for move in kept if keeps(move)]
        filters.append(FilterOut(name=name, value=value, removed=before - len(kept)))
    return kept, filters


def _filters(
    catalogue: Catalogue, code: str, query: MovesQuery
) -> Iterator[tuple[str, float | bool, Callable[[Move], bool]]]:
    """The filters that are used, in order: parameter, value, and which moves stay."""
    if (least := query.min_coverage) is not None:
        yield "min_coverage", least, lambda move: move.step.coverage >= least
    if (most := query.max_job_zone_difference) is not None:
        near = _within_job_zones(catalogue, code, most)
        yield "max_job_zone_difference", most, lambda move: move.other in near
    if query.other_major_group:
        yield "other_major_group", True, lambda move: move.other[:2] != code[:2]


def _within_job_zones(catalogue: Catalogue, code: str, most: int) -> set[str]:
    """The occupations whose job zone is at most so many from that of ``code``."""
    own = catalogue.occupations[code].job_zone
    if own is None:
        raise InvalidParameter(
            f"{catalogue.info.title} gives {code} no job zone to be near to.", parameter="max_job_zone_difference"
        )
    zones = {other: occupation.job_zone for other, occupation in catalogue.occupations.items()}
    return {other for other, zone in zones.items() if zone is not None and abs(zone - own) <= most}
