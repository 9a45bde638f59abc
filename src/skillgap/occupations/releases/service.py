"""What changed between two releases: a pair, an occupation, or all in short."""

from collections import Counter

from skillgap.gap.comparison import compare_profiles
from skillgap.gap.ratings import Profile, Rating
from skillgap.gap.release_difference import (
    GapChange,
    LevelChange,
    OccupationChange,
    RatingChange,
    changed_gaps,
    changed_occupations,
    changed_ratings,
    occupation_diff,
)
from skillgap.occupations.releases.query import DiffQuery, Presence, ReleasePair, find_presences
from skillgap.occupations.releases.schemas import (
    ChangedGapOut,
    ChangedOccupationRatingOut,
    ChangedRatingOut,
    ElementDiffOut,
    GapDiffOut,
    LevelChangesOut,
    Listing,
    OccupationDiffOut,
    OccupationInBoth,
    OccupationsDiffOut,
    OccupationSummaryOut,
    PairInRelease,
    RatingChangesOut,
    ReleaseDiffOut,
)
from skillgap.occupations.releases.staleness import staleness
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
        element=_element(releases, query.element) if query.element else None,
        occupations=None if presences or query.element else _occupations(releases, query.domain),
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
        ratings=_rating_changes(diff.ratings),
        levels=_level_changes(diff.levels),
        changed=[ChangedRatingOut.of(rating) for rating in ratings if rating.change is not RatingChange.CARRIED_OVER],
    )


def _occupations(releases: ReleasePair, domain: str) -> OccupationsDiffOut:
    before, after = (_profiles(catalogue, domain) for catalogue in releases)
    diffs = changed_occupations(before, after)
    counts = {kind: sum(diff.change is kind for diff in diffs) for kind in OccupationChange}
    levels = _level_changes(*(diff.levels for diff in diffs))
    certainly_changed = sum(diff.levels[LevelChange.CERTAIN] > 0 for diff in diffs)
    return OccupationsDiffOut(
        sentence=staleness(releases.before.info.title, counts, levels, certainly_changed),
        counts=counts,
        ratings=_rating_changes(*(diff.ratings for diff in diffs)),
        levels=levels,
        certainly_changed=certainly_changed,
        changed=[
            OccupationSummaryOut(
                **_in_both(
                    releases, diff.onetsoc_code, before.get(diff.onetsoc_code), after.get(diff.onetsoc_code)
                ).model_dump(),
                change=diff.change,
                ratings=_rating_changes(diff.ratings),
                levels=_level_changes(diff.levels),
            )
            for diff in diffs
            if diff.change is not OccupationChange.UNCHANGED
        ],
    )


def _element(releases: ReleasePair, element_id: str) -> ElementDiffOut:
    listed = [catalogue.elements[element_id] for catalogue in releases if catalogue.is_rated_element(element_id)]
    domain = listed[-1].domain or ""
    ratings = [_ratings_of(catalogue, domain, element_id) for catalogue in releases]
    pairs = dict(zip(sorted({*ratings[0], *ratings[1]}), changed_ratings(*ratings), strict=True))
    others = {code: pair for code, pair in pairs.items() if pair.change is not RatingChange.CARRIED_OVER}
    return ElementDiffOut(
        element_id=element_id,
        element_name=listed[-1].element_name,
        domain=domain,
        ratings=_rating_changes(Counter(pair.change for pair in pairs.values())),
        levels=_level_changes(Counter(pair.level_change for pair in others.values() if pair.difference_hundredths)),
        changed=[
            ChangedOccupationRatingOut(
                onetsoc_code=code,
                title=_title(releases, code),
                **ChangedRatingOut.of(pair).model_dump(exclude={"element_id", "element_name"}),
            )
            for code, pair in sorted(others.items(), key=lambda one: -abs(one[1].difference_hundredths or 0))
        ],
    )


def _ratings_of(catalogue: Catalogue, domain: str, element_id: str) -> dict[str, Rating]:
    """The ratings of one element by occupation."""
    profiles = catalogue.profiles.get(domain, {})
    return {code: profile[element_id] for code, profile in profiles.items() if element_id in profile}


def _title(releases: ReleasePair, code: str) -> str:
    """The title of an occupation in the later release that lists it."""
    return [catalogue.occupations[code].title for catalogue in releases if code in catalogue.occupations][-1]


def _profiles(catalogue: Catalogue, domain: str) -> dict[str, Profile]:
    """The rated occupations of a domain, or of all of them, by code."""
    domains = catalogue.profiles if domain == "all" else (domain,)
    codes = {code for name in domains for code in catalogue.profiles[name]}
    return {code: catalogue.profile(code, domain=domain) for code in codes}


def _in_both(releases: ReleasePair, code: str, before: Profile | None, after: Profile | None) -> OccupationInBoth:
    return OccupationInBoth(
        onetsoc_code=code,
        title=_title(releases, code),
        before=_listing(releases.before, code, before),
        after=_listing(releases.after, code, after),
    )


def _listing(catalogue: Catalogue, code: str, profile: Profile | None) -> Listing:
    if profile is not None:
        return "rated"
    return "not_rated" if code in catalogue.occupations else "absent"


def _rating_changes(*counts: Counter[RatingChange]) -> RatingChangesOut:
    return RatingChangesOut(**{kind.value: sum(count[kind] for count in counts) for kind in RatingChange})


def _level_changes(*counts: Counter[LevelChange | None]) -> LevelChangesOut:
    named = {kind.value: sum(count[kind] for count in counts) for kind in LevelChange}
    return LevelChangesOut(**named, unjudged=sum(count[None] for count in counts))
