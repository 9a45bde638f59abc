"""The errors of the domain; ``api/problems.py`` maps those that a request can raise to HTTP.

SkillgapError
├── SourceError                 a release cannot be read or fetched
│   ├── SourceNotFound
│   ├── SourceFileError         names the file and, where there is one, the line
│   ├── IncompleteRelease       rows are missing or rejected
│   └── DownloadError
├── DatabaseUnavailable
├── LoadInProgress
├── WebServicesError            O*NET Web Services gave no usable response
│   ├── WebServicesRefused      it rejects the key
│   └── WebServicesUnavailable  it may respond later
├── RescoringError              a rescoring failed or was stopped
│   ├── RescoringInProgress
│   └── NotEnoughRatings        too few to measure agreement on
├── ExportError
├── AddressUnavailable          nothing can be served there
├── NotInstalled                a setting needs an optional part that is not installed
├── NothingToGoBackTo           no release was current before
└── RequestError                a request cannot be answered; each class has its ``code``
    ├── NothingLoaded
    ├── InvalidParameter
    ├── InvalidBody
    ├── UnsupportedMediaType
    ├── BodyTooLarge
    ├── SeveralOccupations
    ├── OccupationNotFound
    ├── CodeOfOlderTaxonomy
    ├── OccupationNotRated
    ├── DomainNotLoaded
    ├── FileNotLoaded
    ├── ReleaseNotFound
    ├── ReleaseOutOfReach
    ├── ReleasesBusy
    ├── ChartsBusy
    └── SeveralFaults           all faults of one request
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import ClassVar, NamedTuple


class Suggestion(NamedTuple):
    """An occupation to request instead."""

    onetsoc_code: str
    title: str


class SkillgapError(Exception):
    """Its text is a sentence for the person who has to act on it."""


class SourceError(SkillgapError):
    """A release cannot be read."""


class SourceNotFound(SourceError):
    """There is no release at the given place."""


class SourceFileError(SourceError):
    """A file of a release is invalid; the text names the file, and the line where there is one."""

    def __init__(self, file: PurePath | str, fault: str, *, line: int | None = None) -> None:
        place = f"{file}, line {line}" if line is not None else f"{file}"
        super().__init__(f"{place}: {fault}")


class IncompleteRelease(SourceError):
    """A release lacks rows that it must have; ``faults`` says which."""

    def __init__(self, release: str, faults: Sequence[str]) -> None:
        self.faults = faults
        advice = "Correct the files, or load what is there with --accept-incomplete (ONET_ACCEPT_INCOMPLETE=true)."
        super().__init__(f"release {release} is incomplete: {'; '.join(faults)}. Nothing was loaded. {advice}")


class DownloadError(SourceError):
    """A release could not be downloaded."""


class DatabaseUnavailable(SkillgapError):
    """The database does not respond, or refuses the connection."""


class LoadInProgress(SkillgapError):
    """Another load holds the lock."""


class WebServicesError(SkillgapError):
    """O*NET Web Services gave no usable response; the key is never part of the text."""


class WebServicesRefused(WebServicesError):
    """The service rejects the key."""


class WebServicesUnavailable(WebServicesError):
    """The service is unavailable or busy, after several retries; it may respond later."""


class RescoringError(SkillgapError):
    """A rescoring failed or was stopped; the levels it has received are stored."""


class RescoringInProgress(RescoringError):
    """Another rescoring holds the lock."""

    def __init__(self) -> None:
        super().__init__("Another rescoring is running on this database. Wait for it to end.")


class NotEnoughRatings(RescoringError):
    """Too few occupations have both published and rescored levels."""


class ExportError(SkillgapError):
    """A file could not be written."""


class AddressUnavailable(SkillgapError):
    """The address to serve on is in use, reserved, or not of this machine."""


class NotInstalled(SkillgapError):
    """A setting needs an optional part of skillgap that is not installed."""


class NothingToGoBackTo(SkillgapError):
    """No release was current before this one."""


class RequestError(SkillgapError):
    """A request cannot be answered.

    ``code`` names the kind of fault and is stable. ``parameter`` names what to change, where known;
    ``suggestions`` the occupations to request instead.
    """

    code: ClassVar[str]
    precedence: ClassVar[int] = 1
    """The lowest of several faults leads: malformed 0, unknown 1, unavailable 2, choice 3."""

    def __init__(self, message: str, *, parameter: str | None = None, suggestions: Sequence[Suggestion] = ()) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.suggestions = suggestions


class NothingLoaded(RequestError):
    """No release has been loaded yet; ``missing`` is the database's file, where that does not exist."""

    code = "nothing-loaded"
    precedence = 2

    def __init__(self, missing: PurePath | None = None) -> None:
        advice = "Run `skillgap load`, then ask again."
        if missing is not None:
            advice = f"There is no {missing}: run `skillgap load` here, or go to the folder where one is loaded."
        super().__init__(f"No O*NET release has been loaded yet. {advice}")


