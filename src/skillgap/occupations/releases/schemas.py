"""What the difference between two releases looks like. A declared field is always sent."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from skillgap.gap.ratings import Rating
from skillgap.gap.release_difference import GapChange, GapPair, LevelChange, OccupationChange, RatingChange, RatingPair
from skillgap.occupations.schemas import Importance, Level, OccupationRef, ResponseModel
from skillgap.onet.records import ReleaseInfo


class ReleaseOut(BaseModel):
    """A loaded release."""

    release: str
    released: date | None = Field(description="The first day of the month it was released in.")
    illustrative: bool = Field(description="Our own sample for a first look; not O*NET data.")
    current: bool
    source: str = Field(description="The file name of the folder or zip it was loaded from.")
    loaded_at: datetime = Field(description="UTC.")

    @classmethod
    def of(cls, info: ReleaseInfo) -> Self:
        """A release as it is sent; of the source only the name, not its folder."""
        name = info.source.replace("\\", "/").rstrip("/").rpartition("/")[2]
        return cls.model_validate(info._asdict() | {"source": name})


class ReleasesOut(BaseModel):
    """The loaded releases, and the current one, which is used where a request names none."""

    current: str | None
    releases: list[ReleaseOut]

    @classmethod
    def of(cls, infos: Sequence[ReleaseInfo]) -> Self:
        """The answer for these releases."""
        current = next((info.release for info in infos if info.current), None)
        return cls(current=current, releases=[ReleaseOut.of(info) for info in infos])


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


class LevelChangesOut(BaseModel):
    """How many levels are another one than before, by how certain that is; the rules are those of a gap."""

    certain: int = Field(description="By half a level or more, and the 95 % interval of the difference excludes 0.")
    possible: int = Field(description="By half a level or more, but the interval includes 0.")
    negligible: int = Field(description="By less than half a level.")
    unjudged: int = Field(description="By whatever: no standard errors tell how certain.")


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


Difference = Annotated[
    float | None,
    Field(ge=-7, le=7, description="The later effective level minus the earlier one; null where a release has none."),
]
ChangeOfLevel = Annotated[
    LevelChange | None,
    Field(description="null where the level is the same, or where a release has no level or no standard error of it."),
]


class ChangedRatingOut(BaseModel):
    """An element of an occupation whose rating is not the same in both releases."""

    element_id: str
    element_name: str
    change: RatingChange
    before: RatingInRelease | None = Field(description="null where it is not rated.")
    after: RatingInRelease | None = Field(description="null where it is not rated.")
    difference: Difference
    level_change: ChangeOfLevel

    @classmethod
    def of(cls, pair: RatingPair) -> Self:
        """The answer for one element."""
        rating = pair.after or pair.before
        return cls(
            element_id=pair.element_id,
            element_name=rating.element_name if rating else "",
            change=pair.change,
            before=pair.before and RatingInRelease.of(pair.before),
            after=pair.after and RatingInRelease.of(pair.after),
            difference=difference_of(pair),
            level_change=pair.level_change,
        )


def difference_of(pair: RatingPair) -> float | None:
    """The difference of both levels, in levels."""
    return None if pair.difference_hundredths is None else pair.difference_hundredths / 100


class OccupationDiffOut(BaseModel):
    """What became of one occupation's ratings."""

    occupation: OccupationInBoth
    change: OccupationChange
    ratings: RatingChangesOut
    levels: LevelChangesOut
    changed: list[ChangedRatingOut] = Field(description="Every element that was not simply carried over, by id.")


class GapInRelease(ResponseModel):
    """One element of the pair as one of the releases has it."""

    from_level: Level = Field(validation_alias="source_level")
    to_level: Level = Field(validation_alias="target_level")
    difference: float = Field(ge=-7, le=7, description="to_level - from_level; a gap above 0.")
    to_importance: Importance | None = Field(validation_alias="target_importance")
    low_precision: bool


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
            before=pair.before,
            after=pair.after,
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
    levels: LevelChangesOut


class OccupationsDiffOut(BaseModel):
    """All occupations in short."""

    sentence: str = Field(
        description="Whether advice by the earlier release is out of date, by the levels that changed for certain."
    )
    counts: dict[OccupationChange, int] = Field(description="Occupations rated in either release.")
    ratings: RatingChangesOut
    levels: LevelChangesOut
    certainly_changed: int = Field(description="Occupations with a level that changed for certain.")
    changed: list[OccupationSummaryOut] = Field(description="Every occupation but the unchanged ones, by code.")


class ChangedOccupationRatingOut(OccupationRef):
    """An occupation whose rating of the element is not the same in both releases."""

    change: RatingChange
    before: RatingInRelease | None = Field(description="null where it is not rated.")
    after: RatingInRelease | None = Field(description="null where it is not rated.")
    difference: Difference
    level_change: ChangeOfLevel


class ElementDiffOut(BaseModel):
    """What became of one element's ratings in all occupations."""

    element_id: str
    element_name: str
    domain: str
    ratings: RatingChangesOut
    levels: LevelChangesOut
    changed: list[ChangedOccupationRatingOut] = Field(
        description="Every occupation whose rating was not simply carried over, the largest difference of levels first."
    )


class ReleaseDiffOut(BaseModel):
    """What changed from release `before` to release `after`: what was requested of these."""

    before: str
    after: str
    domain: str
    gap: GapDiffOut | None = Field(description="With `from` and `to`, else null.")
    occupation: OccupationDiffOut | None = Field(description="With `occupation`, else null.")
    element: ElementDiffOut | None = Field(description="With `element`, else null.")
    occupations: OccupationsDiffOut | None = Field(description="With none of them, else null.")
    notes: list[str]
