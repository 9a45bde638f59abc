"""What the page makes of a profile: the matches as cards, or the comparison with one occupation."""

from __future__ import annotations

from skillgap.api.page.me.profile import Profile
from skillgap.api.page.panel import panel_of
from skillgap.gap.certainty import HALF_A_LEVEL
from skillgap.gap.person_verdict import ENOUGH
from skillgap.occupations.charts.rows import KINDS, NOUNS, Filters, signed
from skillgap.occupations.pair.schemas import SkillGapOut
from skillgap.occupations.person.first_guess import first_guess_note
from skillgap.occupations.person.fit import FitsOut, fit_occupations, fit_with
from skillgap.occupations.person.query import PersonGapBody
from skillgap.occupations.person.schemas import PersonGapFromOut
from skillgap.occupations.person.service import compare_person
from skillgap.occupations.schemas import SAMPLE_NOTE, percent_of
from skillgap.onet.catalogue import Catalogue

MORE_CARDS = 12
NOTHING: dict[str, object] = {
    "matches": None,
    "panel": None,
    "assumed_panel": None,
    "fit": None,
    "notes": [],
    "kinds": KINDS,
    "signed": signed,
    "percent_of": percent_of,
    "enough": percent_of(ENOUGH),
}


def match_values(catalogue: Catalogue, profile: Profile) -> dict[str, object]:
    """The matches as cards, without the start itself; none as long as nothing is known."""
    if not profile.levels and not profile.start.code:
        return NOTHING
    fits = fit_occupations(catalogue, profile.matches_body(catalogue, profile.view.cards + 1))
    cards = [fit for fit in fits.fits if fit.match.occupation.onetsoc_code != profile.start.code]
    return {
        **NOTHING,
        "matches": fits.answer,
        "cards": cards[: profile.view.cards],
        "more": min(fits.answer.total - profile.view.cards, MORE_CARDS),
        "headline": _first_match(fits, cards[0].match.occupation.title if cards else "", profile),
        "notes": _notes(catalogue, profile, fits.answer.notes),
    }


def comparison_values(catalogue: Catalogue, profile: Profile) -> dict[str, object]:
    """The profile beside one occupation: the own answers first, and what is assumed apart from them."""
    if profile.target.code is None:
        return {**NOTHING, "headline": "Which occupation do you want to compare with?"}
    title = catalogue.occupations[profile.target.code].title
    answered = profile.levels.keys() & catalogue.profile(profile.target.code, domain=profile.view.domain).keys()
    own = compare_person(catalogue, profile.gap_body(with_start=False)) if answered else None
    whole = compare_person(catalogue, profile.gap_body(with_start=True)) if profile.start.code else None
    fit = fit_with(catalogue, profile.matches_body(catalogue, 1), profile.target.code) if own or whole else None
    guess = _assumed_alone(catalogue, profile, whole) if isinstance(whole, PersonGapFromOut) else None
    return {
        **NOTHING,
        "headline": _what_lacks(own, title, profile),
        "title": title,
        "fit": fit,
        "panel": panel_of(own, Filters(show="all"), "gap", {}) if own else None,
        "assumed_panel": panel_of(guess, Filters(show="all"), "gap", {})._replace(domain="assumed") if guess else None,
        "notes": _notes(catalogue, profile, [note for answer in (own, whole) if answer for note in answer.notes]),
    }


def _assumed_alone(catalogue: Catalogue, profile: Profile, whole: PersonGapFromOut) -> SkillGapOut | None:
    """The comparison on the assumed levels alone, told as the start's; None where nothing is assumed."""
    levels = {level.element_id: level.level for level in whole.first_guess.assumed}
    if not levels:
        return None
    own = profile.gap_body(with_start=False).model_dump(by_alias=True, exclude={"levels"})
    answer = compare_person(catalogue, PersonGapBody.model_validate({**own, "levels": levels}))
    return answer.model_copy(update={"person": None, "from_occupation": whole.first_guess.occupation})


def _first_match(fits: FitsOut, first: str, profile: Profile) -> str:
    """Which occupation comes first, and on how many answers that rests."""
    answered, of = fits.answer.answered, f"of {fits.answer.elements} {NOUNS[profile.view.domain][1]}"
    if not first:
        return "No occupation passes these filters"
    if not answered:
        return f"{first} come first, on no answer of your own yet"
    return f"{first} come first, on {answered} {of} you answered"


def _what_lacks(own: SkillGapOut | None, title: str, profile: Profile) -> str:
    """How many of the own answers are below what is needed, by half a level or more."""
    if own is None:
        return f"You have answered nothing yet that {title} need"
    noun, nouns = NOUNS[profile.view.domain]
    answered = own.summary.compared
    one, several = f"the one {noun} you answered", f"{answered} {nouns} you answered"
    below = sum(element.difference >= HALF_A_LEVEL for element in own.skill_gaps)
    if not below:
        within = ", within half a level," if own.skill_gaps else ""
        return f"You have what {title} need{within} in {one if answered == 1 else f'all {several}'}"
    return f"{title} need more than you have in {one if answered == 1 else f'{below} of the {several}'}"


def _notes(catalogue: Catalogue, profile: Profile, notes: list[str]) -> list[str]:
    """Notes but for what the page says elsewhere: the banner, and what is assumed."""
    person = profile.matches_body(catalogue, 1).person(catalogue, profile.view.domain)
    elsewhere = (SAMPLE_NOTE, first_guess_note(catalogue, person))
    return [note for note in dict.fromkeys(notes) if note not in elsewhere]
