"""What a visitor may look at after a comparison: a path, the closest moves, the skills that open most."""

from __future__ import annotations

from typing import NamedTuple

from skillgap.api.page.address import BOTH, Address
from skillgap.errors import RequestError
from skillgap.gap.verdict import Verdict
from skillgap.occupations.moves.query import MovesQuery, OpenersQuery, PathQuery
from skillgap.occupations.moves.schemas import MovesOut, OpenersOut, PathOut
from skillgap.occupations.moves.service import find_openers, find_path, rank_moves
from skillgap.occupations.pair.standing import VerdictOut
from skillgap.occupations.schemas import SAMPLE_NOTE
from skillgap.onet.catalogue import Catalogue

MOVES = 6
OPENERS = 4


class NextSteps(NamedTuple):
    """What helps; None where it does not, or cannot be said."""

    path: PathOut | None
    moves: MovesOut | None
    openers: OpenersOut | None
    job_zone: int | None  # of the source

    @property
    def notes(self) -> list[str]:
        """What to know before relying on the figures, each once; the banner says that a sample is served."""
        parts = [part for part in (self.path, self.moves, self.openers) if part]
        return [note for note in dict.fromkeys(note for part in parts for note in part.notes) if note != SAMPLE_NOTE]


def next_steps(catalogue: Catalogue, address: Address, judged: VerdictOut) -> NextSteps:
    """What helps after a comparison, by the domain that it shows."""
    source = judged.from_occupation.onetsoc_code
    job_zone = catalogue.occupations[source].job_zone
    return NextSteps(
        path=_path(catalogue, address, judged) if judged.verdict in (Verdict.STRETCH, Verdict.FAR) else None,
        moves=_moves(catalogue, address, source, address.zones if job_zone else None),
        openers=_openers(catalogue, source) if address.domain in ("skills", BOTH) else None,
        job_zone=job_zone,
    )


def _path(catalogue: Catalogue, address: Address, judged: VerdictOut) -> PathOut | None:
    """The path, where it leads through another occupation and the direct move is not within the threshold."""
    pair = {"from": judged.from_occupation.onetsoc_code, "to": judged.to_occupation.onetsoc_code}
    domain = "skills" if address.domain == BOTH else address.domain
    try:
        path = find_path(catalogue, PathQuery.model_validate({**pair, "domain": domain}))
    except RequestError:  # one of them has no rank in this domain
        return None
    return path if len(path.steps) > 1 and not path.direct.close else None


def _moves(catalogue: Catalogue, address: Address, source: str, zones: int | None) -> MovesOut | None:
    domain = None if address.domain == BOTH else address.domain
    try:
        return rank_moves(catalogue, source, MovesQuery(limit=MOVES, domain=domain, max_job_zone_difference=zones))
    except RequestError:
        return None


def _openers(catalogue: Catalogue, source: str) -> OpenersOut | None:
    try:
        openers = find_openers(catalogue, source, OpenersQuery(limit=OPENERS, occupations=3))
    except RequestError:
        return None
    return openers if any(opener.opens for opener in openers.openers) else None
