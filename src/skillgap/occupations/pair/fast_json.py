"""The plain answer of ``/skill-gap`` written as JSON text, for the route that is asked most.

It says exactly what ``SkillGapOut`` says (a test holds the two together) at a fraction of its cost:
O*NET's levels and errors repeat, so what depends on one rating, or on one difference with its two
errors, is written once and kept.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from skillgap.gap.certainty import Certainty, certainty_class, difference_interval
from skillgap.gap.comparison import compare_profiles
from skillgap.occupations.notes import notes_of
from skillgap.occupations.pair.query import GapOptions
from skillgap.occupations.pair.schemas import COMPUTED_DECIMALS

if TYPE_CHECKING:
    from skillgap.occupations.pair.query import Side
    from skillgap.onet.catalogue import Catalogue


PLAIN = GapOptions()
CLASSES = (None, *Certainty)

_parts: WeakKeyDictionary[Catalogue, dict[tuple[str, str, str], dict[str, bytes]]] = WeakKeyDictionary()
"""JSON of ratings by side, onetsoc_code and domain, then by element id, for each catalogue in use."""


def is_plain(asked: GapOptions) -> bool:
    """Whether every gap is asked for and nothing but the gaps: no filter, list or explanation."""
    plain = {"domain": asked.domain, "confidence": asked.confidence, "threshold": asked.threshold}
    return asked is PLAIN or asked == type(asked)(release=asked.release, **plain)


def gap_json(catalogue: Catalogue, asked: GapOptions, source: Side, target: Side) -> bytes:
    """What ``SkillGapOut.of`` gives for a plain question, as JSON."""
    rows, coverage, weighted_gap = compare_profiles(source.profile, target.profile)
    source_parts = _source_parts(catalogue, source.onetsoc_code, asked.domain)
    target_parts = _target_parts(catalogue, target.onetsoc_code, asked.domain)
    parts = [b""]
    missing = 0
    classes = dict.fromkeys(CLASSES, 0)
    for _, element_id, difference, rating, source_rating in rows:
        if difference <= 0:
            break  # the widest gap is first
        error, floored, suppress = None, rating.floored, rating.recommend_suppress
        if source_rating is None:
            start = _without_level(catalogue, element_id)
        else:
            error, start = source_rating.standard_error, source_parts[element_id]
            floored, suppress = floored or source_rating.floored, suppress or source_rating.recommend_suppress
        missing += not (source_rating and source_rating.effective_hundredths)
        end, certainty = _difference(
            difference, error, rating.standard_error, floored, suppress, asked.confidence, asked.threshold
        )
        classes[certainty] += 1
        parts += start, target_parts[element_id], end
    parts[-1] = parts[-1][:-1]  # the comma after the last gap
    gaps = enough = len(parts) // 3
    while enough < len(rows) and rows[enough][2] == 0:
        enough += 1
    notes = notes_of(catalogue, asked.domain, source.onetsoc_code, target.onetsoc_code)
    noted = json.dumps(notes) if notes else "[]"
    head = (
        f'{{"release":{_text(catalogue.info.release)},'
        f'"from_occupation":{_occupation(catalogue, source.onetsoc_code)},'
        f'"person":null,"to_occupation":{_occupation(catalogue, target.onetsoc_code)},'
        f'"scale":{_scale(*catalogue.scales["LV"])},"domain":"{asked.domain}",'
        f'"method":{{"confidence":{asked.confidence},"threshold":{asked.threshold},'
        f'"adjust":"none","order":"difference, to_importance, element_id"}},"filters":[],'
        f'"summary":{{"compared":{len(rows)},"gaps":{gaps},"missing":{missing},'
        f'"coverage":{round(coverage, COMPUTED_DECIMALS)},"met":{enough - gaps},'
        f'"surplus":{len(rows) - enough},"weighted_gap":{round(weighted_gap, COMPUTED_DECIMALS)},'
        f'"certain":{classes[Certainty.GAP]},"possible":{classes[Certainty.POSSIBLE_GAP]},'
        f'"negligible":{classes[Certainty.NEGLIGIBLE]}}},"skill_gaps":['
    )
    parts[0] = head.encode()
    rest = f'],"met":null,"surplus":null,"notes":{noted},"levels":null,"narrative":null}}'
    parts.append(rest.encode())
    return b"".join(parts)


@lru_cache(50_000)  # all pairs of 29.2 have about 10,000 different ones
def _difference(
    difference_hundredths: int,
    source_standard_error: float | None,
    target_standard_error: float | None,
    floored: bool,
    low_precision: bool,
    confidence: float,
    threshold: float,
) -> tuple[bytes, Certainty | None]:
    """What a gap says of its difference alone, up to the comma behind it, and its class."""
    start = f'"difference":{difference_hundredths / 100},"low_precision":{_BOOLEANS[low_precision]},'
    if source_standard_error is None or target_standard_error is None:
        return f"{start}{_WITHOUT_ERRORS}".encode(), None
    error, lower, upper, _ = difference_interval(
        difference_hundredths, source_standard_error, target_standard_error, floored, confidence
    )
    certainty = certainty_class(difference_hundredths, threshold, above_0=lower > 0)
    judged = (
        f'"certainty":"{certainty.value}","standard_error":{round(error, COMPUTED_DECIMALS)},'
        f'"lower":{round(lower, COMPUTED_DECIMALS)},"upper":{round(upper, COMPUTED_DECIMALS)},'
        f'"floored":{_BOOLEANS[floored]},"explanation":null}},'
    )
    return f"{start}{judged}".encode(), certainty


_BOOLEANS = {True: "true", False: "false"}
_WITHOUT_ERRORS = (
    '"certainty":null,"standard_error":null,"lower":null,"upper":null,"floored":false,"explanation":null},'
)
_ABSENT = '"status":"missing","from_level":0.0,"from_score":0.0,"from_not_relevant":false,'


def _target_parts(catalogue: Catalogue, code: str, domain: str) -> dict[str, bytes]:
    """What a gap says of the target alone, by element id; held as long as the catalogue."""
    parts = _parts.setdefault(catalogue, {})
    ready = parts.get(("to", code, domain))
    if ready is None:
        ready = parts["to", code, domain] = {
            element_id: _to_level(rating.effective_hundredths, rating.importance and rating.importance_weight)
            for element_id, rating in catalogue.profile(code, domain=domain).items()
        }
    return ready


def _source_parts(catalogue: Catalogue, code: str, domain: str) -> dict[str, bytes]:
    """What a gap says of the element and the source, by element id; held as long as the catalogue."""
    parts = _parts.setdefault(catalogue, {})
    ready = parts.get(("from", code, domain))
    if ready is None:
        ready = parts["from", code, domain] = {
            element_id: _from_level(_element(catalogue, element_id), rating.effective_hundredths, rating.not_relevant)
            for element_id, rating in catalogue.profile(code, domain=domain).items()
        }
    return ready


def _without_level(catalogue: Catalogue, element_id: str) -> bytes:
    return f"{_element(catalogue, element_id)}{_ABSENT}".encode()


def _element(catalogue: Catalogue, element_id: str) -> str:
    element = catalogue.elements[element_id]
    return (
        f'{{"element_id":{_text(element.element_id)},'
        f'"element_name":{_text(element.element_name)},"domain":{_text(element.domain or "")},'
    )


# What many occupations say in the same words is held once.
@lru_cache(50_000)
def _to_level(level: int, weight: int | None) -> bytes:
    """A level and an importance, both in hundredths, the importance above the scale's minimum."""
    importance = score = "null"
    if weight is not None:
        importance, score = str((weight + 100) / 100), _score(weight, 4)
    return (
        f'"to_level":{level / 100},"to_score":{_score(level, 7)},'
        f'"to_importance":{importance},"to_importance_score":{score},'
    ).encode()


@lru_cache(50_000)
def _from_level(element: str, level: int, not_relevant: bool) -> bytes:
    return (
        f'{element}"status":"{"lower" if level else "missing"}","from_level":{level / 100},'
        f'"from_score":{_score(level, 7)},"from_not_relevant":{_BOOLEANS[not_relevant]},'
    ).encode()


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
