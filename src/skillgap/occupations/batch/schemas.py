"""The lines of responses about many pairs."""

from typing import Any, Self

from pydantic import BaseModel, Field

from skillgap.occupations.batch.query import NamedPair


class PairOut(BaseModel):
    """One pair in short, or what is wrong with it; the other fields are null then."""

    release: str
    from_code: str = Field(serialization_alias="from", description="As it was sent.")
    to_code: str = Field(serialization_alias="to", description="As it was sent.")
    problem: str | None = Field(description="The code of the problem, as /problems/{code} has it.")
    detail: str | None
    from_model: str | None = Field(description="Whose levels they are; null where O*NET's.")
    to_model: str | None = Field(description="Whose levels they are; null where O*NET's.")
    compared: int | None
    gaps: int | None
    missing: int | None
    met: int | None
    surplus: int | None
    certain: int | None
    possible: int | None
    negligible: int | None
    coverage: float | None
    weighted_gap: float | None
    unknown: int | None

    @classmethod
    def of(cls, release: str, pair: NamedPair, **figures: Any) -> Self:
        """The line of a pair; fields that are not given are null."""
        names = cls.model_fields.keys() - {"release", "from_code", "to_code"}
        codes = {"from_code": pair.from_code, "to_code": pair.to_code}
        return cls(release=release, **codes, **(dict.fromkeys(names) | figures))


class MatrixRowOut(BaseModel):
    """A line of ``GET /matrix``: one pair in short, as /skill-gap sums it up."""

    release: str
    from_code: str = Field(serialization_alias="from")
    to_code: str = Field(serialization_alias="to")
    gaps: int
    missing: int = Field(description="Gaps where the source's level is 0.")
    coverage: float = Field(ge=0, le=1)
    weighted_gap: float = Field(description="In levels.")
