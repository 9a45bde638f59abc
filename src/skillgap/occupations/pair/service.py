"""Comparing two occupations: the use case of API, command line, MCP and page."""

from collections.abc import Sequence

from skillgap.gap.certainty import Certainty, ClassifiedGap, Comparison, ComparisonOptions, interval
from skillgap.gap.certainty import compare as compare_profiles
from skillgap.gap.comparison import ElementGap
from skillgap.gap.ratings import Estimate
from skillgap.occupations.pair.absence import absent_importances, absent_levels, without_importance
from skillgap.occupations.pair.explanation import explain
from skillgap.occupations.pair.levels import LevelsOut, SideLevelsOut, level_notes
from skillgap.occupations.pair.query import CompareOptions, GapOptions, GapQuery, Side, resolve_sides
from skillgap.occupations.pair.schemas import ElementGapOut, MethodOut, SkillGapOut, SummaryOut
from skillgap.occupations.schemas import compared_occupation, release_notes, rounded
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.levels import weighed_equally


def compare(catalogue: Catalogue, query: GapQuery) -> SkillGapOut:
    """What the target occupation requires above the source's level, widest gap first.

    Raises SeveralFaults with everything that is wrong with both codes.
    """
    source, target = resolve_sides(catalogue, query.model_dump(by_alias=True, include=SIDE_FIELDS))
    return compare_sides(catalogue, query, source, target)


SIDE_FIELDS = {"from_code", "to_code", "domain", "levels"}


def compare_sides(catalogue: Catalogue, options: GapOptions, source: Side, target: Side) -> SkillGapOut:
    """The response for two occupations that are resolved."""
    response = build_response(catalogue, options, source, target)
    response.from_occupation = compared_occupation(catalogue, source.onetsoc_code, source.used)
    levels = options.levels or "published"
    if levels != "published":
        sides = [(side.onetsoc_code, side.used) for side in (source, target)]
        response.notes += level_notes(catalogue, levels, *sides)
        response.levels = LevelsOut(
            asked=levels, from_occupation=SideLevelsOut.of(source.used), to_occupation=SideLevelsOut.of(target.used)
        )
    return response


def build_response(catalogue: Catalogue, options: CompareOptions, source: Side, target: Side) -> SkillGapOut:
    """The response but for what names the source; a person is a side without a code."""
    comparison = compare_by_options(source, target, options.options())
    by_onet = [side.onetsoc_code for side in (source, target) if side.onetsoc_code and side.used.occupation is None]
    to_occupation = compared_occupation(catalogue, target.onetsoc_code, target.used)
    titles = (catalogue.occupations[source.onetsoc_code].title if source.onetsoc_code else "you", to_occupation.title)

    def shape(gaps: Sequence[ClassifiedGap]) -> list[ElementGapOut]:
        return [_element_out(catalogue, gap, titles if options.explain != "none" else None) for gap in gaps]

    def shape_others(elements: Sequence[ElementGap]) -> list[ElementGapOut]:
        return shape([ClassifiedGap(element, interval(element, options.confidence), None) for element in elements])

    return SkillGapOut(
        release=catalogue.info.release,
        from_occupation=None,
        person=None,
        to_occupation=to_occupation,
        scale=catalogue.scales["LV"],
        domain=options.domain,
        method=MethodOut(
            confidence=options.confidence,
            threshold=options.threshold,
            adjust=options.adjust,
            order="difference, to_importance, element_id",
        ),
        filters=comparison.filters,
        summary=summarise(comparison),
        skill_gaps=shape(comparison.gaps),
        met=shape_others(comparison.met) if options.includes("met") else None,
        surplus=shape_others(comparison.surplus) if options.includes("surplus") else None,
        notes=release_notes(catalogue, options.domain, *by_onet)
        + absent_levels(catalogue, options.domain, source, target)
        + absent_importances(catalogue, target),
        levels=None,
        narrative=None,
    )


def compare_by_options(source: Side, target: Side, options: ComparisonOptions) -> Comparison:
    """The comparison; a target whose importances are all unknown weighs every element the same."""
    comparison = compare_profiles(source.profile, target.profile, options)
    if len(without_importance(target)) == len(target.profile):
        equal = compare_profiles(source.profile, weighed_equally(target.profile), options)
        comparison = comparison._replace(coverage=equal.coverage, weighted_gap=equal.weighted_gap)
    return comparison


def summarise(comparison: Comparison) -> SummaryOut:
    """The figures of a comparison."""
    certainties = comparison.certainties()
    return SummaryOut(
        compared=comparison.compared,
        unknown=comparison.unknown,
        gaps=len(comparison.gaps),
        missing=sum(gap.element.source_level == 0 for gap in comparison.gaps),
        coverage=rounded(comparison.coverage),
        met=len(comparison.met),
        surplus=len(comparison.surplus),
        weighted_gap=rounded(comparison.weighted_gap),
        certain=certainties[Certainty.GAP],
        possible=certainties[Certainty.POSSIBLE_GAP],
        negligible=certainties[Certainty.NEGLIGIBLE],
    )


def _element_out(catalogue: Catalogue, gap: ClassifiedGap, titles: tuple[str, str] | None) -> ElementGapOut:
    """One element; explained with the titles of both sides where they are given."""
    element, bounds, certainty = gap
    from_level, to_level = float(element.source_level), float(element.target_level)
    return ElementGapOut(
        element_id=element.element_id,
        element_name=element.element_name,
        domain=catalogue.elements[element.element_id].domain or "",
        status=element.status,
        from_level=from_level,
        from_score=round(from_level / 7 * 100, 1),
        from_not_relevant=element.source.not_relevant,
        to_level=to_level,
        to_score=round(to_level / 7 * 100, 1),
        to_importance=None if element.target_importance is None else float(element.target_importance),
        to_importance_score=_importance_score(element.target.importance),
        difference=float(element.difference),
        low_precision=element.low_precision,
        certainty=certainty.value if certainty else None,
        standard_error=rounded(bounds.standard_error) if bounds else None,
        lower=rounded(bounds.lower) if bounds else None,
        upper=rounded(bounds.upper) if bounds else None,
        floored=bounds.floored if bounds else False,
        explanation=explain(catalogue, element, *titles) if titles else None,
    )


def _importance_score(importance: Estimate | None) -> float | None:
    return None if importance is None else round(float(importance.data_value - 1) / 4 * 100, 1)
