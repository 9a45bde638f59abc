"""What an answer says of levels that are a language model's."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field

from skillgap.occupations.schemas import ResponseModel
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.rescored.model_levels import Levels, LevelsUsed

NOT_APPROVED = (
    "Levels of {title} are those of a language model ({model}, prompt {prompt_version}, asked "
    "{last_asked}), not O*NET's: USDOL/ETA has not approved, endorsed, or tested them."
)
NO_AGREEMENT = "How far {model} agrees with O*NET has not been measured: take it as a guess."
NONE_THERE = "There are no {levels} levels of {title}: O*NET's are used as published."
TWO_RATERS = (
    "The two sides are rated by different raters: part of a difference may be theirs. `calibrated` "
    "levels are the nearest to O*NET's."
)


AgreementFigure = Annotated[float, AfterValidator(lambda figure: round(figure, 3))]


class AgreementOut(ResponseModel):
    """How far the rater is from O*NET where both have rated, in levels (model minus O*NET)."""

    occupations: int
    bias: AgreementFigure
    mean_absolute_error: AgreementFigure


class CalibrationOut(BaseModel):
    """What moved the levels onto O*NET's; `agreement` is then that of occupations held out."""

    calibrated_at: datetime
    fitted_on: int = Field(description="Occupations.")
    seed: int


class ModelOut(BaseModel):
    """Who gave the levels."""

    model: str
    prompt_version: str
    last_asked: date
    runs: int = Field(description="The level is the median of so many.")
    agreement: AgreementOut | None = Field(description="null where it has not been measured.")
    calibration: CalibrationOut | None

    @classmethod
    def of(cls, used: LevelsUsed) -> Self | None:
        """The model behind a profile; None where the levels are O*NET's."""
        occupation, calibration = used.occupation, used.calibration
        if occupation is None:
            return None
        return cls(
            **occupation.rater._asdict(),
            last_asked=occupation.last_asked,
            runs=occupation.runs,
            agreement=used.agreement,
            calibration=calibration
            and CalibrationOut(
                calibrated_at=calibration.created_at, fitted_on=len(calibration.fitted), seed=calibration.seed
            ),
        )


class SideLevelsOut(BaseModel):
    """Whose levels one side has."""

    levels: Levels
    model: ModelOut | None = Field(description="null where the levels are O*NET's.")

    @classmethod
    def of(cls, used: LevelsUsed) -> Self:
        """The same of what a catalogue gave."""
        return cls(levels=used.levels, model=ModelOut.of(used))


class LevelsOut(BaseModel):
    """Whose levels were requested, and whose each side has."""

    asked: Levels
    from_occupation: SideLevelsOut
    to_occupation: SideLevelsOut


class RescoredLevelOut(BaseModel):
    """One level of a model, and how far its runs agree."""

    element_id: str
    level: Annotated[float, Field(ge=0, le=7)]
    spread: float = Field(description="Highest minus lowest run, in levels.")
    confidence: str = Field(description="The model's own; low where runs differ by over a level.")
    reason: str = Field(description="The model's words.")


class RatingLevelsOut(BaseModel):
    """Whose levels were requested and given; for a model's, how its runs agree."""

    asked: Levels
    given: SideLevelsOut
    rescored: list[RescoredLevelOut]
    notes: list[str]

    @classmethod
    def of(cls, catalogue: Catalogue, levels: Levels, code: str, used: LevelsUsed) -> Self | None:
        """The levels of one occupation; None where O*NET's were requested."""
        if levels == "published":
            return None
        rescored = used.occupation.levels if used.occupation else {}
        return cls(
            asked=levels,
            given=SideLevelsOut.of(used),
            rescored=[
                RescoredLevelOut(element_id=element_id, **level._asdict()) for element_id, level in rescored.items()
            ],
            notes=side_notes(catalogue, levels, code, used),
        )


def side_notes(catalogue: Catalogue, levels: Levels, code: str, used: LevelsUsed) -> list[str]:
    """What a reader has to know of one side's levels."""
    title = f"{code} {catalogue.occupations[code].title}"
    if used.occupation is None:
        return [NONE_THERE.format(levels=levels, title=title)]
    rater = used.occupation.rater
    notes = [NOT_APPROVED.format(title=title, last_asked=used.occupation.last_asked, **rater._asdict())]
    if used.agreement is None:
        notes.append(NO_AGREEMENT.format(model=rater.model))
    return notes


def level_notes(
    catalogue: Catalogue, levels: Levels, source: tuple[str, LevelsUsed], target: tuple[str, LevelsUsed]
) -> list[str]:
    """What a reader has to know of a comparison by these levels; nothing for published ones."""
    if levels == "published":
        return []
    sides = dict((source, target))  # one where both are the same occupation
    notes = [note for code, used in sides.items() for note in side_notes(catalogue, levels, code, used)]
    if len({used.occupation and used.occupation.rater for used in sides.values()}) > 1:
        notes.append(TWO_RATERS)
    return notes
