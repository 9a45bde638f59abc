"""A profile as the page has it: the start, the answers and the questions, whatever is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from skillgap.api.page.choice import Choice, chosen
from skillgap.api.page.me.form import ProfileForm, View
from skillgap.occupations.charts.rows import NOUNS
from skillgap.occupations.person.query import MOST_ANSWERS, MatchesBody, PersonGapBody, QuestionsQuery
from skillgap.occupations.person.questions import choose_questions
from skillgap.occupations.person.schemas import QuestionOut, QuestionsOut
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.tables import DOMAINS

FEW_QUESTIONS = 10
LEVELS = range(8)


@dataclass(frozen=True)
class Profile:
    """A form as a release understands it."""

    view: View
    start: Choice
    target: Choice
    levels: dict[str, float]  # the answers in the domain
    others: dict[str, float]  # all other answers, which the form keeps
    unknown: list[str]  # the elements of answers that the release does not rate
    unread: tuple[str, ...]

    def matches_body(self, catalogue: Catalogue, limit: int) -> MatchesBody:
        """What ``POST /matches`` takes for it; filters that need a start with a job zone are left out without one."""
        start = self.start.code
        zones = self.view.zones if start and catalogue.occupations[start].job_zone else None
        return MatchesBody.model_validate(
            {
                **self._answers(),
                "from": start,
                "min_coverage": self.view.min_coverage,
                "max_job_zone": self.view.max_job_zone,
                "max_job_zone_difference": zones,
                "other_major_group": self.view.other_major_group and start is not None,
                "limit": limit,
            }
        )

    def gap_body(self, *, with_start: bool) -> PersonGapBody:
        """What ``POST /skill-gap`` takes for it."""
        whole = {"include": "all", "explain": "anchors", "to": self.target.code}
        return PersonGapBody.model_validate(
            {**self._answers(), **whole, "from": self.start.code if with_start else None}
        )

    def _answers(self) -> dict[str, object]:
        return {"levels": self.levels, "domain": self.view.domain, "release": self.view.release}


class Answer(NamedTuple):
    """One answer that can be given to a question."""

    level: float
    words: str
    chosen: bool


class AskedQuestion(NamedTuple):
    """A question with its possible answers."""

    question: QuestionOut
    answers: list[Answer]
    answered: bool


def profile_of(catalogue: Catalogue, form: ProfileForm) -> Profile:
    """The form as a release understands it; a domain that is not loaded gives way to skills."""
    domain = form.view.domain if form.view.domain in catalogue.profiles else "skills"
    view = form.view.model_copy(update={"domain": domain})
    inside = {key: level for key, level in form.known_to(catalogue).items() if catalogue.elements[key].domain == domain}
    return Profile(
        view=view,
        start=chosen(catalogue, view.source, domain, "published"),
        target=chosen(catalogue, view.target, domain, "published"),
        levels=inside,
        others={key: level for key, level in form.levels.items() if key not in inside},
        unknown=form.unknown_to(catalogue),
        unread=form.unread,
    )


def profile_values(catalogue: Catalogue, profile: Profile) -> dict[str, object]:
    """What the template needs of the profile, whatever is made of it."""
    asked = _questions(catalogue, profile)
    most = len(asked.questions) if profile.view.every else FEW_QUESTIONS
    questions = _by_target(catalogue, profile, asked.questions)[:most]
    shown = {question.element_id for question in questions}
    hidden = {key: level for key, level in {**profile.levels, **profile.others}.items() if key not in shown}
    return {
        "profile": profile,
        "view": profile.view,
        "kept": f"?{urlencode({'release': profile.view.release})}" if profile.view.release else "",
        "questions": [_asked(question, profile.levels) for question in questions],
        "elements": asked.elements,
        "hidden_levels": hidden,
        "nouns": NOUNS[profile.view.domain],
        "domains": [domain for domain in DOMAINS if domain in catalogue.profiles],
        "start_title": catalogue.occupations[profile.start.code].title if profile.start.code else "",
        "start_zone": catalogue.occupations[profile.start.code].job_zone if profile.start.code else None,
    }


def _questions(catalogue: Catalogue, profile: Profile) -> QuestionsOut:
    query = {"from": profile.start.code, "n": MOST_ANSWERS, "domain": profile.view.domain}
    return choose_questions(catalogue, QuestionsQuery.model_validate(query))


def _by_target(catalogue: Catalogue, profile: Profile, questions: list[QuestionOut]) -> list[QuestionOut]:
    """The questions in their order or, with a target, what is most important to it first."""
    if profile.target.code is None:
        return questions
    target = catalogue.profile(profile.target.code, domain=profile.view.domain)
    weights = {key: rating.importance_weight for key, rating in target.items()}
    return sorted(questions, key=lambda question: -weights.get(question.element_id, 0))


def _asked(question: QuestionOut, levels: dict[str, float]) -> AskedQuestion:
    own = levels.get(question.element_id)
    anchors = {anchor.anchor_value: anchor.anchor_description for anchor in question.level_anchors}
    possible = [Answer(level, words, own == level) for level, words in _in_words(anchors)]
    if own is not None and own not in LEVELS:
        possible.append(Answer(own, "your own level", True))
    return AskedQuestion(question, sorted(possible), own is not None)


def _in_words(anchors: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Each level in words: none, an example, or where it lies between examples."""
    for level in LEVELS:
        below = [anchor for anchor in anchors if anchor < level]
        above = [anchor for anchor in anchors if anchor > level]
        if level in anchors:
            yield level, anchors[level]
        elif level == 0:
            yield level, "none of it"
        elif below and above:
            yield level, f"between {max(below)} and {min(above)}"
        elif anchors:
            yield level, f"less than {min(above)}" if above else f"more than {max(below)}"
        else:
            yield level, f"level {level} of 7"
