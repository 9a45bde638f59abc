"""What a team's moves take: every person's gap, the matrix of people and skills, and the team by skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np

from skillgap.gap.many_pairs import Flags, PairGaps, Positions, level_errors, pair_gaps
from skillgap.gap.matrix import HUNDREDTHS
from skillgap.gap.verdict import ORDER, Verdict
from skillgap.occupations.schemas import release_notes, rounded
from skillgap.occupations.team.people_file import Fault, PeopleFile, Person
from skillgap.occupations.team.schemas import CodedOccupation, PersonPlan, SkillNeed
from skillgap.occupations.team.titles import Coded
from skillgap.occupations.team.verdicts import verdicts
from skillgap.onet.catalogue import Catalogue

DOMAIN = "skills"
NOT_FOR = "Not for automated decisions about people"
WHY_NOT = (
    "A gap compares what two occupations need, not what a person can do. Ratings are averages that hide differences "
    "between industries, regions and employers, and analysts rate from paper. No figure here is a reason to refuse "
    "anybody anything."
)
PLACES: Mapping[Verdict | None, int] = {**{verdict: i for i, verdict in enumerate(ORDER)}, None: len(ORDER)}
LEFT_OUT = "It was chosen to leave this title out."


class Move(NamedTuple):
    """A person with the occupations that both titles mean."""

    person: Person
    source: Coded
    target: Coded


class NotCoded(NamedTuple):
    """A person who is not in the plan, because a title means no rated occupation."""

    person: Person
    column: str
    title: str
    reason: str


@dataclass(frozen=True, eq=False)
class TeamPlan:
    """A plan: arrays have a row for each of ``moves``, in the order of the file."""

    catalogue: Catalogue
    made_on: date
    moves: Sequence[Move]
    gaps: PairGaps
    verdicts: Sequence[Verdict | None]
    not_coded: Sequence[NotCoded]
    faults: Sequence[Fault]
    notes: Sequence[str]

    @property
    def elements(self) -> list[tuple[str, str]]:
        """Ids and names of the skills, in the order of the columns."""
        return [(id_, self.catalogue.elements[id_].element_name) for id_ in self.catalogue.matrix(DOMAIN).elements]

    @property
    def is_judged(self) -> bool:
        """Whether it is known how certain gaps are: the release publishes standard errors."""
        return bool(self.gaps.judged.any())

    @cached_property
    def lacks(self) -> Flags:
        """Who lacks what: certain gaps; without standard errors those of at least half a level."""
        return self.gaps.certain if self.is_judged else self.gaps.wide

    @cached_property
    def order(self) -> list[int]:
        """The moves by what they take: by verdict, then by the weighted gap; ties in the order of the file.

        Who has the target's occupation already comes first, and moves without a verdict last.
        """
        stays = [move.source.code == move.target.code for move in self.moves]
        verdicts = [-1 if same else PLACES[verdict] for same, verdict in zip(stays, self.verdicts, strict=True)]
        return [int(i) for i in np.lexsort((self.gaps.weighted_gap, np.array(verdicts)))]

    @property
    def targets(self) -> set[str]:
        """The codes of the targets."""
        return {move.target.code for move in self.moves if move.target.code}

    @property
    def rows_of_file(self) -> int:
        """How many rows the file has, those that are left out among them."""
        return len(self.moves) + len(self.not_coded) + len(self.faults)

    def person_plan(self, i: int) -> PersonPlan:
        """The figures of one move."""
        move, gaps = self.moves[i], self.gaps
        wide, judged = gaps.wide[i], gaps.judged[i]
        return PersonPlan(
            verdict=self.verdicts[i],
            certain=int(gaps.certain[i].sum()),
            possible=int((wide & judged & ~gaps.certain[i]).sum()),
            negligible=int((gaps.gaps[i] & judged & ~wide).sum()),
            gaps=int(gaps.gaps[i].sum()),
            missing=int(gaps.missing[i].sum()),
            weighted_gap=rounded(float(gaps.weighted_gap[i])),
            coverage=rounded(float(gaps.coverage[i])),
            from_occupation=self._occupation(move.source),
            to_occupation=self._occupation(move.target),
        )

    def differences(self, i: int) -> list[float]:
        """Target minus source of each skill in one move, in levels."""
        levels: list[float] = (self.gaps.differences[i] / HUNDREDTHS).tolist()
        return levels

    def skill_needs(self) -> list[SkillNeed]:
        """The skills, those that most people lack first, then by the mean gap."""
        needs = [self._skill_need(k, *element) for k, element in enumerate(self.elements)]
        return sorted(needs, key=lambda need: (-need.lack, -(need.mean_gap or 0), need.element_id))

    def _skill_need(self, k: int, element_id: str, name: str) -> SkillNeed:
        lacks, differences = self.lacks[:, k], self.gaps.differences[:, k]
        who = np.flatnonzero(lacks)
        who = who[np.argsort(-differences[who], kind="stable")]
        possible = self.gaps.wide[:, k] & self.gaps.judged[:, k] & ~self.gaps.certain[:, k]
        return SkillNeed(
            element_id=element_id,
            element_name=name,
            lack=len(who),
            possible=int(possible.sum()),
            mean_gap=rounded(float(differences[who].mean()) / HUNDREDTHS) if len(who) else None,
            who=[self.moves[i].person.name for i in who.tolist()],
        )

    def _occupation(self, coded: Coded) -> CodedOccupation:
        code = coded.code or ""
        title = self.catalogue.occupations[code].title
        return CodedOccupation(
            onetsoc_code=code, title=title, coded_by=coded.how or "title", probability=coded.probability
        )


def plan_team(catalogue: Catalogue, file: PeopleFile, coded: Mapping[str, Coded], made_on: date) -> TeamPlan:
    """The plan of the people whose titles are coded; the others are listed. ``coded`` has every title of the file."""
    moves, not_coded = [], []
    for person in file.people:
        move = Move(person, coded[person.present], coded[person.target])
        lacking = _not_coded(move)
        if lacking is None:
            moves.append(move)
        else:
            not_coded.append(lacking)
    matrix = catalogue.matrix(DOMAIN)
    sources = _positions(catalogue, [move.source for move in moves])
    targets = _positions(catalogue, [move.target for move in moves])
    found = verdicts(catalogue, [(move.source.code or "", move.target.code or "") for move in moves])
    return TeamPlan(
        catalogue=catalogue,
        made_on=made_on,
        moves=moves,
        gaps=pair_gaps(matrix, level_errors(matrix, catalogue.profiles[DOMAIN]), sources, targets),
        verdicts=found.verdicts,
        not_coded=not_coded,
        faults=file.faults,
        notes=[*file.notes, *release_notes(catalogue, DOMAIN), *found.notes],
    )


def _not_coded(move: Move) -> NotCoded | None:
    person = move.person
    for column, title, coded in (
        ("present title", person.present, move.source),
        ("target title", person.target, move.target),
    ):
        if coded.code is None:
            return NotCoded(person, column, title, coded.reason or LEFT_OUT)
    return None


def _positions(catalogue: Catalogue, coded: Sequence[Coded]) -> Positions:
    positions = catalogue.matrix(DOMAIN).positions
    return np.array([positions[one.code] for one in coded if one.code], dtype=np.intp)
