"""The questions that tell most about where a person fits."""

from skillgap.gap.questions import Question, telling_questions
from skillgap.gap.ratings import Profile
from skillgap.occupations.pair.query import Side, resolve_side
from skillgap.occupations.person.query import QuestionsQuery
from skillgap.occupations.person.schemas import QuestionOut, QuestionsOut
from skillgap.occupations.schemas import compared_occupation, ranking_notes
from skillgap.onet.catalogue import Catalogue

UNRANKED_START = "{} is not ranked among the occupations, so that the questions are those for a person without a start."


def choose_questions(catalogue: Catalogue, query: QuestionsQuery) -> QuestionsOut:
    """The elements whose levels tell most about the ranking, with what their levels mean.

    Raises SeveralFaults with everything that is wrong with the start and the domain.
    """
    values = query.model_dump(by_alias=True)
    query.check(values, catalogue)
    ranking = catalogue.transitions(*catalogue.domains(query.domain))
    start = resolve_side(catalogue, values, "from") if query.from_code else Side("", {})
    ranked = start.onetsoc_code if start.onetsoc_code in ranking.matrix.positions else None
    questions = telling_questions(ranking.matrix, ranked, query.n)
    notes = ranking_notes(catalogue, query.domain, ranking)
    if start.onetsoc_code and ranked is None:
        notes.append(UNRANKED_START.format(catalogue.occupations[start.onetsoc_code].title))
    return QuestionsOut(
        release=catalogue.info.release,
        domain=query.domain,
        from_occupation=compared_occupation(catalogue, start.onetsoc_code) if start.onetsoc_code else None,
        elements=len(ranking.matrix.elements),
        questions=[_question_out(catalogue, question, start.profile) for question in questions],
        notes=notes,
    )


def _question_out(catalogue: Catalogue, question: Question, start: Profile) -> QuestionOut:
    element, guess = catalogue.elements[question.element_id], start.get(question.element_id)
    return QuestionOut(
        **element._asdict(),
        level_anchors=list(catalogue.anchors.get(element.element_id, ())),
        share=question.share,
        explained=question.explained,
        from_level=float(guess.effective_level) if guess else None,
    )
