"""What may be asked of two releases, and the occupations of both that it is about."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from skillgap.errors import InvalidParameter, RequestError, SeveralFaults
from skillgap.gap.ratings import Profile
from skillgap.http.parameters import CODE_PATTERN, DOMAIN_DESCRIPTION, Domain
from skillgap.occupations.pair.query import options_asked_for
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.codes import parse_code

CODES = ("from", "to", "occupation")


class DiffOptions(BaseModel):
    """How to compare two releases."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)


class DiffQuery(DiffOptions):
    """The parameters: a pair, an occupation, or neither, which means all occupations in short."""

    from_code: str | None = Field(
        default=None,
        alias="from",
        pattern=CODE_PATTERN,
        description="With `to`: what changed in the gap from this occupation. An O*NET-SOC code, "
        "or its first 6 digits.",
    )
    to_code: str | None = Field(default=None, alias="to", pattern=CODE_PATTERN, description="With `from`: the target.")
    occupation: str | None = Field(
        default=None,
        pattern=CODE_PATTERN,
        description="What changed in the ratings of this occupation.",
    )


class ReleasePair(NamedTuple):
    """Two releases to compare."""

    before: Catalogue
    after: Catalogue


class Presence(NamedTuple):
    """An occupation in two releases; a profile is None where ``absence`` says why."""

    onetsoc_code: str
    before: Profile | None
    after: Profile | None
    absences: tuple[str, ...]


def diff_asked_for(request: Request, releases: ReleasePair) -> tuple[DiffOptions, list[Presence]]:
    """The options, and the occupations that are asked about: a pair, one, or none at all.

    An occupation needs ratings in one of the releases, not in both. Raises SeveralFaults with
    everything that is wrong.
    """
    texts = {name: request.query_params[name] for name in CODES if name in request.query_params}
    faults = _combination_faults(texts)
    options, found = DiffOptions(), []
    try:
        options = options_asked_for(request, _read_options)
        for catalogue in releases:
            if options.domain != "all":
                catalogue.require_domain(options.domain)
    except SeveralFaults as several:
        faults += several.faults
    except RequestError as fault:
        options = DiffOptions()
        faults.append(fault)
    for parameter, text in texts.items():
        try:
            found.append(_presence(releases, text, parameter, options.domain))
        except RequestError as fault:
            faults.append(fault)
    if faults:
        raise SeveralFaults(faults)
    return options, found


def _read_options(asked: dict[str, str]) -> DiffOptions:
    return DiffOptions.model_validate({k: v for k, v in asked.items() if k not in CODES})


def _combination_faults(texts: dict[str, str]) -> list[RequestError]:
    """Half a pair, or a pair and an occupation."""
    if "occupation" in texts and len(texts) > 1:
        both = "Give 'from' and 'to', or 'occupation', or none of them."
        return [InvalidParameter(both, parameter="occupation")]
    if texts.keys() not in ({"from"}, {"to"}):
        return []
    missing = "to" if "from" in texts else "from"
    detail = f"The parameter '{missing}' is missing: give an O*NET-SOC code."
    return [InvalidParameter(detail, parameter=missing)]


def _presence(releases: ReleasePair, text: str, parameter: str, domain: Domain) -> Presence:
    code = parse_code(text, parameter)
    if not any(catalogue.is_rated(code) for catalogue in releases):
        code = releases.after.code_named(text, parameter)
    profiles: list[Profile | None] = []
    absences: list[RequestError] = []
    for catalogue in releases:
        try:
            profiles.append(catalogue.profile(code, parameter, domain))
        except RequestError as absence:
            profiles.append(None)
            absences.append(absence)
    if len(absences) == len(releases):
        raise absences[-1]
    before, after = profiles
    return Presence(code, before, after, tuple(str(absence) for absence in absences))
