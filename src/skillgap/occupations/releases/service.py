"""What changed between two releases: a pair, an occupation, or all in short."""

from skillgap.gap.comparison import compare_profiles
from skillgap.gap.ratings import Profile
from skillgap.gap.release_difference import (
    GapChange,
    OccupationChange,
    OccupationDiff,
    RatingChange,
    changed_gaps,
    changed_occupations,
    changed_ratings,
    occupation_diff,
)
from skillgap.occupations.releases.query import DiffQuery, Presence, ReleasePair, find_presences
from skillgap.occupations.releases.schemas import (
    ChangedGapOut,
    ChangedRatingOut,
    GapDiffOut,
    Listing,
    OccupationDiffOut,
    OccupationInBoth,
    OccupationsDiffOut,
    OccupationSummaryOut,
    PairInRelease,
    RatingChangesOut,
    ReleaseDiffOut,
)
from skillgap.occupations.schemas import release_notes, rounded
from skillgap.onet.catalogue import Catalogue


def compare_releases(releases: ReleasePair, query: DiffQuery) -> ReleaseDiffOut:
    """What changed from the first release to the second; raises SeveralFaults as ``find_presences`` does."""
    presences = find_presences(releases, query.model_dump(by_alias=True))
    return ReleaseDiffOut(
        before=releases.before.info.release,
        after=releases.after.info.release,
        domain=query.domain,
        gap=_gap(releases, *presences) if len(presences) == 2 else None,
        occupation=_occupation(releases, presences[0]) if len(presences) == 1 else None,
        occupations=None if presences else _occupations(releases, query.domain),
        notes=[*_notes(releases, query.domain), *(absence for presence in presences for absence in presence.absences)],
    )


def _notes(releases: ReleasePair, domain: str) -> list[str]:
    notes = [note for catalogue in releases for note in release_notes(catalogue, domain)]
    before, after = (catalogue.info for catalogue in releases)
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
    rows, coverage, weighted_gap = comparison = compare_profiles(source, target)
    gaps = [element for element in comparison.elements if element.difference_hundredths > 0]
    return PairInRelease(
        compared=len(rows),
        gaps=len(gaps),
        missing=sum(element.source_level == 0 for element in gaps),
        coverage=rounded(coverage),
        weighted_gap=rounded(weighted_gap),
    )


def _occupation(releases: ReleasePair, presence: Presence) -> OccupationDiffOut:
    diff = occupation_diff(presence.onetsoc_code, presence.before, presence.after)
    ratings = changed_ratings(presence.before or {}, presence.after or {})
    return OccupationDiffOut(
        occupation=_in_both(releases, presence.onetsoc_code, presence.before, presence.after),
        change=diff.change,
        ratings=_rating_changes(diff),
        changed=[ChangedRatingOut.of(rating) for rating in ratings if rating.change is not RatingChange.CARRIED_OVER],
    )


def _occupations(releases: ReleasePair, domain: str) -> OccupationsDiffOut:
    before, after = (_profiles(catalogue, domain) for catalogue in releases)
    diffs = changed_occupations(before, after)
    return OccupationsDiffOut(
        counts={kind: sum(diff.change is kind for diff in diffs) for kind in OccupationChange},
        ratings=_rating_changes(*diffs),
        changed=[
            OccupationSummaryOut(
                **_in_both(
                    releases, diff.onetsoc_code, before.get(diff.onetsoc_code), after.get(diff.onetsoc_code)
                ).model_dump(),
                change=diff.change,
                ratings=_rating_changes(diff),
            )
            for diff in diffs
            if diff.change is not OccupationChange.UNCHANGED
        ],
    )


def _profiles(catalogue: Catalogue, domain: str) -> dict[str, Profile]:
    """The rated occupations of a domain, or of all of them, by code."""
    domains = catalogue.profiles if domain == "all" else (domain,)
    codes = {code for name in domains for code in catalogue.profiles[name]}
    return {code: catalogue.profile(code, domain=domain) for code in codes}


def _in_both(releases: ReleasePair, code: str, before: Profile | None, after: Profile | None) -> OccupationInBoth:
    titles = [catalogue.occupations[code].title for catalogue in releases if code in catalogue.occupations]
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
    return RatingChangesOut(**{kind.value: sum(diff.ratings[kind] for diff in diffs) for kind in RatingChange})
