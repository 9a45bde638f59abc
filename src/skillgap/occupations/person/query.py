"""What a person may ask: levels or anchors by element, and every fault of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from skillgap.errors import InvalidParameter, RequestError
from skillgap.gap.person import answered_part, person_profile
from skillgap.gap.ratings import Profile
from skillgap.http.csv_response import FORMAT_DESCRIPTION, Format
from skillgap.http.parameters import CODE_PATTERN, DOMAIN_DESCRIPTION, LARGEST_PAGE, Domain
from skillgap.http.routing import LONGEST_NAME
from skillgap.occupations.pair.query import (
    CompareOptions,
    ReleaseQuery,
    Side,
    domain_asked_for,
    side_asked_for,
    validated,
)
from skillgap.onet.catalogue import Catalogue

MOST_ANSWERS = 500  # O*NET rates 161 elements in four domains
FIELDS = ("levels", "anchors")


def _as_published(level: float) -> float:
    if round(level, 2) != level:
        raise ValueError("Give a level with at most two decimals, as O*NET does")
    return level


def _whole(value: object) -> object:
    """JSON has one kind of number: 4.0 is the whole number 4."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


PersonLevel = Annotated[
    float,
    Field(strict=True, ge=0, le=7, json_schema_extra={"multipleOf": 0.01}),
    AfterValidator(_as_published),
]
AnchorValue = Annotated[int, BeforeValidator(_whole), Field(strict=True, ge=0, le=7)]


class PersonAnswers(BaseModel):
    """What a person says of themselves; what is not there, or null, is unknown."""

    levels: dict[str, PersonLevel | None] = Field(
        default={},
        max_length=MOST_ANSWERS,
        description="Levels (0-7, at most two decimals) by element id. 0 says that the person does "
        "not have it; an element that is left out, or null, is unknown.",
        examples=[{"2.A.1.b": 3, "2.B.1.a": 4.5}],
    )
    anchors: dict[str, AnchorValue | None] = Field(
        default={},
        max_length=MOST_ANSWERS,
        description="The same by level anchor: an `anchor_value` that `/elements` lists for the "
        "element. An element is in `levels` or here.",
        examples=[{"2.A.1.d": 4}],
    )


class PersonGapBody(PersonAnswers, CompareOptions):
    """The body of ``POST /skill-gap``. What a person says is sent to no language model."""

    explain: Literal["none", "anchors"] = Field(
        default="none", description="`anchors` says what the levels mean, by O*NET's own examples."
    )

    to_code: str = Field(
        alias="to",
        pattern=CODE_PATTERN,
        description="The target occupation: an O*NET-SOC code, or its first 6 digits.",
        examples=["29-1141.00"],
    )
    format: Format = Field(default="json", description=FORMAT_DESCRIPTION)


class MatchesBody(PersonAnswers, ReleaseQuery):
    """The body of ``POST /matches``."""

    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)
    measure: Literal["difference", "gap"] = Field(
        default="difference",
        description="What the best match has least of. `difference`: levels that are lacking or "
        "not asked for. `gap`: levels that are lacking alone; it puts first what asks for little.",
    )
    min_coverage: float = Field(default=0, ge=0, le=1, description="Leave out occupations that are covered less.")
    limit: int = Field(default=20, ge=1, le=LARGEST_PAGE, description="How many, at most.")
    offset: int = Field(default=0, ge=0, le=1_000_000, description="How many to pass over.")
    format: Format = Field(default="json", description=FORMAT_DESCRIPTION)


class Person(NamedTuple):
    """A person's answers in the domain asked about, and the element ids of the others."""

    profile: Profile
    elsewhere: tuple[str, ...]


def person_gap_asked_for(asked: Mapping[str, Any], catalogue: Catalogue) -> tuple[PersonGapBody, Person, Side]:
    """The options, the person and the target; raises SeveralFaults with all that is wrong."""
    faults = list(_answer_faults(asked, catalogue))
    target = Side("", {})
    try:
        target = side_asked_for(catalogue, asked, "to")
    except RequestError as fault:
        faults.append(fault)
    body = validated(PersonGapBody, asked, faults, besides=("to",))
    person = _person(body, catalogue, body.domain)
    if not answered_part(person.profile, target.profile):
        raise _nothing_answered(body.domain)
    return body, person, target


def matches_asked_for(asked: Mapping[str, Any], catalogue: Catalogue) -> tuple[MatchesBody, Person]:
    """The options and the person; raises SeveralFaults with all that is wrong."""
    faults = list(_answer_faults(asked, catalogue))
    if domain_asked_for(asked) != "all":
        catalogue.require_domain(domain_asked_for(asked))
    body = validated(MatchesBody, asked, faults)
    person = _person(body, catalogue, body.domain)
    if not person.profile:
        raise _nothing_answered(body.domain)
    return body, person


def _person(answers: PersonAnswers, catalogue: Catalogue, domain: str) -> Person:
    given = {**answers.anchors, **answers.levels}
    levels = {key: Decimal(str(level)) for key, level in given.items() if level is not None}
    inside = {key: level for key, level in levels.items() if domain in (catalogue.elements[key].domain, "all")}
    names = {key: catalogue.elements[key].element_name for key in inside}
    return Person(person_profile(inside, names), tuple(sorted(levels.keys() - inside.keys())))


def _answer_faults(asked: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
    """What the release makes wrong of the answers: unknown elements, anchors that are not there."""
    given = {field: asked.get(field, {}) for field in FIELDS}
    read = {field: answers for field, answers in given.items() if isinstance(answers, dict)}
    if read == given and not any(answer is not None for answers in read.values() for answer in answers.values()):
        yield _nothing_answered(domain_asked_for(asked))
    known = {field: answers if len(answers) <= MOST_ANSWERS else {} for field, answers in read.items()}
    for field, answered in known.items():
        for element_id, answer in answered.items():
            place = f"{field}.{element_id}"[:LONGEST_NAME]
            if not catalogue.is_rated_element(element_id):
                yield InvalidParameter(
                    f"{catalogue.info.title} rates no element {element_id[:LONGEST_NAME]!r}.",
                    parameter=place,
                )
            elif field == "anchors" and type(whole := _whole(answer)) is int:
                yield from _anchor_fault(catalogue, element_id, whole, place)
    for element_id in read.get("levels", {}).keys() & read.get("anchors", {}).keys():
        yield InvalidParameter(f"{element_id[:LONGEST_NAME]!r} is in 'levels' and in 'anchors'.", parameter="anchors")


def _anchor_fault(catalogue: Catalogue, element_id: str, answer: int, place: str) -> Iterator[RequestError]:
    values = [anchor.anchor_value for anchor in catalogue.anchors.get(element_id, ())]
    if answer not in values:
        listed = ", ".join(map(str, values)) or "none"
        yield InvalidParameter(f"{element_id} has no level anchor at {answer} (there: {listed}).", parameter=place)


def _nothing_answered(domain: str) -> InvalidParameter:
    what = "any rated element" if domain == "all" else f"the {domain.replace('_', ' ')}"
    return InvalidParameter(
        f"Nothing is answered of {what}: give 'levels' or 'anchors' by element id.",
        parameter="levels",
    )
