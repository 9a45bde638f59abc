"""What two levels of an element mean, by O*NET's level anchors: no model, nothing invented."""

from decimal import Decimal

from skillgap.gap.comparison import ElementGap
from skillgap.occupations.pair.schemas import ExplanationOut
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.records import Anchor


def explain(catalogue: Catalogue, element: ElementGap, from_title: str, to_title: str) -> ExplanationOut:
    """The element's definition, the anchors around both levels, and one sentence.

    The source's anchor is the one at or just below its level, the target's the one at or just above: anchors lie
    two levels apart.
    """
    anchors = catalogue.anchors.get(element.element_id, ())
    below = next((anchor for anchor in reversed(anchors) if anchor.anchor_value <= element.source_level), None)
    above = next((anchor for anchor in anchors if anchor.anchor_value >= element.target_level), None)
    return ExplanationOut(
        description=catalogue.elements[element.element_id].description,
        from_anchor=below.anchor_description if below else None,
        from_anchor_level=below.anchor_value if below else None,
        to_anchor=above.anchor_description if above else None,
        to_anchor_level=above.anchor_value if above else None,
        sentence=f"{element.element_name}: {_need(element, to_title, above)}; {_level(element, from_title, below)}.",
    )


def _need(element: ElementGap, to_title: str, anchor: Anchor | None) -> str:
    if element.target_level == 0:
        return f"{to_title} do not need it"
    need = f"{to_title} need level {element.target_level:.2f} of 7"
    return f"{need} ({_example(anchor, element.target_level)})" if anchor else need


def _level(element: ElementGap, from_title: str, anchor: Anchor | None) -> str:
    if element.source_level == 0:
        return f"{from_title} do without it"
    level = f"{from_title} bring level {element.source_level:.2f}"
    return f"{level} ({_example(anchor, element.source_level)})" if anchor else level


def _example(anchor: Anchor, level: Decimal) -> str:
    side = (level > anchor.anchor_value) - (level < anchor.anchor_value)
    where = {-1: "below", 0: "as in", 1: "above"}[side]
    return f'{where} "{anchor.anchor_description}", level {anchor.anchor_value}'
