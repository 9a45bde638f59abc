"""Whether advice by an earlier release is out of date, in words."""

from __future__ import annotations

from collections.abc import Mapping

from skillgap.gap.release_difference import OccupationChange
from skillgap.occupations.releases.schemas import LevelChangesOut

IN_BOTH = (OccupationChange.UNCHANGED, OccupationChange.RESTATED, OccupationChange.RE_SURVEYED)


def staleness(before: str, counts: Mapping[OccupationChange, int], levels: LevelChangesOut, changed: int) -> str:
    """A sentence that rests on the levels which changed for certain alone, and on which occupations are rated.

    ``changed`` is the number of occupations with such a level, ``counts`` of occupations by how they changed.
    """
    before = before.replace("The ", "the ")  # the sample's name in a sentence
    in_both = sum(counts[kind] for kind in IN_BOTH)
    return " ".join(sentence for sentence in (_levels(before, in_both, levels, changed), _rated(counts)) if sentence)


def _levels(before: str, in_both: int, levels: LevelChangesOut, changed: int) -> str:
    if changed:
        return (
            f"Look again at advice by {before} about {changed:,} of {in_both:,} occupations: "
            f"{_number(levels.certain, 'level')} of theirs changed for certain. No level of the others did."
        )
    if levels.unjudged:
        return (
            f"Whether advice by {before} still holds is unknown: {_number(levels.unjudged, 'level')} changed, and no "
            f"standard errors say how certain that is. No other level of {in_both:,} occupations changed for certain."
        )
    return f"Advice by {before} still holds: no level of {in_both:,} occupations changed for certain."


def _rated(counts: Mapping[OccupationChange, int]) -> str:
    new, gone = counts[OccupationChange.NEWLY_RATED], counts[OccupationChange.NO_LONGER_RATED]
    parts = [f"{new:,} newly rated"] if new else []
    parts += [f"{gone:,} no longer rated"] if gone else []
    return f"{' and '.join(parts)}.".capitalize() if parts else ""


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
