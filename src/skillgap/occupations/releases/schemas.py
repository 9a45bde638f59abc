"""What the difference between two releases looks like. A declared field is always sent."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, Field

from skillgap.gap.comparison import ElementGap, compare_profiles
from skillgap.gap.ratings import Profile, Rating
from skillgap.gap.release_difference import (
    GapChange,
    GapPair,
    OccupationChange,
    OccupationDiff,
    RatingChange,
    RatingPair,
    changed_gaps,
    changed_occupations,
    changed_ratings,
    occupation_diff,
)
from skillgap.occupations.notes import notes_of
from skillgap.occupations.pair.schemas import COMPUTED_DECIMALS, Importance, Level
from skillgap.occupations.releases.query import DiffOptions, Presence, ReleasePair
from skillgap.occupations.schemas import OccupationRef
from skillgap.onet.catalogue import Catalogue

Listing = Literal["rated", "not_rated", "absent"]


class OccupationInBoth(OccupationRef):
    """An occupation, and what each release has of it."""

    before: Listing = Field(description="`rated`, `not_rated` (listed without ratings), or `absent` from the release.")
    after: Listing


class RatingChangesOut(BaseModel):
    """How many ratings there are of each kind; a rating is an element of an occupation."""

    carried_over: int = Field(description="The same date and domain source, the same figures.")
    restated: int = Field(description="The same date and domain source, but another figure.")
    re_surveyed: int = Field(description="Another date or domain source.")
    newly_rated: int
    no_longer_rated: int


class RatingInRelease(BaseModel):
    """A rating as one of the releases has it."""

    level: Level = Field(description="As published; see `not_relevant`. On the LV scale, 0-7.")
    not_relevant: bool = Field(description="O*NET marks it as not relevant: it counts as 0.")
    recommend_suppress: bool
    importance: Importance | None
    date_updated: date | None
    domain_source: str | None

    @classmethod
    def of(cls, rating: Rating) -> Self:
        """The answer for one rating."""
        return cls(
            level=float(rating.level.data_value),
            not_relevant=rating.not_relevant,
            recommend_suppress=rating.level.recommend_suppress is True,
            importance=float(rating.importance.data_value) if rating.importance else None,
            date_updated=rating.level.date_updated,
            domain_source=rating.level.domain_source,
        )


class ChangedRatingOut(BaseModel):
    """An element of an occupation whose rating is not the same in both releases."""

    element_id: str
    element_name: str
    change: RatingChange
    before: RatingInRelease | None = Field(description="null where it is not rated.")
    after: RatingInRelease | None = Field(description="null where it is not rated.")

    @classmethod
    def of(cls, pair: RatingPair) -> Self:
        """The answer for one element."""
        return cls(
            element_id=pair.element_id,
            element_name=_name(pair.after or pair.before),
            change=pair.change,
            before=RatingInRelease.of(pair.before) if pair.before else None,
            after=RatingInRelease.of(pair.after) if pair.after else None,
        )


class OccupationDiffOut(BaseModel):
    """What became of one occupation's ratings."""

    occupation: OccupationInBoth
    change: OccupationChange
    ratings: RatingChangesOut
    changed: list[ChangedRatingOut] = Field(description="Every element that was not simply carried over, by id.")


class GapInRelease(BaseModel):
    """One element of the pair as one of the releases has it."""

    from_level: Level
    to_level: Level
    difference: float = Field(ge=-7, le=7, description="to_level - from_level; a gap above 0.")
    to_importance: Importance | None
    low_precision: bool

    @classmethod
    def of(cls, element: ElementGap) -> Self:
        """The answer for one element."""
        return cls(
            from_level=float(element.source_level),
            to_level=float(element.target_level),
            difference=float(element.difference),
            to_importance=None if element.target_importance is None else float(element.target_importance),
            low_precision=element.low_precision,
        )


