"""The plain response of ``/skill-gap`` as JSON text: the one fast path, for the query that is sent most.

It equals what ``compare`` returns (a test holds the two together) at a fraction of its cost: levels and standard
errors repeat, so what depends on one rating, or on one difference with its two errors, is written once and cached.
"""

import json
import re
from functools import lru_cache
from weakref import WeakKeyDictionary

from skillgap.gap.certainty import Certainty, certainty_class, difference_interval
from skillgap.gap.comparison import compare_profiles
from skillgap.occupations.pair.query import GapOptions
from skillgap.occupations.pair.schemas import MethodOut, SummaryOut
from skillgap.occupations.schemas import ComparedOccupation, ScaleOut, release_notes, rounded
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import Snapshot
from skillgap.onet.records import Scale

PLAIN = GapOptions()
THRESHOLD = PLAIN.options().threshold
PLAIN_PAIR = re.compile(rb"from=(\d\d-\d{4}\.\d\d)&to=(\d\d-\d{4}\.\d\d)")
METHOD = MethodOut(
    confidence=PLAIN.confidence,
    threshold=PLAIN.threshold,
    adjust=PLAIN.adjust,
    order="difference, to_importance, element_id",
).model_dump_json()


def plain_response(snapshot: Snapshot, query_string: bytes) -> bytes | None:
    """The JSON for two full codes of completely rated occupations and no option; None for any other query."""
    pair = PLAIN_PAIR.fullmatch(query_string)
    catalogue = snapshot.catalogue
    if pair is None or catalogue is None:
        return None
    source, target = pair[1].decode(), pair[2].decode()
    ranked = catalogue.transitions("skills").matrix.positions
    return gap_json(catalogue, source, target) if source in ranked and target in ranked else None


def gap_json(catalogue: Catalogue, source_code: str, target_code: str) -> bytes:
    """What ``compare`` returns for the skills of two completely rated occupations without options, as JSON."""
    skills = catalogue.profiles["skills"]
    rows, coverage, weighted_gap = compare_profiles(skills[source_code], skills[target_code])
    source_sides, target_sides = _sides(catalogue, source_code)[0], _sides(catalogue, target_code)[1]
    gaps: list[str] = []
    missing = 0
    classes: dict[Certainty | None, int] = dict.fromkeys((None, *Certainty), 0)
    for _, element_id, difference, target, source in rows:
        if difference <= 0:
            break  # the widest gap is first
        missing += not source.effective_hundredths
        end, certainty = _difference(
            difference,
            source.standard_error,
            target.standard_error,
            source.floored or target.floored,
            source.recommend_suppress or target.recommend_suppress,
        )
        classes[certainty] += 1
        gaps.append(f"{source_sides[element_id]}{target_sides[element_id]}{end}")
    met = len(gaps)
    while met < len(rows) and rows[met][2] == 0:
        met += 1
    met -= len(gaps)
    summary = SummaryOut(
        compared=len(rows),
        unknown=0,
        gaps=len(gaps),
        missing=missing,
        coverage=rounded(coverage),
        met=met,
        surplus=len(rows) - len(gaps) - met,
        weighted_gap=rounded(weighted_gap),
        certain=classes[Certainty.GAP],
        possible=classes[Certainty.POSSIBLE_GAP],
        negligible=classes[Certainty.NEGLIGIBLE],
    )
    notes = json.dumps(release_notes(catalogue, "skills", source_code, target_code))
    source_json, target_json = (
        _occupation(code, catalogue.occupations[code].title, catalogue.source(code))
        for code in (source_code, target_code)
    )
    return (
        f'{{"release":"{catalogue.info.release}","from_occupation":{source_json},"person":null,'
        f'"to_occupation":{target_json},"scale":{_scale(catalogue.scales["LV"])},"domain":"skills","method":{METHOD},'
        f'"filters":[],"summary":{summary.model_dump_json()},"skill_gaps":[{",".join(gaps)}],"met":null,"surplus":null,'
        f'"notes":{notes},"levels":null,"narrative":null}}'
    ).encode()


_SIDES: WeakKeyDictionary[Catalogue, dict[str, tuple[dict[str, str], dict[str, str]]]] = WeakKeyDictionary()
"""What a gap says of an occupation as source and as target, by code and element id; let go with the release."""


def _sides(catalogue: Catalogue, code: str) -> tuple[dict[str, str], dict[str, str]]:
    by_code = _SIDES.setdefault(catalogue, {})
    if code not in by_code:
        profile = catalogue.profiles["skills"][code]
        by_code[code] = (
            {
                element_id: _source_side(
                    element_id, rating.element_name, rating.effective_hundredths, not_relevant=rating.not_relevant
                )
                for element_id, rating in profile.items()
            },
            {
                element_id: _target_side(
                    rating.effective_hundredths, rating.importance_weight if rating.importance else None
                )
                for element_id, rating in profile.items()
            },
        )
    return by_code[code]


@lru_cache(10_000)
def _occupation(code: str, title: str, source: str) -> str:
    return ComparedOccupation(onetsoc_code=code, title=title, source=source).model_dump_json()


@lru_cache(10)
def _scale(scale: Scale) -> str:
    return ScaleOut.model_validate(scale._asdict()).model_dump_json()


@lru_cache(50_000)
def _source_side(element_id: str, element_name: str, level: int, *, not_relevant: bool) -> str:
    """What a gap says of the element and of the source, whose effective level is in hundredths."""
    return (
        f'{{"element_id":{json.dumps(element_id)},"element_name":{json.dumps(element_name)},"domain":"skills",'
        f'"status":"{"lower" if level else "missing"}","from_level":{level / 100},'
        f'"from_score":{_score(level, 7)},"from_not_relevant":{json.dumps(not_relevant)},'
    )


@lru_cache(50_000)
def _target_side(level: int, weight: int | None) -> str:
    """What a gap says of the target: effective level and importance weight (IM - 1), both in hundredths."""
    importance, score = ("null", "null") if weight is None else (str((weight + 100) / 100), _score(weight, 4))
    return (
        f'"to_level":{level / 100},"to_score":{_score(level, 7)},'
        f'"to_importance":{importance},"to_importance_score":{score},'
    )


@lru_cache(50_000)  # all pairs of 29.2 have about 10,000 different ones
def _difference(
    difference: int, source_error: float | None, target_error: float | None, floored: bool, low_precision: bool
) -> tuple[str, Certainty | None]:
    """What a gap says of its difference, in hundredths, and its class."""
    start = f'"difference":{difference / 100},"low_precision":{json.dumps(low_precision)},'
    if source_error is None or target_error is None:
        unknown = '"certainty":null,"standard_error":null,"lower":null,"upper":null,"floored":false,"explanation":null}'
        return start + unknown, None
    error, lower, upper, _ = difference_interval(difference, source_error, target_error, floored, PLAIN.confidence)
    certainty = certainty_class(difference, THRESHOLD, above_0=lower > 0)
    return (
        f'{start}"certainty":"{certainty.value}","standard_error":{rounded(error)},"lower":{rounded(lower)},'
        f'"upper":{rounded(upper)},"floored":{json.dumps(floored)},"explanation":null}}'
    ), certainty


def _score(hundredths: int, width: int) -> str:
    return str(round(hundredths / 100 / width * 100, 1))
