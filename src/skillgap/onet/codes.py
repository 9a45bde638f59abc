"""O*NET-SOC codes: what a text names, and which occupations to suggest instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from skillgap.errors import (
    CodeOfOlderTaxonomy,
    InvalidParameter,
    OccupationNotFound,
    RequestError,
    SeveralOccupations,
    Suggestion,
)
from skillgap.onet.records import Occupation, OlderCode, Related, ReleaseInfo

DASHES = "\\-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
MOST_SUGGESTIONS = 5
SOC_GROUPS = (7, 6, 5, 4)
"""Characters of a code that two occupations of one detailed, broad or minor SOC group share."""


def parse_code(text: str, parameter: str | None = None) -> str:
    """An O*NET-SOC code as O*NET writes it: blanks dropped, a 6-digit SOC code completed by .00.

    Dashes that word processors make of a hyphen are accepted. Digits alone are rejected: eight may
    be a UNSPSC commodity code, which O*NET publishes too, and six a NAICS industry code.
    """
    code = text.strip()
    parts = re.fullmatch(rf"(\d\d)[{DASHES}](\d{{4}})(\.\d\d)?", code, re.ASCII)
    if parts:
        return f"{parts[1]}-{parts[2]}{parts[3] or '.00'}"
    raise InvalidParameter(f"{code[:40]!r} is not an O*NET-SOC code such as 15-1252.00.", parameter=parameter)


def code_named(
    text: str,
    info: ReleaseInfo,
    occupations: Mapping[str, Occupation],
    is_rated: Callable[[str], bool],
    parameter: str | None = None,
    *,
    rated: bool = True,
) -> str:
    """The O*NET-SOC code that a text names; an 8-digit one need not be in the release.

    A 6-digit SOC code means its occupation ``.00`` where that is in the release and, with
    ``rated``, rated; or the only occupation it has. Where it has several, and ``.00`` is not
    rated but others are, none is plainly meant: they may be quite different work (15-1255.00
    Web and Digital Interface Designers, 15-1255.01 Video Game Designers).

    Raises InvalidParameter as ``parse_code`` does, and SeveralOccupations with the rated ones.
    """
    code = parse_code(text, parameter)
    soc = code[:7]
    if len(text.strip()) > len(soc) or (code in occupations and not rated):
        return code
    inside = [other for other in occupations if other.startswith(soc)]
    choices = [other for other in inside if is_rated(other)]
    if code in choices or not choices or len(inside) == 1:
        return code if code in inside or not inside else inside[0]
    unrated = f", and {code} {occupations[code].title} is not rated" if code in inside else ""
    raise SeveralOccupations(
        f"{info.title} has several occupations under {soc}{unrated}: choose one of those that are rated.",
        parameter=parameter,
        suggestions=_suggestions(choices, occupations),
    )


def unknown_code(
    code: str,
    info: ReleaseInfo,
    occupations: Mapping[str, Occupation],
    older_codes: Mapping[str, OlderCode],
    parameter: str | None = None,
) -> RequestError:
    """OccupationNotFound, or CodeOfOlderTaxonomy with the occupations that replaced the code."""
    older = older_codes.get(code)
    if older is None:
        taxonomy = f", {info.taxonomy}" if info.taxonomy else ""
        no_crosswalk = "" if older_codes else " No crosswalk from an older one is loaded."
        return OccupationNotFound(
            f"{info.title} has no occupation {code}: the code is not in this taxonomy{taxonomy}.{no_crosswalk}",
            parameter=parameter,
        )
    successors = _suggestions(older.successors, occupations)
    named = " and ".join(f"{successor.onetsoc_code} {successor.title}" for successor in successors)
    return CodeOfOlderTaxonomy(
        f"{code} {older.title} is a code of the O*NET-SOC 2010 taxonomy. {info.title} has {named} in its place.",
        parameter=parameter,
        suggestions=successors,
    )


def neighbours(
    code: str, rated: Iterable[str], occupations: Mapping[str, Occupation], related: Iterable[Related]
) -> list[Suggestion]:
    """The rated occupations closest to one without ratings.

    Those of O*NET's own list of related occupations in its order, then those of the same SOC group, the finest group
    first. Where the rated occupations of 29.2 stand in for unrated ones, the first of them is the 4th closest of 878
    by skills and knowledge (median); by the SOC group alone it is the 13th.
    """
    rated = set(rated) - {code}
    listed = [entry.onetsoc_code for entry in related if entry.onetsoc_code in rated]
    shared = {other: next((length for length in SOC_GROUPS if other[:length] == code[:length]), 0) for other in rated}
    grouped = sorted((other for other in shared if shared[other]), key=lambda other: (-shared[other], other))
    return _suggestions(list(dict.fromkeys([*listed, *grouped]))[:MOST_SUGGESTIONS], occupations)


def _suggestions(codes: Iterable[str], occupations: Mapping[str, Occupation]) -> list[Suggestion]:
    return [Suggestion(code, occupations[code].title) for code in codes]