class InvalidParameter(RequestError):
    """A parameter is missing or malformed."""

    code = "invalid-parameter"
    precedence = 0


class InvalidBody(RequestError):
    """The body of a request is not a JSON object."""

    code = "invalid-body"
    precedence = 0


class UnsupportedMediaType(RequestError):
    """The body of a request is declared as something else than JSON, or what is ``accepted`` besides."""

    code = "unsupported-media-type"
    precedence = 0

    def __init__(self, message: str, accepted: Sequence[str] = ("application/json",)) -> None:
        super().__init__(message)
        self.accepted = accepted


class BodyTooLarge(RequestError):
    """The body of a request is over the limit."""

    code = "body-too-large"
    precedence = 0


class SeveralOccupations(RequestError):
    """A 6-digit SOC code holds several occupations, and none of them is plainly meant."""

    code = "several-occupations"
    precedence = 3


class OccupationNotFound(RequestError):
    """The code is not in this release."""

    code = "occupation-not-found"


class CodeOfOlderTaxonomy(RequestError):
    """The code is not in this release, but was one before; the suggestions are its successors."""

    code = "code-of-older-taxonomy"


class OccupationNotRated(RequestError):
    """The release lists the occupation but has no ratings for it.

    ``may_be_supplied`` is its code where O*NET Web Services may have what is missing.
    """

    code = "occupation-not-rated"

    def __init__(
        self,
        message: str,
        *,
        parameter: str | None = None,
        suggestions: Sequence[Suggestion],
        may_be_supplied: str | None = None,
    ) -> None:
        super().__init__(message, parameter=parameter, suggestions=suggestions)
        self.may_be_supplied = may_be_supplied


class DomainNotLoaded(RequestError):
    """The release was loaded without a file for this domain."""

    code = "domain-not-loaded"


class FileNotLoaded(RequestError):
    """The release was loaded without the file that would answer; of the occupation that says nothing."""

    code = "file-not-loaded"


class ReleaseNotFound(RequestError):
    """The release is not loaded."""

    code = "release-not-found"


class ReleaseOutOfReach(RequestError):
    """The release is loaded but not in memory, and the database is unavailable."""

    code = "release-out-of-reach"
    precedence = 2


class ReleasesBusy(RequestError):
    """Too many requests wait for releases that are not in memory."""

    code = "releases-busy"
    precedence = 2

    def __init__(self, parameter: str) -> None:
        text = "Too many requests wait for releases that have to be read. The current release is in memory."
        super().__init__(text, parameter=parameter)


class ChartsBusy(RequestError):
    """Too many charts are waiting to be drawn."""

    code = "charts-busy"
    precedence = 2


class SeveralFaults(RequestError):
    """All faults of one request, so that a caller can correct them at once."""

    def __init__(self, faults: Sequence[RequestError]) -> None:
        super().__init__(" ".join(str(fault) for fault in faults))
        self.faults = faults

    @property
    def leading(self) -> RequestError:
        """The fault whose code and status the response has."""
        return min(self.faults, key=lambda fault: fault.precedence)


def faults_of(error: RequestError) -> Sequence[RequestError]:
    """The faults of one request, one by one."""
    return error.faults if isinstance(error, SeveralFaults) else [error]
