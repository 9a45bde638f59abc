"""What two levels of an element mean, by O*NET's level anchors: no model, nothing invented."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

    from skillgap.gap.comparison import ElementGap
    from skillgap.onet.catalogue import Catalogue
    from skillgap.onet.records import Anchor


class Explanation(NamedTuple):
    """The element's definition, the anchors around both levels, and one sentence.

    ``below`` is the anchor at or just below the source's level, ``above`` the one at or just above
    the target's; None where the scale has no anchor there. Anchors lie two levels apart.
    """

    description: str | None
    below: Anchor | None
    above: Anchor | None
    sentence: str


def explain(catalogue: Catalogue, element: ElementGap, from_title: str, to_title: str) -> Explanation:
    """The explanation of one compared element."""
    anchors = catalogue.anchors.get(element.element_id, ())
    below = [one for one in anchors if one.anchor_value <= element.source_level]
    above = [one for one in anchors if one.anchor_value >= element.target_level]
    return Explanation(
        catalogue.elements[element.element_id].description,
        below[-1] if below else None,
        above[0] if above else None,
        _sentence(element, from_title, to_title, below[-1:], above[:1]),
    )


def _sentence(
    element: ElementGap,
    from_title: str,
    to_title: str,
    below: list[Anchor],
    above: list[Anchor],
) -> str:
    held = f"{from_title} bring level {element.source_level:.2f}"
    if element.source_level == 0:
        held = f"{from_title} do without it"
    elif below:
        held += f" ({_example(below[0], element.source_level)})"
    asked = f"{to_title} need level {element.target_level:.2f} of 7"
    if element.target_level == 0:
        asked = f"{to_title} do not need it"
    elif above:
        asked += f" ({_example(above[0], element.target_level)})"
    return f"{element.element_name}: {asked}; {held}."


def _example(anchor: Anchor, level: Decimal) -> str:
    place = (level > anchor.anchor_value) - (level < anchor.anchor_value)
    where = {-1: "below", 0: "as in", 1: "above"}[place]
    return f'{where} "{anchor.anchor_description}", level {anchor.anchor_value}'