class ChangedGapOut(BaseModel):
    """An element whose gap is not the same in both releases."""

    element_id: str
    element_name: str
    change: GapChange
    before: GapInRelease | None = Field(description="null where the target is not rated on it.")
    after: GapInRelease | None = Field(description="null where the target is not rated on it.")
    from_rating: RatingChange | None = Field(
        description="What became of the source's rating; null where neither release has one."
    )
    to_rating: RatingChange | None = Field(description="What became of the target's rating.")

    @classmethod
    def of(cls, pair: GapPair) -> Self:
        """The answer for one element."""
        element = pair.after or pair.before
        return cls(
            element_id=pair.element_id,
            element_name=element.element_name if element else "",
            change=pair.change,
            before=GapInRelease.of(pair.before) if pair.before else None,
            after=GapInRelease.of(pair.after) if pair.after else None,
            from_rating=pair.source,
            to_rating=pair.target,
        )


class PairInRelease(BaseModel):
    """The comparison of the pair in figures, as in `/skill-gap`."""

    compared: int
    gaps: int
    missing: int
    coverage: float = Field(ge=0, le=1)
    weighted_gap: float = Field(description="In levels.")


class GapDiffOut(BaseModel):
    """What became of the gap between two occupations."""

    from_occupation: OccupationInBoth
    to_occupation: OccupationInBoth
    before: PairInRelease | None = Field(description="null where a side is not rated.")
    after: PairInRelease | None = Field(description="null where a side is not rated.")
    counts: dict[GapChange, int] | None = Field(
        description="How many gaps changed in which way; null where there is nothing to compare."
    )
    changed: list[ChangedGapOut] | None = Field(
        description="The largest change first; null where there is nothing to compare."
    )


class OccupationSummaryOut(OccupationInBoth):
    """One occupation whose ratings are not the same in both releases."""

    change: OccupationChange
    ratings: RatingChangesOut


class OccupationsDiffOut(BaseModel):
    """All occupations in short."""

    counts: dict[OccupationChange, int] = Field(description="Occupations rated in either release.")
    ratings: RatingChangesOut
    changed: list[OccupationSummaryOut] = Field(description="Every occupation but the unchanged ones, by code.")


class ReleaseDiffOut(BaseModel):
    """What changed from release `before` to release `after`: that which was asked for of these."""

    before: str
    after: str
    domain: str
    gap: GapDiffOut | None = Field(description="With `from` and `to`, else null.")
    occupation: OccupationDiffOut | None = Field(description="With `occupation`, else null.")
    occupations: OccupationsDiffOut | None = Field(description="With neither, else null.")
    notes: list[str]

    @classmethod
    def of(cls, releases: ReleasePair, asked: DiffOptions, found: list[Presence]) -> Self:
        """The answer for two releases, and the occupations found in them."""
        absences = [absence for one in found for absence in one.absences]
        return cls(
            before=releases.before.info.release,
            after=releases.after.info.release,
            domain=asked.domain,
            gap=_gap(releases, *found) if len(found) == 2 else None,
            occupation=_occupation(releases, found[0]) if len(found) == 1 else None,
            occupations=None if found else _occupations(releases, asked.domain),
            notes=[*_notes(releases, asked.domain), *absences],
        )


def _notes(releases: ReleasePair, domain: str) -> list[str]:
    notes = [note for one in releases for note in notes_of(one, domain)]
    before, after = (one.info for one in releases)
    if before.taxonomy and after.taxonomy and before.taxonomy != after.taxonomy:
        notes.append(
            f"{before.title} has the codes of {before.taxonomy}, {after.title} those of "
            f"{after.taxonomy}: occupations were split, merged and renamed between them (release "
            "25.1). Do not take a difference across it for a change in the work."
        )
    return list(dict.fromkeys(notes))


