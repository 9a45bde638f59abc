"""The plain answer of ``/skill-gap`` written as JSON text, for the route that is asked most.

It says exactly what ``SkillGapOut`` says (a test holds the two together) at a fraction of its cost:
O*NET's levels and errors repeat, so what depends on one rating, or on one difference with its two
errors, is written once and kept.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from skillgap.api.gap_schemas import DECIMALS, notes_of
from skillgap.api.questions import GapOptions
from skillgap.comparison import Certainty, class_of, interval_of
from skillgap.gap import tally

if TYPE_CHECKING:
    from skillgap.api.questions import Side
    from skillgap.catalogue import Catalogue
    from skillgap.gap import Rating

PLAIN = GapOptions()
CLASSES = (None, *Certainty)


def is_plain(asked: GapOptions) -> bool:
    """Whether every gap is asked for and nothing but the gaps: no filter, list or explanation."""
    plain = {"domain": asked.domain, "confidence": asked.confidence, "threshold": asked.threshold}
    return asked is PLAIN or asked == type(asked)(release=asked.release, **plain)


def gap_json(catalogue: Catalogue, asked: GapOptions, source: Side, target: Side) -> str:
    """What ``SkillGapOut.of`` gives for a plain question, as JSON."""
    rows, coverage, weighted_gap = tally(source.profile, target.profile)
    brought = _brought(catalogue, source.onetsoc_code, asked.domain)
    needed = _needed(catalogue, target.onetsoc_code, asked.domain)
    gaps = []
    missing = 0
    classes = dict.fromkeys(CLASSES, 0)
    for surplus, _, element_id, rating, held in rows:
        if surplus >= 0:
            break  # the widest gap is first
        error, floored, suppressed = None, rating.floored, rating.suppressed
        if held is None:
            start = f"{_element(catalogue, element_id)},{_ABSENT}"
        else:
            error, start = held.error, brought[element_id]
            floored, suppressed = floored or held.floored, suppressed or held.suppressed
        missing += not (held and held.counted)
        difference, certainty = _difference(
            surplus, error, rating.error, floored, suppressed, asked.confidence, asked.threshold
        )
        classes[certainty] += 1
        gaps.append(f"{{{start},{needed[element_id]},{difference}}}")
    enough = len(gaps)  # where the rows begin in which the source has more than is asked for
    while enough < len(rows) and rows[enough][0] == 0:
        enough += 1
    met = enough - len(gaps)
    notes = notes_of(catalogue, asked.domain, source.onetsoc_code, target.onetsoc_code)
    noted = json.dumps(notes) if notes else "[]"
    return (
        f'{{"release":{_text(catalogue.info.release)},'
        f'"from_occupation":{_occupation(catalogue, source.onetsoc_code)},'
        f'"person":null,"to_occupation":{_occupation(catalogue, target.onetsoc_code)},'
        f'"scale":{_scale(*catalogue.scales["LV"])},"domain":"{asked.domain}",'
        f'"method":{{"confidence":{asked.confidence},"threshold":{asked.threshold},'
        f'"adjust":"none","order":"difference, to_importance, element_id"}},"filters":[],'
        f'"summary":{{"compared":{len(rows)},"gaps":{len(gaps)},"missing":{missing},'
        f'"coverage":{round(coverage, DECIMALS)},"met":{met},"surplus":{len(rows) - enough},'
        f'"weighted_gap":{round(weighted_gap, DECIMALS)},'
        f'"certain":{classes[Certainty.GAP]},"possible":{classes[Certainty.POSSIBLE_GAP]},'
        f'"negligible":{classes[Certainty.NEGLIGIBLE]}}},"skill_gaps":[{",".join(gaps)}],'
        f'"met":null,"surplus":null,"notes":{noted},"levels":null,"narrative":null}}'
    )


@lru_cache(50_000)  # all pairs of 29.2 have about 10,000 different ones
def _difference(
    surplus: int,
    source_error: float | None,
    target_error: float | None,
    floored: bool,
    suppressed: bool,
    confidence: float,
    threshold: float,
) -> tuple[str, Certainty | None]:
    """What a gap says of its difference alone, and its class."""
    hundredths = -surplus
    start = f'"difference":{hundredths / 100},"low_precision":{_BOOLEANS[suppressed]},'
    if source_error is None or target_error is None:
        return f"{start}{_WITHOUT_ERRORS}", None
    error, lower, upper, _ = interval_of(
        hundredths, source_error, target_error, floored, confidence
    )
    certainty = class_of(hundredths, threshold, above_0=lower > 0)
    judged = (
        f'"certainty":"{certainty.value}","standard_error":{round(error, DECIMALS)},'
        f'"lower":{round(lower, DECIMALS)},"upper":{round(upper, DECIMALS)},'
        f'"floored":{_BOOLEANS[floored]},"explanation":null'
    )
    return f"{start}{judged}", certainty


_BOOLEANS = {True: "true", False: "false"}
_WITHOUT_ERRORS = (
    '"certainty":null,"standard_error":null,"lower":null,"upper":null,"floored":false,'
    '"explanation":null'
)
_ABSENT = '"status":"missing","from_level":0.0,"from_score":0.0,"from_not_relevant":false'


def _needed(catalogue: Catalogue, code: str, domain: str) -> dict[str, str]:
    """What a gap says of the target alone, by element id; kept with the catalogue."""
    ready = catalogue.texts.get(("to", code, domain))
    if ready is None:
        ready = catalogue.texts["to", code, domain] = {
            element_id: _to_level(rating)
            for element_id, rating in catalogue.profile(code, domain=domain).items()
        }
    return ready


def _brought(catalogue: Catalogue, code: str, domain: str) -> dict[str, str]:
    """What a gap says of the element and the source, by element id; kept with the catalogue."""
    ready = catalogue.texts.get(("from", code, domain))
    if ready is None:
        ready = catalogue.texts["from", code, domain] = {
            element_id: f"{_element(catalogue, element_id)},"
            f"{_from_level(rating.counted, rating.not_relevant)}"
            for element_id, rating in catalogue.profile(code, domain=domain).items()
        }
    return ready


def _element(catalogue: Catalogue, element_id: str) -> str:
    element = catalogue.elements[element_id]
    return (
        f'"element_id":{_text(element.element_id)},"element_name":{_text(element.element_name)},'
        f'"domain":{_text(element.domain or "")}'
    )


def _to_level(rating: Rating) -> str:
    importance = score = "null"
    if rating.importance:
        importance, score = str(float(rating.importance.data_value)), _score(rating.weight, 4)
    return (
        f'"to_level":{rating.counted / 100},"to_score":{_score(rating.counted, 7)},'
        f'"to_importance":{importance},"to_importance_score":{score}'
    )


@lru_cache(2_000)  # at most 701 levels, relevant or not
def _from_level(counted: int, not_relevant: bool) -> str:
    return (
        f'"status":"{"lower" if counted else "missing"}","from_level":{counted / 100},'
        f'"from_score":{_score(counted, 7)},"from_not_relevant":{_BOOLEANS[not_relevant]}'
    )


def _score(hundredths: int, range_: int) -> str:
    return str(round(hundredths / 100 / range_ * 100, 1))


def _occupation(catalogue: Catalogue, code: str) -> str:
    title, source = catalogue.occupations[code].title, catalogue.source(code)
    return f'{{"onetsoc_code":"{code}","title":{_text(title)},"source":{_text(source)}}}'


@lru_cache(10)
def _scale(scale_id: str, name: str, minimum: int, maximum: int) -> str:
    scale = {"scale_id": scale_id, "scale_name": name, "minimum": minimum, "maximum": maximum}
    return json.dumps(scale, separators=(",", ":"))


@lru_cache(10_000)
def _text(text: str) -> str:
    return json.dumps(text)
