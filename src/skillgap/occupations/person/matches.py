"""What ``/matches`` answers: the occupations that a person's levels fit best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import BaseModel, Field

from skillgap.gap.distances import differences_from, gaps_from
from skillgap.gap.matrix import ProfileMatrix
from skillgap.occupations.notes import notes_of, person_notes
from skillgap.occupations.pair.schemas import COMPUTED_DECIMALS, FilterOut
from skillgap.occupations.person.query import MatchesBody, Person
from skillgap.occupations.schemas import OccupationRef, occupation_ref
from skillgap.onet.catalogue import Catalogue


class MatchOut(BaseModel):
    """An occupation beside a person, on what the person has answered."""

    rank: int = Field(ge=1, description="Before the filter.")
    occupation: OccupationRef
    job_zone: int | None = Field(description="1 (little preparation) to 5 (extensive).")
    gaps: int
    missing: int = Field(description="Gaps where the person's level is 0.")
    coverage: float = Field(ge=0, le=1, description="As in /skill-gap, on the answered elements.")
    weighted_gap: float = Field(description="In levels, as in /skill-gap.")
    weighted_difference: float = Field(
        description="Mean difference in levels, of gaps and surplus alike, each element weighted "
        "by its importance to the occupation."
    )
    weight_answered: float = Field(ge=0, le=1, description="Share of the occupation's importance that was answered.")


class MatchesOut(BaseModel):
    """The occupations that fit a person, the best first."""

    release: str
    domain: str
    measure: str
    answered: int = Field(description="Elements that were answered in the domain.")
    elements: int = Field(description="Elements there are in the domain.")
    filters: list[FilterOut]
    total: int = Field(description="Occupations that the filter left.")
    limit: int
    offset: int
    matches: list[MatchOut]
    notes: list[str]

    @classmethod
    def of(cls, catalogue: Catalogue, asked: MatchesBody, person: Person) -> Self:
        """The answer for one person; occupations for which no answer has a weight are left out."""
        matrix = catalogue.matrix(asked.domain)
        matches = _ranked(catalogue, matrix, asked, person)
        covered = [one for one in matches if one.coverage >= asked.min_coverage]
        used = asked.min_coverage > 0
        return cls(
            release=catalogue.info.release,
            domain=asked.domain,
            measure=asked.measure,
            answered=len(person.profile),
            elements=len(matrix.elements),
            filters=[
                FilterOut(
                    name="min_coverage",
                    value=asked.min_coverage,
                    removed=len(matches) - len(covered),
                )
            ]
            if used
            else [],
            total=len(covered),
            limit=asked.limit,
            offset=asked.offset,
            matches=covered[asked.offset : asked.offset + asked.limit],
            notes=notes_of(catalogue, asked.domain) + person_notes(person),
        )


def _ranked(catalogue: Catalogue, whole: ProfileMatrix, asked: MatchesBody, person: Person) -> Sequence[MatchOut]:
    matrix = whole.on(person.profile)
    levels = np.array([float(person.profile[one].effective_hundredths) for one in matrix.elements])
    figures = gaps_from(matrix, levels)
    differences = differences_from(matrix, levels)
    wider = matrix.levels > levels
    missing = wider & (levels == 0)
    weights = matrix.total_weights / whole.total_weights.clip(min=1)
    by = differences if asked.measure == "difference" else figures.gap
    order = [i for i in np.lexsort((differences, by)) if matrix.total_weights[i] > 0]
    return [
        MatchOut(
            rank=rank,
            occupation=occupation_ref(catalogue, matrix.codes[i]),
            job_zone=catalogue.occupations[matrix.codes[i]].job_zone,
            gaps=int(wider[i].sum()),
            missing=int(missing[i].sum()),
            coverage=round(float(figures.coverage[i]), COMPUTED_DECIMALS),
            weighted_gap=round(float(figures.gap[i]), COMPUTED_DECIMALS),
            weighted_difference=round(float(differences[i]), COMPUTED_DECIMALS),
            weight_answered=round(float(weights[i]), COMPUTED_DECIMALS),
        )
        for rank, i in enumerate(order, start=1)
    ]
