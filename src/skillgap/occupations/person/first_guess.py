"""What is said where a starting occupation's levels stand for those that a person has not answered."""

from collections.abc import Iterable

from skillgap.gap.ratings import Rating
from skillgap.occupations.pair.schemas import ElementGapOut, SkillGapOut
from skillgap.occupations.person.query import Person
from skillgap.occupations.person.schemas import (
    ElementGapFromOut,
    FirstGuessOut,
    GapFirstGuessOut,
    PersonGapFromOut,
    PersonLevelOut,
)
from skillgap.occupations.schemas import compared_occupation
from skillgap.onet.catalogue import Catalogue


def first_guess_of(catalogue: Catalogue, person: Person, start: str) -> FirstGuessOut:
    """Which levels are answered and which are assumed from the start."""
    return FirstGuessOut(
        occupation=compared_occupation(catalogue, start),
        answered=_levels(person.own.values()),
        assumed=_levels(rating for key, rating in person.profile.items() if key not in person.own),
    )


def gap_with_first_guess(
    catalogue: Catalogue, response: SkillGapOut, person: Person, weight_assumed: float
) -> PersonGapFromOut:
    """A comparison that also says which of the person's levels are assumed."""
    guess = first_guess_of(catalogue, person, person.start or "")
    with_weight = GapFirstGuessOut(**dict(guess), weight_assumed=weight_assumed)
    return PersonGapFromOut.model_validate({**dict(response), "first_guess": with_weight})


def elements_with_origin(answer: PersonGapFromOut) -> list[ElementGapFromOut]:
    """Every listed element, with where the person's level comes from."""
    own = {level.element_id for level in answer.first_guess.answered}

    def with_origin(element: ElementGapOut) -> ElementGapFromOut:
        origin = "answered" if element.element_id in own else "assumed"
        return ElementGapFromOut.model_validate({**dict(element), "origin": origin})

    return [with_origin(element) for element in answer.elements()]


def first_guess_note(catalogue: Catalogue, person: Person) -> str:
    """How many levels are assumed, and from what."""
    assumed, known = len(person.profile) - len(person.own), len(person.profile)
    title = catalogue.occupations[person.start].title if person.start else ""
    return f"{assumed} of {known} levels are not answered but assumed from {title} ({person.start})."


def _levels(ratings: Iterable[Rating]) -> list[PersonLevelOut]:
    return [
        PersonLevelOut(
            element_id=rating.element_id, element_name=rating.element_name, level=float(rating.effective_level)
        )
        for rating in ratings
    ]
