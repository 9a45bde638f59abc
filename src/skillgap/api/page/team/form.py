"""The form of ``/team``: the people, what was coded and chosen before, and the button that was pressed."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, Self, get_args

from starlette.datastructures import FormData, UploadFile

from skillgap.api.page.choice import chosen
from skillgap.occupations.team.people_file import PeopleFile, read_people
from skillgap.occupations.team.review import Carried
from skillgap.onet.catalogue import Catalogue

LARGEST_FORM = 8_000_000  # bytes: the people, the codes of their titles, and the choices
LONGEST_TEXT = 200  # characters of a field with a title
OUT = "out"
ROW = re.compile(r"title-(\d{1,5})", re.ASCII)

Step = Literal["review", "plan", "csv", "xlsx"]


class Unclear(NamedTuple):
    """What was written for a title and means no occupation."""

    text: str
    problem: str


class TeamForm(NamedTuple):
    """What a form says; ``data`` is the file of people, ``part`` how many titles to code at most."""

    step: Step
    data: bytes
    target: str
    carried: str
    part: int | None
    rows: tuple[tuple[str, str | None, str], ...]  # a title, what was chosen for it, what was written for it

    @classmethod
    def empty(cls) -> Self:
        """The form before anything is filled in."""
        return cls("review", b"", "", "", None, ())

    @classmethod
    async def read(cls, fields: FormData) -> Self:
        """The form as it was sent. A file stands before pasted rows, both before people who were sent before."""
        step = _text(fields, "step")
        part = _text(fields, "part")
        upload = fields.get("file")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
        texts = (_text(fields, name).encode("utf-8", "replace") for name in ("pasted", "people"))
        return cls(
            step=next((name for name in get_args(Step) if name == step), "review"),
            data=next((one for one in (data, *texts) if one.strip()), b""),
            target=_text(fields, "target")[:LONGEST_TEXT],
            carried=_text(fields, "carried"),
            part=int(part) if re.fullmatch(r"[1-9]\d{0,4}", part, re.ASCII) else None,
            rows=tuple(_rows(fields)),
        )

    @property
    def pasted(self) -> str:
        """The rows as a text, to be corrected where they could not be read."""
        return self.data.decode("utf-8", "replace")

    def people(self) -> PeopleFile:
        """The people; raises InvalidParameter or BodyTooLarge."""
        return read_people(self.data, self.target)

    def choices(self, catalogue: Catalogue, carried: Carried) -> tuple[dict[str, str | None], dict[str, Unclear]]:
        """The choices with those of this form, and by title what was written and means no occupation."""
        choices, unclear = dict(carried.choices), {}
        for title, choice, written in self.rows:
            if written.strip():
                found = chosen(catalogue, written, "skills", "published")
                if found.code in catalogue.matrix().positions:
                    choices[title] = found.code
                else:
                    unclear[title] = Unclear(
                        written, found.problem or f"“{written}” has no rank among the occupations."
                    )
            elif choice == OUT:
                choices[title] = None
            elif choice in catalogue.matrix().positions:
                choices[title] = choice
            elif choice == "":
                choices.pop(title, None)
        return choices, unclear


def _rows(fields: FormData) -> list[tuple[str, str | None, str]]:
    numbers = [match[1] for name in fields if (match := ROW.fullmatch(name))]
    return [
        (
            " ".join(_text(fields, f"title-{number}").split()),
            _text(fields, f"choice-{number}") if f"choice-{number}" in fields else None,
            _text(fields, f"other-{number}")[:LONGEST_TEXT],
        )
        for number in numbers
    ]


def _text(fields: FormData, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""
