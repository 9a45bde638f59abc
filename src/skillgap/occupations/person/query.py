"""What a person states: levels or level anchors by element, and what a release finds wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from skillgap.errors import InvalidParameter, RequestError
from skillgap.gap.person import person_profile, with_first_guess
from skillgap.gap.ratings import Profile
from skillgap.http.csv_response import Formatted
from skillgap.http.parameters import DOMAIN_DESCRIPTION, Domain, OccupationCode, Page, ReleaseQuery, faults_in
from skillgap.http.routing import LONGEST_NAME
from skillgap.occupations import filters
from skillgap.occupations.filters import Filter
from skillgap.occupations.pair.query import CompareOptions, domain_of, require_domain, resolve_side
from skillgap.onet.catalogue import Catalogue

MOST_ANSWERS = 500  # O*NET rates 161 elements in four domains


def _two_decimals(level: float) -> float:
    if round(level, 2) != level:
        raise ValueError("Give a level with at most two decimals, as O*NET does")
    return level


def _whole(value: object) -> object:
    """JSON has one kind of number: 4.0 is the whole number 4."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


PersonLevel = Annotated[
    float, Field(strict=True, ge=0, le=7, json_schema_extra={"multipleOf": 0.01}), AfterValidator(_two_decimals)
]
AnchorValue = Annotated[int, Field(strict=True, ge=0, le=7), BeforeValidator(_whole)]
NOTHING_STATED: JsonDict = {
    "properties": {
        "levels": {"additionalProperties": {"type": "null"}},
        "anchors": {"additionalProperties": {"type": "null"}},
        "from": {"type": "null"},
    }
}
"""JSON Schema of a body without any level: all are absent, empty or hold nothing but null."""


class Person(NamedTuple):
    """A person's levels in the compared domain: those that were answered, and those of a starting occupation."""

    own: Profile
    profile: Profile  # the own levels, and the first guess where there is a start
    start: str | None  # onetsoc_code
    elsewhere: tuple[str, ...]  # the element ids of answers in other domains


class PersonAnswers(ReleaseQuery):
    """A person's levels, one at least unless ``from`` gives a first guess; what is absent, or null, is unknown."""

    model_config = ConfigDict(json_schema_extra={"not": NOTHING_STATED})

    levels: dict[str, PersonLevel | None] = Field(
        default={},
        max_length=MOST_ANSWERS,
        description="Levels (0-7, at most two decimals) by element id. 0 says that the person does "
        "not have it; an element that is left out, or null, is unknown. At least one level has to be stated, "
        "here or in `anchors`.",
        examples=[{"2.A.1.b": 3, "2.B.1.a": 4.5}],
    )
    anchors: dict[str, AnchorValue | None] = Field(
        default={},
        max_length=MOST_ANSWERS,
        description="The same by level anchor: an `anchor_value` that `/elements` lists for the "
        "element. An element is in `levels` or here.",
        examples=[{"2.A.1.d": 4}],
    )
    from_code: OccupationCode | None = Field(
        default=None,
        alias="from",
        description="A present or past occupation, whose levels are a first guess of whatever is not answered: an "
        "O*NET-SOC code, or its first 6 digits. The answer says under `first_guess` which levels are assumed.",
        examples=["31-1131.00"],
    )

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """Elements and anchors that the release does not have, its start, and no answer at all."""
        yield from _answer_faults(values, catalogue)
        if isinstance(values.get("from"), str):
            yield from start_faults(catalogue, values)

    def person(self, catalogue: Catalogue, domain: str) -> Person:
        """The answers in a domain as a profile, with the first guess where a start is named."""
        given = self.anchors | self.levels
        levels = {key: Decimal(str(level)) for key, level in given.items() if level is not None}
        inside = {key: level for key, level in levels.items() if domain in (catalogue.elements[key].domain, "all")}
        names = {key: catalogue.elements[key].element_name for key in inside}
        own = person_profile(inside, names)
        elsewhere = tuple(sorted(levels.keys() - inside.keys()))
        if self.from_code is None:
            return Person(own, own, None, elsewhere)
        start = resolve_side(catalogue, {"from": self.from_code, "domain": domain}, "from")
        return Person(own, with_first_guess(own, start.profile), start.onetsoc_code, elsewhere)


