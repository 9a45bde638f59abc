"""A comparison with its options: the certainty of each gap, filters and sums.

Standard errors are O*NET's, in levels. The rules are in ``docs/method.md``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import hypot
from statistics import NormalDist
from typing import NamedTuple

from skillgap.gap.comparison import ElementGap, compare_profiles
from skillgap.gap.ratings import Profile

STANDARD = NormalDist()
HALF_A_LEVEL = Decimal("0.5")  # from which on a difference is not negligible, unless an option says otherwise


class Certainty(StrEnum):
    """Whether a gap is more than the scatter among raters."""

    GAP = "gap"  # at least the threshold, and the interval is above 0
    POSSIBLE_GAP = "possible_gap"  # at least the threshold, but the interval holds 0
    NEGLIGIBLE = "negligible"  # below the threshold


@dataclass(frozen=True)
class ComparisonOptions:
    """Filters, and how certainty is judged; the defaults leave every element in.

    ``threshold`` (levels) divides negligible differences from others: half a level is about what
    eight raters can tell apart. ``holm`` adjusts for many elements being tested at once. Limits are
    decimals, as the published figures are: a limit that equals a figure keeps it.
    """

    min_gap: Decimal = Decimal(0)
    min_importance: Decimal | None = None
    strict: bool = False
    confidence: float = 0.95
    threshold: Decimal = HALF_A_LEVEL
    holm: bool = False


class Interval(NamedTuple):
    """The interval of a difference and its standard error, in levels.

    ``floored`` says that all raters agreed on a side, so that a floor replaces its error of 0.
    """

    standard_error: float
    lower: float
    upper: float
    floored: bool


class ClassifiedGap(NamedTuple):
    """A gap and how certain it is; without published errors both are None."""

    element: ElementGap
    interval: Interval | None
    certainty: Certainty | None


class AppliedFilter(NamedTuple):
    """A filter and the number of elements it removed."""

    name: str
    value: str | Decimal
    removed: int


class Comparison(NamedTuple):
    """Two occupations compared; every list in the order of ``skill_gap``.

    ``coverage`` (0-1) and ``weighted_gap`` (levels) are those of ``compare_profiles`` over the elements that
    ``strict`` and ``min_importance`` leave; ``min_gap`` only shortens the list of gaps. ``unknown`` counts the
    elements that one side alone has a level for: they are left out before any filter.
    """

    gaps: list[ClassifiedGap]
    met: list[ElementGap]
    surplus: list[ElementGap]
    filters: list[AppliedFilter]
    coverage: float
    weighted_gap: float
    unknown: int

    @property
    def compared(self) -> int:
        """How many elements the filters leave."""
        return len(self.gaps) + len(self.met) + len(self.surplus)

    def certainties(self) -> Counter[Certainty | None]:
        """How many gaps there are of each class; None counts those without published errors."""
        return Counter(gap.certainty for gap in self.gaps)


def compare(source: Profile, target: Profile, options: ComparisonOptions) -> Comparison:
    """Compare two occupations with the options; a filter without a value does nothing."""
    compared = compare_profiles(source, target)
    filters: list[AppliedFilter] = []
    for name, value, keeps in _filters(options):
        kept = {element.element_id: element.target for element in compared.elements if keeps(element)}
        filters.append(AppliedFilter(name, value, len(compared.rows) - len(kept)))
        compared = compare_profiles(source, kept)
    elements = compared.elements
    gaps = [element for element in elements if element.difference_hundredths > 0]
    certain = _holm(elements, 1 - options.confidence) if options.holm else None
    if options.min_gap > 0:
        wide = [element for element in gaps if element.difference_hundredths >= 100 * options.min_gap]
        filters.append(AppliedFilter("min_gap", options.min_gap, len(gaps) - len(wide)))
        gaps = wide
    return Comparison(
        gaps=_classify(gaps, options, certain),
        met=[element for element in elements if element.difference_hundredths == 0],
        surplus=[element for element in elements if element.difference_hundredths < 0],
        filters=filters,
        coverage=compared.coverage,
        weighted_gap=compared.weighted_gap,
        unknown=len(source.keys() ^ target.keys()),
    )


def _filters(options: ComparisonOptions) -> Iterator[tuple[str, str | Decimal, Callable[[ElementGap], bool]]]:
    """The filters of elements, in order: name, value, and which elements stay."""
    if options.strict:
        yield "precision", "strict", lambda element: not element.low_precision
    if (least := options.min_importance) is not None:
        yield "min_importance", least, lambda element: (element.target_importance or 0) >= least


def interval(element: ElementGap, confidence: float) -> Interval | None:
    """The interval of an element's difference; None where a side has no published error."""
    target, source, difference = element
    if source.standard_error is None or target.standard_error is None:
        return None
    floored = source.floored or target.floored
    return difference_interval(difference, source.standard_error, target.standard_error, floored, confidence)


def difference_interval(
    difference_hundredths: int, source_error: float, target_error: float, floored: bool, confidence: float
) -> Interval:
    """Difference -/+ z * sqrt(e_s^2 + e_t^2), in levels, by the standard errors of both sides."""
    standard_error = hypot(source_error, target_error)
    half = normal_quantile(confidence) * standard_error
    difference = difference_hundredths / 100
    return Interval(standard_error, difference - half, difference + half, floored)


def certainty_class(difference_hundredths: int, threshold: Decimal, *, above_0: bool) -> Certainty:
    """The class of a gap, given whether its difference is certainly above 0."""
    if difference_hundredths < 100 * threshold:
        return Certainty.NEGLIGIBLE
    return Certainty.GAP if above_0 else Certainty.POSSIBLE_GAP


def _classify(
    gaps: Sequence[ElementGap], options: ComparisonOptions, certain: Collection[str] | None
) -> list[ClassifiedGap]:
    """Each gap's interval, and its class by that interval or by Holm's ``certain`` element ids."""
    classified = []
    for element in gaps:
        bounds = interval(element, options.confidence)
        certainty = None
        if bounds is not None:
            above_0 = bounds.lower > 0 if certain is None else element.element_id in certain
            certainty = certainty_class(element.difference_hundredths, options.threshold, above_0=above_0)
        classified.append(ClassifiedGap(element, bounds, certainty))
    return classified


def _holm(elements: Sequence[ElementGap], alpha: float) -> set[str]:
    """Ids of elements whose difference is not 0 when all are tested together (Holm's step-down)."""
    tested = []
    for element in elements:
        if bounds := interval(element, 0.5):
            z = abs(element.difference_hundredths / 100) / bounds.standard_error
            tested.append((2 * (1 - STANDARD.cdf(z)), element.element_id))
    certain: set[str] = set()
    for rank, (p_value, element_id) in enumerate(sorted(tested)):
        if p_value > alpha / (len(tested) - rank):
            break
        certain.add(element_id)
    return certain


@lru_cache(maxsize=100)  # clients choose the confidence
def normal_quantile(confidence: float) -> float:
    """The z of a two-sided interval, with two decimals: O*NET takes 1.96 for its 95 % bounds."""
    return round(STANDARD.inv_cdf(0.5 + confidence / 2), 2)
