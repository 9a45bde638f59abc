"""What ``/releases`` answers: the loaded releases."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from skillgap.onet.records import ReleaseInfo


class ReleaseOut(BaseModel):
    """A loaded release."""

    release: str
    released: date | None = Field(description="The first day of the month it was released in.")
    illustrative: bool = Field(description="Our own sample for a first look; not O*NET data.")
    current: bool
    source: str = Field(description="The file name of the folder or zip it was loaded from.")
    loaded_at: datetime = Field(description="UTC.")

    @classmethod
    def of(cls, info: ReleaseInfo) -> Self:
        """A release as it is sent; of the source only the name, not its folder."""
        name = info.source.replace("\\", "/").rstrip("/").rpartition("/")[2]
        return cls.model_validate(info._asdict() | {"source": name})


class ReleasesOut(BaseModel):
    """The loaded releases, and the current one, which is used where a request names none."""

    current: str | None
    releases: list[ReleaseOut]
