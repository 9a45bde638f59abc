"""What ``/skill-gap`` answers. A declared field is always sent; null says "there is none"."""

from __future__ import annotations

from skillgap.gap.person import all_alike
from skillgap.occupations.person.query import Person
from skillgap.occupations.schemas import SAMPLE_NOTE
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.tables import DOMAINS

MIXED_RATERS = (
    "Domains are rated by different people: skills and abilities by analysts, knowledge and work "
    "activities by incumbents, who rate higher. Compare levels within a domain."
)

ALIKE = "Everything was answered with the same level: the comparison says little."


def person_notes(person: Person) -> list[str]:
    """What to know of a person's answers before relying on the figures."""
    notes = [ALIKE] if all_alike(person.profile) else []
    if person.elsewhere:
        notes.append(f"Left out as of another domain: {', '.join(person.elsewhere)}.")
    return notes


def notes_of(catalogue: Catalogue, domain: str, *codes: str) -> list[str]:
    """What a reader of the answer has to know."""
    notes = [SAMPLE_NOTE] if catalogue.info.illustrative else []
    notes += [
        f"{code} {catalogue.occupations[code].title} is not rated in this release "
        f"({catalogue.info.title}): its levels are from {catalogue.source(code)}."
        for code in codes
        if code in catalogue.supplemental
    ]
    if domain == "all":
        absent = [name for name in DOMAINS if name not in catalogue.profiles]
        notes.append(MIXED_RATERS)
        notes += [f"This release was loaded without {name.replace('_', ' ')}." for name in absent]
    return notes
