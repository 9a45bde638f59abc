"""A coded title."""

from typing import Literal

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
