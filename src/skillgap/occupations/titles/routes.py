"""``/titles/code``: the occupation of a job title, or of many."""

from typing import Annotated

from fastapi import Body, Query, Response

from skillgap.http.csv_response import CSV_TOO, csv_answer
from skillgap.http.lines import lines_of, stream_lines
from skillgap.http.reader import ReaderDep
from skillgap.http.routing import StrictRouter
from skillgap.http.rows import CSV, JSON_LINES
from skillgap.occupations.titles.lines import code_lines
from skillgap.occupations.titles.query import MOST_TITLES, TitleQuery, TitlesBody
from skillgap.occupations.titles.schemas import TitleCode, TitleCodes, TitleLine
from skillgap.occupations.titles.service import code_title

router = StrictRouter(tags=["titles"])

ROWS = {
    "requestBody": {
        "content": {
            CSV: {"schema": {"type": "string"}, "example": "id,title\r\n7,Jr. truck driver (m/f/d)\r\n"},
            JSON_LINES: {"schema": {"type": "string"}, "example": '{"id": 7, "title": "Jr. truck driver (m/f/d)"}\n'},
        }
    }
}
"""OpenAPI's words for a body that is rows."""


@router.get("/titles/code", summary="Which occupation is a job title?", response_model=TitleCodes, responses=CSV_TOO)
def get_title_code(query: Annotated[TitleQuery, Query()], reader: ReaderDep) -> TitleCodes | Response:
    """The most probable occupations of a title, each with the title of O*NET's that speaks for it.

    `answer` is the first where it is more probable than not; else it is null, and `reason` says why.
    """
    answer = code_title(reader.catalogue(query.release), query.title, query.n)
    return answer if query.format == "json" else title_csv(answer)


def title_csv(answer: TitleCodes) -> Response:
    """The listed occupations as CSV."""
    first = {"release": answer.release, "typed": answer.title, "answer": answer.answer}
    return csv_answer(answer.codes, TitleCode, names=("title", answer.cleaned[:40], answer.release), first=first)


@router.post(
    "/titles/code",
    summary=f"Up to {MOST_TITLES:,} job titles",
    response_class=Response,
    responses=lines_of(TitleLine, what="A line a title."),
    openapi_extra=ROWS,
)
def post_title_codes(body: Annotated[TitlesBody, Body()], reader: ReaderDep) -> Response:
    """A line for every title, in their order, as `GET /titles/code` has it.

    The titles are a list in JSON, the column `title` of a CSV with a header, or the member `title` of JSON lines;
    what else a row holds, such as an id, comes back with it. What is wrong with a row is reported in its line under
    `problem` and `detail`; the others are coded.
    """
    catalogue = reader.catalogue(body.release)
    return stream_lines(code_lines(catalogue, body), body.format, "titles", catalogue.info.release)