def _gap(releases: ReleasePair, source: Presence, target: Presence) -> GapDiffOut:
    before = after = counts = changed = None
    if source.before and target.before:
        before = _pair(source.before, target.before)
    if source.after and target.after:
        after = _pair(source.after, target.after)
    if source.before and target.before and source.after and target.after:
        pairs = changed_gaps(source.before, target.before, source.after, target.after)
        changed = [ChangedGapOut.of(pair) for pair in pairs]
        counts = {kind: sum(pair.change is kind for pair in pairs) for kind in GapChange}
    return GapDiffOut(
        from_occupation=_in_both(releases, source.onetsoc_code, source.before, source.after),
        to_occupation=_in_both(releases, target.onetsoc_code, target.before, target.after),
        before=before,
        after=after,
        counts=counts,
        changed=changed,
    )


def _pair(source: Profile, target: Profile) -> PairInRelease:
    rows, coverage, weighted_gap = told = compare_profiles(source, target)
    gaps = [element for element in told.elements if element.difference_hundredths > 0]
    return PairInRelease(
        compared=len(rows),
        gaps=len(gaps),
        missing=sum(element.source_level == 0 for element in gaps),
        coverage=round(coverage, COMPUTED_DECIMALS),
        weighted_gap=round(weighted_gap, COMPUTED_DECIMALS),
    )


def _occupation(releases: ReleasePair, found: Presence) -> OccupationDiffOut:
    diff = occupation_diff(found.onetsoc_code, found.before, found.after)
    ratings = changed_ratings(found.before or {}, found.after or {})
    return OccupationDiffOut(
        occupation=_in_both(releases, found.onetsoc_code, found.before, found.after),
        change=diff.change,
        ratings=_rating_changes(diff),
        changed=[ChangedRatingOut.of(one) for one in ratings if one.change is not RatingChange.CARRIED_OVER],
    )


def _occupations(releases: ReleasePair, domain: str) -> OccupationsDiffOut:
    before, after = (_profiles(one, domain) for one in releases)
    diffs = changed_occupations(before, after)
    return OccupationsDiffOut(
        counts={kind: sum(one.change is kind for one in diffs) for kind in OccupationChange},
        ratings=_rating_changes(*diffs),
        changed=[
            OccupationSummaryOut(
                **_in_both(
                    releases,
                    one.onetsoc_code,
                    before.get(one.onetsoc_code),
                    after.get(one.onetsoc_code),
                ).model_dump(),
                change=one.change,
                ratings=_rating_changes(one),
            )
            for one in diffs
            if one.change is not OccupationChange.UNCHANGED
        ],
    )


def _profiles(catalogue: Catalogue, domain: str) -> dict[str, Profile]:
    """The rated occupations of a domain, or of all of them, by code."""
    domains = catalogue.profiles if domain == "all" else (domain,)
    codes = {code for name in domains for code in catalogue.profiles[name]}
    return {code: catalogue.profile(code, domain=domain) for code in codes}


def _in_both(releases: ReleasePair, code: str, before: Profile | None, after: Profile | None) -> OccupationInBoth:
    occupations = [one.occupations.get(code) for one in releases]
    titles = [one.title for one in occupations if one]
    return OccupationInBoth(
        onetsoc_code=code,
        title=titles[-1],
        before=_listing(releases.before, code, before),
        after=_listing(releases.after, code, after),
    )


def _listing(catalogue: Catalogue, code: str, profile: Profile | None) -> Listing:
    if profile is not None:
        return "rated"
    return "not_rated" if code in catalogue.occupations else "absent"


def _rating_changes(*diffs: OccupationDiff) -> RatingChangesOut:
    return RatingChangesOut(
        carried_over=sum(one.ratings[RatingChange.CARRIED_OVER] for one in diffs),
        restated=sum(one.ratings[RatingChange.RESTATED] for one in diffs),
        re_surveyed=sum(one.ratings[RatingChange.RE_SURVEYED] for one in diffs),
        newly_rated=sum(one.ratings[RatingChange.NEWLY_RATED] for one in diffs),
        no_longer_rated=sum(one.ratings[RatingChange.NO_LONGER_RATED] for one in diffs),
    )


def _name(rating: Rating | None) -> str:
    return rating.element_name if rating else ""
