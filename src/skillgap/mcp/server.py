"""``skillgap mcp``: four tools for assistants, over stdin and stdout by the MCP SDK.

The catalogue is refreshed before an answer, where the database responds. Stdout belongs to the
protocol; logs go to stderr.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from skillgap import __version__
from skillgap.errors import DatabaseUnavailable, NothingLoaded, RequestError, SkillgapError, faults_of
from skillgap.mcp.sentences import coded_sentence, compared_sentence, fault_sentence, found_sentence
from skillgap.occupations.moves.query import MovesQuery
from skillgap.occupations.moves.schemas import MOST_REASONS, MoveOut
from skillgap.occupations.moves.service import rank_moves
from skillgap.occupations.pair.query import GapQuery
from skillgap.occupations.pair.schemas import SummaryOut
from skillgap.occupations.pair.service import compare
from skillgap.occupations.pair.standing import VerdictOut, VerdictQuery
from skillgap.occupations.pair.verdict import judge
from skillgap.occupations.schemas import OccupationRef, percent_of, release_notes
from skillgap.occupations.titles.query import DEFAULT_CODES, MOST_CODES
from skillgap.occupations.titles.schemas import TitleCodes
from skillgap.occupations.titles.service import code_title
from skillgap.onet.catalogue import Catalogue
from skillgap.onet.live_catalogue import LiveCatalogue
from skillgap.onet.titles.cleaning import LONGEST

INSTRUCTIONS = """\
O*NET occupations compared: what a target occupation requires that a source does not.
Look codes up with find_occupation first, or with code_title for a job title from a posting or a CV.
Levels are on O*NET's LV scale (0-7), importances on IM (1-5). Name the release an answer comes
from. This includes information from the O*NET Database by the U.S. Department of Labor, Employment
and Training Administration, used under CC BY 4.0; gaps and distances are computed by skillgap and
not endorsed by USDOL/ETA.
"""
READING = ToolAnnotations(read_only_hint=True, open_world_hint=False)
MOST = 50

Code = Annotated[str, Field(description="An O*NET-SOC code such as 29-1141.00, or its first 6 digits.", max_length=100)]
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many to list, at most.")]
Release = Annotated[str | None, Field(description="A loaded O*NET release; without it the current one.", max_length=20)]


class FoundOccupation(OccupationRef):
    """An occupation that a search found."""

    rated: bool = Field(
        description="Whether it has ratings. Without them it is compared only where a language model's levels are used."
    )
    matched_text: str = Field(description="The title or lay title that the text matched.")


class FoundOccupations(BaseModel):
    """What a search found, the best match first."""

    release: str
    sentence: str
    total: int
    occupations: list[FoundOccupation]
    notes: list[str]


class CodedTitle(TitleCodes):
    """The occupation of a job title, or why it is unknown."""

    sentence: str
    notes: list[str]


class Gap(BaseModel):
    """An element the target requires at a higher level."""

    element_id: str
    element_name: str
    status: str = Field(description="`missing` where the source's level is 0, else `lower`.")
    from_level: float
    to_level: float
    difference: float
    to_importance: float | None
    certainty: str | None = Field(description="`gap`, `possible_gap` (could be the raters' scatter) or `negligible`.")
    sentence: str = Field(description="What both levels mean, by O*NET's own examples.")


class ComparedOccupations(BaseModel):
    """What the target requires that the source does not, widest gap first."""

    release: str
    sentence: str
    from_occupation: OccupationRef
    to_occupation: OccupationRef
    verdict: VerdictOut = Field(description="Close, a stretch or far; on skills and, where loaded, knowledge.")
    summary: SummaryOut
    gaps: list[Gap]
    notes: list[str]


class ClosestMove(OccupationRef):
    """An occupation near the one that was asked about."""

    distance: float = Field(description="1 - correlation of the profiles: 0 is alike, 2 opposite.")
    close: bool = Field(description="As alike as occupations of one SOC group usually are.")
    coverage: float = Field(description="Share of the required skill levels that is there, 0-1.")
    weighted_gap: float = Field(description="Mean skill gap in levels, weighted by importance.")
    largest_gaps: list[str]
    related: bool = Field(description="Whether O*NET's own list of related occupations has it.")
    sentence: str


class ClosestMoves(BaseModel):
    """Occupations whose profiles are most alike, the nearest first."""

    release: str
    sentence: str
    occupation: OccupationRef
    ranked_on: list[str] = Field(description="The domains whose profiles are compared.")
    moves: list[ClosestMove]
    notes: list[str]


class Tools:
    """The tools, on the live catalogue; errors become tool errors with the same sentences."""

    def __init__(self, live: LiveCatalogue) -> None:
        self.live = live

    def find_occupation(
        self,
        text: Annotated[str, Field(description="A code, a title or a lay title.", min_length=1, max_length=200)],
        limit: Limit = 10,
        release: Release = None,
    ) -> FoundOccupations:
        """Find O*NET occupations by code, title or lay title; typing errors are forgiven."""
        with _tool_errors():
            catalogue = self._catalogue(release)
            matches = catalogue.search().find(text)
            return FoundOccupations(
                release=catalogue.info.release,
                sentence=found_sentence(catalogue, text, [match.onetsoc_code for match in matches]),
                total=len(matches),
                occupations=[
                    FoundOccupation(
                        onetsoc_code=match.onetsoc_code,
                        title=catalogue.occupations[match.onetsoc_code].title,
                        rated=catalogue.is_rated(match.onetsoc_code),
                        matched_text=match.matched_text,
                    )
                    for match in matches[:limit]
                ],
                notes=release_notes(catalogue, "skills"),
            )

    def code_title(
        self,
        title: Annotated[str, Field(description="A job title as people write it.", min_length=1, max_length=LONGEST)],
        limit: Annotated[int, Field(ge=1, le=MOST_CODES, description="How many to list, at most.")] = DEFAULT_CODES,
        release: Release = None,
    ) -> CodedTitle:
        """Which O*NET occupation is a job title? With calibrated probabilities and the evidence.

        `answer` is null where no occupation is more probable than not; `reason` then says why. Do not
        take the first of `codes` for the answer there: ask the person.
        """
        with _tool_errors():
            catalogue = self._catalogue(release)
            answer = code_title(catalogue, title, limit)
            return CodedTitle(
                **dict(answer), sentence=coded_sentence(catalogue, answer), notes=release_notes(catalogue, "skills")
            )

    def compare_occupations(
        self, from_code: Code, to_code: Code, limit: Limit = 10, release: Release = None
    ) -> ComparedOccupations:
        """What does the target occupation require that the source does not? Skills only.

        The widest gaps come first; `summary` counts them all.
        """
        with _tool_errors():
            catalogue = self._catalogue(release)
            query = {"from": from_code, "to": to_code, "explain": "anchors", "levels": self.live.levels}
            answer = compare(catalogue, GapQuery.model_validate(query))
            judged = judge(catalogue, VerdictQuery.model_validate({"from": from_code, "to": to_code}), self.live.levels)
        return ComparedOccupations(
            release=answer.release,
            sentence=f"{judged.sentence} {compared_sentence(catalogue, answer)}",
            from_occupation=answer.from_occupation,
            to_occupation=answer.to_occupation,
            verdict=judged,
            summary=answer.summary,
            gaps=[
                Gap(**gap.model_dump(), sentence=gap.explanation.sentence if gap.explanation else "")
                for gap in answer.skill_gaps[:limit]
            ],
            notes=answer.notes,
        )

    def closest_moves(self, code: Code, limit: Limit = 10, release: Release = None) -> ClosestMoves:
        """Which occupations are most like this one, and what would each move take?

        Ranked by how alike the ratings are, on skills and, where loaded, knowledge; coverage and
        gaps are on skills. Only occupations that the release itself has rated are ranked. A rank does
        not say whether somebody will get there.
        """
        with _tool_errors():
            catalogue = self._catalogue(release)
            answer = rank_moves(catalogue, code, MovesQuery(limit=limit))
        nearest = ", ".join(move.occupation.title for move in answer.moves[:MOST_REASONS])
        return ClosestMoves(
            release=answer.release,
            sentence=f"By {catalogue.info.title}, the occupations most like {answer.occupation.title} are {nearest}.",
            occupation=answer.occupation,
            ranked_on=answer.closeness.domains,
            moves=[_move(move) for move in answer.moves],
            notes=answer.notes,
        )

    def _catalogue(self, release: str | None) -> Catalogue:
        self.live.refresh()
        current = self.live.snapshot.catalogue
        if current is None:
            raise DatabaseUnavailable(self.live.fault) if self.live.fault else NothingLoaded
        return current if release is None else self.live.catalogue_of(release)


def mcp_server(live: LiveCatalogue) -> MCPServer:
    """The server with its tools; ``run("stdio")`` serves until its input ends."""
    server = MCPServer("skillgap", version=__version__, instructions=INSTRUCTIONS)
    tools = Tools(live)
    for tool in (tools.find_occupation, tools.code_title, tools.compare_occupations, tools.closest_moves):
        server.add_tool(tool, annotations=READING)
    return server


def serve(live: LiveCatalogue) -> None:
    """Answer an assistant over stdin and stdout until it hangs up."""
    mcp_server(live).run("stdio")


@contextmanager
def _tool_errors() -> Iterator[None]:
    try:
        yield
    except SkillgapError as error:
        faults = faults_of(error) if isinstance(error, RequestError) else [error]
        raise ToolError(" ".join(fault_sentence(fault) for fault in faults)) from error


def _move(move: MoveOut) -> ClosestMove:
    title = move.occupation.title
    widest = [f"{gap.element_name} (+{gap.difference:.2f} levels)" for gap in move.largest_gaps]
    lacking = f"; most lacking: {', '.join(widest)}" if widest else ""
    return ClosestMove(
        **move.occupation.model_dump(),
        distance=move.distance,
        close=move.close,
        coverage=move.coverage,
        weighted_gap=move.weighted_gap,
        largest_gaps=widest,
        related=move.related is not None,
        sentence=f"{title}: {percent_of(move.coverage)}% of the skill levels are there{lacking}.",
    )