class PersonGapBody(PersonAnswers, CompareOptions, Formatted):
    """The body of ``POST /skill-gap``. No language model is sent what a person states."""

    explain: Literal["none", "anchors"] = Field(
        default="none", description="`anchors` says what the levels mean, by O*NET's own examples."
    )
    to_code: OccupationCode = Field(
        alias="to",
        description="The target occupation: an O*NET-SOC code, or its first 6 digits.",
        examples=["29-1141.00"],
    )

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong with the answers and the target."""
        yield from super().faults(values, catalogue)
        yield from faults_in(resolve_side, catalogue, {**values, "levels": None}, "to")


class MatchesBody(PersonAnswers, Page, Formatted):
    """The body of ``POST /matches``."""

    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)
    measure: Literal["difference", "gap"] = Field(
        default="difference",
        description="What the best match has least of. `difference`: levels that are lacking or "
        "not required. `gap`: levels that are lacking alone; it puts first what requires little.",
    )
    min_coverage: float = Field(default=0, ge=0, le=1, description="Leave out occupations that are covered less.")
    max_job_zone: int | None = Field(
        default=None, ge=1, le=5, description="Leave out occupations of a higher job zone, and those without one."
    )
    max_job_zone_difference: int | None = Field(
        default=None,
        ge=0,
        le=4,
        description="Leave out occupations that are more job zones away from that of `from`, up or down, and those "
        "without a job zone.",
    )
    other_major_group: bool = Field(
        default=False, description="Leave out the SOC major group (the first 2 digits) of `from`."
    )

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong with the answers, the domain, and filters that need a start."""
        yield from super().faults(values, catalogue)
        yield from faults_in(require_domain, catalogue, values)
        if values.get("from") is None:
            for name in ("max_job_zone_difference", "other_major_group"):
                if values.get(name) not in (None, False):
                    yield InvalidParameter(f"'{name}' needs the occupation in 'from'.", parameter=name)

    def used_filters(self, catalogue: Catalogue, start: str | None) -> Iterator[Filter]:
        """The filters that are used, in order; raises InvalidParameter."""
        if self.min_coverage > 0:
            yield filters.min_coverage(self.min_coverage)
        if self.max_job_zone is not None:
            yield filters.max_job_zone(catalogue, self.max_job_zone)
        if start and self.max_job_zone_difference is not None:
            yield filters.max_job_zone_difference(catalogue, start, self.max_job_zone_difference)
        if start and self.other_major_group:
            yield filters.other_major_group(start)


class QuestionsQuery(ReleaseQuery, Formatted):
    """The parameters of ``GET /questions``."""

    from_code: OccupationCode | None = Field(
        default=None,
        alias="from",
        description="A present or past occupation, whose levels are a first guess: an O*NET-SOC code, or its first 6 "
        "digits. Then the questions are where the occupations most like it differ from it.",
        examples=["31-1131.00"],
    )
    n: int = Field(default=10, ge=1, le=MOST_ANSWERS, description="How many questions, at most; 8 to 10 are sensible.")
    domain: Domain = Field(default="skills", description=DOMAIN_DESCRIPTION)

    @classmethod
    def faults(cls, values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
        """What the release finds wrong with the start and the domain."""
        yield from faults_in(require_domain, catalogue, values)
        if isinstance(values.get("from"), str):
            yield from start_faults(catalogue, values)


def start_faults(catalogue: Catalogue, values: Mapping[str, Any]) -> Sequence[RequestError]:
    """What is wrong with the starting occupation, in whatever domain where the named one is not loaded."""
    domain = "all" if faults_in(require_domain, catalogue, values) else domain_of(values)
    return faults_in(resolve_side, catalogue, {"from": values.get("from"), "domain": domain}, "from")


def nothing_answered(domain: str) -> InvalidParameter:
    """The fault of a request whose answers leave nothing to compare."""
    what = "any rated element" if domain == "all" else f"the {domain.replace('_', ' ')}"
    return InvalidParameter(
        f"Nothing is answered of {what}: give 'levels' or 'anchors' by element id.", parameter="levels"
    )


def _answer_faults(values: Mapping[str, Any], catalogue: Catalogue) -> Iterator[RequestError]:
    given = {field: values.get(field, {}) for field in ("levels", "anchors")}
    answers = {field: answer for field, answer in given.items() if isinstance(answer, dict)}
    stated = answers != given or any(level is not None for part in answers.values() for level in part.values())
    if not stated and values.get("from") is None:
        yield nothing_answered(domain_of(values))
    for field, levels in answers.items():
        if len(levels) <= MOST_ANSWERS:
            yield from _element_faults(catalogue, field, levels)
    for element_id in answers.get("levels", {}).keys() & answers.get("anchors", {}).keys():
        yield InvalidParameter(f"{element_id[:LONGEST_NAME]!r} is in 'levels' and in 'anchors'.", parameter="anchors")


def _element_faults(catalogue: Catalogue, field: str, answers: Mapping[str, Any]) -> Iterator[RequestError]:
    for element_id, answer in answers.items():
        parameter = f"{field}.{element_id}"[:LONGEST_NAME]
        if not catalogue.is_rated_element(element_id):
            detail = f"{catalogue.info.title} rates no element {element_id[:LONGEST_NAME]!r}."
            yield InvalidParameter(detail, parameter=parameter)
        elif field == "anchors" and type(value := _whole(answer)) is int:
            anchors = [anchor.anchor_value for anchor in catalogue.anchors.get(element_id, ())]
            if value not in anchors:
                listed = ", ".join(map(str, anchors)) or "none"
                detail = f"{element_id} has no level anchor at {value} (there: {listed})."
                yield InvalidParameter(detail, parameter=parameter)
