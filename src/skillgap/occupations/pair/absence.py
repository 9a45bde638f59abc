"""What a release does not say of an occupation: unknown, in no figure, and never counted as 0."""

from __future__ import annotations

from collections.abc import Iterable

from skillgap.occupations.pair.query import Side
from skillgap.onet.catalogue import Catalogue

MOST_NAMED = 5  # elements in a note


def absent_levels(catalogue: Catalogue, domain: str, *sides: Side) -> list[str]:
    """A note for each occupation without a level on an element of the domain; a person needs none."""
    elements = catalogue.rated_elements(domain)
    absent = {side.onetsoc_code: elements - side.profile.keys() for side in sides if side.onetsoc_code}
    return [
        f"{_title(catalogue, code)} has no level for {len(unknown)} of {len(elements)} elements "
        f"({_named(catalogue, unknown)}): unknown, in no figure."
        for code, unknown in absent.items()
        if unknown
    ]


def absent_importances(catalogue: Catalogue, side: Side) -> list[str]:
    """A note where an importance is unknown; its element has a level, but no weight."""
    unknown = without_importance(side)
    if not unknown:
        return []
    title = _title(catalogue, side.onetsoc_code)
    if len(unknown) == len(side.profile):
        return [f"No importance of {title} is known: every element weighs the same in the coverage."]
    return [
        f"{title} has no importance for {len(unknown)} of {len(side.profile)} elements "
        f"({_named(catalogue, unknown)}): they have no weight in the coverage."
    ]


def without_importance(side: Side) -> list[str]:
    """The ids of the elements whose importance is unknown."""
    return [element_id for element_id, rating in side.profile.items() if rating.importance is None]


def _title(catalogue: Catalogue, code: str) -> str:
    return f"{code} {catalogue.occupations[code].title}"


def _named(catalogue: Catalogue, elements: Iterable[str]) -> str:
    names = [f"{element_id} {catalogue.elements[element_id].element_name}" for element_id in sorted(elements)]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
