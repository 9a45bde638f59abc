"""The page's questions about a person: one for each element, its levels in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from skillgap.api.page.address import Address
from skillgap.api.page.choice import Choice
from skillgap.gap.comparison import Status
from skillgap.occupations.pair.schemas import ElementGapOut, ExplanationOut
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.records import Anchor

LEVELS = range(8)
BLANK = ElementGapOut(
    element_id="blank",
    element_name="",
    status=Status.LOWER,
    from_level=0,
    to_level=0,
    difference=0,
    to_importance=None,
    from_not_relevant=False,
    low_precision=False,
    certainty=None,
    standard_error=None,
    lower=None,
    upper=None,
    floored=False,
    from_score=0,
    to_score=0,
    to_importance_score=None,
    domain="",
    explanation=ExplanationOut(
        description=None, from_anchor=None, from_anchor_level=None, to_anchor=None, to_anchor_level=None, sentence=""
    ),
)  # the row that a person's comparison is filled into


class ElementQuestion(NamedTuple):
    """One element that a person can state a level of."""

    element_id: str
    element_name: str
    description: str | None
    answers: list[tuple[int, str]]  # a level and what it means


def person_values(catalogue: Catalogue, address: Address, target: Choice) -> dict[str, object]:
    """Questions about each element; what matters most to the target comes first."""
    profile = catalogue.profile(target.code, domain=address.domain) if target.code else {}

    def importance(element_id: str) -> float:
        rating = profile.get(element_id)
        return float(rating.importance.data_value) if rating and rating.importance else 0

    elements = [element for element in catalogue.elements.values() if element.domain == address.domain]
    elements.sort(key=lambda element: (-importance(element.element_id), element.element_id))
    return {
        "blank": BLANK,
        "questions": [
            ElementQuestion(
                element.element_id,
                element.element_name,
                element.description,
                list(_answers(catalogue.anchors.get(element.element_id, ()))),
            )
            for element in elements
        ],
    }


def _answers(anchors: tuple[Anchor, ...]) -> Iterator[tuple[int, str]]:
    """Each level in words: none, an example, or where it lies between examples."""
    examples = {anchor.anchor_value: anchor.anchor_description for anchor in anchors}
    for level in LEVELS:
        if level in examples:
            yield level, examples[level]
        elif level == 0:
            yield level, "none of it"
        elif examples:
            yield level, _between(level, sorted(examples))


def _between(level: int, examples: list[int]) -> str:
    if level < examples[0]:
        return f"less than {examples[0]}"
    if level > examples[-1]:
        return f"more than {examples[-1]}"
    below = max(level_ for level_ in examples if level_ < level)
    above = min(level_ for level_ in examples if level_ > level)
    return f"between {below} and {above}"
