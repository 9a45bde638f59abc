"""Answers of the tools as sentences, for assistants that read no figures."""

from skillgap.errors import RequestError, SkillgapError
from skillgap.occupations.moves.schemas import MOST_REASONS
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.schemas import percent_of
from skillgap.occupations.titles.schemas import TitleCodes
from skillgap.onet.catalogue import Catalogue


def fault_sentence(fault: SkillgapError) -> str:
    """What is wrong with a request, and what to ask instead."""
    suggestions = fault.suggestions if isinstance(fault, RequestError) else ()
    named = ", ".join(f"{occupation.onetsoc_code} {occupation.title}" for occupation in suggestions)
    return f"{fault} Ask instead about: {named}." if named else str(fault)


def found_sentence(catalogue: Catalogue, text: str, codes: list[str]) -> str:
    """What a search found."""
    if not codes:
        return f"{catalogue.info.title} has no occupation that {text!r} could mean."
    best = codes[0]
    rated = "" if catalogue.is_rated(best) else ", which O*NET has not rated"
    return (
        f"{catalogue.info.title} has {len(codes)} occupations that {text!r} could mean; the best "
        f"match is {best} {catalogue.occupations[best].title}{rated}."
    )


def coded_sentence(catalogue: Catalogue, answer: TitleCodes) -> str:
    """What a title means, or why that is unknown."""
    if answer.answer is None:
        return f"By {catalogue.info.title}, the occupation of {answer.title!r} is unknown. {answer.reason}"
    first = answer.codes[0]
    return (
        f"By {catalogue.info.title}, {answer.title!r} is {first.onetsoc_code} {first.title} with a probability of "
        f"{percent_of(first.probability)}%, by the title {first.evidence.matched_text}."
    )


def compared_sentence(catalogue: Catalogue, answer: SkillGapOut) -> str:
    """A comparison in short."""
    target, summary = answer.to_occupation, answer.summary
    widest = ", ".join(gap.element_name for gap in answer.skill_gaps[:MOST_REASONS])
    return (
        f"By {catalogue.info.title}, {answer.source_title} bring {percent_of(summary.coverage)}% of the skill "
        f"levels that {target.title} need; {summary.gaps} of {summary.compared} skills fall short"
        f"{f', most of all {widest}' if widest else ''}."
    )
