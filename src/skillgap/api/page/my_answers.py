"""What the page makes of a profile: the matches as cards, or the comparison with one occupation."""

from __future__ import annotations

from skillgap.api.page.my_profile import Profile
from skillgap.gap.person_verdict import ENOUGH
from skillgap.occupations.charts.rows import NOUNS
from skillgap.occupations.person.fit import FitsOut, fit_occupations
from skillgap.occupations.schemas import SAMPLE_NOTE, percent_of
from skillgap.onet.catalogue import Catalogue


def match_values(catalogue: Catalogue, profile: Profile) -> dict[str, object]:
    """The matches as cards, without the start itself; none as long as nothing is known."""
    shown: dict[str, object] = {"matches": None, "compared": None, "percent_of": percent_of}
    if not profile.levels and not profile.start.code:
        return shown
    fits = fit_occupations(catalogue, profile.matches_body(catalogue, profile.view.cards + 1))
    cards = [fit for fit in fits.fits if fit.match.occupation.onetsoc_code != profile.start.code]
    return {
        **shown,
        "matches": fits.answer,
        "cards": cards[: profile.view.cards],
        "more": min(fits.answer.total - profile.view.cards, 12),
        "headline": _headline(fits, cards[0].match.occupation.title if cards else "", profile),
        "enough": percent_of(ENOUGH),
        "notes": [note for note in fits.answer.notes if note != SAMPLE_NOTE and "assumed from" not in note],
    }


def _headline(fits: FitsOut, first: str, profile: Profile) -> str:
    """Which occupation comes first, and on how many answers that rests."""
    answered, of = fits.answer.answered, f"of {fits.answer.elements} {NOUNS[profile.view.domain][1]}"
    if not first:
        return "No occupation passes these filters"
    if not answered:
        return f"{first} come first, on no answer of your own yet"
    return f"{first} come first, on {answered} {of} you answered"


def comparison_values(catalogue: Catalogue, profile: Profile) -> dict[str, object]:
    """The profile beside one occupation: the own answers first, and what is assumed apart from them."""
    return {"matches": None, "compared": None, "percent_of": percent_of}
