"""The filters of rankings: which occupations a list leaves out, and how many."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from skillgap.errors import InvalidParameter
from skillgap.occupations.schemas import FilterOut
from skillgap.onet.catalogue import Catalogue

Item = TypeVar("Item")


class Filter(NamedTuple):
    """A filter that is used: parameter, value, and whether an occupation with a coverage stays."""

    name: str
    value: float | bool
    keeps: Callable[[str, float], bool]


def apply_filters(
    items: Sequence[Item], filters: Iterable[Filter], described: Callable[[Item], tuple[str, float]]
) -> tuple[list[Item], list[FilterOut]]:
    """The items that every filter keeps, and what each removed; ``described`` gives an item's code and coverage."""
    kept, used = list(items), []
    for filter_ in filters:
        before = len(kept)
        kept = [item for item in kept if filter_.keeps(*described(item))]
        used.append(FilterOut(name=filter_.name, value=filter_.value, removed=before - len(kept)))
    return kept, used


def min_coverage(least: float) -> Filter:
    """What is covered at least so far."""
    return Filter("min_coverage", least, lambda _, coverage: coverage >= least)


def max_job_zone_difference(catalogue: Catalogue, code: str, most: int) -> Filter:
    """Job zones at most so far from that of ``code``; raises InvalidParameter where that has none."""
    own = catalogue.occupations[code].job_zone
    if own is None:
        raise InvalidParameter(
            f"{catalogue.info.title} gives {code} no job zone to be near to.", parameter="max_job_zone_difference"
        )
    near = _in_job_zones(catalogue, range(own - most, own + most + 1))
    return Filter("max_job_zone_difference", most, lambda other, _: other in near)


def max_job_zone(catalogue: Catalogue, most: int) -> Filter:
    """Job zones up to one; what has no job zone is left out."""
    inside = _in_job_zones(catalogue, range(1, most + 1))
    return Filter("max_job_zone", most, lambda other, _: other in inside)


def other_major_group(code: str) -> Filter:
    """Occupations outside the SOC major group of ``code``."""
    return Filter("other_major_group", True, lambda other, _: other[:2] != code[:2])


def _in_job_zones(catalogue: Catalogue, zones: range) -> set[str]:
    return {code for code, occupation in catalogue.occupations.items() if occupation.job_zone in zones}
