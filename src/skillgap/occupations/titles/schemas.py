"""A coded title."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, Field


class TitleEvidenceOut(BaseModel):
    """The title of the occupation that speaks for it most."""

    matched: Literal["code", "title", "job_title"] = Field(
        description="Whether it is the occupation's code, O*NET's title of it, or an alternate title."
    )
    matched_text: str
    how: Literal["code", "exact", "cleaned", "similar", "corrected"] = Field(
        description="`exact`: the same words, in any order, singular or plural. `cleaned`: the same once level, place, "
        "pay and the like are left out. `similar`: the most alike of its titles. `corrected`: the most alike, with a "
        "word corrected. `code`: a code was typed."
    )


class TitleCode(BaseModel):
    """An occupation that a title can mean."""

    onetsoc_code: str
    title: str
    rated: bool = Field(description="Whether O*NET has rated its skills, so that it can be compared.")
    probability: float = Field(
        ge=0, le=1, description="That it is the right occupation, as measured on titles that were held out."
    )
    evidence: TitleEvidenceOut


class TitleCodes(BaseModel):
    """What a title means: the answer, or why it is unknown, and the most probable occupations."""

    release: str
    title: str = Field(description="As it was sent.")
    cleaned: str = Field(description="What of it says what the work is: without level, place, pay, employer.")
    answer: str | None = Field(
        description="The code of the first occupation, where it is more probable than not; null where it is unknown."
    )
    reason: str | None = Field(description="Why there is no answer; null where there is one.")
    codes: list[TitleCode] = Field(description="The most probable first, also where the answer is unknown.")


class TitleLine(BaseModel):
    """A line of ``POST /titles/code``: a coded title, or what is wrong with the row; the other fields are null then."""

    row: int = Field(description="The number of the row in the request, from 1.")
    given: dict[str, Any] = Field(description="What the row has beside its title, as it was sent.")
    release: str
    title: str = Field(description="As it was sent.")
    problem: str | None = Field(description="The code of the problem, as /problems/{code} has it.")
    detail: str | None
    cleaned: str | None
    answer: str | None
    reason: str | None
    codes: list[TitleCode] | None

    @classmethod
    def faulty(cls, release: str, row: int, given: Mapping[str, Any], title: str, problem: str, detail: str) -> Self:
        """The line of a row that cannot be coded."""
        absent = dict.fromkeys(("cleaned", "answer", "reason", "codes"))
        named = {"release": release, "row": row, "given": given, "title": title}
        return cls.model_validate({**named, "problem": problem, "detail": detail, **absent})
